use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch};
use arrow::datatypes::{DataType, Int32Type, Schema};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;

/// The type of [`Encoded`].
pub(crate) fn encoded_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8View))
}

/// A text as a number into a dictionary, which may hold a text more than once. No number is null; that of null stands for one.
///
/// Whoever reads a file that has dictionaries puts an expression in the place of this one that passes the file's numbers on. By
/// itself it takes the rows for the dictionary.
#[derive(Debug, Eq)]
pub(crate) struct Encoded(Arc<dyn PhysicalExpr>);

impl Encoded {
    pub(crate) fn new(text: Arc<dyn PhysicalExpr>) -> Self {
        Self(text)
    }

    pub(crate) fn text(&self) -> &Arc<dyn PhysicalExpr> {
        &self.0
    }
}

/// Numbers into a dictionary as the type wants them.
pub(crate) fn encoded(keys: Int32Array, dictionary: &ArrayRef) -> Result<ArrayRef> {
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(dictionary))?))
}

impl PhysicalExpr for Encoded {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(encoded_type())
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.0.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let texts = self.0.evaluate(batch)?.into_array(batch.num_rows())?;
        let rows =
            i32::try_from(texts.len()).map_err(|_| internal_datafusion_err!("a batch is too large"))?;
        Ok(ColumnarValue::Array(encoded((0..rows).collect(), &texts)?))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.0]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let text = children.pop().ok_or_else(|| internal_datafusion_err!("a text is missing"))?;
        Ok(Arc::new(Self(text)))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_sql(f)
    }
}

impl PartialEq for Encoded {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq(&other.0)
    }
}

impl Hash for Encoded {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Display for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "encoded({})", self.0)
    }
}
