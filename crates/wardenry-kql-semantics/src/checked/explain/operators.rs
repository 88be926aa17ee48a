//! Sources and operators.

use std::fmt::Write as _;

use wardenry_kql_values::Value;

use super::super::visit::VisitMut;
use super::super::{
    CheckedPlugin, Column, ColumnId, Expr, ExprKind, JoinKind, MakeSeries, MvExpand, Parse, ParseItem,
    ParseKv, ParseMode, PluginArgument, Rel, RelKind, Scan, ScanOutput, ScopeId, TopNested, UnionInput,
};
use super::expressions::{aggregate, expression, list, literal, options, quoted, sort_keys};
use super::graph::graph_match;
use super::projection::{item, projection};
use super::{
    Names, declared, declared_all, indented, is_print, piped, pipeline, shared_name, subquery, visible,
};

/// How many values of a written table are shown.
const SHOWN_VALUES: usize = 12;

/// The text of a relation that begins a pipeline.
pub(super) fn source(rel: &Rel, around: Option<&Names<'_>>) -> Option<String> {
    let none = Names::of_columns(&[], around);
    Some(match &rel.kind {
        RelKind::Table { name } => crate::written_name(name),
        RelKind::Values { .. } if is_print(rel) => "print".to_owned(),
        RelKind::Values { rows } => {
            let mut values: Vec<String> = rows.iter().flatten().take(SHOWN_VALUES).map(literal).collect();
            if rows.iter().flatten().count() > SHOWN_VALUES {
                values.push("…".to_owned());
            }
            format!("datatable({})[{}]", declared_all(&rel.columns), values.join(", "))
        }
        RelKind::Range { from, to, step } => {
            let [from, to, step] = [from, to, step].map(|bound| expression(bound, &none));
            format!("range {} from {from} to {to} step {step}", declared_all(&rel.columns))
        }
        RelKind::Externaldata { uris, options: given } => {
            let with = with_options(&options(given));
            format!("externaldata({})[{}]{with}", declared_all(&rel.columns), list(uris, &none))
        }
        RelKind::TableFunction { name, input: None, arguments } => {
            format!("{name}({})", list(arguments, &none))
        }
        RelKind::Shared(id, _) => shared_name(*id),
        RelKind::Union { inputs } => union(inputs, rel, around),
        RelKind::Evaluate(plugin) if plugin.input.is_none() => evaluate(plugin, rel, &none),
        // `print x = 1`: the row that it begins with is not worth a line.
        RelKind::Project { input, exprs } if is_print(input) => projection(rel, input, exprs, &none)?,
        _ => return None,
    })
}

