//! `make-series`: for each key a series of an aggregate over equal steps of an axis. [make-series-operator.md]
//!
//! Rows within the range are grouped by key and step, by the ordinary grouping; what is left to do here is to put the
//! groups of a key side by side and to fill the gaps.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, RecordBatch, RecordBatchOptions, StringViewArray, StringViewBuilder, UInt32Array,
    new_empty_array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Schema};
use arrow::row::{OwnedRow, RowConverter, SortField};
use wardenry_diagnostic::Span;
use wardenry_kql_functions::dynamic::{Cell, Cells, DynamicWriter};
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::checked::{Column, Expr, MakeSeries, Rel, RelKind};
use wardenry_kql_values::{ScalarType, Value};

use super::conversion::{call, read};
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Elements of a series. [make-series-operator.md: the number of elements is limited so]
const ELEMENTS: usize = 1_048_576;
const OPERATOR: &str = "make-series";

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, series: &MakeSeries) -> Result<Lowered, RunError> {
    let span = rel.span;
    let mut bound = |expr: &Option<Expr>| expr.as_ref().map(|expr| lowerer.constant(expr)).transpose();
    let (from, to) = (bound(&series.from)?, bound(&series.to)?);
    let step = lowerer.constant(&series.step)?;
    let axis_type = series.axis.scalar_type;
    let axis = Axis::new(axis_type, from.as_ref(), to.as_ref(), &step).ok_or_else(|| RunError::Operator {
        operator: OPERATOR,
        message: "the step must be positive".into(),
        span,
    })?;
    if axis.elements().is_some_and(|elements| elements > ELEMENTS) {
        let message = format!("the series would have more than {ELEMENTS} elements: take a larger step");
        return Err(RunError::OperatorLimit { operator: OPERATOR, message, span });
    }

    let grouped = grouped(lowerer, series, span);
    let key_count = series.keys.len();
    let mut defaults = Vec::with_capacity(series.aggregates.len());
    for (aggregate, default) in &series.aggregates {
        let default = default.as_ref().map(|default| lowerer.constant(default)).transpose()?;
        defaults.push(default.unwrap_or(match aggregate.scalar_type {
            ScalarType::Real => Value::Real(Some(0.0)),
            _ => Value::Long(Some(0)),
        }));
    }
    let arguments = grouped.columns.iter().map(|column| lowerer.expr(&read(column, span)));
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    let spec = TransformSpec {
        factory: Arc::new(Factory {
            axis,
            types: grouped.columns.iter().map(|column| column.scalar_type).collect(),
            keys: key_count,
            defaults: defaults.into(),
            nonempty: series.nonempty && key_count == 0,
            span,
        }),
        arguments,
        passed: grouped.columns[..key_count].iter().map(|column| column.id).collect(),
        produced: rel.columns[key_count..].to_vec(),
        gather: if key_count == 0 { Gather::All } else { Gather::Keys(key_count) },
        order: RowOrder::Loses,
        input_rows: None,
    };
    let input = lowerer.rel(&grouped)?;
    let lowered = lowerer.transform(input, spec)?;
    let columns = rel.columns.iter().enumerate().map(|(index, column)| {
        let source = if index < key_count { &grouped.columns[index] } else { column };
        (column_expr(&column_name(source.id)), column_name(column.id))
    });
    lowered.project(columns.collect::<Vec<_>>())
}

