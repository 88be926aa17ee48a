//! `tohex`: the hexadecimal digits of a number's bits, with zeros in front up to a length. [D tohex-function.md]

use std::fmt::Write as _;

use wardenry_kql_values::ScalarType;

use super::converted;
use crate::rows::{Int, Long, Source, TextRows, common_nulls, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

#[expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let (Some(number), Some(number_type)) = (arguments.first(), types.first()) else {
            return Err(FunctionError::misplaced(function));
        };
        let length = match (arguments.get(1), types.get(1)) {
            (Some(length), Some(from)) => Some(converted(length, *from, ScalarType::Long, rows)?),
            _ => None,
        };
        let nulls =
            common_nulls(&[Some(number), length.as_ref()].into_iter().flatten().collect::<Vec<_>>(), rows);
        let lengths = length.as_ref().map(Long::column).transpose()?;
        // At most the digits of 64 bits: more zeros would say nothing.
        let width = |row: usize| match (&length, &lengths) {
            (Some(length), Some(lengths)) => {
                usize::try_from(Long::get(lengths, length.row(row))).unwrap_or(0).min(16)
            }
            _ => 0,
        };
        if *number_type == ScalarType::Int {
            let numbers = Int::column(number)?;
            return Ok(TextRows::collect(rows, nulls.as_ref(), |out, row| {
                let _infallible =
                    write!(out, "{:0width$x}", Int::get(&numbers, number.row(row)), width = width(row));
            }));
        }
        let numbers = Long::column(number)?;
        Ok(TextRows::collect(rows, nulls.as_ref(), |out, row| {
            let _infallible =
                write!(out, "{:0width$x}", Long::get(&numbers, number.row(row)), width = width(row));
        }))
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn writes_the_bits() {
        // [D tohex-function.md]
        check("tohex", "long -> string", "256 | 100\n-256 | ffffffffffffff00\nnull | \"\"");
        check("tohex", "int, long -> string", "-256 | 8 | ffffff00");
        check("tohex", "long, long -> string", "256 | 8 | 00000100\n256 | 2 | 100\n1 | -5 | 1");
    }
}
