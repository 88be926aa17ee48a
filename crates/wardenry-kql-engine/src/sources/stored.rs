//! Arrow's types as KQL's.
//!
//! Files hold times in several units, small and unsigned numbers, lists and structures. Here they become what
//! [`wardenry_kql_functions::layout`] says.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, Decimal256Array, FixedSizeBinaryBuilder,
    FixedSizeListArray, GenericListArray, Int64Array, MapArray, OffsetSizeTrait, PrimitiveArray,
    StringViewBuilder, StructArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Field, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, i256,
};
use arrow::error::ArrowError;
use wardenry_kql_functions::dynamic::is_json;
use wardenry_kql_functions::layout;
use wardenry_kql_values::{
    Decimal, MAX_DATETIME, ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH, datetime, guid, timespan,
};

use super::parquet::TYPE_KEY;
use crate::render::cell::{Cells, Style, text};

/// The KQL type of what is stored as `data_type`; `None` if it cannot be read.
pub(super) fn kql_type(data_type: &DataType) -> Option<ScalarType> {
    Some(match data_type {
        DataType::Boolean => ScalarType::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            ScalarType::Int
        }
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ScalarType::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ScalarType::Real,
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => ScalarType::Decimal,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ScalarType::String,
        DataType::FixedSizeBinary(16) => ScalarType::Guid,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => ScalarType::String,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ScalarType::Datetime,
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => ScalarType::Timespan,
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(..)
        | DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Null => ScalarType::Dynamic,
        DataType::Dictionary(_, values) => kql_type(values)?,
        _ => return None,
    })
}

/// The KQL type of a column that is stored as text and says so, see [`super::parquet::TYPE_KEY`].
pub(super) fn marked_type(field: &Field) -> Option<ScalarType> {
    let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let marked = ScalarType::parse(field.metadata().get(TYPE_KEY).filter(|_| is_text)?)?;
    let has_text_form = matches!(
        marked,
        ScalarType::Datetime
            | ScalarType::Dynamic
            | ScalarType::Timespan
            | ScalarType::Guid
            | ScalarType::Decimal
    );
    has_text_form.then_some(marked)
}

/// Ticks of a unit, where a unit is at least one.
pub(super) const fn ticks_of(unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => Some(TICKS_PER_SECOND),
        TimeUnit::Millisecond => Some(TICKS_PER_SECOND / 1_000),
        TimeUnit::Microsecond => Some(TICKS_PER_SECOND / 1_000_000),
        TimeUnit::Nanosecond => None,
    }
}

/// Nanoseconds of a tick.
pub(super) const NANOS_PER_TICK: i64 = 100;

