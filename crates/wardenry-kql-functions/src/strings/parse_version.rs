//! `parse_version`. Source: `parse-version-function.md`.

use std::fmt::Write as _;

use wardenry_kql_values::Decimal;

use crate::rows::{Dec, Text, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const PARSE_VERSION: ScalarFunction = ScalarFunction { names: &["parse_version"], bind };

const PARTS: usize = 4;
const DIGITS: usize = 8;

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match arguments {
        [version] => map1::<Text, Dec>(version, rows, parse),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

/// One to four parts of up to eight digits, with points between them. Each part has eight digits of the result, and
/// those that are missing are zero, so that numbers compare as the versions do. `None` for anything else.
fn parse(version: &str) -> Option<Decimal> {
    let mut digits = String::with_capacity(PARTS * DIGITS);
    let mut count = 0;
    for part in version.split('.') {
        count += 1;
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if count > PARTS || part.len() > DIGITS || !is_number {
            return None;
        }
        write!(digits, "{part:0>DIGITS$}").ok()?;
    }
    for _ in count..PARTS {
        write!(digits, "{:0>DIGITS$}", "").ok()?;
    }
    Decimal::parse(&digits)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn versions_become_numbers_that_compare() {
        // [D parse-version-function.md]
        check(
            "parse_version",
            "string -> decimal",
            "0.0.0.5 | 5
            0.0.7.0 | 700000000
            0.0.3 | 300000000
            0.2 | 20000000000000000
            0.1.2.0 | 10000000200000000
            1.2.3.4 | 1000000020000000300000004
            1 | 1000000000000000000000000
            99999999.99999999.99999999.99999999 | 99999999999999999999999999999999",
        );
    }

    #[test]
    fn what_is_no_version_is_null() {
        // [D parse-version-function.md], notes.
        check(
            "parse_version",
            "string -> decimal",
            "\"\" | null\nv1.2 | null\n1..2 | null\n1. | null\n1.2.3.4.5 | null\n123456789 | null\n1.-2 | null",
        );
    }
}
