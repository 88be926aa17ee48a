//! What names mean at a place in the query.
//!
//! A parameter of a function hides columns; a column hides variables. [D let-statement.md]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use wardenry_kql_syntax::ast;
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::aggregates::Aggregation;
use super::expr::Typed;
use super::relation::Relation;
use crate::checked::{Column, ColumnId, Rel};

/// The variables at a place: an index into the checker's list of bindings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Env(u32);

#[derive(Debug)]
pub(super) struct BindingNode<'q> {
    name: &'q str,
    binding: Binding<'q>,
    parent: Env,
    /// The names of one list of statements or parameters share a number.
    block: u32,
}

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding<'q> {
    Scalar {
        value: Rc<Typed>,
        /// It is a parameter of a function.
        parameter: bool,
    },
    Tabular(Rc<Relation>),
    Function {
        function: &'q ast::Function,
        env: Env,
        /// It yields a table.
        tabular: bool,
    },
    /// What was found wrong where it was declared.
    Unknown,
}

/// The columns that an expression may read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) columns: &'a [Column],
    pub(super) open: bool,
    pub(super) ordered: bool,
    /// The relation whose rows they are, to find what became of a name.
    pub(super) relation: Option<&'a Rel>,
}

impl<'a> Row<'a> {
    pub(super) fn of(relation: &'a Relation) -> Self {
        Self {
            columns: relation.columns(),
            open: relation.open,
            ordered: relation.ordered,
            relation: Some(&relation.rel),
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&'a Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }
}

/// Variables that have members: steps of a `scan`, nodes and edges of a graph pattern.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) variables: Vec<MemberVariable>,
    /// The members that are read: variable, column, the id under which it is read.
    pub(super) used: Vec<(usize, usize, ColumnId)>,
}

#[derive(Debug)]
pub(super) struct MemberVariable {
    pub(super) name: Box<str>,
    pub(super) columns: Vec<(Arc<str>, ScalarType)>,
    /// Stands for several rows: its members are arrays.
    pub(super) repeated: bool,
    pub(super) open: bool,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Cx<'a> {
    pub(super) env: Env,
    pub(super) row: Option<&'a Row<'a>>,
    pub(super) members: Option<&'a RefCell<Members>>,
    /// Rows are being summarized: aggregates may stand, columns may not.
    pub(super) aggregation: Option<&'a Aggregation<'a>>,
}

impl<'a> Cx<'a> {
    pub(super) const fn constant(env: Env) -> Self {
        Self { env, row: None, members: None, aggregation: None }
    }

    pub(super) const fn row(env: Env, row: &'a Row<'a>) -> Self {
        Self { env, row: Some(row), members: None, aggregation: None }
    }
}

impl<'q> Checker<'q> {
    pub(super) fn lookup(&self, env: Env, name: &str) -> Option<&Binding<'q>> {
        let mut at = env;
        while let Some(node) = self.bindings.get((at.0 as usize).wrapping_sub(1)) {
            if node.name == name {
                return Some(&node.binding);
            }
            at = node.parent;
        }
        None
    }

    /// Whether a name is declared in the same list of statements.
    pub(super) fn is_declared(&self, env: Env, block: u32, name: &str) -> bool {
        let mut at = env;
        while let Some(node) = self.bindings.get((at.0 as usize).wrapping_sub(1)) {
            if node.block != block {
                return false;
            }
            if node.name == name {
                return true;
            }
            at = node.parent;
        }
        false
    }

    pub(super) fn bind(&mut self, env: Env, block: u32, name: &'q str, binding: Binding<'q>) -> Env {
        self.bindings.push(BindingNode { name, binding, parent: env, block });
        Env(u32::try_from(self.bindings.len()).unwrap_or(u32::MAX))
    }

    /// The names of all variables that `accept` takes, the nearest first.
    pub(super) fn variables(&self, env: Env, accept: impl Fn(&Binding<'q>) -> bool) -> Vec<&'q str> {
        let mut names = Vec::new();
        let mut at = env;
        while let Some(node) = self.bindings.get((at.0 as usize).wrapping_sub(1)) {
            if accept(&node.binding) {
                names.push(node.name);
            }
            at = node.parent;
        }
        names
    }
}
