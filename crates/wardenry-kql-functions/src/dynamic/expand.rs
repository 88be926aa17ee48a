//! Expands dynamic values into rows: `mv-expand`, `mv-apply`, `bag_unpack`.

use arrow::array::{Array, StringViewArray};
use arrow::error::ArrowError;

use super::text::write_string;
use super::value::Dynamic;
use super::views::ViewWriter;

/// What a property bag expands into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BagExpansion {
    /// Bags of one member.
    Bags,
    /// Arrays of name and value.
    Pairs,
}

/// The rows of an expanded column.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The elements of row `n` are `elements[offsets[n]..offsets[n + 1]]`.
    pub offsets: Vec<usize>,
    /// A dynamic column.
    pub elements: StringViewArray,
}

/// Expands each value of a dynamic column, `limit` elements at most: an array into its elements, a bag into its members, null
/// into one null, any other value into itself. Empty arrays and bags expand into nothing.
/// [mv-expand-operator.md]
///
/// Elements of arrays share the bytes of the column.
pub fn expand(values: &StringViewArray, bags: BagExpansion, limit: usize) -> Result<Expanded, ArrowError> {
    let mut offsets = Vec::with_capacity(values.len() + 1);
    offsets.push(0);
    let mut count = 0;
    let mut out = ViewWriter::sharing(values, values.len());
    let mut member = String::new();
    for row in 0..values.len() {
        let whole = if values.is_valid(row) { values.value(row) } else { "null" };
        let value = Dynamic::new(whole);
        if value.is_array() {
            for element in value.elements().take(limit) {
                push_part(&mut out, values, row, element);
                count += 1;
            }
        } else if value.is_bag() {
            for (key, value) in value.members().take(limit) {
                member.clear();
                member.push(if bags == BagExpansion::Bags { '{' } else { '[' });
                write_string(&mut member, &key.name());
                member.push(if bags == BagExpansion::Bags { ':' } else { ',' });
                member.push_str(value.text());
                member.push(if bags == BagExpansion::Bags { '}' } else { ']' });
                out.text(&member);
                count += 1;
            }
        } else if limit > 0 {
            if value.is_null() {
                out.null();
            } else {
                out.whole(values, row);
            }
            count += 1;
        }
        offsets.push(count);
    }
    Ok(Expanded { offsets, elements: out.finish()? })
}

/// A value that lies within the text of row `row`; null if it is JSON's null.
pub(super) fn push_part(out: &mut ViewWriter, source: &StringViewArray, row: usize, value: Dynamic<'_>) {
    match value.offset_in(source.value(row)) {
        Some(start) if !value.is_null() => out.part(source, row, start, start + value.text().len()),
        _ => out.null(),
    }
}
