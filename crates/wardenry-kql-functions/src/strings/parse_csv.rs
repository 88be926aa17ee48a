//! `parse_csv`: the fields of a record of comma-separated values. [D parse-csv-function.md]

use super::arguments::{Texts, argument, dynamic_rows, kernel, push_json_text};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const PARSE_CSV: ScalarFunction = ScalarFunction { names: &["parse_csv"], bind };

/// Only the first record counts.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        dynamic_rows(function, arguments, rows, |row, json| {
            for (index, field) in fields(texts.get(row)).iter().enumerate() {
                json.push(if index == 0 { '[' } else { ',' });
                push_json_text(json, field);
            }
            json.push(']');
            Ok(true)
        })
    }))
}

/// The fields of the first record. A field in quotes may have commas, line ends and doubled quotes.
fn fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted => match characters.next_if_eq(&'"') {
                Some(_) => field.push('"'),
                None => quoted = false,
            },
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' | '\n' if !quoted => break,
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, jsons, text};

    /// [D parse-csv-function.md], kql-semantics §20.
    #[test]
    fn the_first_record_is_read() {
        let parse = |csv: &str| call("parse_csv", ScalarType::Dynamic, &[text(csv)]);
        assert_eq!(parse(r#"a,"b,c",d"#), jsons(&[r#"["a","b,c","d"]"#]));
        assert_eq!(
            parse("aa,\"b,b,b\",cc,\"Escaping quotes: \"\"Title\"\"\",\"line1\nline2\""),
            jsons(&[r#"["aa","b,b,b","cc","Escaping quotes: \"Title\"","line1\nline2"]"#])
        );
        assert_eq!(parse("record1,a,b,c\nrecord2,x,y,z"), jsons(&[r#"["record1","a","b","c"]"#]));
        assert_eq!(parse(""), jsons(&[r#"[""]"#]));
    }
}
