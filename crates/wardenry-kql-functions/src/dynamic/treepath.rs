//! `treepath`: the paths in a dynamic value. [treepath-function.md]

use std::collections::HashSet;

use super::cells::Cell;
use super::per_row::{self, MAX_VALUE_BYTES};
use super::validate::MAX_DEPTH;
use super::value::Dynamic;
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const TREEPATH: ScalarFunction =
    ScalarFunction { names: &["treepath"], bind: |call| Ok(per_row::dynamic(call, treepath)) };

/// Every path once, in the order of the text; the elements of an array share the path of the first. Null if the paths, each as often
/// as it occurs, are longer than a value may be.
fn treepath(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let value = cells.first()?.dynamic()?;
    let mut paths = Paths { seen: HashSet::new(), in_order: Vec::new(), bytes: 0 };
    paths.add_below(value, &mut String::new(), 0);
    if paths.bytes > MAX_VALUE_BYTES {
        return None;
    }
    writer.begin_array();
    for path in &paths.in_order {
        writer.string(path);
    }
    writer.end_array();
    Some(())
}

struct Paths {
    seen: HashSet<String>,
    in_order: Vec<String>,
    /// Of all paths that were met.
    bytes: usize,
}

impl Paths {
    fn add_below(&mut self, value: Dynamic<'_>, path: &mut String, depth: usize) {
        if depth >= MAX_DEPTH || self.bytes > MAX_VALUE_BYTES {
            return;
        }
        let length = path.len();
        for (key, member) in value.members() {
            path.push_str("['");
            path.push_str(&key.name().replace('\\', "\\\\").replace('\'', "\\'"));
            path.push_str("']");
            self.add(member, path, depth);
            path.truncate(length);
        }
        for element in value.elements() {
            path.push_str("[0]");
            self.add(element, path, depth);
            path.truncate(length);
        }
    }

    fn add(&mut self, value: Dynamic<'_>, path: &mut String, depth: usize) {
        self.bytes += path.len();
        if self.bytes > MAX_VALUE_BYTES {
            return;
        }
        if !self.seen.contains(path.as_str()) {
            self.seen.insert(path.clone());
            self.in_order.push(path.clone());
        }
        self.add_below(value, path, depth + 1);
    }
}
