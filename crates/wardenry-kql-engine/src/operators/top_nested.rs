//! `top-nested`: the best values of a key, the best values of the next one within each of them, and so on.
//! [top-nested-operator.md]
//!
//! It is put together from relations that there are already. A level groups the rows whose upper keys were kept, and keeps
//! the best groups within each combination of these; its key decides between equal aggregates, so that the
//! level is the same wherever it is read.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{
    AggregateCall, Column, Expr, ExprKind, JoinKind, Rel, RelKind, SortKey, TopNested, TopNestedLevel,
    UnionInput,
};
use wardenry_kql_values::{ScalarType, Value};

use super::conversion::{call, null, read as read_at};
use crate::RunError;
use crate::lower::{Lowered, Lowerer};

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, nested: &TopNested) -> Result<Lowered, RunError> {
    let (mut rows, keys) = with_keys(lowerer, rel, nested);
    let mut result: Option<Level> = None;
    let mut rests = Vec::new();
    for (index, level) in nested.levels.iter().enumerate() {
        let best = best(lowerer, &rows, &keys[..=index], level);
        if nested.levels[index..].iter().any(|level| level.others.is_some()) {
            let rest = rest(lowerer, &rows, &keys[..=index], &best, nested);
            rests.push(rest.with_levels_above(result.as_ref(), &nested.levels));
        }
        if index + 1 < nested.levels.len() {
            // The next level sees the rows of the groups that were kept, and no others.
            let on = keys.iter().map(read).zip(best.keys.iter().map(read)).collect();
            let right = Box::new(best.rel.clone());
            let columns = rows.columns.clone();
            let kind = RelKind::Join { kind: JoinKind::LeftSemi, left: Box::new(rows), right, on };
            rows = Rel { kind, columns, span: rel.span };
        }
        result = Some(match result {
            None => best,
            Some(above) => joined(above, best, rel),
        });
    }
    let Some(Level { rel: levels, keys, aggregates }) = result else {
        return Err(RunError::internal("lowering", "top-nested has no level"));
    };
    let exprs =
        keys.iter().zip(&aggregates).flat_map(|(key, aggregate)| [read(key), read(aggregate)]).collect();
    if rests.is_empty() {
        let kind = RelKind::Project { input: Box::new(levels), exprs };
        return lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span: rel.span });
    }
    let mut inputs = vec![UnionInput { rel: levels, exprs }];
    inputs.append(&mut rests);
    lowerer.rel(&Rel { kind: RelKind::Union { inputs }, columns: rel.columns.clone(), span: rel.span })
}

/// A level, or several joined: the keys from the top down, and the aggregate of each.
struct Level {
    rel: Rel,
    keys: Vec<Column>,
    aggregates: Vec<Column>,
}

/// The input with the keys of all levels as columns.
fn with_keys(lowerer: &mut Lowerer<'_>, rel: &Rel, nested: &TopNested) -> (Rel, Vec<Column>) {
    let input = &nested.input;
    let keys: Vec<Column> =
        nested.levels.iter().map(|level| lowerer.new_column(level.of.scalar_type)).collect();
    let exprs =
        input.columns.iter().map(read).chain(nested.levels.iter().map(|level| level.of.clone())).collect();
    let columns = input.columns.iter().chain(&keys).cloned().collect();
    (Rel { kind: RelKind::Project { input: input.clone(), exprs }, columns, span: rel.span }, keys)
}

/// The best groups of the last of `keys` within each combination of the others.
fn best(lowerer: &mut Lowerer<'_>, rows: &Rel, keys: &[Column], level: &TopNestedLevel) -> Level {
    let span = rows.span;
    let grouped: Vec<Column> = keys.iter().map(|key| lowerer.new_column(key.scalar_type)).collect();
    let aggregate = lowerer.new_column(level.aggregate.scalar_type);
    let columns: Vec<Column> = grouped.iter().chain([&aggregate]).cloned().collect();
    let kind = RelKind::Summarize {
        input: Box::new(rows.clone()),
        keys: keys.iter().map(read).collect(),
        aggregates: vec![level.aggregate.clone()],
    };
    let groups = Rel { kind, columns: columns.clone(), span };
    let Some((last, above)) = grouped.split_last() else {
        return Level { rel: groups, keys: grouped, aggregates: vec![aggregate] };
    };
    let rel = match &level.count {
        None => groups,
        Some(count) => {
            let top = |input: Rel| {
                let keys = vec![
                    SortKey { expr: read(&aggregate), descending: level.descending, nulls_first: false },
                    SortKey { expr: read(last), descending: false, nulls_first: false },
                ];
                let kind = RelKind::Top { input: Box::new(input), count: count.clone(), keys };
                Rel { kind, columns: columns.clone(), span }
            };
            if above.is_empty() {
                top(groups)
            } else {
                let scope = lowerer.new_scope();
                let by = Expr {
                    kind: ExprKind::Call {
                        function: "pack_array",
                        arguments: above.iter().map(read).collect(),
                    },
                    scalar_type: ScalarType::Dynamic,
                    span,
                };
                let body = top(Rel { kind: RelKind::Scope(scope), columns: columns.clone(), span });
                let kind = RelKind::Partition { input: Box::new(groups), by, scope, body: Box::new(body) };
                Rel { kind, columns, span }
            }
        }
    };
    Level { rel, keys: grouped, aggregates: vec![aggregate] }
}

