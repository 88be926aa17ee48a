use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringViewBuilder,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow::datatypes::{Decimal256Type, i256};
use wardenry_kql_values::{Decimal, ScalarType};

use super::source::{Bool, Dec, Fixed, Guid};
use crate::layout::arrow_type;

/// A type as results have it.
pub(crate) trait Sink {
    type Item;

    /// A value for each row, null where the nulls say so or the function has none.
    fn collect(rows: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> Option<Self::Item>) -> ArrayRef;
}

/// Runs the function once over all rows, and over those without a value once more: they are few, and most columns have none.
fn fixed<T: ArrowPrimitiveType>(
    rows: usize,
    nulls: Option<NullBuffer>,
    f: impl Fn(usize) -> Option<T::Native>,
) -> PrimitiveArray<T> {
    let mut missing = 0;
    let values: Vec<T::Native> = (0..rows)
        .map(|row| {
            let value = f(row);
            missing += usize::from(value.is_none());
            value.unwrap_or_default()
        })
        .collect();
    PrimitiveArray::new(values.into(), with_missing(rows, nulls, missing > 0, |row| f(row).is_some()))
}

fn with_missing(
    rows: usize,
    nulls: Option<NullBuffer>,
    any_missing: bool,
    is_some: impl Fn(usize) -> bool,
) -> Option<NullBuffer> {
    if any_missing {
        let valid = NullBuffer::new(BooleanBuffer::collect_bool(rows, is_some));
        NullBuffer::union(nulls.as_ref(), Some(&valid))
    } else {
        nulls
    }
}

impl<T: ArrowPrimitiveType> Sink for Fixed<T> {
    type Item = T::Native;

    fn collect(rows: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> Option<Self::Item>) -> ArrayRef {
        Arc::new(fixed::<T>(rows, nulls, f))
    }
}

impl Sink for Bool {
    type Item = bool;

    fn collect(rows: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> Option<Self::Item>) -> ArrayRef {
        let mut missing = false;
        let values = BooleanBuffer::collect_bool(rows, |row| {
            let value = f(row);
            missing |= value.is_none();
            value.unwrap_or_default()
        });
        let nulls = with_missing(rows, nulls, missing, |row| f(row).is_some());
        Arc::new(BooleanArray::new(values, nulls))
    }
}

impl Sink for Dec {
    type Item = Decimal;

    fn collect(rows: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> Option<Self::Item>) -> ArrayRef {
        let array = fixed::<Decimal256Type>(rows, nulls, |row| {
            let (low, high) = f(row)?.to_parts();
            Some(i256::from_parts(low, high))
        });
        Arc::new(array.with_data_type(arrow_type(ScalarType::Decimal)))
    }
}

impl Sink for Guid {
    type Item = u128;

    fn collect(rows: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> Option<Self::Item>) -> ArrayRef {
        let mut missing = false;
        let values: Vec<u8> = (0..rows)
            .flat_map(|row| {
                let value = f(row);
                missing |= value.is_none();
                value.unwrap_or_default().to_be_bytes()
            })
            .collect();
        let nulls = with_missing(rows, nulls, missing, |row| f(row).is_some());
        Arc::new(FixedSizeBinaryArray::new(16, Buffer::from_vec(values), nulls))
    }
}

/// Texts as results have them. A text is never null.
pub(crate) struct TextRows;

impl TextRows {
    /// The function appends a row's text to an empty buffer; rows that are null are left empty.
    pub(crate) fn collect(
        rows: usize,
        nulls: Option<&NullBuffer>,
        f: impl Fn(&mut String, usize),
    ) -> ArrayRef {
        let mut builder = StringViewBuilder::with_capacity(rows);
        let mut text = String::new();
        for row in 0..rows {
            text.clear();
            if nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                f(&mut text, row);
            }
            builder.append_value(&text);
        }
        Arc::new(builder.finish())
    }
}
