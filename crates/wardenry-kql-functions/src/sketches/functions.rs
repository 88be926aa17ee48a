//! What can be read out of sketches. [D dcount-hll-function.md], [D hll-merge-function.md], [D percentile-tdigest-function.md],
//! [D percentile-array-tdigest-function.md], [D rank-tdigest-function.md], [D percentrank-tdigest-function.md]

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use wardenry_kql_values::ScalarType;

use super::{Digest, Hll, Number};
use crate::dynamic::{Cell, Cells, DynamicWriter, as_f64_array, convert};
use crate::rows::{Argument, Json, Long, dynamic_rows, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(super) const DCOUNT_HLL: ScalarFunction = ScalarFunction { names: &["dcount_hll"], bind: bind_dcount };
pub(super) const HLL_MERGE: ScalarFunction = ScalarFunction { names: &["hll_merge"], bind: bind_hll_merge };
pub(super) const PERCENTILE: ScalarFunction =
    ScalarFunction { names: &["percentile_tdigest"], bind: bind_percentile };
pub(super) const PERCENTILES: ScalarFunction =
    ScalarFunction { names: &["percentiles_array_tdigest"], bind: bind_percentiles };
pub(super) const RANK: ScalarFunction =
    ScalarFunction { names: &["rank_tdigest", "percentrank_tdigest"], bind: bind_rank };
pub(super) const TDIGEST_MERGE: ScalarFunction =
    ScalarFunction { names: &["tdigest_merge"], bind: bind_tdigest_merge };

fn bind_dcount(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let [sketch] = arguments else { return Err(FunctionError::misplaced(function)) };
        map1::<Json, Long>(sketch, rows, |json| Some(Hll::parse(json)?.count()))
    }))
}

/// Null if one is no sketch, or the accuracies differ.
fn bind_hll_merge(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    merged(call, |sketches, writer| {
        let (first, rest) = sketches.split_first()?;
        let mut all = Hll::parse(first)?;
        for sketch in rest {
            all.merge(&Hll::parse(sketch)?).then_some(())?;
        }
        all.write(writer);
        Some(())
    })
}

/// Null if one is no digest, or the types differ.
fn bind_tdigest_merge(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    merged(call, |sketches, writer| {
        let (first, rest) = sketches.split_first()?;
        let mut all = Digest::parse(first)?;
        for sketch in rest {
            all.merge(&Digest::parse(sketch)?).then_some(())?;
        }
        all.compress();
        all.write(writer);
        Some(())
    })
}

fn merged(
    call: &ScalarCall<'_>,
    merge: fn(&[&str], &mut DynamicWriter) -> Option<()>,
) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let columns = arguments
            .iter()
            .map(Texts::new)
            .collect::<Option<Vec<_>>>()
            .ok_or(FunctionError::misplaced(function))?;
        Ok(dynamic_rows(rows, |writer, row| {
            let sketches: Vec<&str> = columns.iter().map(|column| column.get(row)).collect();
            merge(&sketches, writer).is_some()
        }))
    }))
}

/// JSON texts of an argument; null reads as such.
struct Texts<'a> {
    argument: &'a Argument,
    texts: &'a arrow::array::StringViewArray,
}

impl<'a> Texts<'a> {
    fn new(argument: &'a Argument) -> Option<Self> {
        Some(Self { argument, texts: argument.array().as_string_view_opt()? })
    }

    fn get(&self, row: usize) -> &'a str {
        let row = self.argument.row(row);
        if self.texts.is_valid(row) { self.texts.value(row) } else { "null" }
    }
}

