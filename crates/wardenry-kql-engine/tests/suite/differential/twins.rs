//! Pairs of queries that mean the same.

use super::expression::Expr;
use super::query::{Generator, Query};

/// What the two of a pair show, and their texts.
pub(crate) struct Twins {
    pub(crate) law: &'static str,
    pub(crate) left: String,
    pub(crate) right: String,
}

pub(crate) fn twins(generator: &mut Generator) -> Twins {
    let most = generator.random.below(3);
    let query = generator.query(most);
    let query = if query.rounded { Query::of(query.table) } else { query };
    let source = query.text();
    let not = |condition: &Expr| Expr::Call("not", vec![condition.clone()]).text();
    let a = generator.condition(&query);
    let b = generator.condition(&query);
    let (p, q) = (a.text(), b.text());
    let (_, value) = generator.value(&query);
    let value_text = value.text();
    let pair = |law, left: String, right: String| Twins { law, left, right };
    match generator.random.below(13) {
        0 => pair(
            "a conjunction is two filters",
            format!("{source} | where {p} and {q}"),
            format!("{source} | where {p} | where {q}"),
        ),
        1 => pair(
            "the negation of a disjunction is two filters",
            format!("{source} | where not({p} or {q})"),
            format!("{source} | where {} | where {}", not(&a), not(&b)),
        ),
        2 => pair(
            "a condition parts the rows in three",
            format!(
                "union ({source} | where {p}), ({source} | where {}), ({source} | where isnull({p}))",
                not(&a)
            ),
            source,
        ),
        3 => pair(
            "a condition is what a column of it says",
            format!("{source} | where {p}"),
            format!("{source} | extend zz = {p} | where zz | project-away zz"),
        ),
        4 => pair(
            "a condition is the condition of a choice",
            format!("{source} | where {p}"),
            format!("{source} | where iff({p}, 1, 0) == 1"),
        ),
        5 => pair(
            "a negation twice is none",
            format!("{source} | where {p}"),
            format!("{source} | where not({})", not(&a)),
        ),
        6 => pair(
            "a filter before a column, or after",
            format!("{source} | where {p} | extend zz = {value_text}"),
            format!("{source} | extend zz = {value_text} | where {p}"),
        ),
        7 => pair(
            "a filter of both sides of a union, or after it",
            format!("union ({source} | where {p}), ({source} | where {p})"),
            format!("union ({source}), ({source}) | where {p}"),
        ),
        8 => pair(
            "groups have all rows",
            format!("{source} | summarize n = count() by zz = tostring({value_text}) | summarize n = sum(n)"),
            format!("{source} | summarize n = count()"),
        ),
        9 => pair(
            "distinct values are groups",
            format!("{source} | project zz = tostring({value_text}) | distinct zz"),
            format!("{source} | summarize count() by zz = tostring({value_text}) | project zz"),
        ),
        10 => pair(
            "counted under a condition, or filtered and counted",
            format!("{source} | summarize n = countif({p}), m = countif(not({p}) or isnull({p}))"),
            format!(
                "print n = toscalar({source} | where {p} | count), m = toscalar({source} | count) | extend m = m - n"
            ),
        ),
        11 => pair(
            "shared, or read twice",
            format!("let M = materialize({source}); union (M | where {p}), (M | extend zz = {value_text})"),
            format!("union ({source} | where {p}), ({source} | extend zz = {value_text})"),
        ),
        _ => constants(generator),
    }
}

/// What a function makes of a constant it makes of a column, too.
fn constants(generator: &mut Generator) -> Twins {
    let table = generator.random.below(super::tables::TABLES.len());
    let query = Query::of(table);
    let source = query.text();
    let (_, value) = generator.value(&query);
    let mut columns = Vec::new();
    // Some of the literals become columns that no rule can see through.
    let replaced = value.with_literals(&mut |of, text| {
        let literal = Expr::Literal(of, text);
        let name = format!("k{}", columns.len());
        let other = generator.literal(of).text();
        columns.push(format!("{name} = iff(id >= 0, {text}, {other})"));
        if columns.len() % 4 == 0 { literal } else { Expr::Column(name) }
    });
    let extended =
        if columns.is_empty() { String::new() } else { format!(" | extend {}", columns.join(", ")) };
    Twins {
        law: "a constant is a column of one value",
        left: format!("{source} | project id, zz = {}", value.text()),
        right: format!("{source}{extended} | project id, zz = {}", replaced.text()),
    }
}
