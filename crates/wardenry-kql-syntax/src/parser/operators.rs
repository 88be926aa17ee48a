//! What stands behind an operator's keyword.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use super::options::name_list;
use super::words::nearest;
use crate::ast::{
    ColumnDeclaration, Direction, Expr, ExprKind, FindProject, FunctionBody, JoinCondition, MvItem,
    NamedOption, NullsOrder, OperatorKind, OptionValue, ParseItem, PartitionBody, Pipe, ReorderItem,
    ReorderOrder, Scan, ScanStep, SeriesAggregate, SortItem, TopNestedClause, TypeName,
};
use crate::codes;
use crate::token::TokenKind;

const JOIN: &[&str] = &["kind"];
const MV: &[&str] = &["bagexpansion", "kind", "with_itemindex", "expandoutput"];
const UNION: &[&str] = &[
    "kind",
    "withsource",
    "with_source",
    "isfuzzy",
    "best_effort",
    "force_remote",
    "__crossDB",
    "__crossCluster",
];
const FIND: &[&str] = &["withsource", "with_source", "datascope", "isfuzzy"];
const SEARCH: &[&str] = &["kind", "datascope"];

impl<'t> Parser<'t> {
    /// The rest of an operator, its options included.
    pub(super) fn operator_after_keyword(&mut self, word: &str) -> (OperatorKind, Vec<NamedOption>) {
        let known: &[&str] = match word {
            "consume" => &["decodeblocks"],
            "find" => FIND,
            "getschema" | "make-series" | "reduce" => &["kind"],
            "graph-match" => &["cycles"],
            "graph-shortest-paths" => &["output", "cycles"],
            "graph-mark-components" => &["kind", "with_component_id"],
            "join" | "lookup" => JOIN,
            "macro-expand" => &["kind", "isfuzzy", "best_effort", "force_remote"],
            "mv-apply" | "mvapply" | "mv-expand" | "mvexpand" => MV,
            "parse" | "parse-where" => &["kind", "flags"],
            "scan" => &["with_match_id", "with_step_name"],
            "search" => SEARCH,
            "summarize" => &["bin_legacy"],
            "union" => UNION,
            _ => &[],
        };
        let mut options = self.options(known);
        let kind = match word {
            "where" | "filter" => OperatorKind::Where(Box::new(self.predicate())),
            "extend" => OperatorKind::Extend(self.named_expressions()),
            "project" => OperatorKind::Project(self.optional_list(Self::named_expression)),
            "project-away" => OperatorKind::ProjectAway(self.optional_list(Self::column_pattern)),
            "project-keep" => OperatorKind::ProjectKeep(self.list(Self::column_pattern)),
            "project-rename" => OperatorKind::ProjectRename(self.optional_list(Self::named_expression)),
            "project-reorder" => OperatorKind::ProjectReorder(self.optional_list(Self::reorder_item)),
            "project-by-names" => OperatorKind::ProjectByNames(self.list(Self::column_pattern_or_expression)),
            "summarize" => self.summarize(),
            "count" => {
                let name = self.eat_word("as").then(|| self.name_declaration());
                OperatorKind::Count { name }
            }
            "distinct" => OperatorKind::Distinct(self.list(Self::star_or_expression)),
            "sort" | "order" => {
                self.expect_word("by", &format!("after `{word}`"));
                OperatorKind::Sort(self.list(Self::sort_item))
            }
            "take" | "limit" => OperatorKind::Take(Box::new(self.expression())),
            "top" => {
                let count = Box::new(self.expression());
                self.expect_word("by", "after the number of rows");
                OperatorKind::Top { count, by: vec![self.sort_item()] }
            }
            "top-hitters" => self.top_hitters(),
            "top-nested" => self.top_nested(),
            "sample" => OperatorKind::Sample(Box::new(self.expression())),
            "sample-distinct" => {
                let count = Box::new(self.expression());
                self.expect_word("of", "after the number of values");
                OperatorKind::SampleDistinct { count, of: Box::new(self.expression()) }
            }
            "join" => self.join(&mut options),
            "lookup" => self.lookup(&mut options),
            "union" => {
                self.refuse_unknown_option("union", UNION);
                OperatorKind::Union(self.list(Self::table_pattern))
            }
            "mv-expand" | "mvexpand" => {
                self.refuse_unknown_mv_option(word);
                let items = self.list(Self::mv_item);
                let limit = self.eat_word("limit").then(|| self.expression());
                OperatorKind::MvExpand { items, limit, old_spelling: word == "mvexpand" }
            }
            "mv-apply" | "mvapply" => self.mv_apply(),
            "make-series" => self.make_series(),
            "parse" | "parse-where" => self.parse_operator(word == "parse-where"),
            "parse-kv" => self.parse_kv(),
            "evaluate" => self.evaluate(),
            "invoke" => {
                let name = self.name_reference();
                OperatorKind::Invoke { name, arguments: self.required_arguments() }
            }
            "as" => OperatorKind::As { name: self.name_reference() },
            "assert-schema" => OperatorKind::AssertSchema(self.schema()),
            "consume" => OperatorKind::Consume,
            "getschema" => OperatorKind::Getschema,
            "serialize" => OperatorKind::Serialize(self.optional_list(Self::named_expression)),
            "print" => OperatorKind::Print(self.named_expressions()),
            "range" => self.range(),
            "render" => self.render(&mut options),
            "reduce" => {
                self.expect_word("by", "after `reduce`");
                let by = Box::new(self.named_expression());
                let with = if self.eat_word("with") { self.list(Self::with_option) } else { Vec::new() };
                OperatorKind::Reduce { by, with }
            }
            "partition" => {
                self.expect_word("by", "after `partition`");
                let by = Box::new(self.entity());
                OperatorKind::Partition { by, body: self.partition_body() }
            }
            "__partitionby" => {
                let by = Box::new(self.entity());
                if self.at_word("id") && self.ahead(1).kind == TokenKind::TypedLiteral {
                    self.bump();
                    self.bump();
                }
                OperatorKind::PartitionBy { by, body: self.partition_body() }
            }
            "fork" => self.fork(),
            "facet" => self.facet(),
            "find" => self.find(),
            "search" => self.search(),
            "scan" => self.scan(),
            "make-graph" => self.make_graph(),
            "graph-match" => self.graph_match(),
            "graph-shortest-paths" => self.graph_shortest_paths(),
            "graph-mark-components" => OperatorKind::GraphMarkComponents,
            "graph-to-table" => self.graph_to_table(),
            "graph-where-nodes" => OperatorKind::GraphWhereNodes(Box::new(self.predicate())),
            "graph-where-edges" => OperatorKind::GraphWhereEdges(Box::new(self.predicate())),
            "macro-expand" => self.macro_expand(),
            "__executeAndCache" => OperatorKind::ExecuteAndCache,
            _ => OperatorKind::Bogus,
        };
        (kind, options)
    }

