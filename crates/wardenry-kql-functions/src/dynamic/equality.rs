//! Whether an element equals a value: `array_index_of`, `set_has_element`.

use super::cells::Cell;
use super::value::{Dynamic, Kind};
use super::writer::DynamicWriter;

/// A value that elements are compared with.
///
/// A text equals strings only, never a number that looks like it; a number equals numbers.
pub(super) enum Wanted<'a> {
    Long(i64),
    Real(f64),
    Text(&'a str),
    /// Canonical JSON text.
    Json(String),
}

impl<'a> Wanted<'a> {
    pub(super) fn new(cell: Cell<'a>) -> Self {
        match cell {
            Cell::Long(value) => Self::Long(value),
            Cell::Real(value) => Self::Real(value),
            Cell::String(text) => Self::Text(text),
            Cell::Dynamic(value) => Self::Json(value.canonical().into_owned()),
            _ => {
                let mut writer = DynamicWriter::new();
                cell.write(&mut writer);
                Self::Json(writer.take())
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "beside a real, a long is a real")]
    #[expect(clippy::float_cmp, reason = "the values are asked to be the same")]
    pub(super) fn is(&self, element: Dynamic<'_>) -> bool {
        match self {
            Self::Long(value) => match element.as_i64() {
                Some(element) => element == *value,
                None => element.as_f64().is_some_and(|element| element == *value as f64),
            },
            Self::Real(value) => super::element_as_f64(element).is_some_and(|element| element == *value),
            Self::Text(text) => element.kind() == Kind::String && element.as_str().as_deref() == Some(*text),
            Self::Json(json) => element.canonical() == json.as_str(),
        }
    }
}
