//! Reads arguments and builds results row by row.

use std::fmt;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, StringViewArray,
    StringViewBuilder,
};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion_common::ScalarValue;
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use crate::dynamic::Dynamic;
use crate::{FunctionError, Kernel};

/// A kernel that is a closure.
pub(crate) fn kernel<F>(function: &'static str, evaluate: F) -> Box<dyn Kernel>
where
    F: Fn(&[ColumnarValue], usize) -> Result<ColumnarValue, FunctionError> + Send + Sync + 'static,
{
    Box::new(ClosureKernel { function, evaluate })
}

struct ClosureKernel<F> {
    function: &'static str,
    evaluate: F,
}

impl<F> fmt::Debug for ClosureKernel<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClosureKernel").field(&self.function).finish()
    }
}

impl<F> Kernel for ClosureKernel<F>
where
    F: Fn(&[ColumnarValue], usize) -> Result<ColumnarValue, FunctionError> + Send + Sync,
{
    fn evaluate(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError> {
        (self.evaluate)(arguments, rows)
    }
}

/// An argument that the function refuses.
pub(crate) fn refuse(function: &'static str, message: impl Into<String>) -> FunctionError {
    FunctionError::Argument { function, message: message.into() }
}

/// The argument at `index`.
pub(crate) fn argument<'a>(
    function: &'static str,
    arguments: &'a [ColumnarValue],
    index: usize,
) -> Result<&'a ColumnarValue, FunctionError> {
    arguments.get(index).ok_or_else(|| refuse(function, format!("argument {} is missing", index + 1)))
}

/// How many rows have to be computed: one, if all arguments are constant.
pub(crate) fn rows_to_compute(arguments: &[ColumnarValue], rows: usize) -> usize {
    let all_constant = arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
    if all_constant { 1 } else { rows }
}

/// The result of [`rows_to_compute`] rows: a scalar, if all arguments are constant.
pub(crate) fn result(
    function: &'static str,
    arguments: &[ColumnarValue],
    array: ArrayRef,
) -> Result<ColumnarValue, FunctionError> {
    if arguments.iter().any(|argument| matches!(argument, ColumnarValue::Array(_))) {
        return Ok(ColumnarValue::Array(array));
    }
    match ScalarValue::try_from_array(&array, 0) {
        Ok(scalar) => Ok(ColumnarValue::Scalar(scalar)),
        Err(error) => Err(refuse(function, error.to_string())),
    }
}

/// A result that is the same in every row.
pub(crate) fn constant_bool(value: bool) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Boolean(Some(value)))
}

/// An argument of type `string`, or the text of one of type `dynamic`.
#[derive(Debug)]
pub(crate) enum Texts {
    One(Box<str>),
    Many(StringViewArray),
}

impl Texts {
    pub(crate) fn of(
        function: &'static str,
        argument: &ColumnarValue,
        scalar_type: Option<&ScalarType>,
    ) -> Result<Self, FunctionError> {
        let texts = Self::raw(function, argument)?;
        Ok(if scalar_type == Some(&ScalarType::Dynamic) { texts.of_dynamic() } else { texts })
    }

    /// The stored text: of a dynamic value, its JSON.
    pub(crate) fn raw(function: &'static str, argument: &ColumnarValue) -> Result<Self, FunctionError> {
        match argument {
            ColumnarValue::Scalar(
                ScalarValue::Utf8View(text) | ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text),
            ) => Ok(Self::One(text.as_deref().unwrap_or_default().into())),
            ColumnarValue::Scalar(ScalarValue::Null) => Ok(Self::One("".into())),
            ColumnarValue::Scalar(_) => Err(refuse(function, "an argument is not text")),
            ColumnarValue::Array(array) => match array.as_string_view_opt() {
                Some(texts) => Ok(Self::Many(texts.clone())),
                None => arrow::compute::cast(array, &DataType::Utf8View)
                    .map(|array| Self::Many(array.as_string_view().clone()))
                    .map_err(|source| FunctionError::Arrow { function, source }),
            },
        }
    }

    fn of_dynamic(self) -> Self {
        match self {
            Self::One(text) => Self::One(Dynamic::new(&text).to_text().into()),
            Self::Many(texts) => {
                let mut result = StringViewBuilder::with_capacity(texts.len());
                for row in 0..texts.len() {
                    let json = if texts.is_null(row) { "null" } else { texts.value(row) };
                    result.append_value(Dynamic::new(json).to_text());
                }
                Self::Many(result.finish())
            }
        }
    }

    pub(crate) fn get(&self, row: usize) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(texts) if texts.is_null(row) => "",
            Self::Many(texts) => texts.value(row),
        }
    }
}

/// The text of a constant argument.
pub(crate) fn constant_text(constants: &[Option<Value>], index: usize) -> Option<String> {
    match constants.get(index)?.as_ref()? {
        Value::Dynamic(Some(json)) => Some(Dynamic::new(json).to_text().into_owned()),
        other => Some(other.text()),
    }
}

/// The elements of a dynamic array, as text; `None` for what is not an array.
pub(crate) fn array_texts(json: &str) -> Option<Vec<String>> {
    let value = Dynamic::new(json);
    value.is_array().then(|| value.elements().map(|element| element.to_text().into_owned()).collect())
}

/// Appends a JSON string.
pub(crate) fn push_json_text(json: &mut String, text: &str) {
    json.push_str(&serde_json::Value::from(text).to_string());
}

