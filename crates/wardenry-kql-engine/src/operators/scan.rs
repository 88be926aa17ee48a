//! `scan`: matches sequences of rows by steps. [scan-operator.md, "Scan logic flow"]
//!
//! Row by row, and each row against the steps from the last to the first. A step has a state, if a sequence has come as far
//! as it: the rows that matched this step and those before it, with the values that the steps assigned. A row that
//! fits a step takes over the state of the step before it (the sequence has come further), or else replaces its own part
//! in the step's state (the sequence stays); the first step begins a sequence.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::{concat_batches, take};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::ScalarValue;
use datafusion::physical_expr::PhysicalExpr;
use wardenry_kql_semantics::checked::{Column, ColumnId, Rel, Scan, ScanOutput};

use crate::RunError;
use crate::literal;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

const OPERATOR: &str = "scan";

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, scan: &Scan) -> Result<Lowered, RunError> {
    let mut input = lowerer.rel(&scan.input)?;
    if !scan.order_by.is_empty() {
        input = lowerer.ordered(input, &scan.order_by)?;
    }
    let mut keys = Vec::with_capacity(scan.partition_by.len());
    for key in &scan.partition_by {
        keys.push(lowerer.expr(key)?);
    }
    let key_count = keys.len();
    let own = &scan.input.columns;
    let declared: Vec<Column> = scan
        .declared
        .iter()
        .map(|(id, scalar_type, _)| Column { id: *id, name: "".into(), scalar_type: *scalar_type })
        .collect();
    let known: Vec<&Column> = own.iter().chain(&declared).collect();
    let position = |id: ColumnId| known.iter().position(|column| column.id == id);

    // What the expressions read: the row, the declared defaults, and what states hold.
    let mut columns: Vec<Column> = own.iter().chain(&declared).cloned().collect();
    let mut states = Vec::new();
    for (step, of, id) in scan.steps.iter().flat_map(|step| &step.states) {
        let of =
            position(*of).ok_or_else(|| RunError::internal("lowering", "scan reads no column of a step"))?;
        if !columns.iter().any(|column| column.id == *id) {
            columns.push(Column { id: *id, name: "".into(), scalar_type: known[of].scalar_type });
            states.push((*step, of));
        }
    }
    let mut steps = Vec::with_capacity(scan.steps.len());
    let mut schema = None;
    for step in &scan.steps {
        let (condition, its) = lowerer.bound(&step.condition, &columns)?;
        schema = Some(its);
        let mut assignments = Vec::with_capacity(step.assignments.len());
        for (column, value) in &step.assignments {
            let position = declared.iter().position(|its| its.id == *column);
            let position =
                position.ok_or_else(|| RunError::internal("lowering", "scan assigns no column"))?;
            assignments.push((position, lowerer.bound(value, &columns)?.0));
        }
        steps.push(Step { condition, assignments, output: step.output, optional: step.optional });
    }
    let defaults = scan.declared.iter().map(|(_, scalar_type, default)| {
        literal::scalar(default.as_ref().unwrap_or(&wardenry_kql_values::Value::null(*scalar_type)))
    });
    let plan = Plan {
        steps,
        states,
        defaults: defaults.collect(),
        own: own.len(),
        keys: key_count,
        match_id: scan.match_id.is_some(),
        schema: schema.ok_or_else(|| RunError::internal("lowering", "scan has no step"))?,
    };
    let mut produced = declared.clone();
    if let Some(id) = scan.match_id {
        produced.push(Column { id, name: "".into(), scalar_type: wardenry_kql_values::ScalarType::Long });
    }
    let arguments = keys.into_iter().chain(own.iter().map(|column| column_expr(&column_name(column.id))));
    let spec = TransformSpec {
        factory: Arc::new(Factory { plan: Arc::new(plan) }),
        arguments: arguments.collect(),
        passed: own.iter().map(|column| column.id).collect(),
        produced,
        gather: if key_count == 0 { Gather::All } else { Gather::Keys(key_count) },
        order: RowOrder::Makes,
        input_rows: None,
    };
    let lowered = lowerer.transform(input, spec)?;
    let columns = rel.columns.iter().map(|column| column_name(column.id));
    lowered.project(columns.map(|name| (column_expr(&name), name)).collect::<Vec<_>>())
}

#[derive(Debug)]
struct Plan {
    steps: Vec<Step>,
    /// For each column behind the row and the defaults: which step's which column it reads.
    states: Vec<(usize, usize)>,
    defaults: Vec<ScalarValue>,
    /// Columns of the input.
    own: usize,
    keys: usize,
    match_id: bool,
    schema: SchemaRef,
}

#[derive(Debug)]
struct Step {
    condition: Arc<dyn PhysicalExpr>,
    /// Declared column, value.
    assignments: Vec<(usize, Arc<dyn PhysicalExpr>)>,
    output: ScanOutput,
    /// The step may be left out: the state of the step before it serves the next one, too.
    optional: bool,
}

