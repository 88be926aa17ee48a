//! Checks a query: a syntax tree becomes a [`CheckedQuery`], or diagnostics say why not.
//!
//! Variables are checked once, where they are declared, and copied where they are used; functions are checked where they
//! are called, with their arguments in the place of their parameters. What is found wrong has an unknown type, about
//! which nothing further is said, so that one fault gives one diagnostic and the rest of the query is still looked at.

mod aggregates;
mod all_columns;
mod branching;
mod calls;
mod constants;
mod conversion;
mod evaluate;
mod expand;
mod expr;
mod find;
mod functions;
mod graph;
mod habits;
mod invoke;
mod join;
mod lists;
mod lost_columns;
mod names;
mod operand_help;
mod operators;
mod parse;
mod partition;
mod pipeline;
mod project;
mod relation;
mod resolve;
mod scan;
mod schema;
mod scope;
mod search;
mod series;
mod sort;
mod source;
mod special_calls;
mod statements;
mod suggest;
mod summarize;
mod top_nested;
mod union;
mod unknown_names;

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use crate::checked::{CheckedPlugin, CheckedQuery, Column, ColumnId, PluginSite, Rel, Render, SharedId};
use crate::{Schema, codes};
use branching::BranchResult;
use expr::Typed;
use relation::Relation;
use scope::{BindingNode, Env};

/// How deep expressions, operators and calls may be nested, calls of functions included.
const MAX_DEPTH: u32 = 400;
/// How many operators may stand in a row, those of variables and functions included.
const MAX_RELATION_DEPTH: u32 = 500;
/// How many nodes a checked query may have, roughly.
const MAX_NODES: usize = 600_000;
/// How many diagnostics are given.
const MAX_DIAGNOSTICS: usize = 100;

/// What the checker needs beside the query and the tables.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// The columns of plugins' results that depend on rows, as an earlier run found them.
    pub plugin_columns: BTreeMap<PluginSite, Vec<(Arc<str>, ScalarType)>>,
    /// The values of parameters that `declare query_parameters` declares.
    pub parameters: BTreeMap<Box<str>, Value>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// `None` if there are errors, if the tree has parts that could not be read, and while [`Checked::pending`] says that something must run first.
    pub query: Option<CheckedQuery>,
    /// What each tabular statement returns, as far as it is known.
    pub statements: Vec<StatementColumns>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The first plugin whose columns depend on rows and are not in [`CheckOptions::plugin_columns`], if there are no errors.
    pub pending: Option<Pending>,
}

/// The columns that a statement returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementColumns {
    pub span: Span,
    pub columns: Vec<ResultColumn>,
    /// There may be more columns, which are only known when the query runs.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultColumn {
    pub name: Arc<str>,
    /// `None` where it is not known.
    pub scalar_type: Option<ScalarType>,
}

/// A plugin that must run before the query can be checked to its end: its columns depend on the rows of its input.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The key for [`CheckOptions::plugin_columns`].
    pub site: PluginSite,
    pub plugin: CheckedPlugin,
    /// What the plugin's input reads, in order.
    pub shared: Vec<(SharedId, Rel)>,
    pub span: Span,
}

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Checks a query against the tables that there are.
pub fn check(query: &ast::Query, schema: &dyn Schema, options: &CheckOptions) -> Checked {
    let checker = Checker {
        schema,
        options,
        diagnostics: Vec::new(),
        reported: HashSet::new(),
        bindings: Vec::new(),
        next_column: 0,
        next_scope: 0,
        next_block: 0,
        next_site: 0,
        next_shared: 0,
        unknown: HashSet::new(),
        shared: Vec::new(),
        depth: 0,
        nodes: 0,
        broken: false,
        exhausted: false,
        called: HashSet::new(),
        functions: Vec::new(),
        render: None,
        named: Vec::new(),
        properties: Vec::new(),
        in_let: false,
        pending: None,
        pending_allowed: true,
        looking_only: false,
        missing: Vec::new(),
        outer_rows: Vec::new(),
        statement_end: None,
        further_results: Vec::new(),
    };
    checker.query(query)
}

#[expect(clippy::struct_excessive_bools, reason = "each says something else about where the checker is")]
struct Checker<'q> {
    schema: &'q dyn Schema,
    options: &'q CheckOptions,
    diagnostics: Vec<Diagnostic>,
    reported: HashSet<(&'static str, Span)>,
    bindings: Vec<BindingNode<'q>>,
    next_column: u32,
    next_scope: u32,
    next_block: u32,
    next_site: u32,
    next_shared: u32,
    /// Columns whose type is not known.
    unknown: HashSet<ColumnId>,
    shared: Vec<(SharedId, Rel)>,
    depth: u32,
    nodes: usize,
    /// The tree has parts that could not be read, about which the parser has spoken.
    broken: bool,
    /// A limit was exceeded: everything further is unknown.
    exhausted: bool,
    /// The functions that something calls.
    called: HashSet<Span>,
    /// All functions, where they were declared.
    functions: Vec<(&'q ast::Function, Env)>,
    /// How the statement that is being checked wants to be drawn.
    render: Option<Render>,
    /// Names that `as` gave, for later statements.
    named: Vec<(&'q str, Rc<Relation>)>,
    properties: Vec<(Box<str>, Option<Value>)>,
    /// A variable's value is being checked.
    in_let: bool,
    pending: Option<Pending>,
    /// Relations are complete here, so that they could run on their own.
    pending_allowed: bool,
    /// Functions that nothing calls are being looked at: what they lack at run time does not matter.
    looking_only: bool,
    /// Columns that operators of the pipelines at hand did not find, with the index of what was said about it.
    missing: Vec<(&'q str, usize)>,
    /// The rows around the subquery that is being checked, the innermost last.
    outer_rows: Vec<Vec<Column>>,
    /// Where the statement ends that is being checked: only an operator that ends there may have several results.
    statement_end: Option<u32>,
    /// Of the statement that is being checked, beside its first result.
    further_results: Vec<BranchResult>,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS
            && self.reported.insert((diagnostic.code, diagnostic.span))
        {
            self.diagnostics.push(diagnostic);
        }
    }

    /// What stands for a part of the tree that could not be read.
    fn unreadable_value(&mut self, span: Span) -> Typed {
        self.broken = true;
        Typed::unknown(span)
    }

    fn unreadable_table(&mut self, span: Span) -> Relation {
        self.broken = true;
        Relation::unknown(span)
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message.into()));
    }

    /// Counts nodes that come into being.
    fn charge(&mut self, nodes: usize, span: Span) {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES && !self.exhausted {
            self.exhausted = true;
            self.report(
                Diagnostic::error(codes::TOO_LARGE, span, "the query becomes too large here").with_note(
                    "each use of a variable or function is a copy of it; `materialize()` shares a table",
                ),
            );
        }
    }

    /// Runs `check` one level deeper, or not at all where that is too deep.
    fn nested<T>(&mut self, span: Span, check: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.exhausted {
            return None;
        }
        if self.depth >= MAX_DEPTH {
            self.exhausted = true;
            self.error(codes::TOO_DEEP, span, "the query is nested too deeply here");
            return None;
        }
        self.depth += 1;
        let result = check(self);
        self.depth -= 1;
        Some(result)
    }
}
