use std::marker::PhantomData;

use arrow::array::{
    Array, ArrowPrimitiveType, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringViewArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type};
use wardenry_kql_values::Decimal;

use super::Argument;
use crate::FunctionError;

/// A type as arguments have it.
pub(crate) trait Source {
    type Column<'a>;
    type Item<'a>;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError>;

    /// Where there are values; `None` if everywhere.
    fn nulls(argument: &Argument, rows: usize) -> Option<NullBuffer> {
        argument.nulls(rows)
    }

    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a>;
}

/// Numbers of fixed width.
pub(crate) struct Fixed<T>(PhantomData<T>);
pub(crate) type Int = Fixed<Int32Type>;
/// Also `datetime` and `timespan`, as ticks.
pub(crate) type Long = Fixed<Int64Type>;
pub(crate) type Real = Fixed<Float64Type>;

impl<T: ArrowPrimitiveType> Source for Fixed<T> {
    type Column<'a> = &'a [T::Native];
    type Item<'a> = T::Native;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        Ok(argument.downcast::<PrimitiveArray<T>>()?.values())
    }

    #[inline]
    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        column[row]
    }
}

pub(crate) struct Bool;

impl Source for Bool {
    type Column<'a> = &'a BooleanArray;
    type Item<'a> = bool;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        argument.downcast()
    }

    #[inline]
    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        column.value(row)
    }
}

/// `decimal`.
pub(crate) struct Dec;

impl Source for Dec {
    type Column<'a> = &'a PrimitiveArray<Decimal256Type>;
    type Item<'a> = Decimal;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        argument.downcast()
    }

    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        let (low, high) = column.value(row).to_parts();
        // The precision of the layout is that of the type; only a null slot could hold anything else.
        Decimal::from_parts(low, high).unwrap_or(Decimal::ZERO)
    }
}

/// `string`: a null slot is the empty text.
pub(crate) struct Text;

impl Source for Text {
    type Column<'a> = &'a StringViewArray;
    type Item<'a> = &'a str;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        argument.downcast()
    }

    fn nulls(_argument: &Argument, _rows: usize) -> Option<NullBuffer> {
        None
    }

    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        if column.is_null(row) { "" } else { column.value(row) }
    }
}

/// `dynamic`, as JSON text.
pub(crate) struct Json;

impl Source for Json {
    type Column<'a> = &'a StringViewArray;
    type Item<'a> = &'a str;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        argument.downcast()
    }

    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        column.value(row)
    }
}

pub(crate) struct Guid;

impl Source for Guid {
    type Column<'a> = &'a FixedSizeBinaryArray;
    type Item<'a> = u128;

    fn column(argument: &Argument) -> Result<Self::Column<'_>, FunctionError> {
        argument.downcast()
    }

    fn get<'a>(column: &Self::Column<'a>, row: usize) -> Self::Item<'a> {
        column.value(row).iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte))
    }
}
