//! Literals.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_values::{ScalarType, Value};

use super::Parser;
use crate::ast::{Expr, ExprKind, SchemaLiteral};
use crate::codes;
use crate::lexer::offset;
use crate::literals::{string_parts, time_of_day, timespan_with_unit, typed, unsigned};
use crate::token::TokenKind;

impl<'t> Parser<'t> {
    /// A literal, if one begins here. A sign is not part of it.
    pub(super) fn opt_literal(&mut self) -> Option<Expr> {
        let start = self.span();
        let kind = match self.kind() {
            TokenKind::Long => self.long_literal(),
            TokenKind::Real => self.real_literal(),
            TokenKind::Timespan => self.timespan_literal(),
            TokenKind::TypedLiteral => self.typed_literal(),
            TokenKind::RawGuid => self.raw_guid(),
            TokenKind::String => {
                let (text, hidden) = self.string_text();
                if hidden { ExprKind::HiddenString(text) } else { ExprKind::Literal(Value::String(text)) }
            }
            TokenKind::Word => match self.text() {
                "true" | "True" | "TRUE" => self.bool_literal(true),
                "false" | "False" | "FALSE" => self.bool_literal(false),
                "dynamic" if self.ahead(1).kind == TokenKind::OpenParen => self.dynamic_literal(),
                "typeof" if self.ahead(1).kind == TokenKind::OpenParen => self.typeof_literal(),
                _ => return None,
            },
            _ => return None,
        };
        Some(Expr { kind, span: self.span_from(start.start) })
    }

    /// A literal with or without a sign.
    pub(super) fn opt_signed_literal(&mut self) -> Option<Expr> {
        let signed = matches!(self.kind(), TokenKind::Minus | TokenKind::Plus)
            && matches!(self.ahead(1).kind, TokenKind::Long | TokenKind::Real | TokenKind::Timespan);
        if signed { Some(self.unary()) } else { self.opt_literal() }
    }

    fn bool_literal(&mut self, value: bool) -> ExprKind {
        self.bump();
        ExprKind::Literal(Value::Bool(Some(value)))
    }

    fn long_literal(&mut self) -> ExprKind {
        let text = self.text();
        // Hexadecimal digits are the 64 bits.
        let value = unsigned(text).and_then(|bits| {
            if text.starts_with("0x") || text.starts_with("0X") {
                Some(bits.cast_signed())
            } else {
                i64::try_from(bits).ok()
            }
        });
        if value.is_none() {
            self.out_of_range("long");
        }
        self.bump();
        ExprKind::Literal(Value::Long(value))
    }

    /// The smallest `long`, whose digits without the minus are no `long`.
    pub(super) fn opt_smallest_long(&mut self) -> Option<Expr> {
        let digits = self.ahead(1);
        if !self.at(TokenKind::Minus)
            || digits.kind != TokenKind::Long
            || self.text_of(digits.span) != "9223372036854775808"
        {
            return None;
        }
        let start = self.bump().start;
        self.bump();
        Some(Expr { kind: ExprKind::Literal(Value::Long(Some(i64::MIN))), span: self.span_from(start) })
    }

    fn real_literal(&mut self) -> ExprKind {
        let value = self.text().parse::<f64>().ok().filter(|value| value.is_finite());
        if value.is_none() {
            self.out_of_range("real");
        }
        self.bump();
        ExprKind::Literal(Value::Real(value))
    }

    fn timespan_literal(&mut self) -> ExprKind {
        let ticks = timespan_with_unit(self.text());
        if ticks.is_none() {
            self.out_of_range("timespan");
        }
        self.bump();
        ExprKind::Literal(Value::Timespan(ticks))
    }

    fn out_of_range(&mut self, type_name: &str) {
        let found = self.found();
        self.report(Diagnostic::error(
            codes::NUMBER_OUT_OF_RANGE,
            self.span(),
            format!("{found} does not fit `{type_name}`"),
        ));
    }