/// The text of an operator, and what it works on. There is no text if it changes nothing, and no input in a body that works
/// on what is around it.
pub(super) fn operator<'r>(rel: &'r Rel, around: Option<&Names<'_>>) -> (Option<String>, Option<&'r Rel>) {
    let (text, input): (String, &Rel) = match &rel.kind {
        RelKind::Filter { input, predicate } => {
            (format!("where {}", expression(predicate, &Names::of(input, around))), input)
        }
        RelKind::Project { input, exprs } => {
            return (projection(rel, input, exprs, &Names::of(input, around)), Some(input));
        }
        RelKind::Summarize { input, keys, aggregates } => {
            let names = Names::of(input, around);
            let (key_columns, made) = rel.columns.split_at(keys.len().min(rel.columns.len()));
            let keys: Vec<String> =
                key_columns.iter().zip(keys).map(|(column, key)| key_item(column, key, &names)).collect();
            let made: Vec<String> = made
                .iter()
                .zip(aggregates)
                .map(|(column, call)| format!("{} = {}", declared(column), aggregate(call, &names)))
                .collect();
            let text = match (made.as_slice(), keys.as_slice()) {
                ([], keys) => format!("distinct {}", keys.join(", ")),
                (made, []) => format!("summarize {}", made.join(", ")),
                (made, keys) => format!("summarize {} by {}", made.join(", "), keys.join(", ")),
            };
            (text, input)
        }
        RelKind::Sort { input, keys } => {
            (format!("sort by {}", sort_keys(keys, &Names::of(input, around))), input)
        }
        RelKind::Top { input, count, keys } => {
            let names = Names::of(input, around);
            (format!("top {} by {}", expression(count, &names), sort_keys(keys, &names)), input)
        }
        RelKind::Take { input, count } => (counted("take", count, input, around), input),
        RelKind::Sample { input, count } => (counted("sample", count, input, around), input),
        RelKind::SampleDistinct { input, count, of } => {
            let of = expression(of, &Names::of(input, around));
            (format!("{} of {of}", counted("sample-distinct", count, input, around)), input)
        }
        RelKind::TopHitters { input, count, of, by } => {
            let names = Names::of(input, around);
            let by = by.as_ref().map(|by| format!(" by {}", expression(by, &names))).unwrap_or_default();
            let of = expression(of, &names);
            (format!("{} of {of}{by}", counted("top-hitters", count, input, around)), input)
        }
        RelKind::Serialize { input } => ("serialize".to_owned(), input),
        RelKind::Join { kind, left, right, on } => (join(*kind, left, right, on, rel, around), left),
        RelKind::MvExpand(expand) => {
            (format!("mv-expand {}", mv_items(expand, &rel.columns, around)), &expand.input)
        }
        RelKind::MvApply(apply) => {
            let input = &*apply.expand.input;
            // The body reads its rows and the columns around them.
            let names = Names::of(input, around);
            let made = scope_columns(&apply.body, apply.scope);
            let items = mv_items(&apply.expand, &made, around);
            (format!("mv-apply {items} on {}", subquery(&apply.body, Some(&names))), input)
        }
        RelKind::Partition { input, by, body, .. } => {
            let names = Names::of(input, around);
            (format!("partition by {} {}", expression(by, &names), subquery(body, Some(&names))), input)
        }
        RelKind::Parse(parse) => (parse_text(parse, rel, around), &parse.input),
        RelKind::ParseKv(parse) => (parse_kv(parse, rel, around), &parse.input),
        RelKind::MakeSeries(series) => (make_series(series, rel, around), &series.input),
        RelKind::Scan(scan) => (scan_text(scan, rel, around), &scan.input),
        RelKind::TopNested(nested) => (top_nested(nested, rel, around), &nested.input),
        RelKind::Reduce { input, of, options: given } => {
            let of = expression(of, &Names::of(input, around));
            (format!("reduce by {of}{}", with_options(&options(given))), input)
        }
        RelKind::TableFunction { name, input: Some(input), arguments } => {
            (format!("invoke {name}({})", list(arguments, &Names::of(input, around))), input)
        }
        RelKind::Evaluate(plugin) => match &plugin.input {
            Some(input) => (evaluate(plugin, rel, &Names::of(input, around)), input),
            None => return (None, None),
        },
        RelKind::GraphMatch(graph) => (graph_match(graph, rel, around), &graph.edges),
        _ => return (None, None),
    };
    (Some(text), Some(input))
}

fn counted(operator: &str, count: &Expr, input: &Rel, around: Option<&Names<'_>>) -> String {
    format!("{operator} {}", expression(count, &Names::of(input, around)))
}

/// A key of a group: `name`, `new = old` or `name: type = value`.
fn key_item(column: &Column, key: &Expr, names: &Names<'_>) -> String {
    let value = expression(key, names);
    if value == visible(&column.name) { value } else { format!("{} = {value}", declared(column)) }
}

fn with_options(options: &[String]) -> String {
    if options.is_empty() { String::new() } else { format!(" with ({})", options.join(", ")) }
}

fn join(
    kind: JoinKind,
    left: &Rel,
    right: &Rel,
    on: &[(Expr, Expr)],
    rel: &Rel,
    around: Option<&Names<'_>>,
) -> String {
    let kind = match kind {
        JoinKind::InnerUnique => "innerunique",
        JoinKind::Inner => "inner",
        JoinKind::LeftOuter => "leftouter",
        JoinKind::RightOuter => "rightouter",
        JoinKind::FullOuter => "fullouter",
        JoinKind::LeftSemi => "leftsemi",
        JoinKind::RightSemi => "rightsemi",
        JoinKind::LeftAnti => "leftanti",
        JoinKind::RightAnti => "rightanti",
    };
    let lefts = Names { prefix: "$left.", ..Names::of(left, around) };
    let rights = Names { prefix: "$right.", ..Names::of(right, around) };
    let on: Vec<String> = on
        .iter()
        .map(|(first, second)| format!("{} == {}", expression(first, &lefts), expression(second, &rights)))
        .collect();
    let mut text = format!("join kind={kind} {} on {}", subquery(right, None), on.join(", "));
    let renamed: Vec<String> = right
        .columns
        .iter()
        .filter_map(|before| {
            let after = rel.columns.iter().find(|after| after.id == before.id)?;
            (after.name != before.name && !after.name.starts_with('\0'))
                .then(|| format!("{} is $right.{}", visible(&after.name), visible(&before.name)))
        })
        .collect();
    if !renamed.is_empty() {
        _ = write!(text, " // {}", renamed.join(", "));
    }
    text
}

