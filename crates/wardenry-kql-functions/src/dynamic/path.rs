//! Paths into dynamic values: `d.a.b[0]`, `d["x y"]`, `d[column]`.

use arrow::array::{ArrayRef, AsArray, StringViewArray};
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use super::cells::{Cell, Cells};
use super::conversions::convert_rows;
use super::locate::{Step, enter, start, whole};
use super::parse_json::parse_json;
use super::validate::is_json;
use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    Member(Box<str>),
    /// Counts from the end if negative.
    Index(i64),
    /// The next argument of the kernel, of this type: a text is a member, a whole number or a bool an index, anything else
    /// leads nowhere.
    Computed(ScalarType),
}

/// A path into a dynamic value, with what stands around it in a query: `tostring(parse_json(Text).a.b[0])` is one scan of
/// the text.
///
/// The first argument is the value, the others are those of the computed steps, in order. A member that a bag does not
/// have, an index out of range, and a step into a value of the wrong kind give null, as JSON's `null` does.
/// [scalar-data-types/dynamic.md]
#[derive(Debug)]
pub struct PathKernel {
    closure: Box<dyn Kernel>,
}

const FUNCTION: &str = "path";

impl PathKernel {
    /// `parse`: the value is a text column, to be read as `parse_json` reads it: text that is no JSON is a string, into which
    /// no path leads. `target`: the result is converted as `tostring`, `tolong`, … would; dynamic if there is none.
    pub fn bind(steps: Vec<PathStep>, parse: bool, target: Option<ScalarType>) -> Self {
        let target = target.unwrap_or(ScalarType::Dynamic);
        let closure = kernel(FUNCTION, move |arguments, rows| {
            let (base, computed) = arguments.split_first().ok_or_else(|| super::misplaced(FUNCTION))?;
            let computed: Vec<&Argument> = computed.iter().collect();
            evaluate(&steps, parse, target, base, &computed, rows)
        });
        Self { closure }
    }
}

/// A path as a function: the value, then each step. A value of type `string` is read as `parse_json` reads it, and the result is
/// converted to the type of the call.
pub(super) const PATH: ScalarFunction = ScalarFunction { names: &[FUNCTION], bind };

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let (base, step_types) = call.argument_types.split_first().ok_or_else(|| super::misplaced(FUNCTION))?;
    let constants = call.constants.iter().skip(1);
    let steps: Vec<PathStep> =
        step_types.iter().zip(constants).map(|(t, value)| step(*t, value.as_ref())).collect();
    let computed: Vec<usize> =
        (1..=steps.len()).filter(|argument| matches!(steps[argument - 1], PathStep::Computed(_))).collect();
    let (parse, target) = (*base == ScalarType::String, call.result_type);
    Ok(kernel(FUNCTION, move |arguments, rows| {
        let base = arguments.first().ok_or_else(|| super::misplaced(FUNCTION))?;
        let computed: Vec<&Argument> = computed.iter().filter_map(|index| arguments.get(*index)).collect();
        evaluate(&steps, parse, target, base, &computed, rows)
    }))
}

/// Steps of which each is known; `None` if one is not.
pub(super) fn constant_steps<'a>(
    constants: impl Iterator<Item = &'a Option<Value>>,
) -> Option<Vec<PathStep>> {
    constants
        .map(|constant| match step(ScalarType::Dynamic, constant.as_ref()) {
            PathStep::Computed(_) => None,
            step => Some(step),
        })
        .collect()
}

fn step(scalar_type: ScalarType, constant: Option<&Value>) -> PathStep {
    match constant {
        Some(Value::String(name)) => PathStep::Member(name.clone()),
        Some(Value::Long(Some(index))) => PathStep::Index(*index),
        Some(Value::Int(Some(index))) => PathStep::Index((*index).into()),
        _ => PathStep::Computed(scalar_type),
    }
}

impl Kernel for PathKernel {
    fn evaluate(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError> {
        self.closure.evaluate(arguments, rows)
    }
}

fn evaluate(
    steps: &[PathStep],
    parse: bool,
    target: ScalarType,
    base: &Argument,
    computed: &[&Argument],
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    let failed = |source| FunctionError::Arrow { function: FUNCTION, source };
    let base = base.expanded(rows)?;
    let values: &StringViewArray = base.as_string_view_opt().ok_or_else(|| super::misplaced(FUNCTION))?;
    if steps.is_empty() && parse {
        let parsed = parse_json(values).map_err(failed)?;
        return super::convert(parsed.as_string_view(), target).map_err(failed);
    }
    let types = steps.iter().filter_map(|step| match step {
        PathStep::Computed(scalar_type) => Some(*scalar_type),
        PathStep::Member(_) | PathStep::Index(_) => None,
    });
    let computed = types
        .zip(computed)
        .map(|(scalar_type, argument)| Ok((Cells::new(argument.array().as_ref(), scalar_type)?, *argument)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let part = |row: usize| {
        let text = values.value(row);
        let part = follow(text, steps, &computed, row)?;
        // Most texts that are no JSON lead nowhere anyhow; the others pay for a closer look.
        (!parse || is_json(text)).then_some(part)
    };
    convert_rows(values, target, part).map_err(failed)
}

/// The bytes of the value that the steps lead to.
#[inline]
pub(super) fn follow(
    text: &str,
    steps: &[PathStep],
    computed: &[(Cells<'_>, &Argument)],
    row: usize,
) -> Option<(usize, usize)> {
    let mut at = start(text);
    let mut computed = computed.iter();
    for step in steps {
        at = match step {
            PathStep::Member(name) => enter(text, at, Step::Member(name))?,
            PathStep::Index(index) => enter(text, at, Step::Index(*index))?,
            PathStep::Computed(_) => {
                let (cells, argument) = computed.next()?;
                enter_computed(text, at, cells.get(argument.row(row)))?
            }
        };
    }
    whole(text, at)
}

fn enter_computed(text: &str, at: usize, step: Cell<'_>) -> Option<usize> {
    match step {
        Cell::String(name) => enter(text, at, Step::Member(name)),
        Cell::Long(index) => enter(text, at, Step::Index(index)),
        Cell::Bool(index) => enter(text, at, Step::Index(index.into())),
        Cell::Dynamic(value) => match value.as_str() {
            Some(name) => enter(text, at, Step::Member(&name)),
            None => enter(text, at, Step::Index(value.as_i64()?)),
        },
        _ => None,
    }
}
