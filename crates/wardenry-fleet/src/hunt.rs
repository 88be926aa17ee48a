//! One hunt over several tenants.

use std::num::NonZeroUsize;

use futures_util::{Stream, StreamExt as _, stream};
use serde_json::Value;
use wardenry_client::{ColumnType, Error, HuntingRequest, HuntingResult, Tenant};

use crate::fan_out::Outcome;
use crate::incident_queue::Member;

/// The column that says whose a row is. It comes first.
pub const TENANT_COLUMN: &str = "Tenant";

/// Runs a query in every member's tenant, at most `concurrency` at a time, and gives what each answered as it comes,
/// with the member's place in the order asked. One failure stops nobody else.
///
/// A tenant is asked once, and again only as its own quota allows: see
/// [`Client::hunt`](wardenry_client::Client::hunt).
pub fn hunt(
    members: Vec<Member>,
    request: impl Fn(&Member) -> HuntingRequest,
    concurrency: NonZeroUsize,
) -> impl Stream<Item = (usize, Outcome<Tenant, HuntingResult, Error>)> {
    let calls: Vec<_> = members
        .into_iter()
        .enumerate()
        .map(|(index, member)| {
            let request = request(&member);
            async move {
                let result = member.client.hunt(&member.tenant, &request).await;
                (index, Outcome { member: member.tenant, result })
            }
        })
        .collect();
    stream::iter(calls).buffer_unordered(concurrency.get())
}

/// A column of a merged result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedColumn {
    pub name: String,
    /// [`ColumnType::Dynamic`] where tenants differ: it holds whatever came.
    pub column_type: ColumnType,
}

/// A column that has another type in one tenant than in the one that answered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeConflict {
    pub column: String,
    pub first: ColumnType,
    pub tenant: Tenant,
    pub its: ColumnType,
}

/// Puts the results of several tenants together, by the names of their columns.
///
/// The columns are those of the first result, then those that only later ones have, in the order of arrival, behind
/// [`TENANT_COLUMN`]. A result's own column of that name is called `Tenant_1`, or with the next free number.
#[derive(Debug)]
pub struct HuntMerge {
    columns: Vec<MergedColumn>,
    conflicts: Vec<TypeConflict>,
    rows_left: usize,
    is_truncated: bool,
}

/// What one tenant contributed.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub tenant: Tenant,
    /// For each of the result's columns its place among the merged ones.
    places: Vec<usize>,
    rows: Vec<Vec<Value>>,
}

impl HuntMerge {
    /// At most `max_rows` rows are kept altogether.
    pub fn new(max_rows: usize) -> Self {
        let tenant = MergedColumn { name: TENANT_COLUMN.to_owned(), column_type: ColumnType::String };
        Self { columns: vec![tenant], conflicts: Vec::new(), rows_left: max_rows, is_truncated: false }
    }

    /// Takes a tenant's result in, as far as there is room.
    pub fn add(&mut self, tenant: &Tenant, result: HuntingResult) -> Share {
        let mut places = Vec::with_capacity(result.columns.len());
        let is_taken = |name: &String| result.columns.iter().any(|column| column.name == *name);
        // One of so many names is free.
        let numbers = 1..=result.columns.len() + 1;
        let renamed = numbers
            .map(|number| format!("{TENANT_COLUMN}_{number}"))
            .find(|name| !is_taken(name))
            .unwrap_or_default();
        for column in &result.columns {
            let name = if column.name == TENANT_COLUMN { &renamed } else { &column.name };
            let known = self.columns.iter().position(|known| known.name == *name);
            let place = known.unwrap_or(self.columns.len());
            places.push(place);
            match self.columns.get_mut(place) {
                None => {
                    let (name, column_type) = (name.clone(), column.column_type);
                    self.columns.push(MergedColumn { name, column_type });
                }
                Some(known) if known.column_type == column.column_type => {}
                Some(known) => {
                    let (first, its) = (known.column_type, column.column_type);
                    let (column, tenant) = (known.name.clone(), tenant.clone());
                    known.column_type = ColumnType::Dynamic;
                    // Said once; a third type in a column that holds anything is no news.
                    if !self.conflicts.iter().any(|conflict| conflict.column == column) {
                        self.conflicts.push(TypeConflict { column, first, tenant, its });
                    }
                }
            }
        }
        let mut rows = result.rows;
        self.is_truncated |= rows.len() > self.rows_left;
        rows.truncate(self.rows_left);
        self.rows_left -= rows.len();
        Share { tenant: tenant.clone(), places, rows }
    }

    /// The columns so far.
    pub fn columns(&self) -> &[MergedColumn] {
        &self.columns
    }

    /// The types that did not go together so far.
    pub fn conflicts(&self) -> &[TypeConflict] {
        &self.conflicts
    }

    /// Whether rows were left out.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }
}

