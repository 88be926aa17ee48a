//! Expressions over KQL's columns as expressions over those of a file.

use std::sync::Arc;

use arrow::array::{AsArray, StructArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::expressions::{
    BinaryExpr, CastExpr, Column, IsNotNullExpr, IsNullExpr, Literal, lit,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_expr_adapter::{PhysicalExprAdapter, PhysicalExprAdapterFactory};
use wardenry_kql_functions::layout;
use wardenry_kql_values::{ScalarType, UNIX_EPOCH};

use super::dictionary::dictionary_type;
use super::distinct::PerDistinct;
use crate::grouping::Encoded;
use crate::sources::stored::{NANOS_PER_TICK, convert, kql_type, marked_type, ticks_of};

#[derive(Debug)]
pub(super) struct StoredAdapterFactory;

impl PhysicalExprAdapterFactory for StoredAdapterFactory {
    fn create(&self, table: SchemaRef, file: SchemaRef) -> Result<Arc<dyn PhysicalExprAdapter>> {
        Ok(Arc::new(StoredAdapter { table, file }))
    }
}

/// For a file of which some columns are stored in another way than KQL has them.
///
/// A column becomes its conversion. A comparison of a converted time with a constant becomes a comparison of the stored time with a
/// stored constant: only that way the file's statistics can rule parts of it out.
#[derive(Debug)]
struct StoredAdapter {
    table: SchemaRef,
    file: SchemaRef,
}

impl PhysicalExprAdapter for StoredAdapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        expr.transform_down_up(|expr| self.per_distinct(expr), |expr| self.rewrite_one(expr)).data()
    }
}

impl StoredAdapter {
    /// What depends on nothing but a text of a dictionary.
    fn per_distinct(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
        let (function, encoded) = match expr.downcast_ref::<Encoded>() {
            Some(encoded) => (encoded.text(), true),
            None => (&expr, false),
        };
        let found = PerDistinct::try_new(function, encoded, |column| {
            let index = self.file.index_of(column.name()).ok()?;
            let wanted = self.table.field_with_name(column.name()).ok()?.data_type();
            let fits =
                *wanted == DataType::Utf8View && *self.file.field(index).data_type() == dictionary_type();
            fits.then_some(index)
        })?;
        Ok(match found {
            Some(found) => Transformed::new(Arc::new(found), true, TreeNodeRecursion::Jump),
            None => Transformed::no(expr),
        })
    }

    fn rewrite_one(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
        if expr.is::<PerDistinct>() {
            return Ok(Transformed::no(expr));
        }
        if let Some(column) = expr.downcast_ref::<Column>() {
            return self.column(column).map(Transformed::yes);
        }
        if let Some(is_null) = expr.downcast_ref::<IsNullExpr>()
            && let Some((column, DataType::Timestamp(..))) = stored_column(is_null.arg())
        {
            return Ok(Transformed::yes(Arc::new(IsNullExpr::new(column))));
        }
        if let Some(is_not_null) = expr.downcast_ref::<IsNotNullExpr>()
            && let Some((column, DataType::Timestamp(..))) = stored_column(is_not_null.arg())
        {
            return Ok(Transformed::yes(Arc::new(IsNotNullExpr::new(column))));
        }
        if let Some(binary) = expr.downcast_ref::<BinaryExpr>()
            && let Some(comparison) = comparison(binary)
        {
            return Ok(Transformed::yes(comparison));
        }
        Ok(Transformed::no(expr))
    }

    fn column(&self, column: &Column) -> Result<Arc<dyn PhysicalExpr>> {
        let wanted = self.table.field_with_name(column.name()).ok().map(Field::data_type);
        let Ok(index) = self.file.index_of(column.name()) else {
            let null = wanted.map_or(Ok(ScalarValue::Null), ScalarValue::try_from)?;
            return Ok(lit(null));
        };
        let stored = self.file.field(index).data_type();
        let marked = marked_type(self.file.field(index));
        let raw: Arc<dyn PhysicalExpr> = Arc::new(Column::new(column.name(), index));
        let Some(wanted) = wanted.filter(|wanted| *wanted != stored || marked.is_some()) else {
            return Ok(raw);
        };
        // DataFusion knows these conversions, and moves them to the other side of a comparison.
        let widens = matches!(
            stored,
            DataType::Int8
                | DataType::Int16
                | DataType::UInt8
                | DataType::UInt16
                | DataType::UInt32
                | DataType::Float16
                | DataType::Float32
                | DataType::Utf8
                | DataType::LargeUtf8
        );
        if widens && marked.is_none() {
            return Ok(Arc::new(CastExpr::new(raw, wanted.clone(), None)));
        }
        let Some(to) = marked.or_else(|| kql_type(stored)) else {
            return Ok(lit(ScalarValue::try_from(wanted)?));
        };
        let boxed = matches!(wanted, DataType::Struct(_));
        let function = ScalarUDF::new_from_impl(Stored::new(stored.clone(), to, boxed));
        let call = ScalarFunctionExpr::try_new(
            Arc::new(function),
            vec![raw],
            &self.file,
            Arc::new(ConfigOptions::default()),
        )?;
        Ok(Arc::new(call))
    }
}

