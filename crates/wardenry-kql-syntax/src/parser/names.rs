//! Names, types and what is declared with them.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_values::ScalarType;

use super::Parser;
use super::words::{self, WordClass};
use crate::ast::{ColumnDeclaration, Expr, ExprKind, Name, TypeName};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A name where it is used: a column, a table, a function.
    pub(super) fn name_reference(&mut self) -> Name {
        self.name(|class| matches!(class, WordClass::Name | WordClass::ReferenceOnly))
    }

    /// A name where it is given.
    pub(super) fn name_declaration(&mut self) -> Name {
        self.name(|class| matches!(class, WordClass::Name | WordClass::DeclarationOnly))
    }

    /// Any word, in brackets or not: where a keyword would be no misunderstanding.
    pub(super) fn any_name(&mut self) -> Name {
        self.name(|_| true)
    }

    fn name(&mut self, allowed: impl Fn(WordClass) -> bool) -> Name {
        match self.kind() {
            TokenKind::Word => {
                let text = self.text();
                if !allowed(words::class(text)) {
                    self.keyword_as_name();
                }
                Name { text: text.into(), quoted: false, span: self.bump() }
            }
            TokenKind::OpenBracket if self.at_quoted_name() => self.quoted_name(),
            _ => {
                let found = self.found();
                let at = self.missing_here();
                self.report(Diagnostic::error(
                    codes::NAME_EXPECTED,
                    at,
                    format!("expected a name, found {found}"),
                ));
                Name { text: "".into(), quoted: false, span: Span::at(self.previous_end()) }
            }
        }
    }

    /// Says that the word at hand must be in brackets.
    pub(super) fn keyword_as_name(&mut self) {
        let (word, span) = (self.text(), self.span());
        self.report(
            Diagnostic::error(
                codes::KEYWORD_AS_NAME,
                span,
                format!("`{word}` is a keyword; as a name it must be in brackets here"),
            )
            .with_replacement(format!("write `['{word}']`"), span, format!("['{word}']")),
        );
    }

    /// Whether `['…']` stands here.
    pub(super) fn at_quoted_name(&self) -> bool {
        self.quoted_name_ahead(0).is_some()
    }

    /// How many tokens a name in brackets has that stands that many places ahead. Its string may be in several pieces.
    pub(super) fn quoted_name_ahead(&self, places: usize) -> Option<usize> {
        const MOST_PIECES: usize = 8;
        if self.ahead(places).kind != TokenKind::OpenBracket {
            return None;
        }
        let pieces = (1..=MOST_PIECES)
            .take_while(|piece| self.ahead(places + piece).kind == TokenKind::String)
            .count();
        (pieces > 0 && self.ahead(places + pieces + 1).kind == TokenKind::CloseBracket).then_some(pieces + 2)
    }

    pub(super) fn quoted_name(&mut self) -> Name {
        let start = self.bump().start;
        let text = self.string_text().0;
        self.bump();
        Name { text, quoted: true, span: self.span_from(start) }
    }

    /// Whether a name stands here, and behind it a token of that kind.
    pub(super) fn at_name_before(&self, kind: TokenKind) -> bool {
        match self.kind() {
            TokenKind::Word => self.ahead(1).kind == kind,
            _ => self.quoted_name_ahead(0).is_some_and(|tokens| self.ahead(tokens).kind == kind),
        }
    }

    /// A type's name in `typeof()`, where upper case does no harm.
    pub(super) fn type_name_in_any_case(&mut self) -> TypeName {
        let lower = if self.at(TokenKind::Word) { self.text().to_ascii_lowercase() } else { String::new() };
        match ScalarType::parse(&lower) {
            Some(scalar_type) => TypeName { scalar_type: Some(scalar_type), span: self.bump() },
            None => self.type_name(),
        }
    }

    /// A type's name.
    pub(super) fn type_name(&mut self) -> TypeName {
        if !self.at(TokenKind::Word) {
            let found = self.found();
            let at = self.missing_here();
            self.report(Diagnostic::error(
                codes::TYPE_EXPECTED,
                at,
                format!("expected a type, found {found}"),
            ));
            return TypeName { scalar_type: None, span: Span::at(self.previous_end()) };
        }
        let word = self.text();
        let scalar_type = ScalarType::parse(word);
        if scalar_type.is_none() {
            let names = ScalarType::ALL.map(ScalarType::name);
            let mut diagnostic =
                Diagnostic::error(codes::TYPE_EXPECTED, self.span(), format!("there is no type `{word}`"));
            diagnostic = match type_for_foreign_word(word).or_else(|| words::nearest(word, names)) {
                Some(near) => diagnostic.with_replacement(format!("use `{near}`"), self.span(), near),
                None => diagnostic.with_note(format!("the types are {}", names.join(", "))),
            };
            self.report(diagnostic);
        }
        TypeName { scalar_type, span: self.bump() }
    }

    /// `name:type`.
    pub(super) fn column_declaration(&mut self) -> ColumnDeclaration {
        let start = self.span().start;
        let name = self.name_declaration();
        let type_name = if self.expect(TokenKind::Colon, ":", "and a type after the name") {
            self.type_name()
        } else {
            TypeName { scalar_type: None, span: Span::at(self.previous_end()) }
        };
        ColumnDeclaration { name, type_name, span: self.span_from(start) }
    }

    /// `(a:long, b:string)`; a comma may end it.
    pub(super) fn schema(&mut self) -> Vec<ColumnDeclaration> {
        self.schema_or_star().0
    }

    /// A schema that may begin with `*`, and whether it does.
    pub(super) fn schema_or_star(&mut self) -> (Vec<ColumnDeclaration>, bool) {
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", "before the columns");
            return (Vec::new(), false);
        }
        self.parenthesized(|parser| {
            let star = parser.eat(TokenKind::Star);
            if star && !parser.eat(TokenKind::Comma) {
                return (Vec::new(), true);
            }
            let mut columns = Vec::new();
            while !parser.at_close() {
                let position = parser.position;
                columns.push(parser.column_declaration());
                if !parser.list_goes_on(position) {
                    break;
                }
            }
            (columns, star)
        })
    }

    /// A name that may have `*` in it, if one stands here: `Device*`, `a*b`, `*`. Its pieces touch each
    /// other.
    pub(super) fn opt_wildcard(&mut self) -> Option<Expr> {
        let mut places = 0;
        let mut star = false;
        loop {
            match self.ahead(places).kind {
                TokenKind::Star => star = true,
                TokenKind::Word | TokenKind::Long => {}
                _ => break,
            }
            places += 1;
            if !self.touches_next(places - 1) {
                break;
            }
        }
        if !star {
            return None;
        }
        let span = self.span().to(self.ahead(places - 1).span);
        self.position += places;
        let text = self.text_of(span);
        let kind = if text == "*" { ExprKind::Star } else { ExprKind::Wildcard(text.into()) };
        Some(Expr { kind, span })
    }
}

fn type_for_foreign_word(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "str" | "text" | "varchar" | "nvarchar" => "string",
        "integer" | "bigint" => "long",
        "number" | "numeric" => "real",
        "json" | "object" | "array" | "bag" => "dynamic",
        "timestamp" => "datetime",
        "duration" | "interval" => "timespan",
        _ => return None,
    })
}
