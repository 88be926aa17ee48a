//! Statements.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use super::words;
use crate::ast::{
    Expr, ExprKind, Function, FunctionBody, Let, LetValue, Parameter, ParameterKind, Query, Statement,
    StatementKind,
};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(crate) fn query(&mut self) -> Query {
        let mut statements = Vec::new();
        while !self.at(TokenKind::End) {
            self.statement_and_separator(&mut statements);
        }
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        Query { statements, span: Span::new(0, end) }
    }

    fn statement_and_separator(&mut self, statements: &mut Vec<Statement>) {
        let position = self.position;
        if self.at(TokenKind::Semicolon) {
            self.report(
                Diagnostic::error(
                    codes::EMPTY_STATEMENT,
                    self.span(),
                    "there is no statement before this `;`",
                )
                .with_replacement("remove it", self.span(), ""),
            );
            self.bump();
            return;
        }
        statements.push(self.statement());
        match self.kind() {
            TokenKind::End => {}
            TokenKind::CloseBrace if self.open_braces > 0 => {}
            TokenKind::CloseParen if self.open_parentheses > 0 => {}
            TokenKind::Semicolon => {
                self.bump();
            }
            _ if self.at_next_statement() => {
                let end = self.previous_end();
                let found = self.found();
                self.report(
                    Diagnostic::error(
                        codes::MISSING_SEMICOLON,
                        self.span(),
                        format!("expected `;` before {found}"),
                    )
                    .with_note("statements are separated by `;`, not by empty lines")
                    .with_replacement("add `;`", Span::at(end), ";"),
                );
            }
            _ => {
                if self.at_word("where") || self.at_operator_word() && self.position > position {
                    self.report_forgotten_pipe();
                } else {
                    let found = self.found();
                    self.report(Diagnostic::error(
                        codes::UNEXPECTED,
                        self.span(),
                        format!("expected `|`, `;` or the end, found {found}"),
                    ));
                }
                self.skip_to(&[]);
                if self.at(TokenKind::Pipe) {
                    // The operators behind it are read for what else may be wrong.
                    self.orphaned_operators();
                }
                self.eat(TokenKind::Semicolon);
            }
        }
        if self.position == position {
            self.bump();
        }
    }

    fn report_forgotten_pipe(&mut self) {
        let (word, span) = (self.operator_word().0, self.span());
        self.report(
            Diagnostic::error(codes::MISSING_PIPE, span, format!("expected `|` before `{word}`"))
                .with_replacement("add `|`", Span::at(span.start), "| "),
        );
    }

    fn orphaned_operators(&mut self) {
        while self.eat(TokenKind::Pipe) {
            if !self.at(TokenKind::Pipe) {
                drop(self.operator());
            }
        }
    }

    fn statement(&mut self) -> Statement {
        let bogus = |span: Span| Statement { kind: StatementKind::Bogus, span: Span::at(span.start) };
        self.nested(bogus, |parser| {
            let start = parser.span().start;
            let kind = parser.statement_kind();
            Statement { kind, span: parser.span_from(start) }
        })
    }

    fn statement_kind(&mut self) -> StatementKind {
        let next = self.ahead(1).kind;
        let word = if self.at(TokenKind::Word) { self.text() } else { "" };
        match word {
            "let" if !matches!(next, TokenKind::Pipe | TokenKind::Dot | TokenKind::OpenParen) => {
                self.let_statement()
            }
            "set" if next == TokenKind::Word => {
                self.bump();
                let name = self.any_name();
                let value = self.eat(TokenKind::Assign).then(|| self.set_value());
                StatementKind::Set { name, value }
            }
            "declare" if self.word_ahead(1, "query_parameters") => {
                self.bump();
                self.bump();
                StatementKind::DeclareParameters(self.parameters())
            }
            "declare" if self.word_ahead(1, "pattern") => self.declare_pattern(),
            "alias" if self.word_ahead(1, "database") => {
                self.bump();
                self.bump();
                let name = self.name_declaration();
                self.expect(TokenKind::Assign, "=", "after the alias");
                StatementKind::Alias { name, value: self.expression() }
            }
            "restrict" if self.word_ahead(1, "access") => self.restrict_statement(),
            _ if self.at_sql() => self.sql_statement(),
            _ => {
                if self.at(TokenKind::Pipe) {
                    self.no_source();
                }
                StatementKind::Expression(self.statement_expression())
            }
        }
    }

    fn statement_expression(&mut self) -> Expr {
        let had_error = self.last_error == Some(self.position);
        if self.at(TokenKind::Pipe) && had_error {
            let start = self.span().start;
            self.bump();
            let mut pipe = self.pipeline_body();
            pipe.source = Some(Expr { kind: ExprKind::Bogus, span: Span::at(start) });
            return Expr { kind: ExprKind::Pipe(Box::new(pipe)), span: self.span_from(start) };
        }
        // A slip in the first word of a statement: `lte x = 1`, `lets x = 1`.
        if self.at(TokenKind::Word)
            && self.ahead(1).kind == TokenKind::Word
            && self.ahead(2).kind == TokenKind::Assign
            && words::nearest(self.text(), ["let", "set"]).is_some()
        {
            let near = words::nearest(self.text(), ["let", "set"]).unwrap_or("let");
            let (word, span) = (self.text(), self.span());
            self.report(
                Diagnostic::error(codes::UNKNOWN_OPERATOR, span, format!("there is no statement `{word}`"))
                    .with_replacement(format!("use `{near}`"), span, near),
            );
            self.skip_to(&[]);
            return Expr { kind: ExprKind::Bogus, span };
        }
        self.tabular_expression()
    }

    fn no_source(&mut self) {
        self.report(
            Diagnostic::error(codes::NO_SOURCE, self.span(), "nothing stands before this `|`")
                .with_note("a query begins with a table: `DeviceProcessEvents | where …`"),
        );
    }

    fn set_value(&mut self) -> Expr {
        if let Some(literal) = self.opt_signed_literal() {
            return literal;
        }
        let name = self.any_name();
        Expr { span: name.span, kind: ExprKind::Name(name) }
    }

    fn let_statement(&mut self) -> StatementKind {
        self.bump();
        let name = self.name_declaration();
        if !self.eat(TokenKind::Assign) {
            self.missing_assign();
        }
        let value = if self.at_function() {
            LetValue::Function(self.function())
        } else {
            LetValue::Expression(self.tabular_expression())
        };
        StatementKind::Let(Let { name, value })
    }

    fn missing_assign(&mut self) {
        if self.at(TokenKind::Equal) {
            let span = self.span();
            self.report(
                Diagnostic::error(codes::TOKEN_EXPECTED, span, "a `let` gives its value with `=`")
                    .with_replacement("use `=`", span, "="),
            );
            self.bump();
        } else {
            self.expect(TokenKind::Assign, "=", "after the name");
        }
    }

    /// Whether `(…) {` or `view (…) {` begins here.
    fn at_function(&self) -> bool {
        let view = usize::from(self.at_word("view"));
        if self.ahead(view).kind != TokenKind::OpenParen {
            return false;
        }
        match self.ahead(view + 1).kind {
            TokenKind::CloseParen => self.ahead(view + 2).kind == TokenKind::OpenBrace,
            first => {
                let tokens = match self.quoted_name_ahead(view + 1) {
                    Some(tokens) => tokens,
                    None if first == TokenKind::Word => 1,
                    None => return false,
                };
                self.ahead(view + 1 + tokens).kind == TokenKind::Colon
                    && matches!(self.ahead(view + 2 + tokens).kind, TokenKind::Word | TokenKind::OpenParen)
            }
        }
    }

    fn function(&mut self) -> Function {
        let start = self.span().start;
        let view = self.eat_word("view");
        let parameters = self.parameters();
        let body = self.function_body();
        Function { view, parameters, body, span: self.span_from(start) }
    }

    /// `(a:long = 1, T:(x:string))`.
    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", "before the parameters");
            return Vec::new();
        }
        self.parenthesized(|parser| {
            if parser.at(TokenKind::CloseParen) {
                return Vec::new();
            }
            parser.list(Self::parameter)
        })
    }

    fn parameter(&mut self) -> Parameter {
        let start = self.span().start;
        let name = self.name_declaration();
        let typed = self.expect(TokenKind::Colon, ":", "and a type after the parameter's name");
        let kind = if typed && self.at(TokenKind::OpenParen) {
            let (columns, open) = self.schema_or_star();
            ParameterKind::Tabular { columns, open }
        } else if typed {
            ParameterKind::Scalar(self.type_name())
        } else {
            let span = Span::at(self.previous_end());
            ParameterKind::Scalar(crate::ast::TypeName { scalar_type: None, span })
        };
        let default = self.eat(TokenKind::Assign).then(|| match self.opt_signed_literal() {
            Some(literal) => literal,
            None => self.expression(),
        });
        Parameter { name, kind, default, span: self.span_from(start) }
    }

    /// `{ statements }`.
    pub(super) fn function_body(&mut self) -> FunctionBody {
        if !self.at(TokenKind::OpenBrace) {
            self.expect(TokenKind::OpenBrace, "{", "before the body");
            return FunctionBody { statements: Vec::new(), span: Span::at(self.previous_end()) };
        }
        let opening = self.bump();
        self.open_braces += 1;
        let parentheses = std::mem::take(&mut self.open_parentheses);
        let mut statements = Vec::new();
        while !matches!(self.kind(), TokenKind::CloseBrace | TokenKind::End) {
            self.statement_and_separator(&mut statements);
        }
        self.open_parentheses = parentheses;
        self.close(opening, TokenKind::CloseBrace, '}');
        self.open_braces -= 1;
        FunctionBody { statements, span: self.span_from(opening.start) }
    }

    /// The statements in the parentheses of `macro-expand`.
    pub(super) fn macro_body(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        while !matches!(self.kind(), TokenKind::CloseParen | TokenKind::End) {
            self.statement_and_separator(&mut statements);
        }
        statements
    }

    fn declare_pattern(&mut self) -> StatementKind {
        self.bump();
        self.bump();
        let name = self.at(TokenKind::Word).then(|| self.any_name());
        self.skip_balanced();
        StatementKind::DeclarePattern { name }
    }

    /// Passes over what belongs to a feature that nothing here has, up to a `;` outside of brackets.
    fn skip_balanced(&mut self) {
        let mut open: Vec<(Span, TokenKind)> = Vec::new();
        while !(self.at(TokenKind::End) || open.is_empty() && self.at(TokenKind::Semicolon)) {
            let closing = match self.kind() {
                TokenKind::OpenParen => Some(TokenKind::CloseParen),
                TokenKind::OpenBracket => Some(TokenKind::CloseBracket),
                TokenKind::OpenBrace => Some(TokenKind::CloseBrace),
                _ => None,
            };
            if let Some(closing) = closing {
                open.push((self.span(), closing));
            }
            if matches!(self.kind(), TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace)
                && open.pop().is_none_or(|(_, closing)| !self.at(closing))
            {
                let found = self.found();
                self.report(Diagnostic::error(
                    codes::NOT_OPENED,
                    self.span(),
                    format!("{found} closes nothing"),
                ));
            }
            if open.len() > crate::MAX_DEPTH as usize {
                return self.too_deep(self.span());
            }
            self.bump();
        }
        if let Some((opening, closing)) = open.pop() {
            let sign = match closing {
                TokenKind::CloseParen => ')',
                TokenKind::CloseBracket => ']',
                _ => '}',
            };
            self.close(opening, closing, sign);
        }
    }

    fn restrict_statement(&mut self) -> StatementKind {
        self.bump();
        self.bump();
        self.expect_word("to", "after `restrict access`");
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", "after `restrict access to`");
            return StatementKind::Restrict(Vec::new());
        }
        StatementKind::Restrict(self.parenthesized(|parser| parser.list(Self::table_pattern)))
    }

    /// Whether `SELECT … FROM` stands here.
    fn at_sql(&self) -> bool {
        if !self.at(TokenKind::Word) || !self.text().eq_ignore_ascii_case("select") {
            return false;
        }
        !matches!(
            self.ahead(1).kind,
            TokenKind::Pipe | TokenKind::End | TokenKind::Semicolon | TokenKind::Dot | TokenKind::OpenParen
        )
    }

    fn sql_statement(&mut self) -> StatementKind {
        let start = self.span();
        let mut table = None;
        let mut places = 1;
        // Only far enough for any statement that a person wrote.
        while places < 500 && !matches!(self.ahead(places).kind, TokenKind::End | TokenKind::Semicolon) {
            let span = self.ahead(places).span;
            if self.text_of(span).eq_ignore_ascii_case("from")
                && self.ahead(places + 1).kind == TokenKind::Word
            {
                table = Some(self.text_of(self.ahead(places + 1).span));
                break;
            }
            places += 1;
        }
        let example = format!("{} | where … | project …", table.unwrap_or("Table"));
        self.report(
            Diagnostic::error(codes::SQL, start, "this is SQL, not KQL")
                .with_note(format!("a query begins with its table, and operators follow: `{example}`")),
        );
        while !matches!(self.kind(), TokenKind::End | TokenKind::Semicolon) {
            self.bump();
        }
        StatementKind::Bogus
    }
}