    /// A list that may have no items.
    fn optional_list<T>(&mut self, item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        if self.at(TokenKind::Pipe) || self.at_close() { Vec::new() } else { self.list(item) }
    }

    /// A condition. `=` in it compares nothing.
    pub(super) fn predicate(&mut self) -> Expr {
        let outer = std::mem::replace(&mut self.in_condition, true);
        let predicate = self.expression();
        self.in_condition = outer;
        predicate
    }

    /// A column's name, which may have `*` in it.
    fn column_pattern(&mut self) -> Expr {
        if let Some(wildcard) = self.opt_wildcard() {
            return wildcard;
        }
        let name = self.name_reference();
        let kind =
            if name.text.is_empty() && !name.quoted { ExprKind::Bogus } else { ExprKind::Name(name.clone()) };
        Expr { span: name.span, kind }
    }

    fn column_pattern_or_expression(&mut self) -> Expr {
        match self.opt_wildcard() {
            Some(wildcard) => wildcard,
            None => self.expression(),
        }
    }

    fn star_or_expression(&mut self) -> Expr {
        if self.at(TokenKind::Star) && !self.star_is_operand() {
            return Expr { kind: ExprKind::Star, span: self.bump() };
        }
        self.expression()
    }

    /// Whether an operator stands behind the star at hand, as in `* has "x"`.
    fn star_is_operand(&self) -> bool {
        !matches!(
            self.ahead(1).kind,
            TokenKind::Pipe
                | TokenKind::End
                | TokenKind::Semicolon
                | TokenKind::CloseParen
                | TokenKind::CloseBrace
                | TokenKind::Comma
        )
    }