fn union(inputs: &[UnionInput], rel: &Rel, around: Option<&Names<'_>>) -> String {
    let inputs: Vec<String> = inputs
        .iter()
        .map(|input| {
            let mut steps = pipeline(&input.rel, around);
            let names = Names::of(&input.rel, around);
            // Columns that others have and this one lacks are null or empty in it, which needs no words.
            let changed: Vec<String> = rel
                .columns
                .iter()
                .zip(&input.exprs)
                .filter(|(_, expr)| !is_missing(expr))
                .map(|(column, expr)| (item(column, expr, &input.rel, &names), column))
                .filter(|(text, column)| *text != visible(&column.name))
                .map(|(text, _)| text)
                .collect();
            if !changed.is_empty() {
                steps.push(format!("extend {}", changed.join(", ")));
            }
            match steps.as_slice() {
                [source] if !source.contains('\n') => indented(source),
                steps => indented(&format!("(\n{}\n)", indented(&piped(steps)))),
            }
        })
        .collect();
    format!("union\n{}", inputs.join(",\n"))
}

/// Whether an expression is what a column has that does not exist.
fn is_missing(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Value::String(text)) => text.is_empty(),
        ExprKind::Literal(value) => value.is_null(),
        _ => false,
    }
}

/// What is expanded; `made` has the columns of the elements and of their index.
fn mv_items(expand: &MvExpand, made: &[Column], around: Option<&Names<'_>>) -> String {
    let names = Names::of(&expand.input, around);
    let made = Names::of_columns(made, None);
    let name = |id: ColumnId| made.name(id);
    let mut text = String::new();
    if expand.bags_as_arrays {
        text.push_str("bagexpansion=array ");
    }
    if let Some(index) = expand.index {
        _ = write!(text, "with_itemindex={} ", name(index));
    }
    let items: Vec<String> = expand
        .items
        .iter()
        .map(|item| {
            format!("{}: {} = {}", name(item.output), item.scalar_type, expression(&item.expr, &names))
        })
        .collect();
    text.push_str(&items.join(", "));
    if let Some(limit) = &expand.limit {
        _ = write!(text, " limit {}", expression(limit, &names));
    }
    text
}

/// The columns of the rows that a body works on.
fn scope_columns(body: &Rel, scope: ScopeId) -> Vec<Column> {
    struct Find(ScopeId, Vec<Column>);

    impl VisitMut for Find {
        fn rel(&mut self, rel: &mut Rel) {
            if matches!(rel.kind, RelKind::Scope(id) if id == self.0) {
                self.1.clone_from(&rel.columns);
            }
        }
    }

    let mut find = Find(scope, Vec::new());
    body.clone().visit_mut(&mut find);
    find.1
}

fn parse_text(parse: &Parse, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let names = Names::of(&parse.input, around);
    let operator = if parse.only_matches { "parse-where" } else { "parse" };
    let mode = match &parse.mode {
        ParseMode::Simple => String::new(),
        ParseMode::Relaxed => " kind=relaxed".to_owned(),
        ParseMode::Regex { flags } if flags.is_empty() => " kind=regex".to_owned(),
        ParseMode::Regex { flags } => format!(" kind=regex flags={flags}"),
    };
    let items: Vec<String> = parse
        .items
        .iter()
        .map(|item| match item {
            ParseItem::Skip => "*".to_owned(),
            ParseItem::Literal(text) => quoted(text),
            ParseItem::Column { output, scalar_type } => format!("{}: {scalar_type}", made(rel, *output)),
        })
        .collect();
    format!("{operator}{mode} {} with {}", expression(&parse.expr, &names), items.join(" "))
}

/// The name of a column that an operator makes.
fn made(rel: &Rel, id: ColumnId) -> String {
    Names::of(rel, None).name(id)
}

fn parse_kv(parse: &ParseKv, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let names = Names::of(&parse.input, around);
    let keys: Vec<String> = parse
        .keys
        .iter()
        .map(|(key, column, scalar_type)| {
            let name = made(rel, *column);
            if name == **key {
                format!("{name}: {scalar_type}")
            } else {
                format!("{name}: {scalar_type} = {}", quoted(key))
            }
        })
        .collect();
    let with = with_options(&options(&parse.options));
    format!("parse-kv {} as ({}){with}", expression(&parse.expr, &names), keys.join(", "))
}

