//! What stands behind an operator's keyword.

mod branching;
mod expansion;
mod grouping;
mod joins;
mod patterns;
mod rendering;
mod scanning;
mod searching;

use wardenry_diagnostic::Diagnostic;

use super::Parser;
use crate::ast::{
    ColumnDeclaration, Direction, Expr, ExprKind, NamedOption, NullsOrder, OperatorKind, OptionValue,
    ReorderItem, ReorderOrder, SortItem,
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

impl Parser<'_> {
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
            "count" if self.at_word("by") => self.count_by(),
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
            _ => return self.opt_direction_in_full(),
        };
        self.expect_word(if direction == Direction::Asc { "asc" } else { "desc" }, "");
        Some(direction)
    }

    /// `ascending`, `descending`.
    fn opt_direction_in_full(&mut self) -> Option<Direction> {
        let (direction, word) = match self.text().to_ascii_lowercase().as_str() {
            "ascending" => (Direction::Asc, "asc"),
            "descending" => (Direction::Desc, "desc"),
            _ => return None,
        };
        let span = self.bump();
        self.report(
            Diagnostic::error(codes::FOREIGN_FORM, span, "the directions are `asc` and `desc`")
                .with_replacement(format!("use `{word}`"), span, word),
        );
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

    /// `name = value` in a list without parentheses.
    fn with_option(&mut self) -> NamedOption {
        let start = self.span().start;
        let name = self.any_name().text.to_ascii_lowercase().into();
        self.expect(TokenKind::Assign, "=", "after the option's name");
        let value = OptionValue::Expr(self.expression());
        NamedOption { name, value, span: self.span_from(start) }
    }
}