    /// A table: a name with or without `*`, `database(…).…`, a parenthesized query.
    pub(super) fn table_pattern(&mut self) -> Expr {
        match self.opt_wildcard() {
            Some(wildcard) => wildcard,
            None => self.expression(),
        }
    }

    /// A column with its path, and nothing that a parenthesis behind it would belong to.
    fn entity(&mut self) -> Expr {
        let start = self.span().start;
        let name = self.name_reference();
        let mut expr = Expr { span: name.span, kind: ExprKind::Name(name) };
        loop {
            let kind = match self.kind() {
                TokenKind::Dot => {
                    self.bump();
                    ExprKind::Member { base: Box::new(expr), name: self.name_reference() }
                }
                TokenKind::OpenBracket => {
                    let opening = self.bump();
                    let index = Box::new(self.expression());
                    self.close(opening, TokenKind::CloseBracket, ']');
                    ExprKind::Index { base: Box::new(expr), index }
                }
                _ => return expr,
            };
            self.grow(1);
            expr = Expr { kind, span: self.span_from(start) };
            if self.stopped {
                return expr;
            }
        }
    }

    fn reorder_item(&mut self) -> ReorderItem {
        let expr = self.column_pattern();
        let granny = self.at_word("granny") && self.ahead(1).kind == TokenKind::Minus;
        if granny {
            self.bump();
            self.bump();
        }
        let order = match (granny, self.opt_direction()) {
            (false, None) => ReorderOrder::AsListed,
            (false, Some(Direction::Asc)) => ReorderOrder::Asc,
            (false, Some(Direction::Desc)) => ReorderOrder::Desc,
            (true, Some(Direction::Desc)) => ReorderOrder::GrannyDesc,
            (true, _) => ReorderOrder::GrannyAsc,
        };
        ReorderItem { expr, order }
    }

    fn opt_direction(&mut self) -> Option<Direction> {
        let word = if self.at(TokenKind::Word) { self.text() } else { return None };
        let direction = match word {
            "asc" => Direction::Asc,
            "desc" => Direction::Desc,
            _ if word.eq_ignore_ascii_case("asc") => Direction::Asc,
            _ if word.eq_ignore_ascii_case("desc") => Direction::Desc,
            _ => return None,
        };
        self.expect_word(if direction == Direction::Asc { "asc" } else { "desc" }, "");
        Some(direction)
    }

    /// `expr [asc | desc] [nulls first | nulls last]`.
    fn sort_item(&mut self) -> SortItem {
        let expr = self.named_expression();
        let direction = self.opt_direction();
        let nulls = self.eat_word("nulls").then(|| {
            if self.eat_word("last") {
                NullsOrder::Last
            } else {
                self.expect_word("first", "or `last` after `nulls`");
                NullsOrder::First
            }
        });
        SortItem { expr, direction, nulls }
    }

    fn summarize(&mut self) -> OperatorKind {
        let none = self.at_word("by") && self.ahead(1).kind != TokenKind::Assign;
        let aggregates = if none { Vec::new() } else { self.optional_list(Self::named_expression) };
        let by = if self.eat_word("by") { self.named_expressions() } else { Vec::new() };
        // `bin=1h` behind the keys is an old spelling that the language's own documentation has dropped.
        if self.at_word("bin") && self.ahead(1).kind == TokenKind::Assign {
            self.bump();
            self.bump();
            drop(self.opt_signed_literal());
        }
        OperatorKind::Summarize { aggregates, by }
    }

    fn top_hitters(&mut self) -> OperatorKind {
        let count = Box::new(self.expression());
        self.expect_word("of", "after the number of values");
        let of = Box::new(self.expression());
        let by = self.eat_word("by").then(|| self.sort_item().expr);
        OperatorKind::TopHitters { count, of, by }
    }

    fn top_nested(&mut self) -> OperatorKind {
        let mut clauses = vec![self.top_nested_clause()];
        while self.at(TokenKind::Comma) && self.word_ahead(1, "top") {
            self.bump();
            let (word, tokens) = self.operator_word();
            if word != "top-nested" {
                break;
            }
            for _ in 0..tokens {
                self.bump();
            }
            clauses.push(self.top_nested_clause());
        }
        OperatorKind::TopNested(clauses)
    }