/// The value of an argument in a row, as JSON: a dynamic value or a number. Null for what is neither.
pub(crate) fn value_of_row(
    function: &'static str,
    argument: &ColumnarValue,
    row: usize,
) -> Result<serde_json::Value, FunctionError> {
    let scalar = match argument {
        ColumnarValue::Scalar(scalar) => scalar.clone(),
        ColumnarValue::Array(array) => {
            ScalarValue::try_from_array(array, row).map_err(|error| refuse(function, error.to_string()))?
        }
    };
    Ok(match scalar {
        ScalarValue::Int32(Some(value)) => value.into(),
        ScalarValue::Int64(Some(value)) => value.into(),
        ScalarValue::Float64(Some(value)) => value.into(),
        ScalarValue::Utf8View(Some(json)) => serde_json::from_str(&json).unwrap_or(serde_json::Value::Null),
        _ => serde_json::Value::Null,
    })
}

/// An argument of type `int` or `long`.
#[derive(Debug)]
pub(crate) enum Integers {
    One(Option<i64>),
    Ints(Int32Array),
    Longs(Int64Array),
}

impl Integers {
    pub(crate) fn of(function: &'static str, argument: &ColumnarValue) -> Result<Self, FunctionError> {
        match argument {
            ColumnarValue::Scalar(ScalarValue::Int32(value)) => Ok(Self::One(value.map(i64::from))),
            ColumnarValue::Scalar(ScalarValue::Int64(value)) => Ok(Self::One(*value)),
            ColumnarValue::Scalar(ScalarValue::Null) => Ok(Self::One(None)),
            ColumnarValue::Array(array) => {
                if let Some(values) = array.as_primitive_opt::<Int64Type>() {
                    Ok(Self::Longs(values.clone()))
                } else if let Some(values) = array.as_primitive_opt::<Int32Type>() {
                    Ok(Self::Ints(values.clone()))
                } else {
                    Err(refuse(function, "an argument is not an integer"))
                }
            }
            ColumnarValue::Scalar(_) => Err(refuse(function, "an argument is not an integer")),
        }
    }

    /// The argument at `index`, or `default` in every row if there is none.
    pub(crate) fn opt(
        function: &'static str,
        arguments: &[ColumnarValue],
        index: usize,
        default: i64,
    ) -> Result<Self, FunctionError> {
        arguments.get(index).map_or(Ok(Self::One(Some(default))), |argument| Self::of(function, argument))
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::One(value) => *value,
            Self::Ints(values) => values.is_valid(row).then(|| i64::from(values.value(row))),
            Self::Longs(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }
}

/// Builds a column of text, and refuses to grow beyond a limit.
#[derive(Debug)]
pub(crate) struct TextBuilder {
    function: &'static str,
    texts: StringViewBuilder,
    bytes: usize,
}

/// The most text that one call makes of a batch, in bytes.
const MAX_BATCH_BYTES: usize = 1 << 30;

impl TextBuilder {
    pub(crate) fn new(function: &'static str, rows: usize) -> Self {
        Self { function, texts: StringViewBuilder::with_capacity(rows), bytes: 0 }
    }

    pub(crate) fn push(&mut self, text: &str) -> Result<(), FunctionError> {
        self.bytes += text.len();
        self.check(0)?;
        self.texts.append_value(text);
        Ok(())
    }

    /// A null: for dynamic results only.
    pub(crate) fn push_null(&mut self) {
        self.texts.append_null();
    }

    /// Fails if `more` bytes would be too many.
    pub(crate) fn check(&self, more: usize) -> Result<(), FunctionError> {
        if self.bytes.saturating_add(more) > MAX_BATCH_BYTES {
            return Err(FunctionError::Limit {
                function: self.function,
                message: "the result would have more than a gibibyte of text".to_owned(),
            });
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        Arc::new(self.texts.finish())
    }
}

/// A text for each row.
pub(crate) fn text_rows(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    mut write: impl FnMut(usize, &mut String) -> Result<(), FunctionError>,
) -> Result<ColumnarValue, FunctionError> {
    let rows = rows_to_compute(arguments, rows);
    let mut texts = TextBuilder::new(function, rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        write(row, &mut text)?;
        texts.push(&text)?;
    }
    result(function, arguments, texts.finish())
}

/// A text of JSON, or null, for each row.
pub(crate) fn dynamic_rows(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    mut write: impl FnMut(usize, &mut String) -> Result<bool, FunctionError>,
) -> Result<ColumnarValue, FunctionError> {
    let rows = rows_to_compute(arguments, rows);
    let mut texts = TextBuilder::new(function, rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        if write(row, &mut text)? {
            texts.push(&text)?;
        } else {
            texts.push_null();
        }
    }
    result(function, arguments, texts.finish())
}

/// A number, or null, for each row.
pub(crate) fn long_rows(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    mut number: impl FnMut(usize) -> Result<Option<i64>, FunctionError>,
) -> Result<ColumnarValue, FunctionError> {
    let rows = rows_to_compute(arguments, rows);
    let numbers = (0..rows).map(&mut number).collect::<Result<Int64Array, _>>()?;
    result(function, arguments, Arc::new(numbers))
}

/// A real, or null, for each row.
pub(crate) fn real_rows(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    mut number: impl FnMut(usize) -> Result<Option<f64>, FunctionError>,
) -> Result<ColumnarValue, FunctionError> {
    let rows = rows_to_compute(arguments, rows);
    let numbers = (0..rows).map(&mut number).collect::<Result<Float64Array, _>>()?;
    result(function, arguments, Arc::new(numbers))
}

/// A truth value for each row.
pub(crate) fn bool_rows(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    mut holds: impl FnMut(usize) -> Result<Option<bool>, FunctionError>,
) -> Result<ColumnarValue, FunctionError> {
    let rows = rows_to_compute(arguments, rows);
    let values = (0..rows).map(&mut holds).collect::<Result<BooleanArray, _>>()?;
    result(function, arguments, Arc::new(values))
}