/// An array in the layout of a type. What the type cannot hold becomes null.
pub(super) fn convert(array: &ArrayRef, to: ScalarType) -> Result<ArrayRef, ArrowError> {
    let target = layout::arrow_type(to);
    let array = match array.data_type() {
        DataType::Dictionary(_, values) => cast(array, values)?,
        _ => Arc::clone(array),
    };
    let is_text = matches!(array.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    if is_text && to != ScalarType::String {
        return parsed(&array, to);
    }
    Ok(match (array.data_type(), to) {
        (stored, _) if *stored == target => array,
        (DataType::Null, _) => new_null_array(&target, array.len()),
        (DataType::Timestamp(unit, _), ScalarType::Datetime) => {
            let datetime = |ticks: Option<i64>| ticks.and_then(instant);
            match unit {
                TimeUnit::Second => mapped::<TimestampSecondType>(&array, |value| {
                    datetime(value.checked_mul(TICKS_PER_SECOND))
                }),
                TimeUnit::Millisecond => mapped::<TimestampMillisecondType>(&array, |value| {
                    datetime(value.checked_mul(TICKS_PER_SECOND / 1_000))
                }),
                TimeUnit::Microsecond => mapped::<TimestampMicrosecondType>(&array, |value| {
                    datetime(value.checked_mul(TICKS_PER_SECOND / 1_000_000))
                }),
                TimeUnit::Nanosecond => mapped::<TimestampNanosecondType>(&array, |value| {
                    datetime(Some(value.div_euclid(NANOS_PER_TICK)))
                }),
            }
        }
        (DataType::Date32, ScalarType::Datetime) => {
            mapped::<Date32Type>(&array, |days| instant(i64::from(days) * TICKS_PER_DAY))
        }
        (DataType::Date64, ScalarType::Datetime) => {
            mapped::<Date64Type>(&array, |millis| instant(millis.checked_mul(TICKS_PER_SECOND / 1_000)?))
        }
        (DataType::Time32(TimeUnit::Second), ScalarType::Timespan) => {
            mapped::<Time32SecondType>(&array, |value| Some(i64::from(value) * TICKS_PER_SECOND))
        }
        (DataType::Time32(_), ScalarType::Timespan) => mapped::<Time32MillisecondType>(&array, |value| {
            Some(i64::from(value) * (TICKS_PER_SECOND / 1_000))
        }),
        (DataType::Time64(TimeUnit::Microsecond), ScalarType::Timespan) => {
            mapped::<Time64MicrosecondType>(&array, |value| value.checked_mul(10))
        }
        (DataType::Time64(_), ScalarType::Timespan) => {
            mapped::<Time64NanosecondType>(&array, |value| Some(value.div_euclid(NANOS_PER_TICK)))
        }
        (DataType::Duration(unit), ScalarType::Timespan) => match unit {
            TimeUnit::Second => {
                mapped::<DurationSecondType>(&array, |value| value.checked_mul(TICKS_PER_SECOND))
            }
            TimeUnit::Millisecond => {
                mapped::<DurationMillisecondType>(&array, |value| value.checked_mul(TICKS_PER_SECOND / 1_000))
            }
            TimeUnit::Microsecond => mapped::<DurationMicrosecondType>(&array, |value| value.checked_mul(10)),
            TimeUnit::Nanosecond => {
                mapped::<DurationNanosecondType>(&array, |value| Some(value.div_euclid(NANOS_PER_TICK)))
            }
        },
        (_, ScalarType::Dynamic) => json(&array)?,
        _ => cast(&array, &target)?,
    })
}

/// Values from their texts.
fn parsed(array: &ArrayRef, to: ScalarType) -> Result<ArrayRef, ArrowError> {
    let views = cast(array, &DataType::Utf8View)?;
    let texts = views.as_string_view();
    Ok(match to {
        ScalarType::Datetime => {
            Arc::new(texts.iter().map(|text| datetime::parse(text?)).collect::<Int64Array>())
        }
        ScalarType::Timespan => {
            Arc::new(texts.iter().map(|text| timespan::parse(text?)).collect::<Int64Array>())
        }
        ScalarType::Decimal => {
            let decimal = |text: Option<&str>| {
                let (low, high) = Decimal::parse(text?)?.to_parts();
                Some(i256::from_parts(low, high))
            };
            let decimals = texts.iter().map(decimal).collect::<Decimal256Array>();
            Arc::new(decimals.with_data_type(layout::arrow_type(to)))
        }
        ScalarType::Guid => {
            let mut guids = FixedSizeBinaryBuilder::with_capacity(texts.len(), 16);
            for text in texts {
                match text.and_then(guid::parse) {
                    Some(value) => guids.append_value(value.to_be_bytes())?,
                    None => guids.append_null(),
                }
            }
            Arc::new(guids.finish())
        }
        ScalarType::Dynamic => {
            // A file may say that its texts are JSON when they are not: those are texts, as everywhere in KQL.
            if texts.iter().flatten().all(|text| is_json(text) && text.trim() != "null") {
                return Ok(Arc::clone(&views));
            }
            let mut values = StringViewBuilder::with_capacity(texts.len());
            for text in texts {
                match text {
                    Some(text) if text.trim() == "null" => values.append_null(),
                    Some(text) if is_json(text) => values.append_value(text),
                    Some(text) => values.append_value(serde_json::Value::from(text).to_string()),
                    None => values.append_null(),
                }
            }
            Arc::new(values.finish())
        }
        _ => cast(array, &layout::arrow_type(to))?,
    })
}

/// Ticks since 1970 as ticks since 0001, if that is a datetime.
fn instant(ticks: i64) -> Option<i64> {
    let ticks = ticks.checked_add(UNIX_EPOCH)?;
    (0..=MAX_DATETIME).contains(&ticks).then_some(ticks)
}

fn mapped<T: ArrowPrimitiveType>(array: &ArrayRef, convert: impl Fn(T::Native) -> Option<i64>) -> ArrayRef {
    let array: &PrimitiveArray<T> = array.as_primitive();
    let ticks: Int64Array = array.unary_opt(convert);
    Arc::new(ticks)
}

/// Values as JSON text.
fn json(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let node = Node::new(array)?;
    let mut texts = StringViewBuilder::with_capacity(array.len());
    let mut buffer = Vec::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            texts.append_null();
            continue;
        }
        buffer.clear();
        node.write(row, &mut buffer);
        texts.append_value(String::from_utf8_lossy(&buffer));
    }
    Ok(Arc::new(texts.finish()))
}

