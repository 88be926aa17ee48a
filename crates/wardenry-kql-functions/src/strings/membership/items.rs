//! The items of a list, in a form that compares.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type};
use wardenry_kql_values::{Decimal, ScalarType, Value, datetime, guid, timespan};

use crate::dynamic::{Dynamic, Kind};

/// A value that is not null.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Text(String),
    /// A truth value, an integer, ticks, the bits of a real.
    Bits(u64),
    Guid(u128),
    /// The two halves of a decimal's digits.
    Decimal(u128, i128),
    /// A scalar within a dynamic value.
    Element(Element),
}

/// A scalar of JSON. Numbers compare by value: those beyond 2^53 as reals.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Element {
    Text(String),
    Number(u64),
    Bool(bool),
}

/// What a list has.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    pub(super) has_null: bool,
}

/// Two zeros are equal, and a NaN has no key: it is in no list.
pub(super) fn real_bits(value: f64) -> Option<u64> {
    (!value.is_nan()).then(|| if value == 0.0 { 0 } else { value.to_bits() })
}

impl Items {
    pub(super) fn of_constants(constants: &[Value], left_type: ScalarType) -> Self {
        let mut items = Self::default();
        for constant in constants {
            match constant {
                Value::Dynamic(Some(json)) => items.push_json(json, left_type),
                other => items.push(Item::of_value(other, left_type), other.is_null()),
            }
        }
        items
    }

    /// The texts among the items.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn push_row(
        &mut self,
        array: &ArrayRef,
        row: usize,
        item_type: ScalarType,
        left_type: ScalarType,
    ) {
        if item_type == ScalarType::Dynamic {
            match array.as_string_view_opt() {
                Some(texts) if texts.is_valid(row) => self.push_json(texts.value(row), left_type),
                _ => self.has_null = true,
            }
        } else if left_type == ScalarType::Dynamic {
            let item = Item::of_row(array, row, item_type);
            self.push(item.and_then(|item| item.into_element(item_type)), array.is_null(row));
        } else {
            // NaN is no item either, but not null.
            self.push(Item::of_row(array, row, item_type), array.is_null(row));
        }
    }

    fn push(&mut self, item: Option<Item>, is_null: bool) {
        self.has_null |= is_null;
        self.items.extend(item);
    }

    /// The elements of an array, or the value itself.
    fn push_json(&mut self, json: &str, left_type: ScalarType) {
        let value = Dynamic::new(json);
        if !value.is_array() {
            self.push(Item::of_element(value, left_type), value.is_null());
        }
        for element in value.elements() {
            self.push(Item::of_element(element, left_type), element.is_null());
        }
    }
}

impl Item {
    fn of_value(value: &Value, left_type: ScalarType) -> Option<Self> {
        let item = match value {
            Value::Bool(value) => Self::Bits(u64::from((*value)?)),
            Value::Int(value) => Self::Bits(i64::from((*value)?).cast_unsigned()),
            Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => {
                Self::Bits((*value)?.cast_unsigned())
            }
            Value::Real(value) => Self::Bits(real_bits((*value)?)?),
            Value::Decimal(value) => Self::of_decimal(value.as_deref()?)?,
            Value::String(text) => Self::Text(text.to_string()),
            Value::Guid(value) => Self::Guid((*value)?),
            Value::Dynamic(_) => return None,
        };
        if left_type == ScalarType::Dynamic { item.into_element(value.scalar_type()) } else { Some(item) }
    }

    fn of_decimal(text: &str) -> Option<Self> {
        let (low, high) = Decimal::parse(text)?.to_parts();
        Some(Self::Decimal(low, high))
    }

