//! Texts that come as numbers into a dictionary.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Int32Type;
use datafusion_common::Result;
use datafusion_expr::AggregateUDF;

use super::function::Function;

/// Whether an aggregation takes a text as a number into a dictionary as well, as an array of the type
/// `Dictionary(Int32, Utf8View)` of which no number is null. It then looks at each text of the dictionary once.
pub fn reads_dictionaries(function: &AggregateUDF) -> bool {
    function.inner().downcast_ref::<Function>().is_some_and(Function::reads_dictionaries)
}

/// The numbers of an array and its dictionary, if it has one.
pub(super) fn encoded(array: &ArrayRef) -> Option<(&[i32], &ArrayRef)> {
    let array = array.as_dictionary_opt::<Int32Type>()?;
    Some((array.keys().values(), array.values()))
}

/// What is known of the texts of a dictionary, for one dictionary at a time.
#[derive(Debug)]
pub(super) struct PerText<T> {
    dictionary: Option<ArrayRef>,
    known: Vec<Option<T>>,
}

impl<T> Default for PerText<T> {
    fn default() -> Self {
        Self { dictionary: None, known: Vec::new() }
    }
}

impl<T: Copy> PerText<T> {
    /// Turns to a dictionary. What is known of the one before is forgotten.
    pub(super) fn enter(&mut self, dictionary: &ArrayRef) {
        let same = |known: &ArrayRef| std::ptr::addr_eq(Arc::as_ptr(known), Arc::as_ptr(dictionary));
        if !self.dictionary.as_ref().is_some_and(same) {
            self.known.clear();
            self.known.resize(dictionary.len(), None);
            self.dictionary = Some(Arc::clone(dictionary));
        }
    }

    /// What is known of a text, or what `find` finds.
    #[inline]
    pub(super) fn get(&mut self, key: i32, find: impl FnOnce(usize) -> Result<T>) -> Result<T> {
        let key = usize::try_from(key).unwrap_or(usize::MAX);
        if let Some(known) = self.known[key] {
            return Ok(known);
        }
        let found = find(key)?;
        self.known[key] = Some(found);
        Ok(found)
    }

    pub(super) fn bytes(&self) -> usize {
        self.known.capacity() * size_of::<Option<T>>()
    }
}