fn make_series(series: &MakeSeries, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let names = Names::of(&series.input, around);
    let (key_columns, rest) = rel.columns.split_at(series.keys.len().min(rel.columns.len()));
    let aggregates: Vec<String> = rest
        .iter()
        .zip(&series.aggregates)
        .map(|(column, (call, default))| {
            let default = default.as_ref().map(|value| format!(" default={}", expression(value, &names)));
            format!("{} = {}{}", declared(column), aggregate(call, &names), default.unwrap_or_default())
        })
        .collect();
    let mut text = format!("make-series {} on {}", aggregates.join(", "), expression(&series.axis, &names));
    for (word, bound) in [("from", &series.from), ("to", &series.to), ("step", &Some(series.step.clone()))] {
        if let Some(bound) = bound {
            _ = write!(text, " {word} {}", expression(bound, &names));
        }
    }
    if !key_columns.is_empty() {
        let keys: Vec<String> =
            key_columns.iter().zip(&series.keys).map(|(column, key)| key_item(column, key, &names)).collect();
        _ = write!(text, " by {}", keys.join(", "));
    }
    text
}

fn scan_text(scan: &Scan, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let names = Names::of_columns(&rel.columns, around);
    let mut text = "scan".to_owned();
    if let Some(id) = scan.match_id {
        _ = write!(text, " with_match_id={}", names.name(id));
    }
    if !scan.order_by.is_empty() {
        _ = write!(text, " order by {}", sort_keys(&scan.order_by, &names));
    }
    if !scan.partition_by.is_empty() {
        _ = write!(text, " partition by {}", list(&scan.partition_by, &names));
    }
    if !scan.declared.is_empty() {
        let declared: Vec<String> = scan
            .declared
            .iter()
            .map(|(id, scalar_type, default)| {
                let default = default.as_ref().map(|value| format!(" = {}", literal(value)));
                format!("{}: {scalar_type}{}", names.name(*id), default.unwrap_or_default())
            })
            .collect();
        _ = write!(text, " declare ({})", declared.join(", "));
    }
    let steps: Vec<String> = scan
        .steps
        .iter()
        .enumerate()
        .map(|(position, step)| {
            let states: Vec<(ColumnId, String)> = step
                .states
                .iter()
                .map(|(other, column, id)| (*id, format!("step{}.{}", other + 1, names.name(*column))))
                .collect();
            let names = Names { others: &states, ..names };
            let optional = if step.optional { " optional" } else { "" };
            let output = match step.output {
                ScanOutput::All => "",
                ScanOutput::Last => " output=last",
                ScanOutput::None => " output=none",
            };
            let assignments: Vec<String> = step
                .assignments
                .iter()
                .map(|(column, value)| format!("{} = {}", names.name(*column), expression(value, &names)))
                .collect();
            let then = if assignments.is_empty() {
                String::new()
            } else {
                format!(" => {}", assignments.join(", "))
            };
            let condition = expression(&step.condition, &names);
            format!("step step{}{optional}{output}: {condition}{then};", position + 1)
        })
        .collect();
    format!("{text} with (\n{}\n)", indented(&steps.join("\n")))
}

fn top_nested(nested: &TopNested, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let names = Names::of(&nested.input, around);
    let levels: Vec<String> = nested
        .levels
        .iter()
        .zip(rel.columns.chunks(2))
        .map(|(level, columns)| {
            let [value, aggregated] = columns else { return String::new() };
            let count = level.count.as_ref().map(|count| format!("{} ", expression(count, &names)));
            let others =
                level.others.as_ref().map(|others| format!(" with others={}", expression(others, &names)));
            let direction = if level.descending { "desc" } else { "asc" };
            format!(
                "top-nested {}of {}{} by {} = {} {direction}",
                count.unwrap_or_default(),
                key_item(value, &level.of, &names),
                others.unwrap_or_default(),
                declared(aggregated),
                aggregate(&level.aggregate, &names)
            )
        })
        .collect();
    levels.join(",\n    ")
}

fn evaluate(plugin: &CheckedPlugin, rel: &Rel, names: &Names<'_>) -> String {
    let mut arguments: Vec<String> = plugin
        .arguments
        .iter()
        .map(|argument| match argument {
            PluginArgument::Expr(expr) => expression(expr, names),
            PluginArgument::Rel(rel) => subquery(rel, None),
            PluginArgument::Aggregate(call) => aggregate(call, names),
        })
        .collect();
    arguments.extend(options(&plugin.options));
    format!("evaluate {}({}) : ({})", plugin.name, arguments.join(", "), declared_all(&rel.columns))
}