    fn top_nested_clause(&mut self) -> TopNestedClause {
        let count = (!self.at_word("of")).then(|| self.expression());
        self.expect_word("of", "after `top-nested` and its number");
        let of = self.named_expression();
        let others = (self.at_word("with") && self.word_ahead(1, "others")).then(|| {
            self.bump();
            self.bump();
            self.expect(TokenKind::Assign, "=", "after `with others`");
            self.expression()
        });
        self.expect_word("by", "and an aggregate after the column");
        TopNestedClause { count, of, others, by: self.sort_item() }
    }

    fn join(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        self.refuse_unknown_option("join", JOIN);
        let kind = self.join_kind(options);
        let right = Box::new(self.expression());
        let condition = if self.eat_word("on") {
            JoinCondition::On(self.list(Self::expression))
        } else if self.eat_word("where") {
            JoinCondition::Where(Box::new(self.expression()))
        } else {
            JoinCondition::Missing
        };
        OperatorKind::Join { kind, right, condition }
    }

    fn lookup(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        self.refuse_unknown_option("lookup", JOIN);
        let kind = self.join_kind(options);
        let right = Box::new(self.expression());
        let condition = if self.eat_word("on") {
            JoinCondition::On(self.list(Self::expression))
        } else {
            let at = self.missing_here();
            self.report(Diagnostic::error(
                codes::NO_JOIN_CONDITION,
                at,
                "a lookup needs `on` and the columns that match",
            ));
            JoinCondition::Missing
        };
        OperatorKind::Lookup { kind, right, condition }
    }

    /// Takes `kind=` out of the options. Options behind it may still come.
    fn join_kind(&mut self, options: &mut Vec<NamedOption>) -> Option<(Box<str>, Span)> {
        options.extend(self.options(JOIN));
        let at = options.iter().position(|option| &*option.name == "kind")?;
        let option = options.remove(at);
        let (text, span) = match option.value {
            OptionValue::Word(name) => (name.text, name.span),
            OptionValue::Expr(expr) => (self.text_of(expr.span).into(), expr.span),
        };
        Some((text, span))
    }

    /// `x = y` names an item; only a slip of an option's name was meant as an option.
    fn refuse_unknown_mv_option(&mut self, word: &str) {
        if self.at_name_before(TokenKind::Assign) && nearest(self.text(), MV.iter().copied()).is_some() {
            self.refuse_unknown_option(word, MV);
        }
    }

    /// `name = expr to typeof(type)`.
    fn mv_item(&mut self) -> MvItem {
        let start = self.span().start;
        let expr = self.named_expression();
        let to = self.eat_word("to").then(|| self.type_of());
        MvItem { expr, to, span: self.span_from(start) }
    }

    /// `typeof(type)`.
    fn type_of(&mut self) -> TypeName {
        if !self.at_word("typeof") || self.ahead(1).kind != TokenKind::OpenParen {
            let found = self.found();
            let span = self.span();
            let mut diagnostic = Diagnostic::error(
                codes::TYPE_EXPECTED,
                self.missing_here(),
                format!("expected `typeof(…)` after `to`, found {found}"),
            );
            if self.at(TokenKind::Word) {
                let text = self.text();
                diagnostic = diagnostic.with_replacement(
                    format!("write `typeof({text})`"),
                    span,
                    format!("typeof({text})"),
                );
            }
            self.report(diagnostic);
            if self.at(TokenKind::Word) {
                return self.type_name();
            }
            return TypeName { scalar_type: None, span: Span::at(self.previous_end()) };
        }
        self.bump();
        self.parenthesized(Self::type_name_in_any_case)
    }

    fn mv_apply(&mut self) -> OperatorKind {
        let items = self.list(Self::mv_item);
        let limit = self.eat_word("limit").then(|| self.expression());
        let context_id = (self.at_word("id") && self.ahead(1).kind == TokenKind::TypedLiteral).then(|| {
            self.bump();
            let text = self.text().into();
            crate::ast::Name { text, quoted: false, span: self.bump() }
        });
        self.expect_word("on", "and a pipeline in parentheses after the items");
        let body = Box::new(self.parenthesized_body("and a pipeline after `on`"));
        OperatorKind::MvApply { items, limit, context_id, body }
    }

