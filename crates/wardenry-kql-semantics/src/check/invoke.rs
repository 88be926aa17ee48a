//! `invoke`, and the functions that the product provides and that yield rows.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::expr::Typed;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Binding, Cx, Row};
use super::{Checker, suggest};
use crate::catalogue;
use crate::checked::{Column, Expr, RelKind};
use crate::codes;
use crate::written_name;

/// A function that yields rows.
pub(super) struct TableFunction {
    pub(super) name: &'static str,
    /// Called with `invoke` on a table.
    invoked: bool,
    parameters: &'static [TableParameter],
    /// The columns that it adds, or those that it has where it is not invoked.
    columns: &'static [(&'static str, ScalarType)],
}

struct TableParameter {
    name: &'static str,
    kind: ParameterKind,
}

enum ParameterKind {
    /// The name of a column, with or without quotes; the default.
    Column(&'static str),
    /// A value that must be given.
    Value(ScalarType),
    /// A number of rows from 1.
    Count { default: i64, most: i64 },
    /// A value that may be left out.
    Optional(ScalarType),
}

/// [AH advanced-hunting-fileprofile-function, -devicefromip-function, -seenby-function, -assignedipaddresses-function]
pub(super) const TABLE_FUNCTIONS: &[TableFunction] = &[
    TableFunction {
        name: "FileProfile",
        invoked: true,
        parameters: &[
            TableParameter { name: "x", kind: ParameterKind::Column("SHA1") },
            TableParameter { name: "y", kind: ParameterKind::Count { default: 100, most: 1_000 } },
        ],
        columns: &[
            ("SHA1", ScalarType::String),
            ("SHA256", ScalarType::String),
            ("MD5", ScalarType::String),
            ("FileSize", ScalarType::Int),
            ("GlobalPrevalence", ScalarType::Int),
            ("GlobalFirstSeen", ScalarType::Datetime),
            ("GlobalLastSeen", ScalarType::Datetime),
            ("Signer", ScalarType::String),
            ("Issuer", ScalarType::String),
            ("SignerHash", ScalarType::String),
            ("IsCertificateValid", ScalarType::Bool),
            ("IsRootSignerMicrosoft", ScalarType::Bool),
            ("SignatureState", ScalarType::String),
            ("IsExecutable", ScalarType::Bool),
            ("ThreatName", ScalarType::String),
            ("Publisher", ScalarType::String),
            ("SoftwareName", ScalarType::String),
            ("ProfileAvailability", ScalarType::String),
        ],
    },
    TableFunction {
        name: "DeviceFromIP",
        invoked: true,
        parameters: &[
            TableParameter { name: "x", kind: ParameterKind::Column("IP") },
            TableParameter { name: "y", kind: ParameterKind::Optional(ScalarType::Datetime) },
        ],
        columns: &[("IP", ScalarType::String), ("DeviceId", ScalarType::String)],
    },
    TableFunction {
        name: "SeenBy",
        invoked: true,
        parameters: &[TableParameter { name: "x", kind: ParameterKind::Column("DeviceId") }],
        columns: &[("SeenBy", ScalarType::Dynamic)],
    },
    TableFunction {
        name: "AssignedIPAddresses",
        invoked: false,
        parameters: &[
            TableParameter { name: "x", kind: ParameterKind::Value(ScalarType::String) },
            TableParameter { name: "y", kind: ParameterKind::Optional(ScalarType::Datetime) },
        ],
        columns: &[
            ("Timestamp", ScalarType::Datetime),
            ("IPAddress", ScalarType::String),
            ("IPType", ScalarType::String),
            ("NetworkAdapterType", ScalarType::Int),
            ("ConnectedNetworks", ScalarType::Int),
        ],
    },
];

impl<'q> Checker<'q> {
    pub(super) fn invoke(
        &mut self,
        at: At<'q>,
        input: Relation,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
    ) -> Relation {
        let span = at.span();
        let row = Row::of(&input);
        match self.lookup(at.env, &name.text).cloned() {
            Some(Binding::Function { function, env, .. }) => {
                let first_is_table = function
                    .parameters
                    .first()
                    .is_some_and(|parameter| matches!(parameter.kind, ast::ParameterKind::Tabular { .. }));
                if !first_is_table {
                    let message = format!("`{}` takes no table as its first argument", name.text);
                    self.error(codes::ARGUMENT_TYPE, name.span, message);
                    return Relation::unknown(span);
                }
                let cx = Cx::constant(at.env);
                self.call_tabular_function(&name.text, function, env, Some(input), arguments, span, &cx)
            }
            Some(Binding::Unknown) => Relation::unknown(span),
            None if self.is_table_function(&name.text) => {
                let columns = input.rel.columns.clone();
                let row = Row { columns: &columns, relation: None, ..row };
                let cx = Cx::row(at.env, &row);
                let (open, ordered) = (row.open, row.ordered);
                let input = Relation { open, ordered, ..input };
                self.table_function(name, Some(input), arguments, span, &cx)
            }
            _ => {
                self.report_unknown_invoked(name, at);
                Relation::unknown(span)
            }
        }
    }

