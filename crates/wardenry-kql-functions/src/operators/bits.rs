//! Operations on the 64 bits of whole numbers. Shifts count modulo 64; by a negative number they give null.
//! Sources: `binary-and-function.md` and its neighbours.

use wardenry_kql_values::ScalarType;

use crate::conversions::converted;
use crate::rows::{Long, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let arguments = arguments
            .iter()
            .zip(&types)
            .map(|(argument, from)| converted(argument, *from, ScalarType::Long, rows))
            .collect::<Result<Vec<_>, _>>()?;
        match (function, arguments.as_slice()) {
            ("binary_not", [value]) => map1::<Long, Long>(value, rows, |value| Some(!value)),
            ("bitset_count_ones", [value]) => {
                map1::<Long, Long>(value, rows, |value| Some(i64::from(value.count_ones())))
            }
            ("binary_and", [a, b]) => map2::<Long, Long, Long>(a, b, rows, |a, b| Some(a & b)),
            ("binary_or", [a, b]) => map2::<Long, Long, Long>(a, b, rows, |a, b| Some(a | b)),
            ("binary_xor", [a, b]) => map2::<Long, Long, Long>(a, b, rows, |a, b| Some(a ^ b)),
            ("binary_shift_left", [a, b]) => {
                map2::<Long, Long, Long>(a, b, rows, |a, b| shift(b).map(|by| a.wrapping_shl(by)))
            }
            ("binary_shift_right", [a, b]) => {
                map2::<Long, Long, Long>(a, b, rows, |a, b| shift(b).map(|by| a.wrapping_shr(by)))
            }
            _ => Err(FunctionError::misplaced(function)),
        }
    }))
}

fn shift(by: i64) -> Option<u32> {
    if by < 0 { None } else { u32::try_from(by % 64).ok() }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn works_on_64_bits() {
        // [D binary-shift-left-function.md], [D bitset-count-ones-function.md], [D binary-not-function.md]
        check("binary_and", "long, int -> long", "6 | 3 | 2\nnull | 1 | null");
        check("binary_or", "long, long -> long", "6 | 3 | 7");
        check("binary_xor", "long, long -> long", "6 | 3 | 5");
        check("binary_not", "long -> long", "100 | -101");
        check("binary_shift_left", "long, long -> long", "1 | 2 | 4\n1 | 65 | 2\n1 | -1 | null");
        check("binary_shift_right", "long, long -> long", "1 | 2 | 0\n-8 | 1 | -4");
        check("bitset_count_ones", "long -> long", "42 | 3\n-1 | 64");
    }
}
