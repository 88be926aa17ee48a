//! `bag_unpack`: the members of a bag as columns. [bag-unpack-plugin.md]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use wardenry_diagnostic::Span;
use wardenry_kql_functions::dynamic::{Dynamic, Kind};
use wardenry_kql_semantics::checked::{
    CheckedPlugin, ColumnId, Expr, ExprKind, PathStep, PluginArgument, PluginSchema, Rel,
};
use wardenry_kql_values::{ScalarType, Value};

use super::found_columns::{COLUMNS, Collect, Collector};
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::operators::conversion::converted_expr;

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let bag = bag(plugin).ok_or_else(|| RunError::internal("lowering", "bag_unpack has no bag"))?;
    let prefix = prefix(plugin);
    let lowered = lowerer.rel(input)?;
    let mut projected = Vec::with_capacity(rel.columns.len());
    for column in &rel.columns {
        let name = column_name(column.id);
        // Columns that the plugin keeps have their ids; where a schema is declared they are found by name.
        let kept = input.columns.iter().find(|its| {
            let same = its.name == column.name && its.scalar_type == column.scalar_type;
            let by_name = plugin.schema != PluginSchema::Found && same && !is_bag(bag, its.id);
            its.id == column.id || by_name
        });
        let expr = match kept {
            Some(kept) => column_expr(&column_name(kept.id)),
            None => {
                let member = column.name.strip_prefix(&*prefix).unwrap_or(&column.name);
                let path = ExprKind::Path {
                    base: Box::new(bag.clone()),
                    steps: vec![PathStep::Member(member.into())],
                };
                let path = Expr { kind: path, scalar_type: ScalarType::Dynamic, span: rel.span };
                lowerer.expr(&converted_expr(path, column.scalar_type))?
            }
        };
        projected.push((expr, name));
    }
    lowered.project(projected)
}

fn is_bag(bag: &Expr, id: ColumnId) -> bool {
    matches!(bag.kind, ExprKind::Column(its) if its == id)
}

/// The bag that is unpacked.
pub(super) fn bag(plugin: &CheckedPlugin) -> Option<&Expr> {
    match plugin.arguments.first() {
        Some(PluginArgument::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// An argument that is given by name.
fn option<'p>(plugin: &'p CheckedPlugin, name: &str) -> Option<&'p Value> {
    plugin.options.iter().find(|(its, _)| **its == *name).map(|(_, value)| value)
}

/// What stands before the members' names in the columns' names.
fn prefix(plugin: &CheckedPlugin) -> Box<str> {
    let positional = plugin.arguments.get(1).and_then(|argument| match argument {
        PluginArgument::Expr(Expr { kind: ExprKind::Literal(value), .. }) => Some(value),
        _ => None,
    });
    match positional.or(option(plugin, "OutputColumnPrefix")) {
        Some(Value::String(prefix)) => prefix.clone(),
        _ => "".into(),
    }
}

/// Members that are not unpacked.
fn ignored(plugin: &CheckedPlugin) -> Vec<String> {
    let Some(Value::Dynamic(Some(names))) = option(plugin, "ignoredProperties") else { return Vec::new() };
    Dynamic::new(names).elements().filter_map(|name| Some(name.as_str()?.into_owned())).collect()
}

/// The columns that the bags of a query make: their names in alphabetical order, and the type that fits all values.
#[derive(Clone, Debug)]
pub(super) struct Members {
    /// The columns of the input without the bag.
    kept: Vec<(Arc<str>, ScalarType)>,
    prefix: Box<str>,
    ignored: Vec<String>,
    conflict: Conflict,
    span: Span,
    types: BTreeMap<String, Option<ScalarType>>,
}

/// What becomes of a member that is named like a column. [bag-unpack-plugin.md, columnsConflict]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conflict {
    Error,
    ReplaceSource,
    KeepSource,
}

impl Members {
    pub(super) fn new(input: &Rel, plugin: &CheckedPlugin, span: Span) -> Option<Self> {
        let bag = bag(plugin)?;
        let kept = input.columns.iter().filter(|column| !is_bag(bag, column.id));
        let conflict = match option(plugin, "columnsConflict") {
            Some(Value::String(how)) if &**how == "replace_source" => Conflict::ReplaceSource,
            Some(Value::String(how)) if &**how == "keep_source" => Conflict::KeepSource,
            _ => Conflict::Error,
        };
        Some(Self {
            kept: kept.map(|column| (Arc::clone(&column.name), column.scalar_type)).collect(),
            prefix: prefix(plugin),
            ignored: ignored(plugin),
            conflict,
            span,
            types: BTreeMap::new(),
        })
    }
}

impl Collect for Members {
    fn start(&self) -> Box<dyn Collector> {
        Box::new(self.clone())
    }
}

impl Collector for Members {
    fn add(&mut self, bags: &ArrayRef) -> Result<(), RunError> {
        let bags = bags.as_string_view();
        for row in (0..bags.len()).filter(|row| bags.is_valid(*row)) {
            for (key, value) in Dynamic::new(bags.value(row)).members() {
                let name = key.name();
                let slot = match self.types.get_mut(&*name) {
                    Some(slot) => slot,
                    None => self.types.entry(name.into_owned()).or_default(),
                };
                *slot = common(*slot, value.kind());
            }
            if self.types.len() > COLUMNS {
                let message = format!("the bags have more than {COLUMNS} different members");
                return Err(RunError::OperatorLimit { operator: "bag_unpack", message, span: self.span });
            }
        }
        Ok(())
    }

    fn columns(&self) -> Result<Vec<(Arc<str>, ScalarType)>, RunError> {
        let mut columns = self.kept.clone();
        for (member, scalar_type) in &self.types {
            if self.ignored.contains(member) {
                continue;
            }
            let name: Arc<str> = format!("{}{member}", self.prefix).into();
            // What is null everywhere may be anything.
            let column = (Arc::clone(&name), scalar_type.unwrap_or(ScalarType::Dynamic));
            match (columns.iter().any(|(its, _)| *its == name), self.conflict) {
                (false, _) => columns.push(column),
                (true, Conflict::KeepSource) => {}
                // The second of a name replaces the first.
                (true, Conflict::ReplaceSource) => columns.push(column),
                (true, Conflict::Error) => {
                    let message = format!(
                        "the bag has a member named like the column `{name}`: rename the column, give a prefix, or say \
                         columnsConflict=\"replace_source\" or \"keep_source\""
                    );
                    return Err(RunError::Operator { operator: "bag_unpack", message, span: self.span });
                }
            }
        }
        Ok(columns)
    }
}

/// The type that fits the values so far and one more.
fn common(known: Option<ScalarType>, found: Kind) -> Option<ScalarType> {
    let found = match found {
        Kind::Null => return known,
        Kind::Bool => ScalarType::Bool,
        Kind::Long => ScalarType::Long,
        Kind::Real => ScalarType::Real,
        Kind::String => ScalarType::String,
        Kind::Array | Kind::Bag => ScalarType::Dynamic,
    };
    Some(match known {
        None => found,
        Some(known) if known == found => known,
        Some(ScalarType::Long | ScalarType::Real) if matches!(found, ScalarType::Long | ScalarType::Real) => {
            ScalarType::Real
        }
        Some(_) => ScalarType::Dynamic,
    })
}
