//! `split`: the pieces between delimiters. [D split-function.md]

use super::arguments::{Integers, Texts, argument, dynamic_rows, kernel, push_json_text};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const SPLIT: ScalarFunction = ScalarFunction { names: &["split"], bind };

/// Empty pieces are kept. With an index the result is an array of that piece alone, or null if there is none.
/// An empty delimiter does not split.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let with_index = call.argument_types.len() > 2;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let delimiters = Texts::raw(function, argument(function, arguments, 1)?)?;
        let indexes = Integers::opt(function, arguments, 2, 0)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let (text, delimiter) = (texts.get(row), delimiters.get(row));
            if with_index {
                let index = indexes.get(row).and_then(|index| usize::try_from(index).ok());
                let Some(piece) = index.and_then(|index| pieces(text, delimiter).nth(index)) else {
                    return Ok(false);
                };
                json.push('[');
                push_json_text(json, piece);
            } else {
                for (index, piece) in pieces(text, delimiter).enumerate() {
                    json.push(if index == 0 { '[' } else { ',' });
                    push_json_text(json, piece);
                }
            }
            json.push(']');
            Ok(true)
        })
    }))
}

fn pieces<'t>(text: &'t str, delimiter: &'t str) -> impl Iterator<Item = &'t str> {
    let whole = delimiter.is_empty().then_some(text);
    let split = (!delimiter.is_empty()).then(|| text.split(delimiter));
    whole.into_iter().chain(split.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{Argument, call, jsons, long, text, texts};

    /// kql-semantics §5, [D split-function.md].
    #[test]
    fn pieces_and_single_pieces() {
        let rows = texts(&["a,,b", ""]);
        let split = |arguments: &[Argument]| call("split", ScalarType::Dynamic, arguments);
        assert_eq!(split(&[rows.clone(), text(",")]), jsons(&[r#"["a","","b"]"#, r#"[""]"#]));
        assert_eq!(split(&[rows.clone(), text(","), long(2)]), jsons(&[r#"["b"]"#, "null"]));
        assert_eq!(split(&[rows.clone(), text(","), long(-1)]), jsons(&["null", "null"]));
        assert_eq!(split(&[rows, text("")]), jsons(&[r#"["a,,b"]"#, r#"[""]"#]));
        assert_eq!(split(&[text("aabbcc"), text("bb")]), jsons(&[r#"["aa","cc"]"#]));
        assert_eq!(split(&[text("aaa_bbb_ccc"), text("_"), long(1)]), jsons(&[r#"["bbb"]"#]));
        assert_eq!(split(&[text(r#"a"\b"#), text("\\")]), jsons(&[r#"["a\"","b"]"#]));
    }
}
