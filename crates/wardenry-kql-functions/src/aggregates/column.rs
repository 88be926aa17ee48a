//! Values of one kind, kept one after another.

use std::cmp::Ordering;
use std::fmt::Debug;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, FixedSizeBinaryArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowNativeTypeOp, ToByteSlice};
use datafusion_common::{Result, internal_err};
use datafusion_expr::EmitTo;
use std::sync::Arc;

/// A growing column. Accumulators are generic over it, so that one definition serves every type of the layout.
pub(super) trait Column: Debug + Default + Send + Sync + 'static {
    /// The Arrow array of such values.
    type Array: Array + 'static;
    type Value<'a>: Copy;

    /// The value of a row; of a text's null slot, the empty text.
    fn read(array: &Self::Array, row: usize) -> Self::Value<'_>;

    /// Whether `new` takes the place of `old` as the greatest or the smallest. NaN gives way to everything else.
    fn replaces(new: Self::Value<'_>, old: Self::Value<'_>, greatest: bool) -> bool;

    /// A total order; NaN comes first.
    fn compare(left: Self::Value<'_>, right: Self::Value<'_>) -> Ordering;

    /// The same for equal values, in every run.
    fn hash(value: Self::Value<'_>) -> u64;

    fn get(&self, index: usize) -> Self::Value<'_>;
    fn push(&mut self, value: Self::Value<'_>);
    fn set(&mut self, index: usize, value: Self::Value<'_>);
    /// Grows to `length` with values that mean nothing.
    fn grow(&mut self, length: usize);

    /// The values at `indices`, as an array.
    fn gather(&mut self, indices: &[u32]) -> Result<ArrayRef>;

    /// Takes the first values out.
    fn emit(&mut self, emit: EmitTo, nulls: Option<NullBuffer>) -> Result<ArrayRef>;

    /// Memory in use.
    fn bytes(&self) -> usize;
}

/// The array as what the layout says it is.
pub(super) fn cast<A: Array + 'static>(array: &ArrayRef) -> Result<&A> {
    match array.as_any().downcast_ref::<A>() {
        Some(array) => Ok(array),
        None => internal_err!("an aggregation got an array of {}", array.data_type()),
    }
}

/// Spreads the bits of a word (the finaliser of `MurmurHash3`).
pub(super) const fn mix(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// `int`, `long`, `real`, `decimal`, `datetime`, `timespan`.
#[derive(Debug)]
pub(super) struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
}

impl<T: ArrowPrimitiveType> Default for Numbers<T> {
    fn default() -> Self {
        Self { values: Vec::new() }
    }
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    fn array(values: Vec<T::Native>, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls)?;
        Ok(match T::DATA_TYPE {
            // The type's own default has another scale than the layout.
            arrow::datatypes::DataType::Decimal256(..) => Arc::new(
                array.with_data_type(crate::layout::arrow_type(wardenry_kql_values::ScalarType::Decimal)),
            ),
            _ => Arc::new(array),
        })
    }
}

impl<T: ArrowPrimitiveType + Debug> Column for Numbers<T>
where
    T::Native: ArrowNativeTypeOp,
{
    type Array = PrimitiveArray<T>;
    type Value<'a> = T::Native;

    #[inline]
    fn read(array: &Self::Array, row: usize) -> T::Native {
        array.values()[row]
    }

    #[inline]
    fn replaces(new: T::Native, old: T::Native, greatest: bool) -> bool {
        match new.partial_cmp(&old) {
            Some(Ordering::Greater) => greatest,
            Some(Ordering::Less) => !greatest,
            Some(Ordering::Equal) => false,
            None => new.partial_cmp(&new).is_some(),
        }
    }

    #[inline]
    fn compare(left: T::Native, right: T::Native) -> Ordering {
        left.partial_cmp(&right).unwrap_or_else(|| {
            let is_number = |value: T::Native| value.partial_cmp(&value).is_some();
            is_number(left).cmp(&is_number(right))
        })
    }

    #[inline]
    fn hash(value: T::Native) -> u64 {
        // Adding zero makes -0.0 the same as 0.0; every NaN is the same.
        let value = if value.partial_cmp(&value).is_some() {
            value.add_wrapping(T::Native::ZERO)
        } else {
            return mix(0x7ff8_0000_0000_0000);
        };
        let bytes = value.to_byte_slice();
        if let Ok(bytes) = <[u8; 8]>::try_from(bytes) {
            mix(u64::from_le_bytes(bytes))
        } else if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
            mix(u64::from(u32::from_le_bytes(bytes)))
        } else {
            twox_hash::XxHash64::oneshot(0, bytes)
        }
    }

    #[inline]
    fn get(&self, index: usize) -> T::Native {
        self.values[index]
    }

    #[inline]
    fn push(&mut self, value: T::Native) {
        self.values.push(value);
    }

    #[inline]
    fn set(&mut self, index: usize, value: T::Native) {
        self.values[index] = value;
    }

    fn grow(&mut self, length: usize) {
        self.values.resize(length, T::Native::ZERO);
    }

    fn gather(&mut self, indices: &[u32]) -> Result<ArrayRef> {
        Self::array(indices.iter().map(|index| self.values[*index as usize]).collect(), None)
    }

    fn emit(&mut self, emit: EmitTo, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        Self::array(emit.take_needed(&mut self.values), nulls)
    }

    fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<T::Native>()
    }
}