const STYLE: Style = Style { short_datetimes: false, numeric_bools: false };

/// An array, ready to be written value by value.
enum Node {
    Leaf(ArrayRef, ScalarType),
    List { nulls: ArrayRef, ranges: Vec<(usize, usize)>, items: Box<Node> },
    Struct { nulls: ArrayRef, members: Vec<(String, Node)> },
    Map { nulls: ArrayRef, ranges: Vec<(usize, usize)>, keys: Box<Node>, values: Box<Node> },
}

impl Node {
    fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        let nulls = Arc::clone(array);
        Ok(match array.data_type() {
            DataType::List(_) => list(array.as_list::<i32>(), nulls)?,
            DataType::LargeList(_) => list(array.as_list::<i64>(), nulls)?,
            DataType::FixedSizeList(_, size) => {
                let list: &FixedSizeListArray = array.as_fixed_size_list();
                let size = usize::try_from(*size).unwrap_or(0);
                let ranges = (0..list.len()).map(|row| (row * size, (row + 1) * size)).collect();
                Self::List { nulls, ranges, items: Box::new(Self::new(list.values())?) }
            }
            DataType::Struct(fields) => {
                let structure: &StructArray = array.as_struct();
                let members = fields
                    .iter()
                    .zip(structure.columns())
                    .map(|(field, column)| Ok((field.name().clone(), Self::new(column)?)))
                    .collect::<Result<_, ArrowError>>()?;
                Self::Struct { nulls, members }
            }
            DataType::Map(..) => {
                let map: &MapArray = array.as_map();
                let ranges = ranges(map.value_offsets());
                Self::Map {
                    nulls,
                    ranges,
                    keys: Box::new(Self::new(map.keys())?),
                    values: Box::new(Self::new(map.values())?),
                }
            }
            data_type => match kql_type(data_type) {
                Some(scalar_type) => Self::Leaf(convert(array, scalar_type)?, scalar_type),
                None => Self::Leaf(
                    new_null_array(&layout::arrow_type(ScalarType::Dynamic), array.len()),
                    ScalarType::Dynamic,
                ),
            },
        })
    }

    fn write(&self, row: usize, out: &mut Vec<u8>) {
        match self {
            Self::Leaf(array, scalar_type) => {
                if array.is_null(row) {
                    out.extend_from_slice(b"null");
                } else {
                    Cells::new(array, *scalar_type).json(row, STYLE, out);
                }
            }
            Self::List { nulls, .. } | Self::Struct { nulls, .. } | Self::Map { nulls, .. }
                if nulls.is_null(row) =>
            {
                out.extend_from_slice(b"null");
            }
            Self::List { ranges, items, .. } => {
                let (start, end) = ranges[row];
                out.push(b'[');
                for item in start..end {
                    if item > start {
                        out.push(b',');
                    }
                    items.write(item, out);
                }
                out.push(b']');
            }
            Self::Struct { members, .. } => {
                out.push(b'{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    text(name, out);
                    out.push(b':');
                    member.write(row, out);
                }
                out.push(b'}');
            }
            Self::Map { ranges, keys, values, .. } => {
                let (start, end) = ranges[row];
                out.push(b'{');
                for entry in start..end {
                    if entry > start {
                        out.push(b',');
                    }
                    keys.write_key(entry, out);
                    out.push(b':');
                    values.write(entry, out);
                }
                out.push(b'}');
            }
        }
    }

    /// The name of a member: JSON's are texts.
    fn write_key(&self, row: usize, out: &mut Vec<u8>) {
        let mut key = Vec::new();
        match self {
            Self::Leaf(array, scalar_type) => Cells::new(array, *scalar_type).plain(row, STYLE, &mut key),
            other => other.write(row, &mut key),
        }
        text(&String::from_utf8_lossy(&key), out);
    }
}

fn list<O: OffsetSizeTrait>(list: &GenericListArray<O>, nulls: ArrayRef) -> Result<Node, ArrowError> {
    let ranges = ranges(list.value_offsets());
    Ok(Node::List { nulls, ranges, items: Box::new(Node::new(list.values())?) })
}

fn ranges<O: OffsetSizeTrait>(offsets: &[O]) -> Vec<(usize, usize)> {
    offsets.windows(2).map(|pair| (pair[0].as_usize(), pair[1].as_usize())).collect()
}
