//! Arrays of numbers, as the series functions work on them.

use super::value::{Dynamic, Kind};
use super::writer::DynamicWriter;

/// The numbers of an array; `None` for a null element and for one that is no number. The texts `"NaN"`, `"Infinity"` and
/// `"-Infinity"`, which stand for the numbers that JSON lacks, are numbers. `None` altogether if the value is no array.
pub fn as_f64_array(value: Dynamic<'_>) -> Option<Vec<Option<f64>>> {
    value.is_array().then(|| value.elements().map(element_as_f64).collect())
}

/// A number, or one of the texts that stand for the numbers that JSON lacks.
pub fn element_as_f64(element: Dynamic<'_>) -> Option<f64> {
    match element.text() {
        "\"NaN\"" => Some(f64::NAN),
        "\"Infinity\"" => Some(f64::INFINITY),
        "\"-Infinity\"" => Some(f64::NEG_INFINITY),
        _ => element.as_f64(),
    }
}

/// Whether all elements of an array that are not null are whole numbers.
pub fn is_long_array(value: Dynamic<'_>) -> bool {
    value.is_array() && value.elements().all(|element| matches!(element.kind(), Kind::Long | Kind::Null))
}

/// Writes an array of reals; what is none is null.
pub fn write_f64_array(writer: &mut DynamicWriter, numbers: &[Option<f64>]) {
    writer.begin_array();
    for number in numbers {
        match number {
            Some(number) => writer.real(*number),
            None => writer.null(),
        }
    }
    writer.end_array();
}
