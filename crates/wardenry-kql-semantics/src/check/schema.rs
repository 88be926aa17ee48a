//! `getschema`, `assert-schema`, `reduce`.

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast::{self, NamedOption};
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::RelKind;
use crate::codes;

impl<'q> Checker<'q> {
    /// `getschema`: a row for each column. Nothing has to run for it. [D getschema-operator.md]
    pub(super) fn getschema(&mut self, at: At<'q>, input: Relation) -> Relation {
        let rows = input
            .columns()
            .iter()
            .zip(0_i32..)
            .map(|(column, ordinal)| {
                vec![
                    Value::String((&*column.name).into()),
                    Value::Int(Some(ordinal)),
                    Value::String(data_type(column.scalar_type).into()),
                    Value::String(column.scalar_type.name().into()),
                ]
            })
            .collect();
        let columns = [
            ("ColumnName", ScalarType::String),
            ("ColumnOrdinal", ScalarType::Int),
            ("DataType", ScalarType::String),
            ("ColumnType", ScalarType::String),
        ]
        .map(|(name, scalar_type)| self.fresh_column(name, scalar_type))
        .to_vec();
        Relation::new(RelKind::Values { rows }, columns, at.span()).with_order(true)
    }

    pub(super) fn assert_schema(
        &mut self,
        at: At<'q>,
        input: Relation,
        declared: &'q [ast::ColumnDeclaration],
    ) -> Relation {
        let expected: Vec<_> =
            declared.iter().map(|column| (&*column.name.text, column.type_name.scalar_type)).collect();
        let found: Vec<_> =
            input.columns().iter().map(|column| (&*column.name, Some(column.scalar_type))).collect();
        if expected != found && !input.open {
            let list: Vec<String> = input
                .columns()
                .iter()
                .map(|column| format!("{}:{}", column.name, column.scalar_type))
                .collect();
            self.report(
                Diagnostic::error(codes::SCHEMA_DIFFERS, at.span(), "the columns are others than asserted")
                    .with_note(format!("they are ({})", list.join(", "))),
            );
        }
        input
    }

    pub(super) fn reduce(
        &mut self,
        at: At<'q>,
        input: Relation,
        by: &'q ast::Expr,
        with: &'q [NamedOption],
    ) -> Relation {
        let row = Row::of(&input);
        let of = self.scalar(by, &Cx::row(at.env, &row));
        let of = self.convert(of, ScalarType::String).expr;
        let options = with
            .iter()
            .chain(&at.operator.options)
            .filter(|option| !option.name.starts_with("hint."))
            .map(|option| (option.name.clone(), self.option_value(option, at.env)))
            .collect();
        let with_source = self
            .option(at, "kind")
            .is_some_and(|option| self.option_text(option, at.env).eq_ignore_ascii_case("source"));
        let mut columns = if with_source { input.rel.columns.clone() } else { Vec::new() };
        let mut names = Names::with(columns.iter().map(|column| column.name.clone()));
        for (name, scalar_type) in [
            ("Pattern", ScalarType::String),
            ("Count", ScalarType::Long),
            ("Representative", ScalarType::String),
        ] {
            let name = names.unique(name);
            columns.push(self.fresh_column(name, scalar_type));
        }
        input.wrap(columns, at.span(), |input| RelKind::Reduce { input, of, options }).with_order(false)
    }
}

/// The .NET type that `getschema` names.
const fn data_type(scalar_type: ScalarType) -> &'static str {
    match scalar_type {
        ScalarType::Bool => "System.SByte",
        ScalarType::Int => "System.Int32",
        ScalarType::Long => "System.Int64",
        ScalarType::Real => "System.Double",
        ScalarType::Decimal => "System.Data.SqlTypes.SqlDecimal",
        ScalarType::String => "System.String",
        ScalarType::Datetime => "System.DateTime",
        ScalarType::Timespan => "System.TimeSpan",
        ScalarType::Guid => "System.Guid",
        ScalarType::Dynamic => "System.Object",
    }
}
