//! What rows must have for a condition to be true of them, as far as terms tell.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use wardenry_kql_functions::{may_have_term, necessary_terms};
use wardenry_kql_values::{ScalarType, Value};

use crate::function::KqlFunction;

/// What an index of the terms of texts can tell of a row: [`wardenry_kql_functions::terms`] says what terms are. A dynamic value has
/// those of its text as `tostring()` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    /// The column has all of these terms, each in whatever case.
    Terms {
        column: String,
        terms: Vec<String>,
    },
    All(Vec<Self>),
    /// At least one of these. No row has one of none.
    Any(Vec<Self>),
}

impl Needed {
    /// `None` if any row may do. `type_of` says what a column of the table is.
    pub fn of(condition: &Expr, type_of: &dyn Fn(&str) -> Option<ScalarType>) -> Option<Self> {
        match condition {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                let sides = [left, right].into_iter().filter_map(|side| Self::of(side, type_of));
                let mut sides: Vec<_> = sides.collect();
                if sides.len() < 2 { sides.pop() } else { Some(Self::All(sides)) }
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                Some(Self::Any(vec![Self::of(left, type_of)?, Self::of(right, type_of)?]))
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => match (&**left, &**right) {
                (Expr::Column(column), value) | (value, Expr::Column(column)) => {
                    Self::equal(&column.name, "=~", [value], type_of)
                }
                _ => None,
            },
            Expr::InList(InList { expr, list, negated: false }) => match &**expr {
                Expr::Column(column) => Self::equal(&column.name, "in", list, type_of),
                _ => None,
            },
            Expr::ScalarFunction(call) => Self::of_call(call),
            _ => None,
        }
    }

    /// A text column is one of some texts.
    fn equal<'e>(
        column: &str,
        function: &str,
        values: impl IntoIterator<Item = &'e Expr>,
        type_of: &dyn Fn(&str) -> Option<ScalarType>,
    ) -> Option<Self> {
        if type_of(column) != Some(ScalarType::String) {
            return None;
        }
        let text = |value: &Expr| match value {
            Expr::Literal(ScalarValue::Utf8View(Some(text)), _) => {
                Some(Some(Value::String(text.as_str().into())))
            }
            _ => None,
        };
        let constants: Option<Vec<_>> =
            std::iter::once(Some(None)).chain(values.into_iter().map(text)).collect();
        Self::one_of(column, necessary_terms(function, &constants?)?)
    }

    /// The column has all terms of one of the lists.
    fn one_of(column: &str, lists: Vec<Vec<String>>) -> Option<Self> {
        let mut lists: Vec<_> =
            lists.into_iter().map(|terms| Self::Terms { column: column.to_owned(), terms }).collect();
        if lists.len() == 1 { lists.pop() } else { Some(Self::Any(lists)) }
    }

    fn of_call(call: &ScalarFunction) -> Option<Self> {
        let function = call.func.inner().downcast_ref::<KqlFunction>()?;
        let lists = necessary_terms(function.kql_name(), function.constants())?;
        let (column, of_type) = text_of_column(call)?;
        if matches!(of_type, ScalarType::String | ScalarType::Dynamic) {
            return Self::one_of(column, lists);
        }
        let may_be = |terms: &Vec<String>| terms.iter().all(|term| may_have_term(of_type, term));
        if lists.iter().any(may_be) { None } else { Some(Self::Any(Vec::new())) }
    }
}

/// The column whose value, as text, is the first argument of a call.
fn text_of_column(call: &ScalarFunction) -> Option<(&str, ScalarType)> {
    let function = call.func.inner().downcast_ref::<KqlFunction>()?;
    match call.args.first()? {
        Expr::Column(column) => Some((&column.name, *function.argument_types().first()?)),
        Expr::ScalarFunction(inner) => {
            let function = inner.func.inner().downcast_ref::<KqlFunction>()?;
            match &inner.args[..] {
                [Expr::Column(column)] if function.kql_name() == "tostring" => {
                    Some((&column.name, *function.argument_types().first()?))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