#[derive(Debug)]
struct Factory {
    plan: Arc<Plan>,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        OPERATOR
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        let plan = Arc::clone(&self.plan);
        Ok(Box::new(Matcher {
            plan,
            context,
            converter: None,
            sequences: HashMap::new(),
            next_match: 0,
            next_row: 0,
        }))
    }
}

/// How far a sequence has come.
#[derive(Clone)]
struct State {
    match_id: i64,
    /// For each step the matched row and its declared columns; empty where the step has not matched.
    matched: Vec<Option<Arc<[ScalarValue]>>>,
}

/// A row that fits a step, with the values that the step assigned, and the sequence that it belongs to.
struct Matched {
    values: Arc<[ScalarValue]>,
    match_id: i64,
    /// The step that the sequence has come from, where it has come further with this row.
    from: Option<usize>,
}

/// One for each key.
struct Sequences {
    /// The state of each step.
    states: Vec<Option<State>>,
    /// For each step with `output=last` the latest row of the series of rows that fit it.
    latest: Vec<Option<Latest>>,
}

/// A row that is put out once its series is over.
struct Latest {
    /// Counts the rows of the input.
    number: u64,
    row: PutOut,
}

/// A row of the result.
struct PutOut {
    /// One row of the columns that are passed on.
    passed: RecordBatch,
    values: Arc<[ScalarValue]>,
    match_id: i64,
}

struct Matcher {
    plan: Arc<Plan>,
    context: TransformContext,
    converter: Option<RowConverter>,
    sequences: HashMap<OwnedRow, Sequences>,
    next_match: i64,
    next_row: u64,
}

impl Transform for Matcher {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        let failed = |error| RunError::internal(OPERATOR, error);
        let plan = Arc::clone(&self.plan);
        let (keys, own) = input.arguments.split_at(plan.keys);
        let converter = match &mut self.converter {
            Some(converter) => converter,
            slot => {
                let fields = keys.iter().map(|array| SortField::new(array.data_type().clone())).collect();
                slot.insert(RowConverter::new(fields).map_err(failed)?)
            }
        };
        // Without keys all rows have the same, empty one.
        let keys = (!keys.is_empty()).then(|| converter.convert_columns(keys)).transpose().map_err(failed)?;
        let everything = converter.parser().parse(&[]).owned();
        let mut ready = Vec::new();
        for row in 0..input.rows {
            self.context.control.check()?;
            let key = keys.as_ref().map_or_else(|| everything.clone(), |keys| keys.row(row).owned());
            if !self.sequences.contains_key(&key) {
                self.context.memory.grow(256 * plan.steps.len() * (plan.own + 1))?;
            }
            let sequences = self.sequences.entry(key).or_insert_with(|| Sequences {
                states: vec![None; plan.steps.len()],
                latest: plan.steps.iter().map(|_| None).collect(),
            });
            self.next_row += 1;
            let mut current = Vec::with_capacity(plan.own + plan.defaults.len());
            for array in own {
                current.push(
                    ScalarValue::try_from_array(array, row)
                        .map_err(|error| RunError::internal(OPERATOR, error))?,
                );
            }
            current.extend(plan.defaults.iter().cloned());
            for step in (0..plan.steps.len()).rev() {
                let Some(matched) =
                    plan.try_step(&mut sequences.states, step, &current, &mut self.next_match)?
                else {
                    continue;
                };
                // A series is over when its sequence comes further, and when another sequence takes the step.
                if let Some(from) = matched.from {
                    ready.extend(sequences.latest[from].take().map(|latest| latest.row));
                    ready.extend(sequences.latest[step].take().map(|latest| latest.row));
                }
                let Matched { values, match_id, .. } = matched;
                match plan.steps[step].output {
                    ScanOutput::None => {}
                    ScanOutput::All => {
                        ready.push(PutOut { passed: input.passed.slice(row, 1), values, match_id });
                    }
                    ScanOutput::Last => {
                        let passed = kept(&input.passed, row).map_err(failed)?;
                        let row = PutOut { passed, values, match_id };
                        sequences.latest[step] = Some(Latest { number: self.next_row, row });
                    }
                }
            }
        }
        plan.put_out(&ready, out)
    }

    /// The series that no row has ended, in the order of their last rows.
    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        let sequences = std::mem::take(&mut self.sequences);
        let mut latest: Vec<Latest> =
            sequences.into_values().flat_map(|sequences| sequences.latest).flatten().collect();
        latest.sort_by_key(|latest| latest.number);
        let rows: Vec<PutOut> = latest.into_iter().map(|latest| latest.row).collect();
        self.plan.put_out(&rows, out)
    }
}