/// The rows within the range, grouped by key and step: the keys, the step's start, the aggregates.
fn grouped(lowerer: &mut Lowerer<'_>, series: &MakeSeries, span: Span) -> Rel {
    let axis = &series.axis;
    let compare =
        |function, bound: &Expr| call(function, vec![axis.clone(), bound.clone()], ScalarType::Bool, span);
    let bounds = [(">=", &series.from), ("<", &series.to)];
    let mut input = series.input.clone();
    for (function, bound) in bounds {
        if let Some(bound) = bound {
            let columns = input.columns.clone();
            let predicate = compare(function, bound);
            input = Box::new(Rel { kind: RelKind::Filter { input, predicate }, columns, span });
        }
    }
    let step = match &series.from {
        Some(from) => {
            call("bin_at", vec![axis.clone(), series.step.clone(), from.clone()], axis.scalar_type, span)
        }
        None => call("bin", vec![axis.clone(), series.step.clone()], axis.scalar_type, span),
    };
    let mut columns: Vec<Column> = Vec::new();
    for scalar_type in series
        .keys
        .iter()
        .map(|key| key.scalar_type)
        .chain([axis.scalar_type])
        .chain(series.aggregates.iter().map(|(aggregate, _)| aggregate.scalar_type))
    {
        columns.push(lowerer.new_column(scalar_type));
    }
    let kind = RelKind::Summarize {
        input,
        keys: series.keys.iter().cloned().chain([step]).collect(),
        aggregates: series.aggregates.iter().map(|(aggregate, _)| aggregate.clone()).collect(),
    };
    Rel { kind, columns, span }
}

/// The steps of the axis, in units of its type.
#[derive(Clone, Copy, Debug)]
enum Axis {
    Whole { scalar_type: ScalarType, from: Option<i64>, to: Option<i64>, step: i64 },
    Real { from: Option<f64>, to: Option<f64>, step: f64 },
}

impl Axis {
    fn new(scalar_type: ScalarType, from: Option<&Value>, to: Option<&Value>, step: &Value) -> Option<Self> {
        if scalar_type == ScalarType::Real {
            let step = real(step)?;
            let axis = Self::Real { from: from.and_then(real), to: to.and_then(real), step };
            return (step > 0.0 && step.is_finite()).then_some(axis);
        }
        let step = whole(step)?;
        let axis = Self::Whole { scalar_type, from: from.and_then(whole), to: to.and_then(whole), step };
        (step > 0).then_some(axis)
    }

    /// How many elements each series has, where the query says both ends.
    fn elements(self) -> Option<usize> {
        match self {
            Self::Whole { from, to, step, .. } => {
                let span = i128::from(to?) - i128::from(from?);
                usize::try_from((span.max(0) + i128::from(step) - 1) / i128::from(step)).ok()
            }
            #[expect(
                clippy::cast_sign_loss,
                clippy::cast_possible_truncation,
                reason = "saturates, and is compared with a limit"
            )]
            Self::Real { from, to, step } => Some(((to? - from?) / step).ceil().max(0.0) as usize),
        }
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => value.map(i64::from),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => *value,
        _ => None,
    }
}

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Real(value) => *value,
        #[expect(clippy::cast_precision_loss, reason = "as every conversion of a number to real")]
        other => whole(other).map(|value| value as f64),
    }
}

#[derive(Debug)]
struct Factory {
    axis: Axis,
    /// Of the arguments: keys, axis, aggregates.
    types: Vec<ScalarType>,
    keys: usize,
    defaults: Arc<[Value]>,
    /// Without rows there is a series of defaults.
    nonempty: bool,
    span: Span,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        OPERATOR
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Series {
            axis: self.axis,
            types: self.types.clone(),
            keys: self.keys,
            defaults: Arc::clone(&self.defaults),
            nonempty: self.nonempty,
            span: self.span,
            context,
            passed: Vec::new(),
            arguments: Vec::new(),
        }))
    }
}