    fn typed_literal(&mut self) -> ExprKind {
        let (name, inside) = self.typed_literal_parts();
        // The lexer lets no other words begin such a token.
        let scalar_type = ScalarType::parse(name).unwrap_or(ScalarType::Dynamic);
        let value = typed(scalar_type, inside);
        if value.is_none()
            && scalar_type == ScalarType::Datetime
            && let Some(ticks) = time_of_day(inside)
        {
            self.bump();
            return ExprKind::TimeToday(ticks);
        }
        let value = value.unwrap_or_else(|| {
            let mut diagnostic = Diagnostic::error(
                codes::BAD_LITERAL,
                self.span(),
                format!("`{}` is no {scalar_type}", inside.trim()),
            );
            let word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
            let conversion = format!("to{scalar_type}");
            if inside.starts_with(|first: char| first.is_ascii_alphabetic()) && inside.chars().all(word) {
                let name_span = Span::new(self.span().start, self.span().start + offset(name.len()));
                diagnostic = diagnostic
                    .with_note(format!("`{name}(…)` is a literal; `{conversion}(…)` converts a value"))
                    .with_replacement(format!("use `{conversion}`"), name_span, conversion);
            }
            self.report(diagnostic);
            Value::null(scalar_type)
        });
        self.bump();
        ExprKind::Literal(value)
    }

    fn raw_guid(&mut self) -> ExprKind {
        let (text, span) = (self.text(), self.span());
        self.report(
            Diagnostic::error(codes::BAD_LITERAL, span, "a guid is written `guid(…)`").with_replacement(
                "use `guid(…)`",
                span,
                format!("guid({text})"),
            ),
        );
        self.bump();
        ExprKind::Literal(Value::Guid(wardenry_kql_values::guid::parse(text)))
    }

    /// The type's name and what stands between the parentheses.
    pub(super) fn typed_literal_parts(&self) -> (&'t str, &'t str) {
        let (name, inside) = self.text().split_once('(').unwrap_or_default();
        (name, inside.strip_suffix(')').unwrap_or(inside))
    }

    /// Adjacent string literals, joined, and whether one of them is hidden.
    pub(super) fn string_text(&mut self) -> (Box<str>, bool) {
        let mut joined: Option<String> = None;
        let mut hidden = false;
        loop {
            let span = self.span();
            let parts = string_parts(self.text_of(span));
            hidden |= parts.hidden;
            let mut bad_escapes = Vec::new();
            let text = parts.text(|at| bad_escapes.push(at));
            for at in bad_escapes {
                self.unknown_escape(span, parts.prefix + at);
            }
            let another = self.ahead(1).kind == TokenKind::String;
            self.bump();
            match &mut joined {
                None if !another => return (text.into(), hidden),
                None => joined = Some(text.into_owned()),
                Some(joined) => joined.push_str(&text),
            }
            if !another {
                return (joined.unwrap_or_default().into(), hidden);
            }
        }
    }

    fn unknown_escape(&mut self, string: Span, at: usize) {
        let start = string.start + offset(at);
        let after = self.text[start as usize + 1..string.end as usize].chars().next();
        let span = Span::new(start, start + 1 + after.map_or(0, |after| offset(after.len_utf8())));
        let text = self.text_of(string);
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_ESCAPE,
            span,
            format!("`{}` is no escape sequence", self.text_of(span)),
        )
        .with_note(r"in a string without `@` a backslash is written `\\`");
        // A verbatim string with the same quotes means the same, unless something in it is escaped on
        // purpose.
        let content = text.trim_start_matches(['h', 'H']);
        let quote = content.chars().next().unwrap_or('"');
        if !content.contains(&format!("\\{quote}")) && !content.contains("\\\\") {
            let insert_at = string.start + offset(text.len() - content.len());
            diagnostic = diagnostic.with_replacement("make it a verbatim string", Span::at(insert_at), "@");
        }
        self.report(diagnostic);
    }

    /// `typeof(long)`, `typeof(a:long, b:string)`, `typeof(*)`.
    fn typeof_literal(&mut self) -> ExprKind {
        self.bump();
        let literal = if self.ahead(1).kind == TokenKind::Star
            || self.ahead(1).kind == TokenKind::CloseParen
            || self.ahead(2).kind == TokenKind::Colon
            || self.ahead(1).kind == TokenKind::OpenBracket
        {
            let (columns, star) = self.schema_or_star();
            SchemaLiteral { scalar_type: None, columns, star }
        } else {
            let type_name = self.parenthesized(Self::type_name_in_any_case);
            SchemaLiteral { scalar_type: type_name.scalar_type, columns: Vec::new(), star: false }
        };
        ExprKind::Typeof(literal)
    }
}
