//! The minus sign before a dynamic value.

use super::cells::Cell;
use super::per_row;
use super::writer::DynamicWriter;
use crate::{Kernel, ScalarCall};

pub(crate) fn bind(call: &ScalarCall<'_>) -> Box<dyn Kernel> {
    per_row::dynamic(call, negate)
}

/// A number with the other sign; whole numbers stay whole and wrap as a `long` does. Null for all else.
fn negate(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let value = cells.first()?.dynamic()?;
    match value.as_i64() {
        Some(number) => writer.long(number.wrapping_neg()),
        None => writer.real(-value.as_f64()?),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn numbers_have_an_opposite() {
        // The official language service gives the minus sign of a dynamic value the type dynamic.
        check(
            "negate",
            "dynamic -> dynamic",
            "5 | -5\n-1.5 | 1.5\n0 | 0\n[1] | null\n{} | null\nnull | null",
        );
    }
}