/// A row by itself, without the memory of the batch that it comes from.
fn kept(passed: &RecordBatch, row: usize) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(passed.num_columns());
    for column in passed.columns() {
        let column = take(&column.slice(row, 1), &UInt32Array::from(vec![0]), None)?;
        columns.push(match column.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => column,
        });
    }
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    RecordBatch::try_new_with_options(passed.schema(), columns, &options)
}

impl Plan {
    fn put_out(&self, rows: &[PutOut], out: &mut Output) -> Result<(), RunError> {
        let failed = |error| RunError::internal(OPERATOR, error);
        let Some(first) = rows.first() else { return Ok(()) };
        let passed =
            concat_batches(first.passed.schema_ref(), rows.iter().map(|row| &row.passed)).map_err(failed)?;
        let mut produced: Vec<ArrayRef> = Vec::with_capacity(self.defaults.len() + 1);
        for column in self.own..self.own + self.defaults.len() {
            let values = rows.iter().map(|row| row.values[column].clone());
            produced.push(
                ScalarValue::iter_to_array(values).map_err(|error| RunError::internal(OPERATOR, error))?,
            );
        }
        if self.match_id {
            produced.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.match_id))));
        }
        out.rows(&passed, None, produced)
    }

    /// Whether a row fits a step: the row with the values that the step assigned, and the sequence that it belongs to.
    fn try_step(
        &self,
        states: &mut [Option<State>],
        step: usize,
        row: &[ScalarValue],
        next_match: &mut i64,
    ) -> Result<Option<Matched>, RunError> {
        // The nearest step before that has a state; optional steps between may have been left out.
        let before = (0..step).rev().find(|index| states[*index].is_some());
        let before =
            before.filter(|index| self.steps[index + 1..step].iter().all(|between| between.optional));
        if let Some(before) = before
            && let Some(state) = &states[before]
            && self.holds(&self.steps[step].condition, row, Some(state))?
        {
            let mut state = state.clone();
            let values = self.assigned(step, row, Some(&state))?;
            state.matched[step] = Some(Arc::clone(&values));
            let match_id = state.match_id;
            states[before] = None;
            states[step] = Some(state);
            return Ok(Some(Matched { values, match_id, from: Some(before) }));
        }
        if step > 0 && states[step].is_none() {
            return Ok(None);
        }
        if !self.holds(&self.steps[step].condition, row, states[step].as_ref())? {
            return Ok(None);
        }
        let values = self.assigned(step, row, states[step].as_ref())?;
        // Only the first step gets here without a state: a sequence begins. A row that repeats the first step belongs
        // to the sequence that it has begun, as the reference's example of sessions shows.
        let mut state = states[step].take().unwrap_or_else(|| {
            let match_id = *next_match;
            *next_match += 1;
            State { match_id, matched: vec![None; self.steps.len()] }
        });
        state.matched[step] = Some(Arc::clone(&values));
        let match_id = state.match_id;
        states[step] = Some(state);
        Ok(Some(Matched { values, match_id, from: None }))
    }

    fn holds(
        &self,
        condition: &Arc<dyn PhysicalExpr>,
        row: &[ScalarValue],
        state: Option<&State>,
    ) -> Result<bool, RunError> {
        Ok(matches!(self.evaluate(condition, row, state)?, ScalarValue::Boolean(Some(true))))
    }

    /// The row with the declared columns as the step leaves them: those that it does not assign keep their values in the state.
    fn assigned(
        &self,
        step: usize,
        row: &[ScalarValue],
        state: Option<&State>,
    ) -> Result<Arc<[ScalarValue]>, RunError> {
        let mut values = row.to_vec();
        for (column, expr) in &self.steps[step].assignments {
            values[self.own + column] = self.evaluate(expr, row, state)?;
        }
        Ok(values.into())
    }

    fn evaluate(
        &self,
        expr: &Arc<dyn PhysicalExpr>,
        row: &[ScalarValue],
        state: Option<&State>,
    ) -> Result<ScalarValue, RunError> {
        let failed = |error| RunError::from_execution(error, usize::MAX);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for value in row {
            columns.push(value.to_array().map_err(failed)?);
        }
        for (index, (step, column)) in self.states.iter().enumerate() {
            let held =
                state.and_then(|state| state.matched[*step].as_ref()).map(|values| values[*column].clone());
            let value = match held {
                Some(value) => value,
                // Before its first match a step has the declared defaults, and no row.
                None if *column >= self.own => self.defaults[column - self.own].clone(),
                None => {
                    let field = self.schema.field(row.len() + index);
                    ScalarValue::try_from(field.data_type()).map_err(failed)?
                }
            };
            columns.push(value.to_array().map_err(failed)?);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| RunError::internal(OPERATOR, error))?;
        let value = expr.evaluate(&batch).and_then(|value| value.into_array(1)).map_err(failed)?;
        ScalarValue::try_from_array(&value, 0).map_err(failed)
    }
}