/// The column that is converted, and how it is stored.
fn stored_column(expr: &Arc<dyn PhysicalExpr>) -> Option<(Arc<dyn PhysicalExpr>, DataType)> {
    let call = ScalarFunctionExpr::try_downcast_func::<Stored>(expr.as_ref())?;
    let stored = call.fun().inner().downcast_ref::<Stored>()?;
    let [column] = call.args() else { return None };
    Some((Arc::clone(column), stored.from.clone()))
}

/// A comparison of a converted time with a constant number of ticks, as one of the stored time.
fn comparison(binary: &BinaryExpr) -> Option<Arc<dyn PhysicalExpr>> {
    let (column, DataType::Timestamp(unit, zone)) = stored_column(binary.left())? else { return None };
    let ScalarValue::Int64(Some(ticks)) = binary.right().downcast_ref::<Literal>()?.value() else {
        return None;
    };
    let since_1970 = i128::from(*ticks) - i128::from(UNIX_EPOCH);
    let (operator, bound) = bound(*binary.op(), since_1970, unit)?;
    let bound = Some(i64::try_from(bound).ok()?);
    let bound = match unit {
        TimeUnit::Second => ScalarValue::TimestampSecond(bound, zone),
        TimeUnit::Millisecond => ScalarValue::TimestampMillisecond(bound, zone),
        TimeUnit::Microsecond => ScalarValue::TimestampMicrosecond(bound, zone),
        TimeUnit::Nanosecond => ScalarValue::TimestampNanosecond(bound, zone),
    };
    Some(Arc::new(BinaryExpr::new(column, operator, lit(bound))))
}

/// `ticks(stored) operator since_1970`, said of what is stored.
fn bound(operator: Operator, since_1970: i128, unit: TimeUnit) -> Option<(Operator, i128)> {
    match ticks_of(unit) {
        // A unit is `size` ticks.
        Some(size) => {
            let size = i128::from(size);
            let (floor, exact) = (since_1970.div_euclid(size), since_1970.rem_euclid(size) == 0);
            Some(match operator {
                Operator::Gt => (Operator::Gt, floor),
                Operator::LtEq => (Operator::LtEq, floor),
                Operator::GtEq if exact => (Operator::GtEq, floor),
                Operator::GtEq => (Operator::Gt, floor),
                Operator::Lt if exact => (Operator::Lt, floor),
                Operator::Lt => (Operator::LtEq, floor),
                Operator::Eq | Operator::NotEq if exact => (operator, floor),
                _ => return None,
            })
        }
        // A tick is several units, and what is between two ticks belongs to the first.
        None => {
            let start = since_1970 * i128::from(NANOS_PER_TICK);
            let end = start + i128::from(NANOS_PER_TICK);
            Some(match operator {
                Operator::Gt => (Operator::GtEq, end),
                Operator::GtEq => (Operator::GtEq, start),
                Operator::Lt => (Operator::Lt, start),
                Operator::LtEq => (Operator::Lt, end),
                _ => return None,
            })
        }
    }
}

/// The conversion of a stored column.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Stored {
    from: DataType,
    to: ScalarType,
    /// See [`boxed_type`].
    boxed: bool,
    signature: Signature,
}

impl Stored {
    fn new(from: DataType, to: ScalarType, boxed: bool) -> Self {
        Self { from, to, boxed, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Stored {
    fn name(&self) -> &'static str {
        "stored"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.boxed { boxed_type() } else { layout::arrow_type(self.to) })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(array) = arrays.first() else { return Ok(ColumnarValue::Scalar(ScalarValue::Null)) };
        let converted = convert(array, self.to)?;
        if !self.boxed {
            return Ok(ColumnarValue::Array(converted));
        }
        let DataType::Struct(fields) = boxed_type() else { return Ok(ColumnarValue::Array(converted)) };
        Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(fields, vec![converted], None)?)))
    }
}

/// The type under which the scan gives a column whose stored type is nested: its JSON text in a structure.
///
/// A scan of DataFusion leaves out, without a word, filters over columns that are nested in the file although they are not in the table.
/// Over a structure it leaves the filter to whoever stands above.
pub(super) fn boxed_type() -> DataType {
    DataType::Struct(vec![Field::new("json", DataType::Utf8View, true)].into())
}

/// A column of a scan as the table has it.
pub(super) fn unboxed(column: Arc<dyn PhysicalExpr>, scan: &Schema) -> Result<Arc<dyn PhysicalExpr>> {
    if column.data_type(scan)? != boxed_type() {
        return Ok(column);
    }
    let function = ScalarUDF::new_from_impl(Unboxed { signature: Signature::any(1, Volatility::Immutable) });
    let options = Arc::new(ConfigOptions::default());
    Ok(Arc::new(ScalarFunctionExpr::try_new(Arc::new(function), vec![column], scan, options)?))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Unboxed {
    signature: Signature,
}

impl ScalarUDFImpl for Unboxed {
    fn name(&self) -> &'static str {
        "json"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let json = arrays.first().and_then(|array| array.as_struct_opt()).map(|boxed| boxed.column(0));
        Ok(match json {
            Some(json) => ColumnarValue::Array(Arc::clone(json)),
            None => ColumnarValue::Scalar(ScalarValue::Utf8View(None)),
        })
    }
}
