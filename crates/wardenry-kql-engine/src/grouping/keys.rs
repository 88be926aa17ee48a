//! Numbers for the keys of groups.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray, StringViewArray,
    StringViewBuilder,
};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::common::{Result, internal_err, resources_err};
use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of a text that has none yet.
const UNKNOWN: u32 = u32::MAX;

/// Whether [`Keys`] take a column of this type.
pub(super) fn is_supported(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8View | DataType::Int32 | DataType::Int64 | DataType::Boolean)
}

/// The keys of groups: a group's number is the same for the same values of all columns.
pub(super) struct Keys {
    columns: Vec<Column>,
    /// The numbers of the first column with those of the second, these with those of the third, and so on.
    pairs: Vec<Pairs>,
    numbers: Vec<u32>,
}

impl Keys {
    /// For columns of these types; texts come as numbers into dictionaries, or in full.
    pub(super) fn try_new(types: &[DataType]) -> Result<Self> {
        let columns = types.iter().map(Column::try_new).collect::<Result<Vec<_>>>()?;
        let pairs = columns.iter().skip(1).map(|_| Pairs::default()).collect();
        Ok(Self { columns, pairs, numbers: Vec::new() })
    }

    /// The group of each row.
    pub(super) fn groups(&mut self, keys: &[ArrayRef], groups: &mut Vec<usize>) -> Result<()> {
        groups.clear();
        let Some((first, rest)) = self.columns.split_first_mut() else { return Ok(()) };
        let Some((first_keys, rest_keys)) = keys.split_first() else { return Ok(()) };
        first.numbers(first_keys, &mut self.numbers)?;
        groups.extend(self.numbers.iter().map(|number| *number as usize));
        for ((column, pairs), keys) in rest.iter_mut().zip(&mut self.pairs).zip(rest_keys) {
            column.numbers(keys, &mut self.numbers)?;
            pairs.numbers(groups, &self.numbers)?;
        }
        Ok(())
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        match self.pairs.last() {
            Some(pairs) => pairs.pairs.len(),
            None => self.columns.first().map_or(0, Column::len),
        }
    }

    /// The values of all groups by their number, column by column. The groups are forgotten.
    pub(super) fn take(&mut self) -> Vec<ArrayRef> {
        let mut numbers: Vec<u32> = (0..self.len()).filter_map(|group| u32::try_from(group).ok()).collect();
        let mut values = Vec::with_capacity(self.columns.len());
        for (column, pairs) in self.columns.iter_mut().skip(1).zip(&mut self.pairs).rev() {
            let pairs = std::mem::take(pairs).pairs;
            let second: Vec<u32> = numbers.iter().map(|number| pairs[*number as usize].1).collect();
            for number in &mut numbers {
                *number = pairs[*number as usize].0;
            }
            values.push(column.take(&second));
        }
        if let Some(first) = self.columns.first_mut() {
            values.push(first.take(&numbers));
        }
        values.reverse();
        values
    }

    pub(super) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        let pairs: usize = self.pairs.iter().map(Pairs::bytes).sum();
        columns + pairs + self.numbers.capacity() * size_of::<u32>()
    }
}

fn next_number(count: usize) -> Result<u32> {
    match u32::try_from(count) {
        Ok(number) if number != UNKNOWN => Ok(number),
        _ => resources_err!("there are more than {UNKNOWN} groups"),
    }
}

/// Numbers for pairs of numbers.
#[derive(Default)]
struct Pairs {
    pairs: Vec<(u32, u32)>,
    table: HashTable<u32>,
}

