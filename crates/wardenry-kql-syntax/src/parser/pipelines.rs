//! Sources, and operators joined with `|`.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use super::words;
use crate::ast::{Expr, ExprKind, NamedOption, Operator, OperatorKind, Pipe};
use crate::codes;
use crate::token::TokenKind;

impl<'t> Parser<'t> {
    /// A scalar expression, or a source with operators behind it.
    pub(super) fn tabular_expression(&mut self) -> Expr {
        self.nested(
            |span| Expr { kind: ExprKind::Bogus, span: Span::at(span.start) },
            |parser| {
                let start = parser.span().start;
                match parser.opt_source_operator() {
                    Some(operator) => parser.pipe(start, None, vec![operator]),
                    None => {
                        let source = parser.expression();
                        parser.pipe(start, Some(source), Vec::new())
                    }
                }
            },
        )
    }

    /// The operators behind a source, if there are any.
    fn pipe(&mut self, start: u32, source: Option<Expr>, mut operators: Vec<Operator>) -> Expr {
        self.piped_operators(&mut operators);
        match source {
            // `datatable(…)[…]` is a pipeline by itself, and one with what follows it.
            Some(Expr { kind: ExprKind::Pipe(mut pipe), .. }) => {
                pipe.operators.append(&mut operators);
                Expr { kind: ExprKind::Pipe(pipe), span: self.span_from(start) }
            }
            Some(source) if operators.is_empty() => source,
            source => {
                let span = self.span_from(start);
                Expr { kind: ExprKind::Pipe(Box::new(Pipe { source, operators })), span }
            }
        }
    }

    /// `| operator`, as often as it stands here.
    fn piped_operators(&mut self, operators: &mut Vec<Operator>) {
        loop {
            if self.at(TokenKind::Pipe) {
                self.bump();
                while self.at(TokenKind::Pipe) {
                    self.operator_expected();
                    self.bump();
                }
                operators.push(self.operator());
            } else if self.at_forgotten_pipe() {
                let (word, span) = (self.operator_word().0, self.span());
                self.report(
                    Diagnostic::error(codes::MISSING_PIPE, span, format!("expected `|` before `{word}`"))
                        .with_replacement("add `|`", Span::at(span.start), "| "),
                );
                operators.push(self.operator());
            } else if self.at_stray_close() {
                let found = self.found();
                self.report(Diagnostic::error(
                    codes::NOT_OPENED,
                    self.span(),
                    format!("{found} closes nothing"),
                ));
                self.bump();
            } else {
                return;
            }
        }
    }

    /// A closing bracket that belongs to nothing, at a place where the pipeline may go on behind it.
    fn at_stray_close(&self) -> bool {
        self.open_parentheses == 0
            && self.open_braces == 0
            && matches!(self.kind(), TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
    }

    /// Whether an operator's keyword stands where only `|` could, with something behind it that an operator
    /// may have. Words that are as likely to be names do not count.
    fn at_forgotten_pipe(&self) -> bool {
        if !self.at_operator_word() || self.position == 0 {
            return false;
        }
        let next = self.ahead(1).kind;
        match self.operator_word().0 {
            "as" | "find" | "print" | "range" | "search" | "union" => return false,
            // No name has a number behind it.
            "limit" | "sample" | "top" => return next == TokenKind::Long,
            "count" => {
                return self.word_ahead(1, "as")
                    || matches!(
                        next,
                        TokenKind::Pipe | TokenKind::End | TokenKind::Semicolon | TokenKind::CloseParen
                    );
            }
            _ => {}
        }
        matches!(
            next,
            TokenKind::Word
                | TokenKind::Minus
                | TokenKind::OpenParen
                | TokenKind::OpenBracket
                | TokenKind::Long
                | TokenKind::Star
        )
    }

    /// Operators without a source: the body of `mv-apply`, `partition`, `fork`.
    pub(super) fn pipeline_body(&mut self) -> Pipe {
        let bogus = |_| Pipe { source: None, operators: Vec::new() };
        self.nested(bogus, |parser| {
            let mut operators = vec![parser.operator()];
            parser.piped_operators(&mut operators);
            Pipe { source: None, operators }
        })
    }

    /// `(operators)`, or nothing and a diagnostic.
    pub(super) fn parenthesized_body(&mut self, place: &str) -> Pipe {
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", place);
            return Pipe { source: None, operators: Vec::new() };
        }
        self.parenthesized(|parser| {
            // A body may name what it works on.
            if parser.at_word("__contextual_datatable") {
                let expr = parser.tabular_expression();
                return match expr.kind {
                    ExprKind::Pipe(pipe) => *pipe,
                    _ => Pipe { source: Some(expr), operators: Vec::new() },
                };
            }
            parser.pipeline_body()
        })
    }

