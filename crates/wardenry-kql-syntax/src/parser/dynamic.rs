//! `dynamic(…)`: JSON, whose values may also be the language's own literals.

use std::fmt::Write as _;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_values::{ScalarType, Value, datetime, guid, timespan};

use super::Parser;
use crate::ast::ExprKind;
use crate::codes;
use crate::literals::{timespan_with_unit, typed};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `dynamic(…)`, at `dynamic`.
    pub(super) fn dynamic_literal(&mut self) -> ExprKind {
        self.bump();
        let mut json = String::new();
        self.parenthesized(|parser| parser.json_value(&mut json));
        ExprKind::DynamicLiteral(if json == "null" { None } else { Some(json.into()) })
    }

    fn json_value(&mut self, json: &mut String) {
        match self.kind() {
            TokenKind::OpenBrace => self.json_nested(json, TokenKind::CloseBrace, '{', '}'),
            TokenKind::OpenBracket => self.json_nested(json, TokenKind::CloseBracket, '[', ']'),
            TokenKind::String => {
                let (text, _) = self.string_text();
                write_string(json, &text);
            }
            TokenKind::Minus if matches!(self.ahead(1).kind, TokenKind::Long | TokenKind::Real) => {
                self.bump();
                json.push('-');
                self.json_number(json);
            }
            TokenKind::Minus if self.ahead(1).kind == TokenKind::Timespan => {
                self.bump();
                let ticks = timespan_with_unit(self.text()).and_then(i64::checked_neg);
                self.bump();
                write_value(json, &Value::Timespan(ticks));
            }
            TokenKind::Long | TokenKind::Real => self.json_number(json),
            TokenKind::Timespan => {
                let ticks = timespan_with_unit(self.text());
                self.bump();
                write_value(json, &Value::Timespan(ticks));
            }
            TokenKind::TypedLiteral => {
                let (name, inside) = self.typed_literal_parts();
                let value = ScalarType::parse(name).and_then(|scalar_type| typed(scalar_type, inside));
                match value {
                    Some(value) => write_value(json, &value),
                    None => self.json_expected(),
                }
                self.bump();
            }
            TokenKind::Word => match self.text() {
                "true" | "True" | "TRUE" => self.json_word(json, "true"),
                "false" | "False" | "FALSE" => self.json_word(json, "false"),
                "null" => self.json_word(json, "null"),
                "dynamic" if self.ahead(1).kind == TokenKind::OpenParen => {
                    self.bump();
                    let mut inner = String::new();
                    self.nested(
                        |_| (),
                        |parser| parser.parenthesized(|parser| parser.json_value(&mut inner)),
                    );
                    json.push_str(&inner);
                }
                _ => {
                    self.json_expected();
                    self.bump();
                    json.push_str("null");
                }
            },
            _ => {
                self.json_expected();
                json.push_str("null");
            }
        }
    }

    fn json_expected(&mut self) {
        let found = self.found();
        let span = self.span();
        let mut diagnostic =
            Diagnostic::error(codes::BAD_DYNAMIC, span, format!("expected a JSON value, found {found}"));
        diagnostic = if self.at(TokenKind::Word) {
            diagnostic
                .with_note("`dynamic(…)` holds constants only; `pack_array()` and `bag_pack()` make values of expressions")
                .with_replacement("make it a string", span, format!("\"{}\"", self.text()))
        } else {
            diagnostic
        };
        self.report(diagnostic);
    }

    fn json_word(&mut self, json: &mut String, word: &str) {
        self.bump();
        json.push_str(word);
    }

    /// Digits keep their form, but for what JSON does not know: hexadecimal ones, a point at the end, zeros
    /// at the start.
    fn json_number(&mut self, json: &mut String) {
        let text = self.text();
        if self.at(TokenKind::Real) {
            match text.parse::<f64>() {
                Ok(value) if value.is_finite() => _ = write!(json, "{value:?}"),
                _ => json.push_str("null"),
            }
        } else {
            match crate::literals::unsigned(text) {
                Some(value) => _ = write!(json, "{value}"),
                None => json.push_str(text.trim_start_matches('0')),
            }
        }
        self.bump();
    }

    /// An array or an object, with all in it.
    fn json_nested(&mut self, json: &mut String, closing: TokenKind, open: char, close: char) {
        let opening = self.bump();
        json.push(open);
        self.nested(|_| (), |parser| parser.json_items(json, closing));
        json.push(close);
        self.close(opening, closing, close);
    }

    fn json_items(&mut self, json: &mut String, closing: TokenKind) {
        if self.at(closing) {
            return;
        }
        loop {
            let position = self.position;
            if closing == TokenKind::CloseBrace {
                self.json_key(json);
            }
            self.json_value(json);
            if self.eat(TokenKind::Comma) {
                json.push(',');
            } else if self.position > position && self.at_json_value() {
                let span = wardenry_diagnostic::Span::at(self.previous_end());
                let found = self.found();
                self.report(
                    Diagnostic::error(
                        codes::MISSING_COMMA,
                        self.span(),
                        format!("expected `,` before {found}"),
                    )
                    .with_replacement("add `,`", span, ","),
                );
                json.push(',');
            } else {
                return;
            }
        }
    }

    fn at_json_value(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::OpenBrace
                | TokenKind::OpenBracket
                | TokenKind::String
                | TokenKind::Long
                | TokenKind::Real
                | TokenKind::Timespan
                | TokenKind::TypedLiteral
        )
    }

    /// `"key":`.
    fn json_key(&mut self, json: &mut String) {
        if self.at(TokenKind::String) {
            let (key, _) = self.string_text();
            write_string(json, &key);
        } else {
            let found = self.found();
            let span = self.span();
            let mut diagnostic = Diagnostic::error(
                codes::BAD_DYNAMIC,
                span,
                format!("expected a key in quotes, found {found}"),
            );
            if self.at(TokenKind::Word) {
                let quoted = format!("\"{}\"", self.text());
                diagnostic = diagnostic.with_replacement("put it in quotes", span, quoted);
            }
            self.report(diagnostic);
            write_string(json, if self.at(TokenKind::Word) { self.text() } else { "" });
            if self.at(TokenKind::Word) || self.ahead(1).kind == TokenKind::Colon {
                self.bump();
            }
            json.push(':');
            self.eat(TokenKind::Colon);
            return;
        }
        json.push(':');
        self.expect(TokenKind::Colon, ":", "after the key");
    }
}

/// A typed literal as JSON has it: dates, spans and guids as text.
fn write_value(json: &mut String, value: &Value) {
    match value {
        Value::Bool(Some(value)) => json.push_str(if *value { "true" } else { "false" }),
        Value::Int(Some(value)) => _ = write!(json, "{value}"),
        Value::Long(Some(value)) => _ = write!(json, "{value}"),
        Value::Real(Some(value)) if value.is_finite() => _ = write!(json, "{value:?}"),
        Value::Real(Some(value)) => write_string(json, &wardenry_kql_values::real::text(*value)),
        Value::Decimal(Some(digits)) => write_string(json, digits),
        Value::Datetime(Some(ticks)) => write_string(json, &datetime::text(*ticks)),
        Value::Timespan(Some(ticks)) => write_string(json, &timespan::text(*ticks)),
        Value::Guid(Some(bits)) => write_string(json, &guid::text(*bits)),
        Value::String(text) => write_string(json, text),
        Value::Dynamic(Some(inner)) => json.push_str(inner),
        _ => json.push_str("null"),
    }
}

fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\0'..='\u{1f}' => _ = write!(json, "\\u{:04x}", u32::from(character)),
            _ => json.push(character),
        }
    }
    json.push('"');
}