    fn make_series(&mut self) -> OperatorKind {
        let aggregates = self.list(|parser| {
            let expr = parser.named_expression();
            let default = parser.eat_word("default").then(|| {
                parser.expect(TokenKind::Assign, "=", "after `default`");
                parser.expression()
            });
            SeriesAggregate { expr, default }
        });
        self.expect_word("on", "and the axis after the aggregates");
        let on = Box::new(if self.at_name_before(TokenKind::Assign) {
            self.named_expression()
        } else {
            self.operand()
        });
        let (mut from, mut to, mut step) = (None, None, None);
        if self.at_word("in") && self.word_ahead(1, "range") {
            self.bump();
            self.bump();
            let mut bounds =
                if self.at(TokenKind::OpenParen) { self.arguments() } else { Vec::new() }.into_iter();
            from = bounds.next().map(Box::new);
            to = bounds.next().map(Box::new);
            step = bounds.next().map(Box::new);
        } else {
            if self.eat_word("from") {
                from = Some(Box::new(self.expression()));
            }
            if self.eat_word("to") {
                to = Some(Box::new(self.expression()));
            }
            if self.expect_word("step", "and the size of a step") {
                step = Some(Box::new(self.expression()));
            }
        }
        let step = step.unwrap_or_else(|| Box::new(self.bogus()));
        let by = if self.eat_word("by") { self.named_expressions() } else { Vec::new() };
        OperatorKind::MakeSeries { aggregates, on, from, to, step, by }
    }

    fn parse_operator(&mut self, where_: bool) -> OperatorKind {
        let expr = Box::new(self.expression());
        self.expect_word("with", "and a pattern after the text to parse");
        let mut pattern = Vec::new();
        loop {
            let start = self.span();
            match self.kind() {
                TokenKind::Star => {
                    pattern.push(ParseItem::Star(self.bump()));
                }
                TokenKind::String => {
                    let text = self.string_text().0;
                    pattern.push(ParseItem::Literal { text, span: self.span_from(start.start) });
                }
                TokenKind::Word if !self.at_forgotten_pipe_in_pattern() => pattern.push(self.parse_column()),
                TokenKind::OpenBracket if self.at_quoted_name() => pattern.push(self.parse_column()),
                TokenKind::Comma => {
                    let span = self.span();
                    self.report(
                        Diagnostic::error(
                            codes::UNEXPECTED,
                            span,
                            "the pieces of a pattern are separated by blanks",
                        )
                        .with_replacement("remove the comma", span, ""),
                    );
                    self.bump();
                }
                _ => break,
            }
        }
        if pattern.is_empty() {
            let found = self.found();
            let at = self.missing_here();
            self.report(Diagnostic::error(
                codes::EXPRESSION_EXPECTED,
                at,
                format!("expected a pattern, found {found}"),
            ));
        }
        OperatorKind::Parse { expr, pattern, where_ }
    }

    /// Whether the word at hand begins the next operator rather than naming a column.
    fn at_forgotten_pipe_in_pattern(&self) -> bool {
        self.begins_line() && self.at_operator_word()
    }

    fn parse_column(&mut self) -> ParseItem {
        let name = self.name_declaration();
        let type_name = self.eat(TokenKind::Colon).then(|| self.type_name());
        ParseItem::Column { name, type_name }
    }

    fn parse_kv(&mut self) -> OperatorKind {
        let expr = Box::new(self.expression());
        self.expect_word("as", "and the columns after the text to parse");
        let columns = self.schema();
        let with = if self.eat_word("with") { self.properties() } else { Vec::new() };
        OperatorKind::ParseKv { expr, columns, with }
    }

    fn evaluate(&mut self) -> OperatorKind {
        let name = self.name_reference();
        let arguments = self.required_arguments();
        let (mut schema, mut schema_star): (Option<Vec<ColumnDeclaration>>, bool) = (None, false);
        if self.eat(TokenKind::Colon) {
            let (columns, star) = self.schema_or_star();
            schema = Some(columns);
            schema_star = star;
        }
        OperatorKind::Evaluate { name, arguments, schema, schema_star }
    }

