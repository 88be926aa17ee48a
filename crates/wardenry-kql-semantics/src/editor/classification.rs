//! Colours.

use std::collections::HashSet;

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::token::TokenKind;
use wardenry_kql_values::ScalarType;

use super::outline::{FrameKind, Outline, Source, is_function, is_operator_word};
use super::scope;
use crate::Schema;
use crate::catalogue;

/// A piece of the text with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classified {
    pub span: Span,
    pub class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The names of operators and their clauses, `let`, `set`.
    Keyword,
    /// `==`, `and`, `has`.
    Operator,
    /// Functions, aggregates and plugins.
    Function,
    Table,
    Column,
    /// What `let`, a parameter or `as` named.
    Variable,
    Type,
    /// Options and their values: `kind=inner`.
    Option,
    String,
    /// Numbers, times, bools.
    Literal,
    Comment,
}

/// What the pieces of a text are, in its order. Brackets, commas and pipes are left out.
pub fn classify(text: &str, schema: &dyn Schema) -> Vec<Classified> {
    let source = Source::new(text);
    let names = Names::new(&source, schema);
    let mut outline = Outline::new(&source);
    let mut classified = Vec::with_capacity(source.tokens.len());
    while outline.next() < source.tokens.len() {
        let index = outline.next();
        let option = option_class(&outline, index);
        outline.push();
        let Some(class) = class_of(&outline, index, &names, option) else { continue };
        let mut span = source.tokens[index].span;
        // The name of an operator may have hyphens.
        let frame = outline.innermost();
        if class == Class::Keyword && frame.operator.is_some() && frame.segment == index {
            while outline.next() < frame_end(&outline) {
                span = span.to(source.tokens[outline.next()].span);
                outline.push();
            }
        }
        classified.push(Classified { span, class });
    }
    classified.extend(source.comments.iter().map(|span| Classified { span: *span, class: Class::Comment }));
    classified.sort_by_key(|piece| piece.span.start);
    classified
}

fn frame_end(outline: &Outline<'_, '_>) -> usize {
    outline.innermost().behind_operator
}

/// Names that mean the same wherever they stand.
struct Names<'t> {
    tables: HashSet<String>,
    variables: HashSet<&'t str>,
}

impl<'t> Names<'t> {
    fn new(source: &Source<'t>, schema: &dyn Schema) -> Self {
        let tables = schema.table_names().iter().map(|name| (**name).to_owned()).collect();
        let mut variables = HashSet::new();
        for index in 0..source.tokens.len() {
            match source.word(index) {
                "let" | "as" if source.kind(index + 1) == TokenKind::Word => {
                    variables.insert(source.word(index + 1));
                }
                // `(x: long) {`: the parameters of a function.
                ")" if source.kind(index + 1) == TokenKind::OpenBrace => {
                    if let Some(open) = parameter_list(source, index) {
                        variables.extend(
                            scope::parameters(source, open, index).iter().map(|parameter| parameter.name),
                        );
                    }
                }
                _ => {}
            }
        }
        Self { tables, variables }
    }
}

