//! What has become of the operator's tables since the last start.
//!
//! Rows are read by the names and the types of their columns, and files are chosen by the time by which they were sorted. A definition
//! that only adds fits the rows that there are. Any other fits where there are no rows; else the lake is not opened, so that nothing is
//! lost, hidden or read wrongly.

use wardenry_kql_values::ScalarType;
use wardenry_lake_catalogue::TableEntry;

use crate::definition::{DefinedTables, TableDefinition};

/// A table of which rows that were taken in may no longer fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) table: String,
    /// A clause about the table.
    pub(crate) reason: String,
}

/// The tables that rows of earlier definitions do not fit, if there are such rows.
pub(crate) fn misfits(before: &[TableEntry], now: &DefinedTables) -> Vec<Misfit> {
    let misfit = |entry: &TableEntry| {
        let reason = match now.find(&entry.name) {
            None => "it is no longer defined".to_owned(),
            Some(definition) => reason(entry, definition)?,
        };
        Some(Misfit { table: entry.name.to_string(), reason })
    };
    before.iter().filter_map(misfit).collect()
}

/// Why rows of an earlier definition do not fit.
fn reason(before: &TableEntry, now: &TableDefinition) -> Option<String> {
    for (column, of_type) in &before.columns {
        match now.column(column) {
            None => return Some(format!("its column {column} is no longer defined")),
            Some(found) if *found.name() != **of_type => {
                return Some(format!("its column {column} is of type {of_type} there, not {found}"));
            }
            Some(_) => {}
        }
    }
    let by = |time: Option<&str>| {
        time.map_or("the time of ingestion".to_owned(), |time| format!("the time in {time}"))
    };
    let (was, is) = (before.time.as_deref(), now.time());
    (was != is).then(|| format!("they are sorted by {}, not by {}", by(was), by(is)))
}

/// The tables by which what is in the journals can be read: those of now, but the misfits as they were.
pub(crate) fn readable(before: &[TableEntry], now: &DefinedTables, misfits: &[Misfit]) -> DefinedTables {
    let is_misfit = |name: &str| misfits.iter().any(|misfit| misfit.table == name);
    let as_before = before.iter().filter(|entry| is_misfit(&entry.name)).filter_map(definition);
    let as_now = now.into_iter().filter(|definition| !is_misfit(definition.name())).cloned();
    DefinedTables::new(as_before.chain(as_now).collect()).unwrap_or_else(|_| now.clone())
}

/// `None` for one that could no longer be defined, because the server has a table of that name now.
fn definition(entry: &TableEntry) -> Option<TableDefinition> {
    let column =
        |(name, of_type): &(Box<str>, Box<str>)| Some((name.to_string(), ScalarType::parse(of_type)?));
    let columns = entry.columns.iter().map(column).collect::<Option<_>>()?;
    TableDefinition::new(&entry.name, columns, entry.time.as_deref()).ok()
}

/// What is to be remembered, by name.
pub(crate) fn entries(defined: &DefinedTables) -> Vec<TableEntry> {
    let entry = |definition: &TableDefinition| TableEntry {
        name: definition.name().into(),
        time: definition.time().map(Into::into),
        columns: definition
            .columns()
            .iter()
            .map(|(name, of_type)| ((&**name).into(), of_type.name().into()))
            .collect(),
    };
    let mut entries: Vec<_> = defined.into_iter().map(entry).collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries
}