/// A place on the axis, and the row that a key has there.
type Step = (Cell<'static>, Option<u32>);

struct Series {
    axis: Axis,
    types: Vec<ScalarType>,
    keys: usize,
    defaults: Arc<[Value]>,
    nonempty: bool,
    span: Span,
    context: TransformContext,
    passed: Vec<RecordBatch>,
    arguments: Vec<RecordBatch>,
}

impl Transform for Series {
    fn push(&mut self, input: &Input, _: &mut Output) -> Result<(), RunError> {
        self.context.memory.grow(input.memory_size())?;
        let fields: Vec<Field> = input
            .arguments
            .iter()
            .enumerate()
            .map(|(index, array)| Field::new(index.to_string(), array.data_type().clone(), true))
            .collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), input.arguments.clone());
        self.arguments.push(batch.map_err(|error| RunError::internal(OPERATOR, error))?);
        self.passed.push(input.passed.clone());
        Ok(())
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        let failed = |error| RunError::internal(OPERATOR, error);
        let Some(first) = self.arguments.first() else { return self.finish_empty(out) };
        let arguments = concat_batches(&first.schema(), &self.arguments).map_err(failed)?;
        let passed = concat_batches(&self.passed[0].schema(), &self.passed).map_err(failed)?;
        self.arguments.clear();
        self.passed.clear();

        let groups = self.groups(&arguments)?;
        let columns = arguments.columns().iter().zip(&self.types);
        let cells = columns.map(|(array, scalar_type)| Cells::new(array, *scalar_type));
        let cells = cells.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let (axis, aggregates) = (&cells[self.keys], &cells[self.keys + 1..]);
        let mut builders: Vec<StringViewBuilder> =
            (0..=aggregates.len()).map(|_| StringViewBuilder::new()).collect();
        let mut writer = DynamicWriter::new();
        let mut kept = Vec::with_capacity(groups.len());
        for rows in groups {
            self.context.control.check()?;
            let Some(steps) = self.steps(axis, &rows)? else { continue };
            kept.push(rows[0]);
            for (index, aggregate) in aggregates.iter().enumerate() {
                writer.begin_array();
                for (_, row) in &steps {
                    match row {
                        Some(row) => aggregate.get(*row as usize).write(&mut writer),
                        None => write_value(&self.defaults[index], &mut writer),
                    }
                }
                writer.end_array();
                self.context.memory.grow(writer.text().len())?;
                builders[index].append_value(writer.text());
                writer.clear();
            }
            writer.begin_array();
            for (at, _) in &steps {
                at.write(&mut writer);
            }
            writer.end_array();
            self.context.memory.grow(writer.text().len())?;
            builders[aggregates.len()].append_value(writer.text());
            writer.clear();
        }
        let produced = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        out.rows(&passed, Some(&UInt32Array::from(kept)), produced)
    }
}