/// The parenthesis that opens a list of parameters, looked for not too far away.
fn parameter_list(source: &Source<'_>, close: usize) -> Option<usize> {
    const FAR: usize = 512;
    let mut depth = 0_usize;
    for index in (close.saturating_sub(FAR)..=close).rev() {
        match source.kind(index) {
            TokenKind::CloseParen => depth += 1,
            TokenKind::OpenParen => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a word is an option's name or its value.
fn option_class(outline: &Outline<'_, '_>, index: usize) -> bool {
    let source = outline.source;
    if source.kind(index) != TokenKind::Word {
        return false;
    }
    if source.kind(index + 1) == TokenKind::Assign {
        return outline.option_at(index).is_some();
    }
    // `hint` of `hint.strategy`.
    if source.word(index) == "hint" && source.kind(index + 1) == TokenKind::Dot {
        return outline.option_at(index + 2).is_some();
    }
    index >= 2
        && source.kind(index - 1) == TokenKind::Assign
        && outline.option_at(index - 2).is_some_and(|option| !option.values.is_empty())
}

fn class_of(outline: &Outline<'_, '_>, index: usize, names: &Names<'_>, option: bool) -> Option<Class> {
    let source = outline.source;
    Some(match source.kind(index) {
        TokenKind::Word if option => Class::Option,
        TokenKind::Word => word_class(outline, index, names),
        TokenKind::BangWord => Class::Operator,
        TokenKind::String => Class::String,
        TokenKind::Long | TokenKind::Real | TokenKind::Timespan | TokenKind::TypedLiteral => Class::Literal,
        TokenKind::Plus
        | TokenKind::Minus
        | TokenKind::Star
        | TokenKind::Slash
        | TokenKind::Percent
        | TokenKind::Assign
        | TokenKind::Equal
        | TokenKind::NotEqual
        | TokenKind::LessGreater
        | TokenKind::Less
        | TokenKind::LessOrEqual
        | TokenKind::Greater
        | TokenKind::GreaterOrEqual
        | TokenKind::EqualTilde
        | TokenKind::NotTilde
        | TokenKind::Arrow
        | TokenKind::DotDot => Class::Operator,
        _ => return None,
    })
}

fn word_class(outline: &Outline<'_, '_>, index: usize, names: &Names<'_>) -> Class {
    let source = outline.source;
    let word = source.word(index);
    let frame = outline.innermost();
    let behind_dot = index > 0 && source.kind(index - 1) == TokenKind::Dot;
    if frame.segment == index && frame.operator.is_some() {
        return Class::Keyword;
    }
    if frame.clause.is_some() && frame.item == index + 1 && !behind_dot {
        return Class::Keyword;
    }
    if index == frame.statement
        && matches!(frame.kind, FrameKind::Root | FrameKind::Brace)
        && matches!(word, "let" | "set" | "declare" | "alias" | "restrict")
    {
        return Class::Keyword;
    }
    if index == frame.statement + 1
        && matches!(word, "query_parameters" | "pattern" | "access")
        && matches!(source.word(frame.statement), "declare" | "restrict")
    {
        return Class::Keyword;
    }
    if behind_dot {
        return Class::Column;
    }
    if matches!(word, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") {
        return Class::Literal;
    }
    if is_operator_word(word) && index > frame.segment {
        return Class::Operator;
    }
    let is_callee_of =
        |name: &str| index >= 2 && source.word(index - 2) == name && source.word(index - 1) == "(";
    if (index > 0 && source.kind(index - 1) == TokenKind::Colon || is_callee_of("typeof"))
        && ScalarType::parse(word).is_some()
    {
        return Class::Type;
    }
    if source.kind(index + 1) == TokenKind::OpenParen
        && (source.touches(index, index + 1) || is_function(word))
    {
        return Class::Function;
    }
    if names.variables.contains(word) {
        return Class::Variable;
    }
    if frame.operator.is_some_and(|operator| matches!(operator.name, "evaluate" | "invoke"))
        && index == frame.behind_operator
    {
        return Class::Function;
    }
    if frame.operator.is_some_and(|operator| operator.name == "render") && index == frame.behind_operator {
        return Class::Option;
    }
    if names.tables.contains(word) && is_table_place(outline, index) {
        return Class::Table;
    }
    Class::Column
}

/// Whether a table may stand at a word: at the start of a pipeline, and among the tables of `union`, `find` and `search`.
fn is_table_place(outline: &Outline<'_, '_>, index: usize) -> bool {
    let frame = outline.innermost();
    if frame.pipe.is_none() && frame.operator.is_none() && frame.pipeline == index {
        return true;
    }
    let lists_tables = |operator: Option<&catalogue::TabularOperator>| {
        operator
            .is_some_and(|operator| matches!(operator.name, "union" | "find" | "search" | "join" | "lookup"))
    };
    let outer = outline.frames().iter().rev().nth(1).and_then(|frame| frame.operator);
    lists_tables(frame.operator) || frame.operator.is_none() && lists_tables(outer)
}