#[inline]
const fn hash_pair(pair: (u32, u32)) -> u64 {
    let mixed = (((pair.0 as u64) << 32) | pair.1 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

impl Pairs {
    /// Puts in the place of each first number that of the pair.
    fn numbers(&mut self, firsts: &mut [usize], seconds: &[u32]) -> Result<()> {
        let mut last: Option<((u32, u32), u32)> = None;
        for (first, second) in firsts.iter_mut().zip(seconds) {
            let pair = (u32::try_from(*first).unwrap_or(UNKNOWN), *second);
            let number = match last {
                Some((same, number)) if same == pair => number,
                _ => self.number(pair)?,
            };
            last = Some((pair, number));
            *first = number as usize;
        }
        Ok(())
    }

    #[inline]
    fn number(&mut self, pair: (u32, u32)) -> Result<u32> {
        let hash = hash_pair(pair);
        let pairs = &self.pairs;
        if let Some(number) = self.table.find(hash, |number| pairs[*number as usize] == pair) {
            return Ok(*number);
        }
        let number = next_number(self.pairs.len())?;
        self.pairs.push(pair);
        let pairs = &self.pairs;
        self.table.insert_unique(hash, number, |number| hash_pair(pairs[*number as usize]));
        Ok(number)
    }

    fn bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<(u32, u32)>() + self.table.allocation_size()
    }
}

/// Numbers for the values of one column, from 0 in the order in which they come.
enum Column {
    Texts(Texts),
    Ints(Values<Int32Type>),
    Longs(Values<Int64Type>),
    Bools(Bools),
}

impl Column {
    fn try_new(data_type: &DataType) -> Result<Self> {
        Ok(match data_type {
            DataType::Utf8View | DataType::Dictionary(..) => Self::Texts(Texts::default()),
            DataType::Int32 => Self::Ints(Values::default()),
            DataType::Int64 => Self::Longs(Values::default()),
            DataType::Boolean => Self::Bools(Bools::default()),
            other => return internal_err!("{other} is no key"),
        })
    }

    fn numbers(&mut self, keys: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        numbers.clear();
        match self {
            Self::Texts(texts) => texts.numbers(keys, numbers),
            Self::Ints(values) => values.numbers(keys.as_primitive(), numbers),
            Self::Longs(values) => values.numbers(keys.as_primitive(), numbers),
            Self::Bools(values) => {
                values.numbers(keys.as_boolean(), numbers);
                Ok(())
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.ends.len(),
            Self::Ints(values) => values.values.len(),
            Self::Longs(values) => values.values.len(),
            Self::Bools(values) => values.values.len(),
        }
    }

    /// The values of some numbers. All numbers are forgotten.
    fn take(&mut self, numbers: &[u32]) -> ArrayRef {
        match self {
            Self::Texts(texts) => Arc::new(std::mem::take(texts).array(numbers)),
            Self::Ints(values) => Arc::new(std::mem::take(values).array(numbers)),
            Self::Longs(values) => Arc::new(std::mem::take(values).array(numbers)),
            Self::Bools(values) => {
                let values = std::mem::take(values).values;
                let values = numbers.iter().map(|number| values[*number as usize]);
                Arc::new(values.collect::<BooleanArray>())
            }
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.bytes(),
            Self::Ints(values) => values.bytes(),
            Self::Longs(values) => values.bytes(),
            Self::Bools(_) => 0,
        }
    }
}

#[derive(Default)]
struct Texts {
    /// All texts, one after another.
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    null: Option<u32>,
    /// With half of each text's hash.
    table: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
    /// The last dictionary, and the numbers of its texts as far as they are known.
    dictionary: Option<(ArrayRef, Vec<u32>)>,
}

#[inline]
const fn spread(half: u32) -> u64 {
    (half as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Texts {
    fn numbers(&mut self, keys: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        if let Some(texts) = keys.as_string_view_opt() {
            for row in 0..texts.len() {
                numbers.push(self.number((!texts.is_null(row)).then(|| texts.value(row)))?);
            }
            return Ok(());
        }
        let Some(encoded) = keys.as_dictionary_opt::<Int32Type>() else {
            return internal_err!("{} is no text", keys.data_type());
        };
        let dictionary = encoded.values();
        let Some(texts) = dictionary.as_string_view_opt() else {
            return internal_err!("{} is no text", dictionary.data_type());
        };
        let mut known = match self.dictionary.take() {
            Some((same, known)) if is_same(&same, dictionary) => known,
            _ => vec![UNKNOWN; dictionary.len()],
        };
        let result = self.look_up(encoded.keys().values(), texts, &mut known, numbers);
        self.dictionary = Some((Arc::clone(dictionary), known));
        result
    }

    fn look_up(
        &mut self,
        keys: &[i32],
        texts: &StringViewArray,
        known: &mut [u32],
        numbers: &mut Vec<u32>,
    ) -> Result<()> {
        numbers.reserve(keys.len());
        for key in keys {
            let key = usize::try_from(*key).unwrap_or(usize::MAX);
            let Some(known) = known.get_mut(key) else {
                return internal_err!("a key is not in its dictionary");
            };
            if *known == UNKNOWN {
                *known = self.number((!texts.is_null(key)).then(|| texts.value(key)))?;
            }
            numbers.push(*known);
        }
        Ok(())
    }

    fn number(&mut self, text: Option<&str>) -> Result<u32> {
        let Some(text) = text else {
            return match self.null {
                Some(null) => Ok(null),
                None => {
                    let null = self.push("")?;
                    self.null = Some(null);
                    Ok(null)
                }
            };
        };
        let half = (self.hasher.hash_one(text) >> 32) as u32;
        let known =
            self.table.find(spread(half), |(of, number)| *of == half && self.get(*number) == text.as_bytes());
        if let Some((_, number)) = known {
            return Ok(*number);
        }
        let number = self.push(text)?;
        self.table.insert_unique(spread(half), (half, number), |(half, _)| spread(*half));
        Ok(number)
    }

    fn push(&mut self, text: &str) -> Result<u32> {
        let number = next_number(self.ends.len())?;
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
        Ok(number)
    }

    fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    fn array(&self, numbers: &[u32]) -> StringViewArray {
        let mut texts = StringViewBuilder::with_capacity(numbers.len());
        for number in numbers {
            if self.null == Some(*number) {
                texts.append_null();
            } else {
                texts.append_value(String::from_utf8_lossy(self.get(*number)));
            }
        }
        texts.finish()
    }

    fn bytes(&self) -> usize {
        let known = self.dictionary.as_ref().map_or(0, |(_, known)| known.capacity());
        self.bytes.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.table.allocation_size()
            + known * size_of::<u32>()
    }
}

/// Whether two arrays are one.
fn is_same(left: &ArrayRef, right: &ArrayRef) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(left), Arc::as_ptr(right))
}

struct Values<T: ArrowPrimitiveType> {
    values: Vec<Option<T::Native>>,
    table: HashMap<Option<T::Native>, u32, DefaultHashBuilder>,
}

impl<T: ArrowPrimitiveType> Default for Values<T> {
    fn default() -> Self {
        Self { values: Vec::new(), table: HashMap::default() }
    }
}

impl<T: ArrowPrimitiveType> Values<T>
where
    T::Native: std::hash::Hash + Eq,
{
    fn numbers(&mut self, keys: &PrimitiveArray<T>, numbers: &mut Vec<u32>) -> Result<()> {
        // Times come in order, so that many rows in turn have the same hour.
        let mut last: Option<(Option<T::Native>, u32)> = None;
        for key in keys {
            let number = match last {
                Some((same, number)) if same == key => number,
                _ => match self.table.entry(key) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(vacant) => {
                        let number = next_number(self.values.len())?;
                        self.values.push(key);
                        *vacant.insert(number)
                    }
                },
            };
            last = Some((key, number));
            numbers.push(number);
        }
        Ok(())
    }

    fn array(&self, numbers: &[u32]) -> PrimitiveArray<T> {
        numbers.iter().map(|number| self.values[*number as usize]).collect()
    }

    fn bytes(&self) -> usize {
        (self.values.capacity() + 2 * self.table.capacity()) * size_of::<Option<T::Native>>()
    }
}

#[derive(Default)]
struct Bools {
    values: Vec<Option<bool>>,
}

impl Bools {
    fn numbers(&mut self, keys: &BooleanArray, numbers: &mut Vec<u32>) {
        for key in keys {
            let known = self.values.iter().position(|value| *value == key);
            let number = known.unwrap_or_else(|| {
                self.values.push(key);
                self.values.len() - 1
            });
            numbers.push(u32::try_from(number).unwrap_or(UNKNOWN));
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{DictionaryArray, Int32Array, Int64Array};

    use super::*;

    fn encoded(keys: Vec<i32>, texts: Vec<Option<&str>>) -> ArrayRef {
        let texts: ArrayRef = Arc::new(StringViewArray::from(texts));
        Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(keys), texts))
    }

    #[test]
    fn the_same_values_are_one_group() {
        let types = [DataType::Utf8View, DataType::Int64, DataType::Boolean];
        let mut keys = Keys::try_new(&types).unwrap();
        let mut groups = Vec::new();
        let first: Vec<ArrayRef> = vec![
            // "a" is twice in the dictionary, "unused" in no row.
            encoded(vec![0, 3, 2, 0, 4, 4], vec![Some("a"), Some("unused"), Some(""), Some("a"), None]),
            Arc::new(Int64Array::from(vec![Some(1), Some(1), Some(1), None, Some(1), Some(1)])),
            Arc::new(BooleanArray::from(vec![true; 6])),
        ];
        keys.groups(&first, &mut groups).unwrap();
        assert_eq!(groups, [0, 0, 1, 2, 3, 3]);
        let second: Vec<ArrayRef> = vec![
            // Another dictionary, and at last texts in full.
            encoded(vec![1, 0, 1], vec![None, Some("a")]),
            Arc::new(Int64Array::from(vec![Some(1), Some(1), Some(1)])),
            Arc::new(BooleanArray::from(vec![Some(true), Some(true), None])),
        ];
        keys.groups(&second, &mut groups).unwrap();
        assert_eq!(groups, [0, 3, 4]);
        let third: Vec<ArrayRef> = vec![
            Arc::new(StringViewArray::from(vec!["", "a much longer text than fits"])),
            Arc::new(Int64Array::from(vec![1, 1])),
            Arc::new(BooleanArray::from(vec![true, false])),
        ];
        keys.groups(&third, &mut groups).unwrap();
        assert_eq!(groups, [1, 5]);
        assert_eq!(keys.len(), 6);
        let values = keys.take();
        let texts = [Some("a"), Some(""), Some("a"), None, Some("a"), Some("a much longer text than fits")];
        assert_eq!(values[0].as_string_view(), &StringViewArray::from(texts.to_vec()));
        assert_eq!(
            values[1].as_primitive::<Int64Type>(),
            &Int64Array::from(vec![Some(1), Some(1), None, Some(1), Some(1), Some(1)])
        );
        let flags = [Some(true), Some(true), Some(true), Some(true), None, Some(false)];
        assert_eq!(values[2].as_boolean(), &BooleanArray::from(flags.to_vec()));
        assert_eq!(keys.len(), 0);
    }
}