    /// The operator word at hand with the pieces joined to it by hyphens, and how many tokens that is.
    pub(super) fn operator_word(&self) -> (&'t str, usize) {
        let mut tokens = 1;
        while self.ahead(tokens).kind == TokenKind::Minus
            && self.ahead(tokens + 1).kind == TokenKind::Word
            && self.touches_next(tokens - 1)
            && self.touches_next(tokens)
        {
            tokens += 2;
        }
        loop {
            let word = self.text_of(self.span().to(self.ahead(tokens - 1).span));
            if tokens == 1 || words::OPERATORS.binary_search(&word).is_ok() {
                return (word, tokens);
            }
            tokens -= 2;
        }
    }

    pub(super) fn at_operator_word(&self) -> bool {
        self.at(TokenKind::Word) && words::OPERATORS.binary_search(&self.operator_word().0).is_ok()
    }

    /// An operator that stands without anything before it, if there is one here.
    fn opt_source_operator(&mut self) -> Option<Operator> {
        if !self.at(TokenKind::Word) {
            return None;
        }
        let next = self.ahead(1).kind;
        let is_operator = match self.text() {
            "print" | "union" | "search" | "find" => next != TokenKind::Assign,
            "range" => next == TokenKind::Word && self.word_ahead(2, "from"),
            "evaluate" => next == TokenKind::Word,
            "macro" => self.operator_word().0 == "macro-expand",
            "datatable" | "externaldata" | "external_data" | "__contextual_datatable" => {
                if next != TokenKind::OpenParen {
                    return None;
                }
                let start = self.span();
                return Some(self.table_operator(start));
            }
            _ => false,
        };
        is_operator.then(|| self.operator())
    }

    /// An operator, at its keyword.
    pub(super) fn operator(&mut self) -> Operator {
        if !self.at(TokenKind::Word) {
            self.operator_expected();
            let span = Span::at(self.previous_end());
            self.skip_to(&[]);
            let span = span.to(self.span_from(span.start));
            return Operator {
                kind: OperatorKind::Bogus,
                options: Vec::new(),
                keyword: Span::at(span.start),
                span,
            };
        }
        let start = self.span();
        let (word, tokens) = self.operator_word();
        let keyword = start.to(self.ahead(tokens - 1).span);
        if words::OPERATORS.binary_search(&word).is_err() {
            return self.unknown_operator();
        }
        for _ in 0..tokens {
            self.bump();
        }
        self.known_operator(word, keyword)
    }

    fn known_operator(&mut self, word: &str, keyword: Span) -> Operator {
        let (kind, options) = self.operator_after_keyword(word);
        if matches!(word, "where" | "filter") {
            self.forgotten_and();
        }
        let operator = Operator { kind, options, keyword, span: self.span_from(keyword.start) };
        self.end_of_operator();
        operator
    }