fn bind_percentile(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let (function, result_type) = (call.name, call.result_type);
    let percentile_type = *call.argument_types.get(1).ok_or(FunctionError::misplaced(function))?;
    Ok(kernel(function, move |arguments, rows| {
        let [sketch, percentile, ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        let sketches = Texts::new(sketch).ok_or(FunctionError::misplaced(function))?;
        let percentiles = cells(function, percentile, percentile_type)?;
        let values: ArrayRef = dynamic_rows(rows, |writer, row| {
            let mut write = || {
                let digest = Digest::parse(sketches.get(row))?;
                let value = digest.percentile(real(percentiles.get(percentile.row(row)))?)?;
                write_value(writer, &digest, value);
                Some(())
            };
            write().is_some()
        });
        if result_type == ScalarType::Dynamic {
            return Ok(values);
        }
        convert(values.as_string_view(), result_type)
            .map_err(|source| FunctionError::Arrow { function, source })
    }))
}

fn bind_percentiles(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let [sketch, percentiles @ ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        let sketches = Texts::new(sketch).ok_or(FunctionError::misplaced(function))?;
        let columns = (percentiles.iter().zip(&types[1..]))
            .map(|(argument, scalar_type)| cells(function, argument, *scalar_type))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(dynamic_rows(rows, |writer, row| {
            let Some(digest) = Digest::parse(sketches.get(row)) else { return false };
            let given = columns.iter().zip(percentiles).flat_map(|(column, argument)| {
                match column.get(argument.row(row)) {
                    Cell::Dynamic(array) => as_f64_array(array).unwrap_or_default(),
                    cell => vec![real(cell)],
                }
            });
            writer.begin_array();
            for percentile in given {
                match percentile.and_then(|percentile| digest.percentile(percentile)) {
                    Some(value) => write_value(writer, &digest, value),
                    None => writer.null(),
                }
            }
            writer.end_array();
            true
        }))
    }))
}

fn bind_rank(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let value_type = *call.argument_types.get(1).ok_or(FunctionError::misplaced(function))?;
    Ok(kernel(function, move |arguments, rows| {
        let [sketch, value] = arguments else { return Err(FunctionError::misplaced(function)) };
        let sketches = Texts::new(sketch).ok_or(FunctionError::misplaced(function))?;
        let values = cells(function, value, value_type)?;
        let rank = |row: usize| {
            let digest = Digest::parse(sketches.get(row))?;
            let number = match values.get(value.row(row)) {
                Cell::Long(whole) | Cell::Datetime(whole) | Cell::Timespan(whole) => Number::Whole(whole),
                cell => Number::Real(real(cell)?),
            };
            #[expect(clippy::cast_precision_loss, reason = "an approximation")]
            let (rank, total) = (digest.rank(number) as f64, digest.total() as f64);
            match function {
                "rank_tdigest" => Some(rank),
                _ => (total > 0.0).then(|| rank * 100.0 / total),
            }
        };
        Ok(Arc::new((0..rows).map(rank).collect::<Float64Array>()) as ArrayRef)
    }))
}

fn cells<'a>(
    function: &'static str,
    argument: &'a Argument,
    scalar_type: ScalarType,
) -> Result<Cells<'a>, FunctionError> {
    Cells::new(argument.array().as_ref(), scalar_type)
        .map_err(|source| FunctionError::Arrow { function, source })
}

#[expect(clippy::cast_precision_loss, reason = "a percentile is a small number")]
fn real(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Long(whole) => Some(whole as f64),
        Cell::Real(real) => Some(real),
        Cell::Decimal(decimal) => Some(decimal.to_f64()),
        Cell::Dynamic(value) => value.as_f64(),
        _ => None,
    }
}

/// A value of a digest, as its type is written in dynamic values.
fn write_value(writer: &mut DynamicWriter, digest: &Digest, value: Number) {
    match (digest.of(), value) {
        (ScalarType::Datetime, Number::Whole(ticks)) => writer.datetime(ticks),
        (ScalarType::Timespan, Number::Whole(ticks)) => writer.timespan(ticks),
        (_, Number::Whole(value)) => writer.long(value),
        (_, Number::Real(value)) => writer.real(value),
    }
}
