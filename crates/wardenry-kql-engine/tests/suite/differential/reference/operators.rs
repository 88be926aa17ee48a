//! Operators over all rows.

use std::cmp::Ordering;

use wardenry_kql_values::ScalarType;

use super::super::expression::Expr;
use super::super::query::{Aggregate, Operator, Query, SortKey};
use super::super::tables::{Data, TABLES};
use super::evaluate::{Row, evaluate};
use super::{Cell, Unknown, cell};

type Columns = Vec<(String, ScalarType)>;
type Rows = Vec<Vec<Cell>>;

pub(crate) fn run(query: &Query, data: &Data) -> Result<(Columns, Rows), Unknown> {
    let stored = TABLES[query.table].columns;
    let mut columns: Columns = stored.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect();
    let mut rows: Rows = data.rows[query.table]
        .iter()
        .map(|row| row.iter().zip(stored).map(|(value, (_, of))| cell(value, *of)).collect())
        .collect();
    for (index, operator) in query.operators.iter().enumerate() {
        // Types of new columns only matter for texts that are missing: the query's own columns are those of its end.
        let known = if index + 1 == query.operators.len() { Some(&query.columns) } else { None };
        (columns, rows) = apply(operator, columns, rows, data)?;
        if let Some(known) = known {
            columns.clone_from(known);
        }
    }
    Ok((columns, rows))
}

fn all(
    exprs: &[(String, Expr)],
    columns: &Columns,
    cells: &[Cell],
    data: &Data,
) -> Result<Vec<Cell>, Unknown> {
    let row = Row { columns, cells, data };
    exprs.iter().map(|(_, expr)| evaluate(expr, &row)).collect()
}

/// Types that are not known are those of nothing in particular.
fn named(exprs: &[(String, Expr)]) -> Columns {
    exprs.iter().map(|(name, _)| (name.clone(), ScalarType::Dynamic)).collect()
}

fn apply(
    operator: &Operator,
    mut columns: Columns,
    rows: Rows,
    data: &Data,
) -> Result<(Columns, Rows), Unknown> {
    let mut result = Vec::new();
    match operator {
        Operator::Where(condition) => {
            for cells in rows {
                if evaluate(condition, &Row { columns: &columns, cells: &cells, data })? == Cell::Bool(true) {
                    result.push(cells);
                }
            }
        }
        Operator::Extend(items) => {
            for cells in rows {
                let values = all(items, &columns, &cells, data)?;
                let mut extended = cells;
                for ((name, _), value) in items.iter().zip(values) {
                    match columns.iter().position(|(column, _)| column == name) {
                        Some(at) => extended[at] = value,
                        None => extended.push(value),
                    }
                }
                result.push(extended);
            }
            for (name, of) in named(items) {
                if columns.iter().all(|(column, _)| *column != name) {
                    columns.push((name, of));
                }
            }
        }
        Operator::Project(items) => {
            for cells in &rows {
                result.push(all(items, &columns, cells, data)?);
            }
            columns = named(items);
        }
        Operator::Distinct(names) => {
            let items: Vec<_> = names.iter().map(|name| (name.clone(), Expr::Column(name.clone()))).collect();
            for cells in &rows {
                let values = all(&items, &columns, cells, data)?;
                if values.iter().any(|value| matches!(value, Cell::Real(_))) {
                    return Err(Unknown);
                }
                if !result.contains(&values) {
                    result.push(values);
                }
            }
            columns = named(&items);
        }
        Operator::Summarize { aggregates, keys } => {
            return summarized(aggregates, keys, &columns, &rows, data);
        }
        Operator::Sort(keys) => {
            result = rows;
            sort(&mut result, &columns, keys)?;
        }
        Operator::Top(count, keys) => {
            result = rows;
            sort(&mut result, &columns, keys)?;
            result.truncate(*count);
        }
        Operator::Take(count) => {
            result = rows;
            result.truncate(*count);
        }
        Operator::Union(other) => {
            result = rows;
            result.extend(run(other, data)?.1);
        }
        Operator::Join { kind, right, on } => return joined(kind, right, on, &columns, &rows, data),
        Operator::Other(_) => return Err(Unknown),
    }
    Ok((columns, result))
}