    /// The item that an element of a dynamic array is for a left side of a type; `None` if they are never equal.
    fn of_element(element: Dynamic<'_>, left_type: ScalarType) -> Option<Self> {
        let text = element.as_str();
        let text = text.as_deref();
        Some(match left_type {
            ScalarType::String => {
                if element.is_null() {
                    return None;
                }
                Self::Text(element.to_text().into_owned())
            }
            ScalarType::Bool => Self::Bits(u64::from(element.as_bool()?)),
            ScalarType::Int | ScalarType::Long => Self::Bits(whole_number(element)?.cast_unsigned()),
            ScalarType::Real => Self::Bits(real_bits(element.as_f64()?)?),
            ScalarType::Decimal => {
                element.as_f64()?;
                Self::of_decimal(element.text())?
            }
            ScalarType::Datetime => Self::Bits(datetime::parse(text?)?.cast_unsigned()),
            ScalarType::Timespan => Self::Bits(timespan::parse(text?)?.cast_unsigned()),
            ScalarType::Guid => Self::Guid(guid::parse(text?)?),
            ScalarType::Dynamic => Self::Element(Element::of(element)?),
        })
    }

    /// The item as an element of JSON, for a dynamic left side.
    fn into_element(self, scalar_type: ScalarType) -> Option<Self> {
        Some(Self::Element(match self {
            Self::Element(element) => element,
            Self::Text(text) => Element::Text(text),
            Self::Bits(bits) => match scalar_type {
                ScalarType::Bool => Element::Bool(bits != 0),
                ScalarType::Real => Element::Number(bits),
                ScalarType::Datetime => Element::Text(datetime::text(bits.cast_signed())),
                ScalarType::Timespan => Element::Text(timespan::text(bits.cast_signed())),
                _ => Element::Number(long_bits(bits.cast_signed())),
            },
            Self::Guid(value) => Element::Text(guid::text(value)),
            Self::Decimal(low, high) => Element::Number(real_bits(Decimal::from_parts(low, high)?.to_f64())?),
        }))
    }

    /// The value of a row; `None` for null.
    pub(super) fn of_row(array: &ArrayRef, row: usize, scalar_type: ScalarType) -> Option<Self> {
        if scalar_type == ScalarType::String {
            let texts = array.as_string_view_opt()?;
            return Some(Self::Text(if texts.is_null(row) {
                String::new()
            } else {
                texts.value(row).to_owned()
            }));
        }
        if array.is_null(row) {
            return None;
        }
        Some(match scalar_type {
            ScalarType::Bool => Self::Bits(u64::from(array.as_boolean_opt()?.value(row))),
            ScalarType::Int => {
                Self::Bits(i64::from(array.as_primitive_opt::<Int32Type>()?.value(row)).cast_unsigned())
            }
            ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
                Self::Bits(array.as_primitive_opt::<Int64Type>()?.value(row).cast_unsigned())
            }
            ScalarType::Real => Self::Bits(real_bits(array.as_primitive_opt::<Float64Type>()?.value(row))?),
            ScalarType::Decimal => {
                let (low, high) = array.as_primitive_opt::<Decimal256Type>()?.value(row).to_parts();
                Self::Decimal(low, high)
            }
            ScalarType::Guid => {
                Self::Guid(u128::from_be_bytes(array.as_fixed_size_binary_opt()?.value(row).try_into().ok()?))
            }
            ScalarType::String | ScalarType::Dynamic => {
                Self::Element(Element::of(Dynamic::new(array.as_string_view_opt()?.value(row)))?)
            }
        })
    }
}

impl Element {
    pub(super) fn of(element: Dynamic<'_>) -> Option<Self> {
        Some(match element.kind() {
            Kind::Null => return None,
            Kind::Bool => Self::Bool(element.as_bool()?),
            Kind::Long | Kind::Real => Self::Number(real_bits(element.as_f64()?)?),
            Kind::String | Kind::Array | Kind::Bag => Self::Text(element.to_text().into_owned()),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "elements compare as reals")]
fn long_bits(value: i64) -> u64 {
    real_bits(value as f64).unwrap_or_default()
}

/// The integer that a number is, be it written with a fraction of zero or not.
fn whole_number(element: Dynamic<'_>) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    let from_real = |value: f64| (value.fract() == 0.0 && value.abs() <= LIMIT).then_some(value as i64);
    element.as_i64().or_else(|| element.as_f64().and_then(from_real))
}
