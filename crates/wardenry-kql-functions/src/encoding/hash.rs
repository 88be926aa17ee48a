//! `hash`, `hash_xxhash64`, `hash_many`, `hash_combine`. Sources: `hash-function.md` and its neighbours.

use arrow::array::ArrayRef;
use twox_hash::XxHash64;
use wardenry_kql_values::ScalarType;

use super::base64::swapped;
use crate::dynamic::{Cell, Cells};
use crate::rows::{Argument, Int, Long, Sink, Source, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

/// xxHash64 with seed 0 over the bytes of a value: UTF-8, or the number in little-endian order. Null has no hash, except as one
/// of many.
///
/// How the product combines hashes is not published: `hash_combine` and `hash_many` mix differently, and are good for comparing
/// within a query only, as their pages advise.
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("hash" | "hash_xxhash64", [source]) => hashes(function, source, &types, rows, Some),
        ("hash" | "hash_xxhash64", [source, modulus]) => {
            if types.get(1) == Some(&ScalarType::Int) {
                let moduli = Int::column(modulus)?;
                modulo(function, source, &types, rows, modulus, |row| Int::get(&moduli, row).into())
            } else {
                let moduli = Long::column(modulus)?;
                modulo(function, source, &types, rows, modulus, |row| Long::get(&moduli, row))
            }
        }
        ("hash_many" | "hash_combine", sources) => {
            let columns =
                sources.iter().zip(&types).map(|(source, of)| Ok((source, cells(function, source, *of)?)));
            let columns = columns.collect::<Result<Vec<_>, FunctionError>>()?;
            let is_hashed = function == "hash_combine";
            Ok(Long::collect(rows, None, |row| {
                let hashes = columns.iter().map(|(source, cells)| match cells.get(source.row(row)) {
                    // What is combined is a hash already.
                    Cell::Long(hash) if is_hashed => hash,
                    cell => hash(&cell).unwrap_or(0),
                });
                hashes.reduce(combine)
            }))
        }
        _ => Err(FunctionError::misplaced(function)),
    }))
}

fn cells<'a>(
    function: &'static str,
    argument: &'a Argument,
    of: ScalarType,
) -> Result<Cells<'a>, FunctionError> {
    Cells::new(argument.array(), of).map_err(|source| FunctionError::Arrow { function, source })
}

fn hashes(
    function: &'static str,
    source: &Argument,
    types: &[ScalarType],
    rows: usize,
    then: impl Fn(i64) -> Option<i64>,
) -> Result<ArrayRef, FunctionError> {
    let of = types.first().copied().unwrap_or(ScalarType::String);
    if of == ScalarType::Int {
        let values = Int::column(source)?;
        return Ok(Long::collect(rows, source.nulls(rows), |row| {
            then(xxhash(&Int::get(&values, source.row(row)).to_le_bytes()))
        }));
    }
    let cells = cells(function, source, of)?;
    Ok(Long::collect(rows, None, |row| hash(&cells.get(source.row(row))).and_then(&then)))
}

fn modulo(
    function: &'static str,
    source: &Argument,
    types: &[ScalarType],
    rows: usize,
    modulus: &Argument,
    value: impl Fn(usize) -> i64,
) -> Result<ArrayRef, FunctionError> {
    let hashes = hashes(function, source, types, rows, Some)?;
    let hashes = source.with_array(hashes);
    let column = Long::column(&hashes)?;
    let nulls = crate::rows::common_nulls(&[&hashes.clone().constant_if(false), modulus], rows);
    Ok(Long::collect(rows, nulls, |row| Long::get(&column, row).checked_rem_euclid(value(modulus.row(row)))))
}

#[expect(clippy::cast_possible_wrap, reason = "a hash is 64 bits, shown with a sign")]
fn xxhash(bytes: &[u8]) -> i64 {
    XxHash64::oneshot(0, bytes) as i64
}

fn hash(cell: &Cell<'_>) -> Option<i64> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Bool(value) => xxhash(&[u8::from(*value)]),
        Cell::Long(value) | Cell::Datetime(value) | Cell::Timespan(value) => xxhash(&value.to_le_bytes()),
        Cell::Real(value) => xxhash(&value.to_le_bytes()),
        Cell::String(value) => xxhash(value.as_bytes()),
        Cell::Guid(value) => xxhash(&swapped(*value).to_be_bytes()),
        Cell::Decimal(_) | Cell::Dynamic(_) => xxhash(super::digest::text(cell).as_bytes()),
    })
}

fn combine(left: i64, right: i64) -> i64 {
    let mixed = right
        .wrapping_add(0x9e37_79b9_7f4a_7c15_u64.cast_signed())
        .wrapping_add(left << 6)
        .wrapping_add(left.cast_unsigned().wrapping_shr(2).cast_signed());
    left ^ mixed
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn hashes_are_xxhash64() {
        // [D hash-function.md, hash-combine-function.md]
        check("hash", "string -> long", "World | 1846988464401551951\nHello | 753694413698530628");
        check("hash", "string, long -> long", "World | 100 | 51\nWorld | 0 | null");
        check("hash_xxhash64", "string, int -> long", "World | 100 | 51");
        check("hash", "datetime -> long", "2015-01-01 | 1380966698541616202\nnull | null");
    }

    #[test]
    fn many_are_the_hashes_combined() {
        // [D hash-many-function.md]: hash_many(a, b) is hash_combine(hash(a), hash(b)).
        let combined = super::combine(753_694_413_698_530_628, 1_846_988_464_401_551_951);
        check("hash_many", "string, string -> long", &format!("Hello | World | {combined}"));
        let hashes = format!("753694413698530628 | 1846988464401551951 | {combined}");
        check("hash_combine", "long, long -> long", &hashes);
    }
}