    fn required_arguments(&mut self) -> Vec<Expr> {
        if self.at(TokenKind::OpenParen) {
            return self.arguments();
        }
        self.expect(TokenKind::OpenParen, "(", "after the function's name");
        Vec::new()
    }

    fn range(&mut self) -> OperatorKind {
        let name = self.name_declaration();
        self.expect_word("from", "after the column's name");
        let from = Box::new(self.expression());
        self.expect_word("to", "after the first value");
        let to = Box::new(self.expression());
        self.expect_word("step", "after the last value");
        OperatorKind::Range { name, from, to, step: Box::new(self.expression()) }
    }

    fn render(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        let kind = Some(self.any_name()).filter(|name| !name.text.is_empty());
        let mut with = Vec::new();
        loop {
            let start = self.span().start;
            if self.at_word("with") && self.ahead(1).kind == TokenKind::OpenParen {
                self.bump();
                with.extend(self.properties());
            } else if self.at_word("by") {
                self.bump();
                let names = self.list(Self::any_name);
                let value = OptionValue::Expr(name_list(names));
                options.push(NamedOption { name: "by".into(), value, span: self.span_from(start) });
            } else if self.at_word("with") {
                self.bump();
                let value = self.option_value();
                options.push(NamedOption { name: "with".into(), value, span: self.span_from(start) });
            } else if self.at(TokenKind::Word) && self.ahead(1).kind == TokenKind::Assign {
                let name = self.any_name().text.to_ascii_lowercase().into();
                self.bump();
                let value = self.option_value();
                options.push(NamedOption { name, value, span: self.span_from(start) });
            } else {
                return OperatorKind::Render { kind, with };
            }
        }
    }

    /// `name = value` in a list without parentheses.
    fn with_option(&mut self) -> NamedOption {
        let start = self.span().start;
        let name = self.any_name().text.to_ascii_lowercase().into();
        self.expect(TokenKind::Assign, "=", "after the option's name");
        let value = OptionValue::Expr(self.expression());
        NamedOption { name, value, span: self.span_from(start) }
    }

    fn partition_body(&mut self) -> PartitionBody {
        match self.kind() {
            TokenKind::OpenParen => PartitionBody::Pipeline(self.parenthesized_body("before the pipeline")),
            TokenKind::OpenBrace => PartitionBody::Query(self.function_body()),
            _ => {
                self.expect(TokenKind::OpenParen, "(", "and a pipeline after the column");
                PartitionBody::Missing
            }
        }
    }

    fn fork(&mut self) -> OperatorKind {
        let mut branches = Vec::new();
        loop {
            let name = self.at_name_before(TokenKind::Assign).then(|| {
                let name = self.name_declaration();
                self.bump();
                name
            });
            if !self.at(TokenKind::OpenParen) && (name.is_none() && !branches.is_empty()) {
                return OperatorKind::Fork(branches);
            }
            branches.push((name, self.parenthesized_body("before a branch")));
            if !self.at(TokenKind::OpenParen) && !self.at_name_before(TokenKind::Assign) {
                return OperatorKind::Fork(branches);
            }
        }
    }

    fn facet(&mut self) -> OperatorKind {
        self.expect_word("by", "after `facet`");
        let by = self.list(Self::entity);
        let with = self.eat_word("with").then(|| {
            if self.at(TokenKind::OpenParen) {
                return Box::new(self.parenthesized_body("before the pipeline"));
            }
            Box::new(Pipe { source: None, operators: vec![self.operator()] })
        });
        OperatorKind::Facet { by, with }
    }

    /// `in (A, B*)`, if it stands here.
    fn opt_in_tables(&mut self) -> Vec<Expr> {
        if !self.at_word("in") || self.ahead(1).kind != TokenKind::OpenParen {
            return Vec::new();
        }
        self.bump();
        self.parenthesized(|parser| {
            parser.list(|parser| match parser.opt_wildcard() {
                Some(wildcard) => wildcard,
                None => parser.tabular_expression(),
            })
        })
    }

