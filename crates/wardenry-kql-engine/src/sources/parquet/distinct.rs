//! Expressions that are worked out once for each text of a dictionary.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, RecordBatch, StringArray,
    StringViewArray, StringViewBuilder,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr_common::physical_expr::{is_volatile, snapshot_generation};

use crate::grouping::{encoded, encoded_type};

/// A function of one text, over a column that is stored as numbers into a dictionary.
pub(super) struct PerDistinct {
    /// The column of the file.
    column: Arc<dyn PhysicalExpr>,
    /// The function, of the first column of [`Self::schema`].
    function: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    /// Whether the results are given as numbers into a dictionary, see [`crate::grouping::Encoded`].
    encoded: bool,
    known: Mutex<Option<Known>>,
}

/// The results for the texts of a dictionary.
struct Known {
    dictionary: StringArray,
    /// Of the function; it changes when a filter that is found while running does.
    generation: u64,
    /// One for each text, and at last that for null.
    results: ArrayRef,
}

impl PerDistinct {
    /// `function` reads a text in its usual layout. `None` if that is not exactly one column, for which `is_dictionary` says where it is
    /// in the file.
    pub(super) fn try_new(
        function: &Arc<dyn PhysicalExpr>,
        encoded: bool,
        is_dictionary: impl Fn(&Column) -> Option<usize>,
    ) -> Result<Option<Self>> {
        if (function.is::<Column>() && !encoded) || is_volatile(function) {
            return Ok(None);
        }
        let mut found: Option<Column> = None;
        let mut fits = true;
        function.apply(|expr| {
            if let Some(column) = expr.downcast_ref::<Column>() {
                let same = found.get_or_insert_with(|| column.clone()).name() == column.name();
                fits = fits && same;
            }
            Ok(if fits { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        })?;
        let Some((name, index)) = found
            .filter(|_| fits)
            .and_then(|column| is_dictionary(&column).map(|index| (column.name().to_owned(), index)))
        else {
            return Ok(None);
        };
        let function = Arc::clone(function)
            .transform(|expr| {
                Ok(if expr.is::<Column>() {
                    Transformed::yes(Arc::new(Column::new(&name, 0)) as _)
                } else {
                    Transformed::no(expr)
                })
            })
            .data()?;
        let schema = Arc::new(Schema::new(vec![Field::new(&name, DataType::Utf8View, true)]));
        let column = Arc::new(Column::new(&name, index));
        Ok(Some(Self { column, function, schema, encoded, known: Mutex::new(None) }))
    }

    fn results(&self, dictionary: &StringArray) -> Result<ArrayRef> {
        let generation = snapshot_generation(&self.function);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known
            && known.generation == generation
            && is_same(&known.dictionary, dictionary)
        {
            return Ok(Arc::clone(&known.results));
        }
        let texts = texts_and_null(dictionary);
        let count = texts.len();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![Arc::new(texts)])?;
        let results = self.function.evaluate(&batch)?.into_array(count)?;
        *known = Some(Known { dictionary: dictionary.clone(), generation, results: Arc::clone(&results) });
        Ok(results)
    }
}

/// Whether two arrays are the same memory, as those of the batches of a row group are.
fn is_same(left: &StringArray, right: &StringArray) -> bool {
    left.len() == right.len()
        && left.value_offsets().as_ptr() == right.value_offsets().as_ptr()
        && left.values().as_ptr() == right.values().as_ptr()
}

/// The texts of a dictionary, not copied where they are long, and a null.
fn texts_and_null(dictionary: &StringArray) -> StringViewArray {
    let mut texts = StringViewBuilder::with_capacity(dictionary.len() + 1);
    let offsets = dictionary.value_offsets();
    if u32::try_from(dictionary.values().len()).is_ok() {
        let block = texts.append_block(dictionary.values().clone());
        for (index, bounds) in offsets.windows(2).enumerate() {
            let (start, end) = (bounds[0].cast_unsigned(), bounds[1].cast_unsigned());
            if dictionary.is_null(index) || texts.try_append_view(block, start, end - start).is_err() {
                texts.append_null();
            }
        }
    } else {
        texts.extend(dictionary.iter());
    }
    texts.append_null();
    texts.finish()
}

impl PhysicalExpr for PerDistinct {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        if self.encoded { Ok(encoded_type()) } else { self.function.data_type(&self.schema) }
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        self.function.nullable(&self.schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let rows = self.column.evaluate(batch)?.into_array(batch.num_rows())?;
        let rows: &DictionaryArray<Int32Type> = rows
            .as_dictionary_opt()
            .ok_or_else(|| internal_datafusion_err!("{} has no dictionary", self.column))?;
        let dictionary: &StringArray = rows
            .values()
            .as_string_opt()
            .ok_or_else(|| internal_datafusion_err!("{} has no dictionary of texts", self.column))?;
        let results = self.results(dictionary)?;
        let keys = keys(rows.keys(), dictionary.len())?;
        Ok(ColumnarValue::Array(if self.encoded {
            encoded(keys, &results)?
        } else {
            gather(&results, &keys)?
        }))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.column]
    }

    fn snapshot_generation(&self) -> u64 {
        snapshot_generation(&self.function)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let column = children.pop().ok_or_else(|| internal_datafusion_err!("a column is missing"))?;
        Ok(Arc::new(Self {
            column,
            function: Arc::clone(&self.function),
            schema: Arc::clone(&self.schema),
            encoded: self.encoded,
            known: Mutex::new(None),
        }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.function.fmt_sql(f)
    }
}

/// Keys of which that for null is `null`.
fn keys(keys: &Int32Array, null: usize) -> Result<Int32Array> {
    let Some(nulls) = keys.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return Ok(Int32Array::new(keys.values().clone(), None));
    };
    let null = i32::try_from(null).map_err(|_| internal_datafusion_err!("a dictionary is too large"))?;
    let keys = keys.values().iter().zip(nulls.iter());
    Ok(Int32Array::from_iter_values(keys.map(|(key, valid)| if valid { *key } else { null })))
}

/// The result for each key.
fn gather(results: &ArrayRef, keys: &Int32Array) -> Result<ArrayRef> {
    match results.as_boolean_opt() {
        Some(results) if results.null_count() == 0 => Ok(Arc::new(gather_truths(results.values(), keys))),
        _ => Ok(take(results, keys, None)?),
    }
}

fn gather_truths(results: &BooleanBuffer, keys: &Int32Array) -> BooleanArray {
    let keys = keys.values();
    match results.count_set_bits() {
        0 => return BooleanArray::new(BooleanBuffer::new_unset(keys.len()), None),
        all if all == results.len() => return BooleanArray::new(BooleanBuffer::new_set(keys.len()), None),
        _ => {}
    }
    let truths = BooleanBuffer::collect_bool(keys.len(), |row| {
        usize::try_from(keys[row]).is_ok_and(|key| key < results.len() && results.value(key))
    });
    BooleanArray::new(truths, None)
}

impl fmt::Debug for PerDistinct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PerDistinct").field(&self.function).finish()
    }
}

impl fmt::Display for PerDistinct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "per_distinct({})", self.function)
    }
}

impl PartialEq for PerDistinct {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded && self.column.eq(&other.column) && self.function.eq(&other.function)
    }
}

impl Eq for PerDistinct {}

impl Hash for PerDistinct {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.column.hash(state);
        self.function.hash(state);
    }
}
