//! A checked query as text, for its author: what the names, types and variables of the query have come to.
//!
//! It looks like KQL and is close to it, but it is no query. One operator stands on a line, subqueries are indented. Variables
//! and functions are put in; new columns have their types (`n: long = count()`); implicit conversions are calls. What is
//! computed once stands before the query, as `shared_0`. Columns that only an operator's inner working has are `$0`, `$1`, ….

mod expressions;
mod graph;
mod operators;
mod projection;

use std::fmt;

use super::{CheckedQuery, CheckedStatement, Column, ColumnId, Rel, RelKind, Render, SharedId};
use crate::written_name;

impl CheckedQuery {
    /// Each tabular statement as text, with the shared relations that it reads before it.
    pub fn explained(&self) -> Vec<String> {
        let explained = |statement: &CheckedStatement| {
            let mut wanted = shared_ids(&statement.rel);
            // Each reads earlier ones only.
            for (id, rel) in self.shared.iter().rev() {
                if wanted.contains(id) {
                    wanted.extend(shared_ids(rel));
                }
            }
            let shared = self.shared.iter().filter(|(id, _)| wanted.contains(id)).map(shared_relation);
            shared.chain([statement_text(statement)]).collect()
        };
        self.statements.iter().map(explained).collect()
    }
}

impl fmt::Display for CheckedQuery {
    /// The shared relations, then the statements, an empty line between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for shared in &self.shared {
            f.write_str(&shared_relation(shared))?;
        }
        let statements: Vec<String> = self.statements.iter().map(statement_text).collect();
        f.write_str(&statements.join(";\n\n"))
    }
}

fn statement_text(statement: &CheckedStatement) -> String {
    let mut steps = pipeline(&statement.rel, None);
    steps.extend(statement.render.as_ref().map(render));
    piped(&steps)
}

fn shared_relation((id, rel): &(SharedId, Rel)) -> String {
    format!("let {} = materialize(\n{}\n);\n", shared_name(*id), indented(&piped(&pipeline(rel, None))))
}

fn shared_name(SharedId(id): SharedId) -> String {
    format!("shared_{id}")
}

/// The shared relations that stand somewhere in a relation.
fn shared_ids(rel: &Rel) -> Vec<SharedId> {
    #[derive(Default)]
    struct Ids(Vec<SharedId>);

    impl super::visit::VisitMut for Ids {
        fn shared(&mut self, id: &mut SharedId) {
            self.0.push(*id);
        }
    }

    let mut ids = Ids::default();
    rel.clone().visit_mut(&mut ids);
    ids.0
}

fn render(render: &Render) -> String {
    let option = |(name, value): &(Box<str>, Box<str>)| {
        let is_word = value.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_word { format!("{name}={value}") } else { format!("{name}={}", expressions::quoted(value)) }
    };
    let options: Vec<String> = render.options.iter().map(option).collect();
    match options.as_slice() {
        [] => format!("render {}", render.kind),
        options => format!("render {} with ({})", render.kind, options.join(", ")),
    }
}

/// The columns that an expression may name, and those around them.
#[derive(Clone, Copy)]
struct Names<'a> {
    columns: &'a [Column],
    /// Columns that have no place in a relation: another step's state, a node's property.
    others: &'a [(ColumnId, String)],
    /// `$left.` or `$right.`.
    prefix: &'static str,
    around: Option<&'a Names<'a>>,
}

impl<'a> Names<'a> {
    fn of(rel: &'a Rel, around: Option<&'a Names<'a>>) -> Self {
        Self::of_columns(&rel.columns, around)
    }

    fn of_columns(columns: &'a [Column], around: Option<&'a Names<'a>>) -> Self {
        Self { columns, others: &[], prefix: "", around }
    }

    fn name(&self, id: ColumnId) -> String {
        if let Some(column) = self.columns.iter().find(|column| column.id == id) {
            return format!("{}{}", self.prefix, visible(&column.name));
        }
        if let Some((_, name)) = self.others.iter().find(|(other, _)| *other == id) {
            return name.clone();
        }
        match self.around {
            Some(around) => around.name(id),
            None => format!("$column{}", id.0),
        }
    }
}

/// A column's name as a query writes it; names that nobody sees begin with a zero byte.
fn visible(name: &str) -> String {
    match name.strip_prefix('\0') {
        Some(hidden) => format!("${hidden}"),
        None => written_name(name),
    }
}

/// A new column: `name: type`.
fn declared(column: &Column) -> String {
    format!("{}: {}", visible(&column.name), column.scalar_type)
}

fn declared_all(columns: &[Column]) -> String {
    columns.iter().map(declared).collect::<Vec<_>>().join(", ")
}

/// A relation in the parentheses of an operator.
fn subquery(rel: &Rel, around: Option<&Names<'_>>) -> String {
    format!("(\n{}\n)", indented(&piped(&pipeline(rel, around))))
}

/// A source and operators, one below the other. A body that works on what is around it has no source: its first step is an
/// operator without `|`.
fn piped(steps: &[String]) -> String {
    steps.join("\n| ")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// The source of a relation and its operators, each a text that may have several lines.
fn pipeline(rel: &Rel, around: Option<&Names<'_>>) -> Vec<String> {
    let mut operators = Vec::new();
    let mut at = rel;
    // The first operator stands at the end.
    loop {
        if let Some(source) = operators::source(at, around) {
            operators.push(source);
            break;
        }
        let (step, input) = operators::operator(at, around);
        operators.extend(step);
        match input {
            Some(input) => at = input,
            None => break,
        }
    }
    operators.reverse();
    operators
}

/// Whether a relation is the one row without columns that `print` begins with.
fn is_print(rel: &Rel) -> bool {
    matches!(&rel.kind, RelKind::Values { rows } if rel.columns.is_empty() && rows.len() == 1)
}
