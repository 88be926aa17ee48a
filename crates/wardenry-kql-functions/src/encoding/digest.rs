//! `hash_md5`, `hash_sha1`, `hash_sha256`. Sources: `hash-md5-function.md` and its neighbours.

use std::fmt::Write as _;

use arrow::array::ArrayRef;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use wardenry_kql_values::ScalarType;

use crate::dynamic::{Cell, Cells};
use crate::rows::{Argument, TextRows, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

/// The digest of the text form of a value, in hexadecimal digits; of the empty text, and so of null, the empty text.
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let of = call.argument_types.first().copied().unwrap_or(ScalarType::String);
    Ok(kernel(function, move |arguments, rows| {
        let [argument] = arguments else { return Err(FunctionError::misplaced(function)) };
        match function {
            "hash_md5" => digests::<Md5>(function, argument, of, rows),
            "hash_sha1" => digests::<Sha1>(function, argument, of, rows),
            "hash_sha256" => digests::<Sha256>(function, argument, of, rows),
            _ => Err(FunctionError::misplaced(function)),
        }
    }))
}

fn digests<D: Digest>(
    function: &'static str,
    argument: &Argument,
    of: ScalarType,
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    let cells =
        Cells::new(argument.array(), of).map_err(|source| FunctionError::Arrow { function, source })?;
    Ok(TextRows::collect(rows, None, |out, row| {
        let text = text(&cells.get(argument.row(row)));
        if !text.is_empty() {
            for byte in D::digest(text.as_bytes()) {
                let _written = write!(out, "{byte:02x}");
            }
        }
    }))
}

/// The text of a value, as `tostring` gives it.
pub(super) fn text(cell: &Cell<'_>) -> String {
    use wardenry_kql_values::{Decimal, datetime, guid, real, timespan};
    match cell {
        Cell::Null => String::new(),
        Cell::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Cell::Long(value) => value.to_string(),
        Cell::Real(value) => real::text(*value),
        Cell::Decimal(value) => {
            let (low, high) = value.to_parts();
            Decimal::from_parts(low, high).map(Decimal::text).unwrap_or_default()
        }
        Cell::String(value) => (*value).to_owned(),
        Cell::Datetime(ticks) => datetime::text(*ticks),
        Cell::Timespan(ticks) => timespan::text(*ticks),
        Cell::Guid(value) => guid::text(*value),
        Cell::Dynamic(value) => value.compact().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn digests_of_texts() {
        // kql-semantics, addresses; [D hash-md5-function.md, hash-sha1-function.md]
        check(
            "hash_md5",
            "string -> string",
            "a | 0cc175b9c0f1b6a831c399e269772661\nWorld | f5a7924e621e84c9280a9a27e1bcb7f6\n\"\" | \"\"",
        );
        check("hash_sha1", "string -> string", "World | 70c07ec18ef89c5309bbb0937f3a6342411e1fdd");
        // FIPS 180-4, the example "abc".
        check(
            "hash_sha256",
            "string -> string",
            "abc | ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n\"\" | \"\"",
        );
    }

    #[test]
    fn other_types_are_texts_first() {
        // [D hash-md5-function.md, hash-sha1-function.md]
        check("hash_md5", "datetime -> string", "2020-01-01 | 786c530672d1f8db31fee25ea8a9390b");
        check("hash_sha1", "datetime -> string", "2020-01-01 | e903e533f4d636b4fc0dcf3cf81e7b7f330de776");
        // kql-semantics, addresses: the same for 1 and "1".
        let of_one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
        check("hash_sha256", "long -> string", &format!("1 | {of_one}\nnull | \"\""));
        check("hash_sha256", "string -> string", &format!("1 | {of_one}"));
    }
}
