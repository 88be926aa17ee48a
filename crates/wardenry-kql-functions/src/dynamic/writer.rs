//! Writes dynamic values.

use wardenry_kql_values::{Decimal, datetime, guid, real, timespan};

use super::text::write_string;
use super::value::Dynamic;

/// Writes the compact JSON text of dynamic values, with the commas where they belong.
///
/// What is written must nest properly; nothing checks it. The same writer serves many values: see
/// [`DynamicWriter::take`] and [`DynamicWriter::clear`].
#[derive(Clone, Debug, Default)]
pub struct DynamicWriter {
    text: String,
    /// A value stands before what comes next.
    follows: bool,
}

impl DynamicWriter {
    pub fn new() -> Self {
        Self::default()
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.follows = false;
    }

    /// The text, and an empty writer.
    pub fn take(&mut self) -> String {
        self.follows = false;
        std::mem::take(&mut self.text)
    }

    pub fn begin_array(&mut self) {
        self.begin('[');
    }

    pub fn end_array(&mut self) {
        self.end(']');
    }

    pub fn begin_bag(&mut self) {
        self.begin('{');
    }

    pub fn end_bag(&mut self) {
        self.end('}');
    }

    /// The name of the member whose value comes next.
    pub fn key(&mut self, name: &str) {
        self.separate();
        write_string(&mut self.text, name);
        self.text.push(':');
        self.follows = false;
    }

    pub fn null(&mut self) {
        self.raw("null");
    }

    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    pub fn long(&mut self, value: i64) {
        use std::fmt::Write as _;
        self.separate();
        write!(self.text, "{value}").expect("a String takes what is written");
    }

    /// A real; NaN and the infinities as the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, which JSON has no numbers for.
    pub fn real(&mut self, value: f64) {
        self.separate();
        if value.is_finite() {
            real::write(&mut self.text, value);
        } else {
            self.text.push('"');
            real::write(&mut self.text, value);
            self.text.push('"');
        }
    }

    pub fn string(&mut self, value: &str) {
        self.separate();
        write_string(&mut self.text, value);
    }

    /// A datetime of these ticks, as a text with seven digits.
    pub fn datetime(&mut self, ticks: i64) {
        self.quoted(|text| datetime::write(text, ticks));
    }

    /// A timespan of these ticks, as a text.
    pub fn timespan(&mut self, ticks: i64) {
        self.quoted(|text| timespan::write(text, ticks));
    }

    /// A guid, as a text.
    pub fn guid(&mut self, bits: u128) {
        self.quoted(|text| guid::write(text, bits));
    }

    /// A decimal, as a text.
    pub fn decimal(&mut self, value: Decimal) {
        self.quoted(|text| value.write(text));
    }

    /// A dynamic value, compact.
    pub fn value(&mut self, value: Dynamic<'_>) {
        self.raw(&value.compact());
    }

    /// A JSON text as it is.
    pub(super) fn raw(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    fn quoted(&mut self, write: impl FnOnce(&mut String)) {
        self.separate();
        self.text.push('"');
        write(&mut self.text);
        self.text.push('"');
    }

    fn separate(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }

    fn begin(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
        self.follows = false;
    }

    fn end(&mut self, bracket: char) {
        self.text.push(bracket);
        self.follows = true;
    }
}
