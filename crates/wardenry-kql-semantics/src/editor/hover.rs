//! What a name means.

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::token::TokenKind;

use super::operand::start_of_operand;
use super::outline::{Outline, Source, is_operator_word};
use super::scope::{self, VariableKind};
use super::signature_help::{function_of, label};
use crate::Schema;
use crate::catalogue::{self, Function, Support};

/// An explanation of a piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub span: Span,
    /// Lines of code: a declaration, signatures, the shape of an operator.
    pub code: String,
    /// Sentences.
    pub text: String,
}

/// What stands at an offset.
pub fn hover(text: &str, offset: u32, schema: &dyn Schema) -> Option<Hover> {
    let source = Source::new(text);
    if source.is_in_comment(offset) {
        return None;
    }
    let index = source.word_at(offset)?;
    let outline = Outline::at(&source, index);
    let span = source.tokens[index].span;
    let word = source.word(index);

    // The name of an operator may have hyphens: go on until it is complete.
    let start = outline.innermost().segment;
    if start <= index && index < source.end_of_hyphenated(start) {
        let end = source.end_of_hyphenated(start);
        let whole = Outline::at(&source, end);
        if let Some(operator) = whole.innermost().operator
            && whole.innermost().segment == start
        {
            return Some(Hover {
                span: source.tokens[start].span.to(source.tokens[end - 1].span),
                code: operator.syntax.to_owned(),
                text: sentence(operator.about, operator.support),
            });
        }
    }
    if index > 0 && source.kind(index - 1) == TokenKind::Dot {
        return member(&outline, index, span, schema);
    }
    if let Some(option) = outline.option_at(index)
        && source.kind(index + 1) == TokenKind::Assign
    {
        let code = if option.values.is_empty() {
            option.name.to_owned()
        } else {
            format!("{} = {}", option.name, option.values.join(" | "))
        };
        return Some(Hover { span, code, text: "An option".to_owned() });
    }
    if source.kind(index) == TokenKind::BangWord || is_operator_word(word) {
        let name = match word {
            "matches" | "regex" => "matches regex",
            other => other,
        };
        if let Some(operator) = catalogue::scalar_operator(name) {
            return Some(Hover {
                span,
                code: operator.name.to_owned(),
                text: sentence(operator.about, operator.support),
            });
        }
    }
    if source.kind(index + 1) == TokenKind::OpenParen {
        let frame = outline.innermost().clone();
        let is_variable = scope::variables(&outline).iter().any(|variable| variable.name == word);
        if !is_variable && let Some(function) = function_of(&outline, &frame, word) {
            return Some(function_hover(function, span));
        }
        if !is_variable && let Some(function) = catalogue::hosted_function(word) {
            return Some(Hover {
                span,
                code: function.syntax.to_owned(),
                text: sentence(function.about, function.support),
            });
        }
    }
    if let Some(column) = scope::columns(&outline, schema).into_iter().find(|column| &*column.name == word) {
        let scalar_type = column.scalar_type.map_or("unknown", wardenry_kql_values::ScalarType::name);
        return Some(Hover { span, code: format!("{word}: {scalar_type}"), text: "A column".to_owned() });
    }
    if let Some(variable) = scope::variables(&outline).iter().find(|variable| variable.name == word) {
        let code = match variable.kind {
            VariableKind::Function => format!("let {word} = (…) {{ … }}"),
            VariableKind::Value => match scope::type_of(&outline, index, index + 1, schema) {
                Some(scalar_type) => format!("{word}: {scalar_type}"),
                None => columns_code(word, &scope::columns_of_tokens(&outline, index, index + 1, schema)),
            },
        };
        return Some(Hover { span, code, text: "A name of this query".to_owned() });
    }
    let columns = schema.table(word)?;
    let list = columns.iter().map(|(name, scalar_type)| format!("{name}: {scalar_type}")).collect::<Vec<_>>();
    Some(Hover { span, code: format!("{word} ({})", list.join(", ")), text: "A table".to_owned() })
}

fn columns_code(name: &str, columns: &[crate::ResultColumn]) -> String {
    let list = columns
        .iter()
        .map(|column| {
            let scalar_type = column.scalar_type.map_or("unknown", wardenry_kql_values::ScalarType::name);
            format!("{}: {scalar_type}", column.name)
        })
        .collect::<Vec<_>>();
    format!("{name} ({})", list.join(", "))
}

/// A member: `$left.x` is a column, all else a path into a dynamic value.
fn member(outline: &Outline<'_, '_>, index: usize, span: Span, schema: &dyn Schema) -> Option<Hover> {
    let source = outline.source;
    let start = start_of_operand(source, index);
    let scalar_type = scope::type_of(outline, start, index + 1, schema)?;
    Some(Hover {
        span,
        code: format!("{}: {scalar_type}", source.between(start, index + 1)),
        text: "A member of a dynamic value".to_owned(),
    })
}

fn function_hover(function: &Function, span: Span) -> Hover {
    let code = function
        .signatures
        .iter()
        .map(|signature| label(function, signature).label)
        .collect::<Vec<_>>()
        .join("\n");
    let mut text = sentence(function.about, function.support);
    if function.deprecated && function.canonical != function.name {
        text.push_str(" Newer name: `");
        text.push_str(function.canonical);
        text.push_str("`.");
    }
    Hover { span, code, text }
}

/// A description with what is to be said about support.
pub(super) fn sentence(about: &str, support: Support) -> String {
    match support {
        Support::Yes => format!("{about}."),
        Support::Partial(missing) => format!("{about}. Supported in part: {missing}."),
        Support::No => format!("{about}. Not supported yet."),
    }
}