    fn report_unknown_invoked(&mut self, name: &ast::Name, at: At<'q>) {
        if let Some(hosted) = catalogue::hosted_function(&name.text)
            && hosted.support == catalogue::Support::No
        {
            self.error(codes::NOT_SUPPORTED, name.span, format!("`{}` is not supported", hosted.name));
            return;
        }
        let mut candidates =
            self.variables(at.env, |binding| matches!(binding, Binding::Function { tabular: true, .. }));
        candidates
            .extend(TABLE_FUNCTIONS.iter().filter(|function| function.invoked).map(|function| function.name));
        let known = catalogue::scalar(&name.text).is_some();
        let message = if known {
            format!("`{}` does not work on tables", name.text)
        } else {
            format!("no function named `{}` works on tables", name.text)
        };
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, name.span, message);
        if let Some(nearest) = suggest::nearest(&name.text, candidates) {
            diagnostic =
                diagnostic.with_replacement(format!("use `{nearest}`"), name.span, written_name(nearest));
        }
        self.report(diagnostic);
    }

    /// A call of a function that the product provides.
    pub(super) fn table_function(
        &mut self,
        name: &'q ast::Name,
        input: Option<Relation>,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        let Some(function) = TABLE_FUNCTIONS.iter().find(|function| *function.name == *name.text) else {
            return Relation::unknown(span);
        };
        if function.invoked != input.is_some() {
            let message = if function.invoked {
                format!("`{}` works on a table: `T | invoke {}(…)`", function.name, function.name)
            } else {
                format!("`{}` stands alone and not behind `invoke`", function.name)
            };
            self.error(codes::TABLE_EXPECTED, name.span, message);
            return Relation::unknown(span);
        }
        if arguments.len() > function.parameters.len() {
            let message = format!(
                "`{}` takes at most {} arguments, not {}",
                function.name,
                function.parameters.len(),
                arguments.len()
            );
            self.error(codes::ARGUMENT_COUNT, name.span, message);
        }
        let mut checked = Vec::with_capacity(function.parameters.len());
        for (position, parameter) in function.parameters.iter().enumerate() {
            let argument = arguments.iter().find_map(|argument| match &argument.kind {
                ast::ExprKind::Named { name, value } if *name.text == *parameter.name => Some(&**value),
                _ => None,
            });
            let positional = arguments
                .get(position)
                .filter(|argument| !matches!(argument.kind, ast::ExprKind::Named { .. }));
            if let Some(expr) =
                self.table_argument(function, parameter, argument.or(positional), name.span, cx)
            {
                checked.push(expr);
            }
        }
        let added: Vec<Column> = function
            .columns
            .iter()
            .map(|(name, scalar_type)| self.fresh_column(*name, *scalar_type))
            .collect();
        let Some(input) = input else {
            let kind = RelKind::TableFunction { name: function.name.into(), input: None, arguments: checked };
            return Relation::new(kind, added, span);
        };
        let columns = self.joined_columns(&input, &added);
        let name = function.name.into();
        input.wrap(columns, span, |input| RelKind::TableFunction {
            name,
            input: Some(input),
            arguments: checked,
        })
    }