/// The rows that are not among the best groups of a level, aggregated for each combination of the keys above.
struct Rest {
    rel: Rel,
    /// The keys above.
    keys: Vec<Column>,
    /// For the level and each below it that has a value for others: the aggregate.
    aggregates: Vec<Option<Column>>,
}

/// A group that others are put into is not parted further: the levels below have the aggregates over all of its rows. A level
/// without a value for others has neither a value nor an aggregate there.
fn rest(lowerer: &mut Lowerer<'_>, rows: &Rel, keys: &[Column], best: &Level, nested: &TopNested) -> Rest {
    let span = rows.span;
    let on = keys.iter().map(read).zip(best.keys.iter().map(read)).collect();
    let (left, right) = (Box::new(rows.clone()), Box::new(best.rel.clone()));
    let kind = RelKind::Join { kind: JoinKind::LeftAnti, left, right, on };
    let others = Rel { kind, columns: rows.columns.clone(), span };
    let above = &keys[..keys.len() - 1];
    let grouped: Vec<Column> = above.iter().map(|key| lowerer.new_column(key.scalar_type)).collect();
    let levels = &nested.levels[above.len()..];
    let aggregates: Vec<Option<Column>> = (levels.iter())
        .map(|level| level.others.is_some().then(|| lowerer.new_column(level.aggregate.scalar_type)))
        .collect();
    let count = lowerer.new_column(ScalarType::Long);
    let counted =
        AggregateCall { function: "count", arguments: Vec::new(), scalar_type: ScalarType::Long, span };
    let kind = RelKind::Summarize {
        input: Box::new(others),
        keys: above.iter().map(read).collect(),
        aggregates: (levels.iter().filter(|level| level.others.is_some()))
            .map(|level| level.aggregate.clone())
            .chain([counted])
            .collect(),
    };
    let columns: Vec<Column> =
        grouped.iter().chain(aggregates.iter().flatten()).chain([&count]).cloned().collect();
    let summed = Rel { kind, columns: columns.clone(), span };
    // Without keys there is a group even of no rows.
    let predicate = call(">", vec![read(&count), zero(span)], ScalarType::Bool, span);
    let kind = RelKind::Filter { input: Box::new(summed), predicate };
    Rest { rel: Rel { kind, columns, span }, keys: grouped, aggregates }
}

impl Rest {
    /// The rows as those of the whole result.
    fn with_levels_above(self, above: Option<&Level>, levels: &[TopNestedLevel]) -> UnionInput {
        let span = self.rel.span;
        let mut exprs = Vec::with_capacity(levels.len() * 2);
        let mut rel = self.rel;
        if let Some(above) = above {
            let on = above.keys.iter().map(read).zip(self.keys.iter().map(read)).collect();
            let columns = above.rel.columns.iter().chain(&rel.columns).cloned().collect();
            let (left, right) = (Box::new(above.rel.clone()), Box::new(rel));
            rel = Rel { kind: RelKind::Join { kind: JoinKind::Inner, left, right, on }, columns, span };
            let pairs = above.keys.iter().zip(&above.aggregates);
            exprs.extend(pairs.flat_map(|(key, aggregate)| [read(key), read(aggregate)]));
        }
        for (level, aggregate) in levels[self.keys.len()..].iter().zip(&self.aggregates) {
            match (&level.others, aggregate) {
                (Some(others), Some(aggregate)) => exprs.extend([others.clone(), read(aggregate)]),
                _ => {
                    let types = [level.of.scalar_type, level.aggregate.scalar_type];
                    exprs.extend(types.map(|of_type| null(of_type, span)));
                }
            }
        }
        UnionInput { rel, exprs }
    }
}

fn zero(span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Value::Long(Some(0))), scalar_type: ScalarType::Long, span }
}

/// A level beside those above it.
fn joined(above: Level, below: Level, rel: &Rel) -> Level {
    let on = above.keys.iter().map(read).zip(below.keys.iter().map(read)).collect();
    let columns = above.rel.columns.iter().chain(&below.rel.columns).cloned().collect();
    let kind =
        RelKind::Join { kind: JoinKind::Inner, left: Box::new(above.rel), right: Box::new(below.rel), on };
    let aggregates = above.aggregates.into_iter().chain(below.aggregates).collect();
    Level { rel: Rel { kind, columns, span: rel.span }, keys: below.keys, aggregates }
}

/// Nothing that reads such a column can fail, and so its place in the text does not matter.
fn read(column: &Column) -> Expr {
    read_at(column, Span::default())
}