fn sort(rows: &mut Rows, columns: &Columns, keys: &[SortKey]) -> Result<(), Unknown> {
    let mut places = Vec::new();
    for key in keys {
        let at = columns.iter().position(|(name, _)| *name == key.column).ok_or(Unknown)?;
        if rows.iter().any(|row| matches!(row[at], Cell::Other(_) | Cell::Many(_))) {
            return Err(Unknown);
        }
        places.push((at, key));
    }
    rows.sort_by(|left, right| {
        places
            .iter()
            .map(|(at, key)| {
                // NaN stands between the nulls and the numbers.
                let rank = |cell: &Cell| match cell {
                    Cell::Null => 2,
                    Cell::Real(value) if value.is_nan() => 1,
                    _ => 0,
                };
                let nulls_first = key.nulls_first.unwrap_or(!key.descending);
                let ranks = rank(&left[*at]).cmp(&rank(&right[*at]));
                match if nulls_first { ranks.reverse() } else { ranks } {
                    Ordering::Equal => {
                        let ordering = compare(&left[*at], &right[*at]);
                        if key.descending { ordering.reverse() } else { ordering }
                    }
                    ordering => ordering,
                }
            })
            .find(|ordering| *ordering != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    Ok(())
}

fn compare(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Bool(left), Cell::Bool(right)) => left.cmp(right),
        (Cell::Whole(left), Cell::Whole(right)) | (Cell::Time(left), Cell::Time(right)) => left.cmp(right),
        (Cell::Real(left), Cell::Real(right)) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
        (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

fn summarized(
    aggregates: &[(String, Aggregate)],
    keys: &[(String, Expr)],
    columns: &Columns,
    rows: &Rows,
    data: &Data,
) -> Result<(Columns, Rows), Unknown> {
    let mut groups: Vec<(Vec<Cell>, Rows)> = Vec::new();
    if keys.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    for cells in rows {
        let key = all(keys, columns, cells, data)?;
        match groups.iter_mut().find(|(found, _)| *found == key) {
            Some((_, rows)) => rows.push(cells.clone()),
            None => groups.push((key, vec![cells.clone()])),
        }
    }
    let mut result = Vec::new();
    for (key, rows) in groups {
        let mut row = key;
        for (_, aggregate) in aggregates {
            let mut arguments = Vec::new();
            for cells in &rows {
                let row = Row { columns, cells, data };
                let values: Result<Vec<_>, _> =
                    aggregate.arguments.iter().map(|argument| evaluate(argument, &row)).collect();
                arguments.push(values?);
            }
            row.push(aggregated(aggregate.form, &arguments)?);
        }
        result.push(row);
    }
    let mut columns = named(keys);
    columns.extend(aggregates.iter().map(|(name, _)| (name.clone(), ScalarType::Dynamic)));
    Ok((columns, result))
}

fn aggregated(form: &str, rows: &[Vec<Cell>]) -> Result<Cell, Unknown> {
    let name = form.split_once('(').map_or(form, |(name, _)| name);
    // `…if`: the last argument says which rows count.
    let conditional = name.ends_with("if") || form.contains("_if(");
    let rows: Vec<_> =
        rows.iter().filter(|row| !conditional || row.last() == Some(&Cell::Bool(true))).cloned().collect();
    let values = rows.iter().filter_map(|row| row.first()).filter(|value| **value != Cell::Null);
    let values: Vec<Cell> = values.cloned().collect();
    if values.iter().any(|value| matches!(value, Cell::Other(_) | Cell::Many(_))) {
        return Err(Unknown);
    }
    let count = |count: usize| i64::try_from(count).map(Cell::Whole).map_err(|_| Unknown);
    let real = values.iter().any(|value| matches!(value, Cell::Real(_)));
    let mut distinct: Vec<Cell> = Vec::new();
    for value in &values {
        if !distinct.contains(value) {
            distinct.push(value.clone());
        }
    }
    Ok(match form {
        "count()" | "countif({})" => count(rows.len())?,
        "sum({})" | "sumif({}, {})" if !real && !values.is_empty() => {
            let sum = values.iter().fold(0_i64, |sum, value| match value {
                Cell::Whole(value) => sum.wrapping_add(*value),
                _ => sum,
            });
            Cell::Whole(sum)
        }
        "min({})" | "max({})" | "minif({}, {})" | "maxif({}, {})" if !real && !values.is_empty() => {
            let ordered = |left: &&Cell, right: &&Cell| compare(left, right);
            let best = if name.starts_with("min") {
                values.iter().min_by(ordered)
            } else {
                values.iter().max_by(ordered)
            };
            best.cloned().unwrap_or(Cell::Null)
        }
        "dcount({})" | "dcountif({}, {})" | "count_distinct({})" if !real => {
            // Whether an empty text counts the reference does not say.
            count(distinct.len())?
        }
        "array_sort_asc(make_set({}))" | "array_sort_asc(make_set_if({}, {}))" if !real => {
            Cell::Many(distinct)
        }
        "array_sort_asc(make_list({}))" | "array_sort_asc(make_list_if({}, {}))" if !real => {
            Cell::Many(values)
        }
        "array_length(make_list_with_nulls({}))" => count(rows.len())?,
        _ => return Err(Unknown),
    })
}

fn joined(
    kind: &str,
    right: &Query,
    on: &[(String, String)],
    columns: &Columns,
    rows: &Rows,
    data: &Data,
) -> Result<(Columns, Rows), Unknown> {
    let (right_columns, right_rows) = run(right, data)?;
    let place = |columns: &Columns, name: &String| {
        columns.iter().position(|(column, _)| column == name).ok_or(Unknown)
    };
    let mut keys = Vec::new();
    for (left, right) in on {
        keys.push((place(columns, left)?, place(&right_columns, right)?));
    }
    let strange = |cell: &Cell| matches!(cell, Cell::Real(_) | Cell::Other(_) | Cell::Many(_));
    if rows.iter().any(|row| keys.iter().any(|(at, _)| strange(&row[*at])))
        || right_rows.iter().any(|row| keys.iter().any(|(_, at)| strange(&row[*at])))
    {
        return Err(Unknown);
    }
    let matches = |left: &Vec<Cell>, right: &Vec<Cell>| keys.iter().all(|(a, b)| left[*a] == right[*b]);
    let mut result: Rows = Vec::new();
    match kind {
        "leftsemi" | "leftanti" => {
            for left in rows {
                if right_rows.iter().any(|right| matches(left, right)) == (kind == "leftsemi") {
                    result.push(left.clone());
                }
            }
            return Ok((columns.clone(), result));
        }
        "rightsemi" | "rightanti" => {
            for right in &right_rows {
                if rows.iter().any(|left| matches(left, right)) == (kind == "rightsemi") {
                    result.push(right.clone());
                }
            }
            return Ok((right_columns, result));
        }
        _ => {}
    }
    let mut seen: Vec<Vec<Cell>> = Vec::new();
    for left in rows {
        if kind == "innerunique" {
            let key: Vec<_> = keys.iter().map(|(at, _)| left[*at].clone()).collect();
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
        }
        let mut found = false;
        for right in right_rows.iter().filter(|right| matches(left, right)) {
            found = true;
            result.push(left.iter().chain(right).cloned().collect());
        }
        if !found && matches!(kind, "leftouter" | "fullouter") {
            result.push(left.iter().cloned().chain(missing(&right_columns, &right_rows)?).collect());
        }
    }
    if matches!(kind, "rightouter" | "fullouter") {
        for right in &right_rows {
            if !rows.iter().any(|left| matches(left, right)) {
                result.push(missing(columns, rows)?.into_iter().chain(right.iter().cloned()).collect());
            }
        }
    }
    let columns = columns.iter().chain(&right_columns).cloned().collect();
    Ok((columns, result))
}

/// What an outer join puts where there is no row. Only text has no null.
fn missing(columns: &Columns, rows: &Rows) -> Result<Vec<Cell>, Unknown> {
    let missing = columns.iter().enumerate().map(|(at, (_, of))| {
        let first = rows.first().map(|row| &row[at]);
        match (of, first) {
            (ScalarType::String, _) | (_, Some(Cell::Text(_))) => Ok(Cell::Text(String::new())),
            (ScalarType::Dynamic, None) => Err(Unknown),
            _ => Ok(Cell::Null),
        }
    });
    missing.collect()
}