    fn table_argument(
        &mut self,
        function: &TableFunction,
        parameter: &TableParameter,
        argument: Option<&'q ast::Expr>,
        call: Span,
        cx: &Cx<'_>,
    ) -> Option<Expr> {
        let literal = |value: Value| Typed::literal(value, call).expr;
        match (&parameter.kind, argument) {
            (ParameterKind::Column(default), None) => self.column_argument(function, default, call, cx),
            (ParameterKind::Column(_), Some(argument)) => {
                let name = match &argument.kind {
                    ast::ExprKind::Name(name) => Some(name.text.clone()),
                    _ => match self.constant_of(argument, cx.env) {
                        Some(Value::String(text)) => Some(text),
                        _ => None,
                    },
                };
                match name {
                    Some(name) => self.column_argument(function, &name, argument.span, cx),
                    None => {
                        self.error(
                            codes::COLUMN_EXPECTED,
                            argument.span,
                            "the name of a column must stand here",
                        );
                        None
                    }
                }
            }
            (ParameterKind::Value(scalar_type) | ParameterKind::Optional(scalar_type), Some(argument)) => {
                let typed = self.scalar(argument, &Cx::constant(cx.env));
                Some(self.convert(typed, *scalar_type).expr)
            }
            (ParameterKind::Count { most, .. }, Some(argument)) => {
                let typed = self.scalar(argument, &Cx::constant(cx.env));
                let count = self.convert(typed, ScalarType::Long);
                if let Some(Value::Long(Some(rows))) = count.constant
                    && !(1..=*most).contains(&rows)
                {
                    let message = format!("`{}` takes 1 to {most} rows, not {rows}", function.name);
                    self.error(codes::ARGUMENT_VALUE, argument.span, message);
                }
                Some(count.expr)
            }
            (ParameterKind::Count { default, .. }, None) => Some(literal(Value::Long(Some(*default)))),
            (ParameterKind::Value(_), None) => {
                let message = format!("`{}` needs a value for `{}`", function.name, parameter.name);
                self.error(codes::ARGUMENT_COUNT, call, message);
                None
            }
            (ParameterKind::Optional(scalar_type), None) => Some(literal(Value::null(*scalar_type))),
        }
    }

    fn column_argument(
        &mut self,
        function: &TableFunction,
        name: &str,
        span: Span,
        cx: &Cx<'_>,
    ) -> Option<Expr> {
        let row = cx.row?;
        if let Some(column) = row.find(name) {
            return Some(read(column, span));
        }
        if row.open {
            return Some(Typed::unknown(span).expr);
        }
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_COLUMN,
            span,
            format!("`{}` needs the column `{name}`, which is not there", function.name),
        );
        if let Some(nearest) = suggest::nearest(name, row.columns.iter().map(|column| &*column.name)) {
            diagnostic = diagnostic.with_note(format!("there is `{nearest}`"));
        }
        self.report(diagnostic);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::TABLE_FUNCTIONS;
    use crate::catalogue::{HOSTED_FUNCTIONS, Support};
    use crate::check::resolve::is_source_function;

    #[test]
    fn the_catalogue_lists_the_functions_that_are_here() {
        let listed: Vec<(&str, bool)> = HOSTED_FUNCTIONS
            .iter()
            .filter(|function| function.support != Support::No && !is_source_function(function.name))
            .map(|function| (function.name, function.invoked))
            .collect();
        let here: Vec<(&str, bool)> =
            TABLE_FUNCTIONS.iter().map(|function| (function.name, function.invoked)).collect();
        assert_eq!(here, listed);
    }
}
