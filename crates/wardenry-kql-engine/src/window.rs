//! Window functions: they read other rows in the order of their input.
//!
//! Rows go through once. What a function keeps from the rows before is in a [`Running`]; `next` looks ahead, so rows wait
//! until enough of those behind them have come.

mod running;
mod shift;

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use wardenry_kql_values::Value;

use crate::RunError;
use crate::control::Memory;
use crate::transform::{Input, Output, Transform, TransformContext, TransformFactory};
use running::Running;
use shift::Back;

/// A call of a window function. Numbers are positions of arguments.
#[derive(Clone, Debug)]
pub(crate) enum WindowCall {
    /// `prev`
    Back { term: usize, rows: usize, default: Value },
    /// `next`
    Ahead { term: usize, rows: usize, default: Value },
    /// `row_number`
    Number { start: i64, restart: Option<usize> },
    /// `row_cumsum`
    Sum { term: usize, restart: Option<usize> },
    /// `row_rank_dense`, and `row_rank_min` if `sparse`
    Rank { term: usize, restart: Option<usize>, sparse: bool },
    /// `row_window_session`
    Session { term: usize, from_first: Option<i64>, between: Option<i64>, restart: Option<usize> },
}

#[derive(Debug)]
pub(crate) struct WindowFactory {
    pub(crate) calls: Vec<WindowCall>,
}

impl TransformFactory for WindowFactory {
    fn name(&self) -> &'static str {
        "Window"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        let states = self
            .calls
            .iter()
            .map(|call| match call {
                WindowCall::Back { term, rows, default } => State::Back(Back::new(*term, *rows, default)),
                WindowCall::Ahead { term, rows, default } => {
                    State::Ahead { term: *term, rows: *rows, default: default.clone() }
                }
                other => State::Running(Running::new(other)),
            })
            .collect();
        let ahead = self.calls.iter().map(|call| match call {
            WindowCall::Ahead { rows, .. } => *rows,
            _ => 0,
        });
        Ok(Box::new(Window {
            states,
            ahead: ahead.max().unwrap_or(0),
            waiting: VecDeque::new(),
            rows_waiting: 0,
            memory: context.memory,
        }))
    }
}

enum State {
    Back(Back),
    Running(Running),
    Ahead { term: usize, rows: usize, default: Value },
}

struct Window {
    states: Vec<State>,
    /// How many rows behind a row must be known before it can go.
    ahead: usize,
    waiting: VecDeque<Waiting>,
    rows_waiting: usize,
    memory: Memory,
}

/// Rows that look ahead.
struct Waiting {
    passed: RecordBatch,
    arguments: Vec<ArrayRef>,
    /// What the functions that look back gave.
    results: Vec<Option<ArrayRef>>,
    rows: usize,
    bytes: usize,
}

impl Transform for Window {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        let mut results = Vec::with_capacity(self.states.len());
        for state in &mut self.states {
            results.push(match state {
                State::Back(back) => Some(back.push(&input.arguments, &self.memory)?),
                State::Running(running) => Some(running.push(&input.arguments, input.rows)?),
                State::Ahead { .. } => None,
            });
        }
        if self.ahead == 0 {
            return out.rows(&input.passed, None, results.into_iter().flatten().collect());
        }
        let bytes = input.memory_size();
        self.memory.grow(bytes)?;
        self.rows_waiting += input.rows;
        self.waiting.push_back(Waiting {
            passed: input.passed.clone(),
            arguments: input.arguments.clone(),
            results,
            rows: input.rows,
            bytes,
        });
        while let Some(first) = self.waiting.front()
            && self.rows_waiting - first.rows >= self.ahead
        {
            self.emit(out)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        while !self.waiting.is_empty() {
            self.emit(out)?;
        }
        Ok(())
    }
}

impl Window {
    /// Lets the first of the waiting rows go.
    fn emit(&mut self, out: &mut Output) -> Result<(), RunError> {
        let Some(first) = self.waiting.pop_front() else { return Ok(()) };
        self.rows_waiting -= first.rows;
        self.memory.shrink(first.bytes);
        let mut columns = Vec::with_capacity(first.results.len());
        for (result, state) in first.results.into_iter().zip(&self.states) {
            columns.push(match (result, state) {
                (None, State::Ahead { term, rows, default }) => {
                    let behind = self.waiting.iter().map(|waiting| &waiting.arguments[*term]);
                    let pieces = std::iter::once(&first.arguments[*term]).chain(behind);
                    shift::ahead(pieces, first.rows, *rows, default)?
                }
                (Some(result), _) => result,
                (None, _) => arrow::array::new_null_array(&arrow::datatypes::DataType::Null, first.rows),
            });
        }
        out.rows(&first.passed, None, columns)
    }
}

/// Whether a row starts a function anew.
fn restarts(arguments: &[ArrayRef], restart: Option<usize>, row: usize) -> bool {
    use arrow::array::AsArray;
    restart
        .and_then(|position| arguments.get(position))
        .and_then(|array| array.as_boolean_opt())
        .is_some_and(|array| array.is_valid(row) && array.value(row))
}

/// `rows` times the same value.
fn repeated(value: &Value, rows: usize) -> Result<ArrayRef, RunError> {
    crate::literal::scalar(value)
        .to_array_of_size(rows)
        .map_err(|error| RunError::internal("a window function", error))
}

fn concatenated(pieces: &[&dyn Array]) -> Result<ArrayRef, RunError> {
    match pieces {
        [piece] => Ok(arrow::array::make_array(piece.to_data())),
        _ => arrow::compute::concat(pieces).map_err(|error| RunError::internal("a window function", error)),
    }
}

/// For use in one line.
fn shared<A: Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}
