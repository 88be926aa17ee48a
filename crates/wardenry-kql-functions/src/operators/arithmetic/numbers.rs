use arrow::array::ArrayRef;
use arrow::compute::kernels::numeric;
use wardenry_kql_values::{Decimal, ScalarType};

use super::Arithmetic;
use crate::FunctionError;
use crate::rows::{Argument, Dec, Long, Real, map2};

/// Both operands are `long`, `real` or `decimal`.
pub(super) fn calculate(
    function: &'static str,
    operation: Arithmetic,
    number: ScalarType,
    left: &Argument,
    right: &Argument,
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    let arrow_kernel = match (number, operation) {
        (ScalarType::Long | ScalarType::Real, Arithmetic::Add) => numeric::add_wrapping,
        (ScalarType::Long | ScalarType::Real, Arithmetic::Subtract) => numeric::sub_wrapping,
        (ScalarType::Long | ScalarType::Real, Arithmetic::Multiply) => numeric::mul_wrapping,
        (ScalarType::Real, Arithmetic::Divide) => numeric::div,
        (ScalarType::Real, Arithmetic::Modulo) => {
            return map2::<Real, Real, Real>(left, right, rows, |a, b| Some(a.rem_euclid(b)));
        }
        (ScalarType::Long, Arithmetic::Divide) => {
            return map2::<Long, Long, Long>(left, right, rows, |a, b| (b != 0).then(|| a.wrapping_div(b)));
        }
        (ScalarType::Long, Arithmetic::Modulo) => {
            return map2::<Long, Long, Long>(left, right, rows, |a, b| {
                (b != 0).then(|| a.wrapping_rem_euclid(b))
            });
        }
        (ScalarType::Decimal, _) => {
            let operation = match operation {
                Arithmetic::Add => Decimal::checked_add,
                Arithmetic::Subtract => Decimal::checked_sub,
                Arithmetic::Multiply => Decimal::checked_mul,
                Arithmetic::Divide => Decimal::checked_div,
                Arithmetic::Modulo => Decimal::checked_rem_euclid,
            };
            return map2::<Dec, Dec, Dec>(left, right, rows, operation);
        }
        _ => return Err(FunctionError::misplaced(function)),
    };
    arrow_kernel(&*left.datum(), &*right.datum()).map_err(|source| FunctionError::Arrow { function, source })
}