    /// An operator that does not exist; one that nearly does is read as that.
    fn unknown_operator(&mut self) -> Operator {
        let start = self.span();
        if let Some(operator) = self.opt_join_of_sql() {
            return operator;
        }
        let word_end = self.end_of_hyphened_word();
        let keyword = start.to(self.ahead(word_end - 1).span);
        let word = self.text_of(keyword);
        let foreign = words::operator_for_foreign_word(word);
        let near = words::nearest(word, words::OPERATORS.iter().copied());
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_OPERATOR, keyword, format!("there is no operator `{word}`"));
        if let Some(suggestion) = foreign.or(near) {
            diagnostic = diagnostic.with_replacement(format!("use `{suggestion}`"), keyword, suggestion);
        }
        if foreign.is_some_and(|operator| operator == "summarize") {
            diagnostic = diagnostic.with_note("groups are made by `summarize count() by column`");
        }
        self.report(diagnostic);
        for _ in 0..word_end {
            self.bump();
        }
        match near.filter(|_| foreign.is_none()) {
            Some(near) => self.known_operator(near, keyword),
            None => {
                self.skip_to(&[]);
                Operator {
                    kind: OperatorKind::Bogus,
                    options: Vec::new(),
                    keyword,
                    span: self.span_from(start.start),
                }
            }
        }
    }

    /// `left join`, `full outer join`, `left anti join`.
    fn opt_join_of_sql(&mut self) -> Option<Operator> {
        let word = |places: usize| {
            let token = self.ahead(places);
            (token.kind == TokenKind::Word).then(|| self.text_of(token.span).to_ascii_lowercase())
        };
        let (first, second) = (word(0)?, word(1)?);
        let tokens = if second == "join" { 1 } else { 2 };
        if word(tokens)? != "join" {
            return None;
        }
        let second = if tokens == 2 { second } else { String::new() };
        let kind = match (first.as_str(), second.as_str()) {
            ("inner", "") => "inner",
            ("left", "" | "outer") => "leftouter",
            ("right", "" | "outer") => "rightouter",
            ("full" | "outer", "") | ("full", "outer") => "fullouter",
            ("left", "anti") | ("anti", "") => "leftanti",
            ("right", "anti") => "rightanti",
            ("left", "semi") | ("semi", "") => "leftsemi",
            ("right", "semi") => "rightsemi",
            _ => return None,
        };
        let span = self.span().to(self.ahead(tokens).span);
        let text = self.text_of(span);
        self.report(
            Diagnostic::error(codes::UNKNOWN_OPERATOR, span, format!("there is no operator `{text}`"))
                .with_replacement(format!("use `join kind={kind}`"), span, format!("join kind={kind}")),
        );
        for _ in 0..=tokens {
            self.bump();
        }
        Some(self.known_operator("join", span))
    }

    /// How many tokens the word at hand has with all that is joined to it by hyphens.
    fn end_of_hyphened_word(&self) -> usize {
        let mut tokens = 1;
        while self.ahead(tokens).kind == TokenKind::Minus
            && self.ahead(tokens + 1).kind == TokenKind::Word
            && self.touches_next(tokens - 1)
            && self.touches_next(tokens)
        {
            tokens += 2;
        }
        tokens
    }

    /// Conditions below each other that nothing joins.
    fn forgotten_and(&mut self) {
        while self.at_condition() {
            let found = self.found();
            let here = Span::at(self.span().start);
            self.report(
                Diagnostic::error(
                    codes::MISSING_AND,
                    self.span(),
                    format!("expected `and` or `or` before {found}"),
                )
                .with_replacement("add `and`", here, "and "),
            );
            let position = self.position;
            drop(self.predicate());
            if self.position == position {
                return;
            }
        }
    }

    /// Whether a comparison begins here: a column and an operator.
    fn at_condition(&self) -> bool {
        if !self.at(TokenKind::Word) || self.at_operator_word() || self.stopped {
            return false;
        }
        let next = self.ahead(1);
        match next.kind {
            TokenKind::Equal
            | TokenKind::NotEqual
            | TokenKind::LessGreater
            | TokenKind::Less
            | TokenKind::LessOrEqual
            | TokenKind::Greater
            | TokenKind::GreaterOrEqual
            | TokenKind::EqualTilde
            | TokenKind::NotTilde
            | TokenKind::BangWord => true,
            TokenKind::Word => {
                let word = self.text_of(next.span);
                word != "as" && words::continues(word) && words::class(word) != words::WordClass::Name
            }
            _ => false,
        }
    }

    /// After an operator only `|`, `;` or a closing bracket may come.
    fn end_of_operator(&mut self) {
        match self.kind() {
            TokenKind::Pipe => return,
            // A comma separates the items of a list that a pipeline stands in.
            TokenKind::Comma if self.open_parentheses > 0 => return,
            _ if self.at_close() || self.at_stray_close() => return,
            _ => {}
        }
        if self.at_forgotten_pipe() || self.at_next_statement() {
            return;
        }
        let found = self.found();
        let mut diagnostic = Diagnostic::error(
            codes::UNEXPECTED,
            self.span(),
            format!("expected `|` or the end, found {found}"),
        );
        match self.text() {
            "?" => {
                let note = match self.ahead(1).kind {
                    TokenKind::Unknown => "the first value that is not null is `coalesce(a, b)`",
                    _ => "a choice is written `iff(condition, value, otherwise)`",
                };
                diagnostic = diagnostic.with_note(note);
            }
            "&" => diagnostic = diagnostic.with_note("conditions are joined by `and`, texts by `strcat()`"),
            word => {
                if let Some(operator) = words::clause_of_another_language(word) {
                    diagnostic = diagnostic.with_replacement(
                        format!("use `| {operator}`"),
                        self.span(),
                        format!("| {operator}"),
                    );
                }
            }
        }
        if self.at_word("kind") || self.at_word("hint") {
            diagnostic = diagnostic
                .with_note("options stand right behind an operator's name: `join kind=inner (…) on …`");
        }
        self.report(diagnostic);
        self.skip_to(&[]);
    }

    /// Whether another statement begins on this line, whose `;` before it is missing.
    pub(super) fn at_next_statement(&self) -> bool {
        self.open_parentheses == 0
            && self.begins_line()
            && (self.at(TokenKind::Word) || self.at(TokenKind::OpenParen))
            && !words::continues(self.text())
    }

    fn operator_expected(&mut self) {
        let found = self.found();
        let at = if self.at(TokenKind::Pipe) { self.span() } else { self.missing_here() };
        self.report(Diagnostic::error(
            codes::OPERATOR_EXPECTED,
            at,
            format!("expected an operator after `|`, found {found}"),
        ));
    }

    /// `datatable(…)[…]` and `externaldata(…)[…]` as an expression.
    pub(super) fn table_literal(&mut self) -> Expr {
        let start = self.span();
        let operator = self.table_operator(start);
        let span = operator.span;
        Expr { kind: ExprKind::Pipe(Box::new(Pipe { source: None, operators: vec![operator] })), span }
    }

    fn table_operator(&mut self, start: Span) -> Operator {
        let word = self.text();
        self.bump();
        let kind = match word {
            "datatable" => {
                let columns = self.schema();
                OperatorKind::Datatable { columns, values: self.bracketed(Self::table_value) }
            }
            "__contextual_datatable" => {
                self.skip_to(&[TokenKind::Comma]);
                OperatorKind::Bogus
            }
            _ => {
                let columns = self.schema();
                let uris = self.bracketed(Self::uri);
                let with = if self.eat_word("with") { self.properties() } else { Vec::new() };
                OperatorKind::Externaldata { columns, uris, with }
            }
        };
        Operator {
            kind,
            options: Vec::<NamedOption>::new(),
            keyword: start,
            span: self.span_from(start.start),
        }
    }

    /// `[1, "x", …]`; a comma may end it.
    fn bracketed(&mut self, item: impl Fn(&mut Self) -> Expr) -> Vec<Expr> {
        if !self.at(TokenKind::OpenBracket) {
            self.expect(TokenKind::OpenBracket, "[", "before the values");
            return Vec::new();
        }
        let opening = self.bump();
        let mut values = Vec::new();
        while !matches!(self.kind(), TokenKind::CloseBracket | TokenKind::End | TokenKind::Semicolon) {
            let position = self.position;
            values.push(item(self));
            if !self.list_goes_on(position) {
                break;
            }
        }
        self.close(opening, TokenKind::CloseBracket, ']');
        values
    }

    fn uri(&mut self) -> Expr {
        self.opt_literal().unwrap_or_else(|| self.expression())
    }

    fn table_value(&mut self) -> Expr {
        if let Some(literal) = self.opt_signed_literal() {
            return literal;
        }
        let had_error = self.last_error == Some(self.position);
        let diagnostics = self.diagnostics.len();
        let value = self.expression();
        if !had_error && self.diagnostics.len() == diagnostics {
            self.report_also(
                Diagnostic::error(codes::UNEXPECTED, value.span, "a table's values must be literals")
                    .with_note("computed values are made by `print` or `extend`"),
            );
        }
        value
    }
}
