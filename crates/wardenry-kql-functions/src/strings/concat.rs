//! `strcat`, `strcat_delim` and `strrep`.
//!
//! [D strcat-function.md], [D strcat-delim-function.md], [D strrep-function.md]

use super::arguments::{Integers, Texts, argument, kernel, text_rows};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const STRCAT: ScalarFunction = ScalarFunction { names: &["strcat"], bind: bind_strcat };
pub(crate) const STRCAT_DELIM: ScalarFunction =
    ScalarFunction { names: &["strcat_delim"], bind: bind_strcat_delim };
pub(crate) const STRREP: ScalarFunction = ScalarFunction { names: &["strrep"], bind: bind_strrep };

/// As often does `strrep` repeat a text at most.
const MAX_REPETITIONS: i64 = 1024;
/// As long is a text that `strrep` makes at most, in bytes.
const MAX_REPEATED_BYTES: usize = 1 << 24;

/// The arguments are text already: the checker converts them.
fn bind_strcat(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let columns = arguments
            .iter()
            .zip(&types)
            .map(|(argument, scalar_type)| Texts::of(function, argument, Some(scalar_type)));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        text_rows(function, arguments, rows, |row, out| {
            for texts in &columns {
                out.push_str(texts.get(row));
            }
            Ok(())
        })
    }))
}

fn bind_strcat_delim(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let columns = arguments
            .iter()
            .zip(&types)
            .map(|(argument, scalar_type)| Texts::of(function, argument, Some(scalar_type)));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let Some((delimiters, columns)) = columns.split_first() else {
            return text_rows(function, arguments, rows, |_, _| Ok(()));
        };
        text_rows(function, arguments, rows, |row, out| {
            for (index, texts) in columns.iter().enumerate() {
                if index > 0 {
                    out.push_str(delimiters.get(row));
                }
                out.push_str(texts.get(row));
            }
            Ok(())
        })
    }))
}

/// A multiplier below 1, or none, gives the empty text.
fn bind_strrep(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let with_delimiter = call.argument_types.len() > 2;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let multipliers = Integers::of(function, argument(function, arguments, 1)?)?;
        let delimiters = if with_delimiter {
            Texts::raw(function, argument(function, arguments, 2)?)?
        } else {
            Texts::One("".into())
        };
        text_rows(function, arguments, rows, |row, out| {
            let times = multipliers.get(row).unwrap_or(0).clamp(0, MAX_REPETITIONS);
            let piece = texts.get(row).len().saturating_add(delimiters.get(row).len());
            if piece.saturating_mul(usize::try_from(times).unwrap_or(usize::MAX)) > MAX_REPEATED_BYTES {
                return Err(FunctionError::Limit {
                    function,
                    message: format!("the repeated text would have more than {MAX_REPEATED_BYTES} bytes"),
                });
            }
            for time in 0..times {
                if time > 0 {
                    out.push_str(delimiters.get(row));
                }
                out.push_str(texts.get(row));
            }
            Ok(())
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, long, strings, text, texts, try_call};

    /// [D strcat-function.md], [D strcat-delim-function.md], kql-semantics §5.
    #[test]
    fn joined() {
        assert_eq!(
            call("strcat", ScalarType::String, &[text("<"), texts(&["a", ""]), text(">")]),
            strings(&["<a>", "<>"])
        );
        assert_eq!(
            call("strcat_delim", ScalarType::String, &[text("-"), text("x"), text("1"), text("True")]),
            strings(&["x-1-True"])
        );
    }

    /// [D strrep-function.md], kql-semantics §5.
    #[test]
    fn repeated() {
        let repeat = |text: &str, times: i64, delimiter: &str| {
            call(
                "strrep",
                ScalarType::String,
                &[super::super::calling::text(text), long(times), super::super::calling::text(delimiter)],
            )
        };
        assert_eq!(repeat("ab", 2, "/"), strings(&["ab/ab"]));
        assert_eq!(repeat("123", 3, "."), strings(&["123.123.123"]));
        assert_eq!(repeat("ab", 0, "/"), strings(&[""]));
        assert_eq!(repeat("x", 5000, ""), strings(&[&"x".repeat(1024)]));
        assert_eq!(call("strrep", ScalarType::String, &[text("ABC"), long(2)]), strings(&["ABCABC"]));
        let large = "x".repeat(1 << 15);
        let error =
            try_call("strrep", ScalarType::String, &[text(&large), long(1024)]).expect_err("too large");
        assert_eq!(error.to_string(), "strrep: the repeated text would have more than 16777216 bytes");
    }
}