impl Series {
    /// The series of defaults, where one is asked for.
    fn finish_empty(&self, out: &mut Output) -> Result<(), RunError> {
        if !self.nonempty {
            return Ok(());
        }
        let failed = |error| RunError::internal(OPERATOR, error);
        let none = new_empty_array(&layout::arrow_type(self.types[0]));
        let axis = Cells::new(&none, self.types[0]).map_err(failed)?;
        let Some(steps) = self.steps(&axis, &[])? else { return Ok(()) };
        let mut writer = DynamicWriter::new();
        let mut produced: Vec<ArrayRef> = Vec::with_capacity(self.defaults.len() + 1);
        for default in self.defaults.iter() {
            writer.begin_array();
            for _ in &steps {
                write_value(default, &mut writer);
            }
            writer.end_array();
            self.context.memory.grow(writer.text().len())?;
            produced.push(Arc::new(StringViewArray::from_iter_values([writer.text()])));
            writer.clear();
        }
        writer.begin_array();
        for (at, _) in &steps {
            at.write(&mut writer);
        }
        writer.end_array();
        produced.push(Arc::new(StringViewArray::from_iter_values([writer.text()])));
        let row = RecordBatchOptions::new().with_row_count(Some(1));
        let passed = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &row);
        out.rows(&passed.map_err(failed)?, None, produced)
    }

    /// The rows of each key, in the order in which the keys were seen.
    fn groups(&self, arguments: &RecordBatch) -> Result<Vec<Vec<u32>>, RunError> {
        let failed = |error| RunError::internal(OPERATOR, error);
        let rows =
            u32::try_from(arguments.num_rows()).map_err(|error| RunError::internal(OPERATOR, error))?;
        if self.keys == 0 {
            return Ok(vec![(0..rows).collect()]);
        }
        let keys = &arguments.columns()[..self.keys];
        let fields = keys.iter().map(|array| SortField::new(array.data_type().clone())).collect();
        let converter = RowConverter::new(fields).map_err(failed)?;
        let keys = converter.convert_columns(keys).map_err(failed)?;
        let mut positions: HashMap<OwnedRow, usize> = HashMap::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for (key, row) in keys.iter().zip(0..rows) {
            let position = *positions.entry(key.owned()).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[position].push(row);
        }
        Ok(groups)
    }

    /// Each step of a key's series, and the row that it has, if there is one. Nothing where the series has no step.
    fn steps(&self, axis: &Cells<'_>, rows: &[u32]) -> Result<Option<Vec<Step>>, RunError> {
        let too_long = || {
            let message = format!("a series would have more than {ELEMENTS} elements: take a larger step");
            RunError::OperatorLimit { operator: OPERATOR, message, span: self.span }
        };
        match self.axis {
            Axis::Whole { scalar_type, from, to, step } => {
                let at = |row: u32| match axis.get(row as usize) {
                    Cell::Long(at) | Cell::Datetime(at) | Cell::Timespan(at) => Some(at),
                    _ => None,
                };
                let found: HashMap<i64, u32> =
                    rows.iter().filter_map(|row| Some((at(*row)?, *row))).collect();
                let Some(first) = from.or_else(|| found.keys().min().copied()) else { return Ok(None) };
                let last = found.keys().max().copied();
                let Some(end) = to.or_else(|| last?.checked_add(step)) else { return Ok(None) };
                let count = (i128::from(end) - i128::from(first) + i128::from(step) - 1) / i128::from(step);
                let count = usize::try_from(count.max(0)).map_err(|_| too_long())?;
                if count > ELEMENTS {
                    return Err(too_long());
                }
                let steps = (0..count).filter_map(|index| {
                    let at = first.checked_add(step.checked_mul(i64::try_from(index).ok()?)?)?;
                    let cell = match scalar_type {
                        ScalarType::Datetime => Cell::Datetime(at),
                        ScalarType::Timespan => Cell::Timespan(at),
                        _ => Cell::Long(at),
                    };
                    Some((cell, found.get(&at).copied()))
                });
                Ok((count > 0).then(|| steps.collect()))
            }
            Axis::Real { from, to, step } => {
                let at = |row: u32| match axis.get(row as usize) {
                    Cell::Real(at) if at.is_finite() => Some(at),
                    _ => None,
                };
                let found: Vec<(f64, u32)> = rows.iter().filter_map(|row| Some((at(*row)?, *row))).collect();
                let lowest = found.iter().map(|(at, _)| *at).reduce(f64::min);
                let highest = found.iter().map(|(at, _)| *at).reduce(f64::max);
                let Some(first) = from.or(lowest) else { return Ok(None) };
                let Some(end) = to.or(highest.map(|highest| highest + step)) else { return Ok(None) };
                let count = ((end - first) / step).ceil().max(0.0);
                #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
                if count > ELEMENTS as f64 {
                    return Err(too_long());
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "bounded just above"
                )]
                let count = count as usize;
                let mut steps: Vec<Step> = Vec::with_capacity(count);
                #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
                steps.extend((0..count).map(|index| (Cell::Real(first + step * index as f64), None)));
                for (at, row) in found {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
                    let index = ((at - first) / step).round().max(0.0) as usize;
                    if let Some((_, slot)) = steps.get_mut(index) {
                        *slot = Some(row);
                    }
                }
                Ok((count > 0).then_some(steps))
            }
        }
    }
}

fn write_value(value: &Value, writer: &mut DynamicWriter) {
    let cell = match value {
        Value::Bool(value) => value.map_or(Cell::Null, Cell::Bool),
        Value::Int(value) => value.map_or(Cell::Null, |value| Cell::Long(value.into())),
        Value::Long(value) => value.map_or(Cell::Null, Cell::Long),
        Value::Real(value) => value.map_or(Cell::Null, Cell::Real),
        Value::String(value) => Cell::String(value),
        Value::Datetime(value) => value.map_or(Cell::Null, Cell::Datetime),
        Value::Timespan(value) => value.map_or(Cell::Null, Cell::Timespan),
        Value::Decimal(_) | Value::Guid(_) | Value::Dynamic(_) => Cell::Null,
    };
    cell.write(writer);
}