    fn find(&mut self) -> OperatorKind {
        let tables = self.opt_in_tables();
        self.eat_word("where");
        let predicate = Box::new(self.predicate());
        let mut project = FindProject::Default;
        let mut project_away = Vec::new();
        loop {
            let (word, tokens) = if self.at(TokenKind::Word) { self.find_clause_word() } else { ("", 0) };
            match word {
                "project" => {
                    self.bump();
                    project = FindProject::Columns(self.list(Self::find_column));
                }
                "project-smart" | "project-away" | "__projectAway" => {
                    let smart = word == "project-smart";
                    for _ in 0..tokens {
                        self.bump();
                    }
                    if smart {
                        project = FindProject::Smart;
                    } else {
                        project_away = self.list(Self::column_pattern);
                    }
                }
                _ => return OperatorKind::Find { tables, predicate, project, project_away },
            }
        }
    }

    fn find_clause_word(&self) -> (&'t str, usize) {
        let joined = self.ahead(1).kind == TokenKind::Minus && self.ahead(2).kind == TokenKind::Word;
        let tokens = if joined && self.at_word("project") { 3 } else { 1 };
        (self.text_of(self.span().to(self.ahead(tokens - 1).span)), tokens)
    }

    /// `name`, `name:type`, `pack(*)`.
    fn find_column(&mut self) -> Expr {
        let start = self.span().start;
        if self.at_word("pack") && self.ahead(1).kind == TokenKind::OpenParen {
            return self.expression();
        }
        let name = self.name_declaration();
        let kind = if self.eat(TokenKind::Colon) {
            ExprKind::Typed { name, type_name: self.type_name() }
        } else {
            ExprKind::Name(name)
        };
        Expr { kind, span: self.span_from(start) }
    }

    fn search(&mut self) -> OperatorKind {
        let mut tables = self.opt_in_tables();
        if tables.is_empty() {
            // `kind=` may stand on either side of the tables.
            tables = self.opt_in_tables();
        }
        let predicate = Box::new(self.star_or_expression());
        OperatorKind::Search { tables, predicate }
    }

    fn scan(&mut self) -> OperatorKind {
        let mut scan =
            Scan { order_by: Vec::new(), partition_by: Vec::new(), declare: Vec::new(), steps: Vec::new() };
        if self.eat_word("order") {
            self.expect_word("by", "after `order`");
            scan.order_by = self.list(Self::sort_item);
        }
        if self.eat_word("partition") {
            self.expect_word("by", "after `partition`");
            scan.partition_by = self.list(Self::expression);
        }
        if self.eat_word("declare") {
            scan.declare = self.parameters();
        }
        self.expect_word("with", "and the steps in parentheses");
        if self.at(TokenKind::OpenParen) {
            scan.steps = self.parenthesized(|parser| {
                let mut steps = Vec::new();
                while parser.at_word("step") {
                    steps.push(parser.scan_step());
                }
                if steps.is_empty() {
                    parser.expect_word("step", "in the parentheses");
                }
                steps
            });
        } else {
            self.expect(TokenKind::OpenParen, "(", "before the steps");
        }
        OperatorKind::Scan(Box::new(scan))
    }

    fn scan_step(&mut self) -> ScanStep {
        let start = self.bump().start;
        let name = self.name_declaration();
        let optional = self.eat_word("optional");
        let output = self.eat_word("output").then(|| {
            self.expect(TokenKind::Assign, "=", "after `output`");
            self.any_name()
        });
        self.expect(TokenKind::Colon, ":", "before the step's condition");
        let condition = self.expression();
        let assignments = if self.eat(TokenKind::Arrow) {
            self.list(|parser| {
                let name = parser.name_declaration();
                parser.expect(TokenKind::Assign, "=", "after the name");
                (name, parser.expression())
            })
        } else {
            Vec::new()
        };
        let span = self.span_from(start);
        self.expect(TokenKind::Semicolon, ";", "after the step");
        ScanStep { name, optional, output, condition, assignments, span }
    }

    fn macro_expand(&mut self) -> OperatorKind {
        let group = Box::new(self.expression());
        self.expect_word("as", "and a name after the group");
        let name = self.any_name();
        let start = self.span().start;
        let statements = if self.at(TokenKind::OpenParen) {
            self.parenthesized(Self::macro_body)
        } else {
            self.expect(TokenKind::OpenParen, "(", "before the query");
            Vec::new()
        };
        let body = FunctionBody { statements, span: self.span_from(start) };
        OperatorKind::MacroExpand { group, name, body }
    }
}