#[derive(Debug, Default)]
pub(super) struct Bools {
    values: Vec<bool>,
}

impl Column for Bools {
    type Array = BooleanArray;
    type Value<'a> = bool;

    #[inline]
    fn read(array: &BooleanArray, row: usize) -> bool {
        array.value(row)
    }

    fn replaces(new: bool, old: bool, greatest: bool) -> bool {
        new != old && new == greatest
    }

    fn compare(left: bool, right: bool) -> Ordering {
        left.cmp(&right)
    }

    fn hash(value: bool) -> u64 {
        mix(u64::from(value) + 1)
    }

    fn get(&self, index: usize) -> bool {
        self.values[index]
    }

    fn push(&mut self, value: bool) {
        self.values.push(value);
    }

    fn set(&mut self, index: usize, value: bool) {
        self.values[index] = value;
    }

    fn grow(&mut self, length: usize) {
        self.values.resize(length, false);
    }

    fn gather(&mut self, indices: &[u32]) -> Result<ArrayRef> {
        let values: BooleanBuffer = indices.iter().map(|index| self.values[*index as usize]).collect();
        Ok(Arc::new(BooleanArray::new(values, None)))
    }

    fn emit(&mut self, emit: EmitTo, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let values = BooleanBuffer::from(emit.take_needed(&mut self.values));
        Ok(Arc::new(BooleanArray::new(values, nulls)))
    }

    fn bytes(&self) -> usize {
        self.values.capacity()
    }
}

#[derive(Debug, Default)]
pub(super) struct Guids {
    values: Vec<[u8; 16]>,
}

impl Guids {
    fn array(values: &[[u8; 16]], nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let bytes = Buffer::from(values.as_flattened());
        Ok(Arc::new(FixedSizeBinaryArray::try_new(16, bytes, nulls)?))
    }
}

impl Column for Guids {
    type Array = FixedSizeBinaryArray;
    type Value<'a> = [u8; 16];

    fn read(array: &FixedSizeBinaryArray, row: usize) -> [u8; 16] {
        array.value(row).try_into().unwrap_or_default()
    }

    fn replaces(new: [u8; 16], old: [u8; 16], greatest: bool) -> bool {
        if greatest { new > old } else { new < old }
    }

    fn compare(left: [u8; 16], right: [u8; 16]) -> Ordering {
        left.cmp(&right)
    }

    fn hash(value: [u8; 16]) -> u64 {
        twox_hash::XxHash64::oneshot(0, &value)
    }

    fn get(&self, index: usize) -> [u8; 16] {
        self.values[index]
    }

    fn push(&mut self, value: [u8; 16]) {
        self.values.push(value);
    }

    fn set(&mut self, index: usize, value: [u8; 16]) {
        self.values[index] = value;
    }

    fn grow(&mut self, length: usize) {
        self.values.resize(length, [0; 16]);
    }

    fn gather(&mut self, indices: &[u32]) -> Result<ArrayRef> {
        let values: Vec<[u8; 16]> = indices.iter().map(|index| self.values[*index as usize]).collect();
        Self::array(&values, None)
    }

    fn emit(&mut self, emit: EmitTo, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        Self::array(&emit.take_needed(&mut self.values), nulls)
    }

    fn bytes(&self) -> usize {
        self.values.capacity() * 16
    }
}

/// Runs `$body` with `$column` standing for the [`Column`] of a KQL type.
macro_rules! with_column {
    ($scalar_type:expr, $column:ident => $body:expr) => {
        match $scalar_type {
            wardenry_kql_values::ScalarType::Bool => {
                type $column = $crate::aggregates::column::Bools;
                $body
            }
            wardenry_kql_values::ScalarType::Int => {
                type $column = $crate::aggregates::column::Numbers<arrow::datatypes::Int32Type>;
                $body
            }
            wardenry_kql_values::ScalarType::Long
            | wardenry_kql_values::ScalarType::Datetime
            | wardenry_kql_values::ScalarType::Timespan => {
                type $column = $crate::aggregates::column::Numbers<arrow::datatypes::Int64Type>;
                $body
            }
            wardenry_kql_values::ScalarType::Real => {
                type $column = $crate::aggregates::column::Numbers<arrow::datatypes::Float64Type>;
                $body
            }
            wardenry_kql_values::ScalarType::Decimal => {
                type $column = $crate::aggregates::column::Numbers<arrow::datatypes::Decimal256Type>;
                $body
            }
            wardenry_kql_values::ScalarType::Guid => {
                type $column = $crate::aggregates::column::Guids;
                $body
            }
            wardenry_kql_values::ScalarType::String | wardenry_kql_values::ScalarType::Dynamic => {
                type $column = $crate::aggregates::texts::Texts;
                $body
            }
        }
    };
}
pub(super) use with_column;