impl Share {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows with a value for each of the first `width` merged columns, the tenant's name first. What the tenant's
    /// result does not have is null.
    pub fn rows(&self, width: usize) -> impl Iterator<Item = Vec<Value>> {
        self.rows.iter().map(move |row| {
            let mut merged = vec![Value::Null; width];
            for (place, value) in self.places.iter().zip(row) {
                merged[*place] = value.clone();
            }
            merged[0] = self.tenant.label().into();
            merged
        })
    }

    /// The same by name, without the columns that the tenant's result does not have.
    pub fn records<'s>(&'s self, columns: &'s [MergedColumn]) -> impl Iterator<Item = Value> + 's {
        self.rows.iter().map(move |row| {
            let mut record = serde_json::Map::with_capacity(row.len() + 1);
            record.insert(TENANT_COLUMN.to_owned(), self.tenant.label().into());
            let members = self.places.iter().zip(row);
            record.extend(members.map(|(place, value)| (columns[*place].name.clone(), value.clone())));
            Value::Object(record)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wardenry_client::HuntingColumn;

    use super::*;

    fn result(columns: &[(&str, &str)], rows: &[&[Value]]) -> HuntingResult {
        let column = |(name, wire_type): &(&str, &str)| HuntingColumn {
            name: (*name).to_owned(),
            wire_type: (*wire_type).to_owned(),
            column_type: ColumnType::from_wire(wire_type),
        };
        HuntingResult {
            columns: columns.iter().map(column).collect(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
            statistics: None,
        }
    }

    fn tenant(name: &str) -> Tenant {
        Tenant::parse(name).unwrap()
    }

    fn columns(merge: &HuntMerge) -> Vec<(&str, &str)> {
        merge.columns().iter().map(|column| (column.name.as_str(), column.column_type.name())).collect()
    }

    #[test]
    fn columns_are_merged_by_name() {
        let mut merge = HuntMerge::new(10);
        let alder = merge.add(
            &tenant("alder.example"),
            result(&[("A", "String"), ("N", "Int64")], &[&[json!("a"), json!(1)], &[json!("b"), json!(2)]]),
        );
        let birch = merge.add(
            &tenant("birch.example"),
            result(
                &[("N", "Int64"), ("Only", "Object"), ("A", "String")],
                &[&[json!(3), json!([1]), json!("c")]],
            ),
        );
        let expected = [("Tenant", "string"), ("A", "string"), ("N", "long"), ("Only", "dynamic")];
        assert_eq!(columns(&merge), expected);
        let rows: Vec<_> = [&alder, &birch].iter().flat_map(|share| share.rows(4)).collect();
        assert_eq!(
            json!(rows),
            json!([
                ["alder.example", "a", 1, null],
                ["alder.example", "b", 2, null],
                ["birch.example", "c", 3, [1]],
            ])
        );
        let records: Vec<_> = birch.records(merge.columns()).collect();
        assert_eq!(json!(records).to_string(), r#"[{"Tenant":"birch.example","N":3,"Only":[1],"A":"c"}]"#);
        assert_eq!((merge.conflicts(), merge.is_truncated()), (&[][..], false));
    }

    #[test]
    fn types_that_differ_are_said_and_values_stay() {
        let mut merge = HuntMerge::new(10);
        let alder = merge.add(&tenant("alder.example"), result(&[("X", "Int64")], &[&[json!(1)]]));
        let birch = merge.add(&tenant("birch.example"), result(&[("X", "String")], &[&[json!("1")]]));
        merge.add(&tenant("cedar.example"), result(&[("X", "SByte")], &[]));
        assert_eq!(columns(&merge), [("Tenant", "string"), ("X", "dynamic")]);
        let (first, its) = (ColumnType::Long, ColumnType::String);
        let conflict = TypeConflict { column: "X".to_owned(), first, tenant: tenant("birch.example"), its };
        assert_eq!(merge.conflicts(), [conflict]);
        let rows: Vec<_> = [&alder, &birch].iter().flat_map(|share| share.rows(2)).collect();
        assert_eq!(json!(rows), json!([["alder.example", 1], ["birch.example", "1"]]));
    }

    #[test]
    fn a_column_of_the_same_name_as_ours_is_told_apart() {
        let mut merge = HuntMerge::new(10);
        let share = merge.add(
            &tenant("alder.example"),
            result(&[("Tenant", "String"), ("Tenant_1", "Int64")], &[&[json!("x"), json!(1)]]),
        );
        assert_eq!(columns(&merge), [("Tenant", "string"), ("Tenant_2", "string"), ("Tenant_1", "long")]);
        assert_eq!(share.rows(3).collect::<Vec<_>>(), [[json!("alder.example"), json!("x"), json!(1)]]);
    }

    #[test]
    fn more_rows_than_wanted_are_left_out_and_said() {
        let mut merge = HuntMerge::new(2);
        let rows: &[&[Value]] = &[&[json!(1)], &[json!(2)]];
        let first = merge.add(&tenant("alder.example"), result(&[("X", "Int64")], rows));
        assert!(!merge.is_truncated());
        let second = merge.add(&tenant("birch.example"), result(&[("X", "Int64")], rows));
        assert_eq!((first.len(), second.len(), merge.is_truncated()), (2, 0, true));
    }
}
