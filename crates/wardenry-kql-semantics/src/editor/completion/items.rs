//! The items of menus.

use wardenry_kql_values::ScalarType;

use super::super::hover::sentence;
use super::super::scope::{self, VariableKind};
use super::super::signature_help::label;
use super::{Completion, CompletionKind, Menu};
use crate::catalogue::{
    self, Function, FunctionKind, HOSTED_FUNCTIONS, JOIN_KINDS, Operands, OperatorOption, OptionPlace, Place,
    SCALAR_OPERATORS, TABULAR_OPERATORS, TabularOperator,
};

impl Menu<'_, '_, '_> {
    pub(super) fn columns(&mut self) {
        for column in scope::columns(self.outline, self.schema) {
            self.column(&column.name, column.scalar_type);
        }
    }

    /// Variables and functions.
    pub(super) fn values(&mut self, only_columns: bool) {
        if only_columns {
            return;
        }
        self.variables(true);
        self.functions(|function| {
            matches!(function.kind, FunctionKind::Scalar | FunctionKind::Window)
                || function.name == "toscalar"
        });
        self.keywords(&["true", "false"]);
        for literal in ["datetime", "dynamic", "typeof"] {
            self.plain(literal, CompletionKind::Keyword);
            if let Some(item) = self.items.last_mut() {
                item.insert.push('(');
            }
        }
    }

    /// Tables, and variables that may be tables.
    pub(super) fn sources(&mut self) {
        self.variables(true);
        for name in self.schema.table_names() {
            let columns = self.schema.table(&name).map_or(0, |columns| columns.len());
            self.items.push(Completion {
                insert: quoted(&name),
                label: name.to_string(),
                kind: CompletionKind::Table,
                detail: format!("{columns} columns"),
                documentation: String::new(),
            });
        }
        self.functions(|function| function.kind == FunctionKind::Source && function.name != "toscalar");
        self.hosted(false);
    }

    /// Functions of the hunting service that yield rows.
    pub(super) fn hosted(&mut self, invoked: bool) {
        let functions =
            HOSTED_FUNCTIONS.iter().filter(|function| function.invoked == invoked && function.support.runs());
        for function in functions {
            self.items.push(Completion {
                label: function.name.to_owned(),
                kind: CompletionKind::Function,
                insert: format!("{}(", function.name),
                detail: function.syntax.to_owned(),
                documentation: sentence(function.about, function.support),
            });
        }
    }

    pub(super) fn variables(&mut self, values: bool) {
        for variable in scope::variables(self.outline) {
            let is_function = variable.kind == VariableKind::Function;
            if !is_function && !values {
                continue;
            }
            self.items.push(Completion {
                label: variable.name.to_owned(),
                kind: if is_function { CompletionKind::Function } else { CompletionKind::Variable },
                insert: if is_function { format!("{}(", variable.name) } else { variable.name.to_owned() },
                detail: "let".to_owned(),
                documentation: String::new(),
            });
        }
    }

    pub(super) fn functions(&mut self, accept: impl Fn(&Function) -> bool) {
        let functions = catalogue::functions()
            .iter()
            .filter(|function| accept(function) && !function.deprecated && function.support.runs());
        for function in functions {
            let takes_nothing = function.signatures.iter().all(|signature| signature.most() == 0);
            self.items.push(Completion {
                label: function.name.to_owned(),
                kind: match function.kind {
                    FunctionKind::Aggregate => CompletionKind::Aggregate,
                    FunctionKind::Plugin => CompletionKind::Plugin,
                    _ => CompletionKind::Function,
                },
                insert: format!("{}{}", function.name, if takes_nothing { "()" } else { "(" }),
                detail: function
                    .signatures
                    .first()
                    .map(|signature| label(function, signature).label)
                    .unwrap_or_default(),
                documentation: sentence(function.about, function.support),
            });
        }
    }

    pub(super) fn tabular_operators(&mut self, accept: impl Fn(Place) -> bool) {
        let operators =
            TABULAR_OPERATORS.iter().filter(|operator| accept(operator.place) && operator.support.runs());
        for operator in operators {
            for name in std::iter::once(operator.name).chain(operator.also.iter().copied()) {
                self.items.push(Completion {
                    label: name.to_owned(),
                    kind: CompletionKind::TabularOperator,
                    insert: name.to_owned(),
                    detail: operator.syntax.to_owned(),
                    documentation: sentence(operator.about, operator.support),
                });
            }
        }
    }

    /// The operators that may follow a value of a type; all of them if it is not known.
    pub(super) fn scalar_operators(&mut self, scalar_type: Option<ScalarType>, is_compared: bool) {
        let takes_arithmetic = scalar_type.is_some_and(|scalar_type| {
            !matches!(scalar_type, ScalarType::String | ScalarType::Bool | ScalarType::Guid)
        });
        let fits = |operands: Operands| match scalar_type {
            _ if is_compared => {
                operands == Operands::Bool || operands == Operands::Arithmetic && takes_arithmetic
            }
            None => true,
            Some(ScalarType::Bool) => matches!(operands, Operands::Bool | Operands::Any),
            Some(ScalarType::String) => {
                matches!(operands, Operands::Text | Operands::TextList | Operands::Any | Operands::List)
            }
            Some(ScalarType::Dynamic) => operands != Operands::Bool,
            Some(ScalarType::Guid) => matches!(operands, Operands::Any | Operands::List),
            Some(_) => {
                matches!(operands, Operands::Arithmetic | Operands::Ordered | Operands::Any | Operands::List)
            }
        };
        for operator in SCALAR_OPERATORS.iter().filter(|operator| fits(operator.operands)) {
            if !operator.support.runs() {
                continue;
            }
            let takes_list = matches!(operator.operands, Operands::List | Operands::TextList)
                || operator.name.ends_with("between");
            self.items.push(Completion {
                label: operator.name.to_owned(),
                kind: CompletionKind::Operator,
                insert: if takes_list { format!("{} (", operator.name) } else { operator.name.to_owned() },
                detail: String::new(),
                documentation: sentence(operator.about, operator.support),
            });
        }
    }

    pub(super) fn options(&mut self, operator: &TabularOperator, place: OptionPlace) {
        for option in operator.options.iter().filter(|option| option.place == place) {
            self.items.push(Completion {
                label: option.name.to_owned(),
                kind: CompletionKind::Option,
                insert: format!("{}=", option.name),
                detail: option.values.join(" | "),
                documentation: String::new(),
            });
        }
    }

    pub(super) fn option_values(&mut self, option: &OperatorOption) {
        for value in option.values {
            // Kinds of a join that are other names of the same are not offered.
            if std::ptr::eq(option.values, JOIN_KINDS) && value.starts_with("anti") {
                continue;
            }
            self.plain(value, CompletionKind::OptionValue);
        }
    }

    pub(super) fn types(&mut self) {
        for scalar_type in ScalarType::ALL {
            self.plain(scalar_type.name(), CompletionKind::Type);
        }
    }

    pub(super) fn keywords(&mut self, keywords: &[&str]) {
        for keyword in keywords {
            self.plain(keyword, CompletionKind::Keyword);
        }
    }

    pub(super) fn column(&mut self, name: &str, scalar_type: Option<ScalarType>) {
        self.items.push(Completion {
            label: name.to_owned(),
            kind: CompletionKind::Column,
            insert: quoted(name),
            detail: scalar_type.map_or("", ScalarType::name).to_owned(),
            documentation: String::new(),
        });
    }

    pub(super) fn plain(&mut self, label: &str, kind: CompletionKind) {
        self.items.push(Completion {
            label: label.to_owned(),
            kind,
            insert: label.to_owned(),
            detail: String::new(),
            documentation: String::new(),
        });
    }
}

/// A name as it is written: in brackets if it needs them.
fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain {
        name.to_owned()
    } else {
        format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}
