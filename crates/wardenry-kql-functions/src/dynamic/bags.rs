//! Functions of property bags.

use std::collections::{HashMap, HashSet};

use super::cells::Cell;
use super::json_path::key_names;
use super::per_row;
use super::validate::MAX_DEPTH;
use super::value::Dynamic;
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const KEYS: ScalarFunction =
    ScalarFunction { names: &["bag_keys"], bind: |call| Ok(per_row::dynamic(call, keys)) };
pub(super) const HAS_KEY: ScalarFunction =
    ScalarFunction { names: &["bag_has_key"], bind: |call| Ok(per_row::bool(call, has_key)) };
pub(super) const MERGE: ScalarFunction =
    ScalarFunction { names: &["bag_merge"], bind: |call| Ok(per_row::dynamic(call, merge)) };
pub(super) const REMOVE_KEYS: ScalarFunction =
    ScalarFunction { names: &["bag_remove_keys"], bind: |call| Ok(per_row::dynamic(call, remove_keys)) };
pub(super) const SET_KEY: ScalarFunction =
    ScalarFunction { names: &["bag_set_key"], bind: |call| Ok(per_row::dynamic(call, set_key)) };
pub(super) const ZIP: ScalarFunction =
    ScalarFunction { names: &["bag_zip"], bind: |call| Ok(per_row::dynamic(call, zip)) };
pub(super) const PACK: ScalarFunction = ScalarFunction {
    names: &["bag_pack", "pack", "pack_dictionary", "bag_pack_columns"],
    bind: |call| Ok(per_row::dynamic(call, pack)),
};
pub(super) const PACK_ALL: ScalarFunction =
    ScalarFunction { names: &["pack_all"], bind: |call| Ok(per_row::dynamic(call, pack_all)) };

/// [bag-keys-function.md]
fn keys(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut seen = HashSet::new();
    writer.begin_array();
    for (key, _) in cells.first()?.bag()?.members() {
        let name = key.name();
        if !seen.contains(&name) {
            writer.string(&name);
            seen.insert(name);
        }
    }
    writer.end_array();
    Some(())
}

/// [bag-has-key-function.md]
fn has_key(cells: &[Cell<'_>]) -> Option<bool> {
    let [bag, Cell::String(key)] = cells else { return None };
    let bag = bag.bag()?;
    let Some(names) = key_names(key) else { return Some(false) };
    Some(names.iter().try_fold(bag, |value, name| value.member(name)).is_some())
}

/// [bag-merge-function.md]; null if one of them is no bag.
fn merge(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut seen = HashSet::new();
    writer.begin_bag();
    for cell in cells {
        for (key, value) in cell.bag()?.members() {
            let name = key.name();
            if !seen.contains(&name) {
                writer.key(&name);
                writer.value(value);
                seen.insert(name);
            }
        }
    }
    writer.end_bag();
    Some(())
}

/// [bag-remove-keys-function.md]
fn remove_keys(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [bag, keys] = cells else { return None };
    let bag = bag.bag()?;
    let keys: Vec<Vec<Box<str>>> = keys.array()?.filter_map(|key| key_names(&key.as_str()?)).collect();
    let paths: Vec<&[Box<str>]> = keys.iter().map(Vec::as_slice).collect();
    write_without(bag, &paths, writer, 0);
    Some(())
}

fn write_without(bag: Dynamic<'_>, paths: &[&[Box<str>]], writer: &mut DynamicWriter, depth: usize) {
    let mut below: HashMap<&str, Vec<&[Box<str>]>> = HashMap::new();
    for (name, rest) in paths.iter().filter_map(|path| path.split_first()) {
        below.entry(name).or_default().push(rest);
    }
    writer.begin_bag();
    for (key, value) in bag.members() {
        let name = key.name();
        let inner = below.get(&*name).map_or(&[][..], Vec::as_slice);
        if inner.iter().any(|rest| rest.is_empty()) {
            continue;
        }
        writer.key(&name);
        if value.is_bag() && !inner.is_empty() && depth < MAX_DEPTH {
            write_without(value, inner, writer, depth + 1);
        } else {
            writer.value(value);
        }
    }
    writer.end_bag();
}

/// [bag-set-key-function.md]
fn set_key(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [bag, Cell::String(key), value] = cells else { return None };
    let bag = bag.bag()?;
    let names = key_names(key).filter(|names| names.len() <= MAX_DEPTH)?;
    let (name, rest) = names.split_first()?;
    write_with(Some(bag), name, rest, *value, writer);
    Some(())
}

/// Writes the bag, or an empty one, with the value at the names.
fn write_with(
    bag: Option<Dynamic<'_>>,
    name: &str,
    rest: &[Box<str>],
    value: Cell<'_>,
    writer: &mut DynamicWriter,
) {
    let write_value = |old: Option<Dynamic<'_>>, writer: &mut DynamicWriter| match rest.split_first() {
        None => value.write(writer),
        Some((next, rest)) => write_with(old.filter(|old| old.is_bag()), next, rest, value, writer),
    };
    let mut is_set = false;
    writer.begin_bag();
    for (key, old) in bag.into_iter().flat_map(Dynamic::members) {
        if !key.is(name) {
            writer.key(&key.name());
            writer.value(old);
        } else if !is_set {
            is_set = true;
            writer.key(name);
            write_value(Some(old), writer);
        }
    }
    if !is_set {
        writer.key(name);
        write_value(None, writer);
    }
    writer.end_bag();
}

/// [bag-zip.md]
fn zip(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [keys, values] = cells else { return None };
    let mut values = values.array();
    let mut seen = HashSet::new();
    writer.begin_bag();
    for key in keys.array()? {
        let value = values.as_mut().and_then(Iterator::next).unwrap_or(Dynamic::NULL);
        if let Some(name) = key.as_str().filter(|name| !seen.contains(name)) {
            writer.key(&name);
            writer.value(value);
            seen.insert(name);
        }
    }
    writer.end_bag();
    Some(())
}

/// Names and values in turn. [pack-function.md, bag-pack-columns-function.md]
fn pack(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    write_pairs(cells, writer, |_| true)
}

/// On request whether nulls and empty texts are left out, then names and values in turn. [pack-all-function.md]
fn pack_all(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let (flag, pairs) = cells.split_at(cells.len() % 2);
    if let [Cell::Bool(true)] = flag {
        write_pairs(pairs, writer, |value| !value.is_null_or_empty())
    } else {
        write_pairs(pairs, writer, |_| true)
    }
}

/// Of several pairs of the same name the first.
fn write_pairs(
    cells: &[Cell<'_>],
    writer: &mut DynamicWriter,
    wanted: impl Fn(&Cell<'_>) -> bool,
) -> Option<()> {
    // Few pairs are compared with each other, many are remembered.
    const FEW: usize = 16;
    let mut seen = HashSet::new();
    writer.begin_bag();
    for (index, pair) in cells.chunks_exact(2).enumerate() {
        let [name, value] = pair else { continue };
        let Cell::String(name) = name else { return None };
        let is_new = if cells.len() <= 2 * FEW {
            let earlier = &cells[..2 * index];
            !earlier
                .iter()
                .step_by(2)
                .any(|earlier| matches!(earlier, Cell::String(earlier) if earlier == name))
        } else {
            seen.insert(*name)
        };
        if is_new && wanted(value) {
            writer.key(name);
            value.write(writer);
        }
    }
    writer.end_bag();
    Some(())
}
