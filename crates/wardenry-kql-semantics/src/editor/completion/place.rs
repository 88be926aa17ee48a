//! What a place of a query asks for.

use wardenry_kql_syntax::token::TokenKind;

use super::super::operand::{is_comparison_before, start_of_operand};
use super::super::outline::{Frame, FrameKind, clauses, is_operator_word};
use super::super::scope;
use super::{CompletionKind, Menu};
use crate::catalogue::{
    self, CHARTS, FunctionKind, Operands, OptionPlace, ParameterType, Place, TabularOperator,
};

impl Menu<'_, '_, '_> {
    /// Where a pipeline, or one of its operators, begins.
    pub(super) fn start_of_segment(&mut self, frame: &Frame) {
        if frame.pipe.is_some() || frame.continues {
            return self.tabular_operators(|place| place != Place::Start);
        }
        match frame.kind {
            FrameKind::Root | FrameKind::Brace => {
                let behind_let = frame.pipeline != frame.statement;
                self.sources();
                self.tabular_operators(|place| place != Place::Pipe);
                if behind_let {
                    self.keywords(&["view"]);
                } else {
                    self.keywords(&["let", "set", "declare"]);
                }
                // A function's body may be a single value.
                if behind_let || frame.kind == FrameKind::Brace {
                    self.values(false);
                }
            }
            FrameKind::Paren => self.parenthesis(frame),
            FrameKind::Bracket => self.operand(),
        }
    }

    /// Right behind an opening parenthesis.
    fn parenthesis(&mut self, frame: &Frame) {
        if let Some(callee) = frame.callee {
            return match self.source().word(callee) {
                "typeof" => self.types(),
                "toscalar" | "materialize" => {
                    self.sources();
                    self.tabular_operators(|place| place != Place::Pipe);
                }
                callee => {
                    let is_variable = |variable: &scope::Variable<'_>| variable.name == callee;
                    let takes_table = catalogue::plugin(callee).is_some_and(|plugin| {
                        let first =
                            plugin.signatures.first().and_then(|signature| signature.parameters.first());
                        first.is_some_and(|first| first.accepts == ParameterType::Tabular)
                    });
                    if takes_table || scope::variables(self.outline).iter().any(is_variable) {
                        self.sources();
                        self.tabular_operators(|place| place != Place::Pipe);
                    }
                    self.operand();
                }
            };
        }
        if let Some(owner) = self.outline.with_owner()
            && owner.name != "scan"
            && owner.name != "facet"
        {
            return self.options(owner, OptionPlace::With);
        }
        let opener = frame.start.checked_sub(2).map(|before| self.source().word(before)).unwrap_or_default();
        if is_list_operator(opener) {
            self.variables(true);
            self.sources();
            return self.values(false);
        }
        let outer = self.outline.frames().iter().rev().nth(1).cloned();
        match outer.and_then(|outer| outer.operator.map(|operator| (operator.name, outer.clause))) {
            Some(("join" | "lookup" | "union", None)) => {
                self.sources();
                self.tabular_operators(|place| place != Place::Pipe);
            }
            Some(("find" | "search", Some("in"))) => self.sources(),
            Some(
                ("datatable" | "externaldata", _) | ("parse-kv", Some("as")) | ("scan", Some("declare")),
            ) => {}
            Some(("scan", Some("with"))) => self.keywords(&["step"]),
            _ => self.operand(),
        }
    }

    /// Within an operator, or within an expression.
    pub(super) fn inside(&mut self) {
        let source = self.source();
        let frame = self.outline.innermost().clone();
        let at = self.outline.next();
        let Some(previous) = at.checked_sub(1) else { return };
        match source.kind(previous) {
            TokenKind::Dot => return self.members(previous),
            TokenKind::Colon if self.is_declaration(&frame) => return self.types(),
            TokenKind::Assign => {
                if let Some(option) = previous.checked_sub(1).and_then(|name| self.outline.option_at(name)) {
                    return self.option_values(option);
                }
            }
            _ => {}
        }
        if frame.let_name.is_some() && frame.pipeline == frame.statement {
            return;
        }
        if let Some(owner) = self.outline.with_owner()
            && frame.operator.is_none()
            && matches!(source.kind(previous), TokenKind::Comma | TokenKind::OpenParen)
            && owner.name != "scan"
        {
            return self.options(owner, OptionPlace::With);
        }
        if frame.kind == FrameKind::Paren && frame.operator.is_none() && self.is_declaration(&frame) {
            return;
        }
        let is_head =
            frame.operator.is_some() && (at == frame.behind_operator || self.is_behind_options(&frame, at));
        match frame.operator.filter(|_| is_head) {
            Some(operator) => self.head(operator),
            None if self.ends_operand(previous, &frame) => self.continuation(previous, &frame),
            None => self.operand(),
        }
    }

    /// Right behind an operator's name, or behind its options.
    fn head(&mut self, operator: &'static TabularOperator) {
        self.options(operator, OptionPlace::Keyword);
        match operator.name {
            "join" | "lookup" | "union" => {
                self.sources();
            }
            "render" => {
                for chart in CHARTS {
                    self.plain(chart, CompletionKind::OptionValue);
                }
            }
            "evaluate" => self.functions(|function| function.kind == FunctionKind::Plugin),
            "invoke" => {
                self.variables(false);
                self.hosted(true);
            }
            "sort" | "partition" | "reduce" | "facet" => self.keywords(&["by"]),
            "find" => {
                self.keywords(&["in", "where"]);
                self.operand();
            }
            "search" => {
                self.keywords(&["in"]);
                self.operand();
            }
            "count" => self.keywords(&["as"]),
            "as" | "consume" | "getschema" | "range" | "datatable" | "externaldata" => {}
            "scan" => self.keywords(&["order", "partition", "declare", "with"]),
            "summarize" => {
                self.operand();
                self.keywords(&["by"]);
            }
            _ => self.operand(),
        }
    }

    /// Whether there is nothing but options between the operator's name and the place.
    fn is_behind_options(&self, frame: &Frame, at: usize) -> bool {
        let source = self.source();
        let mut index = frame.behind_operator;
        while index < at {
            let name = if source.word(index) == "hint" && source.kind(index + 1) == TokenKind::Dot {
                index + 2
            } else {
                index
            };
            let is_option = source.kind(name + 1) == TokenKind::Assign
                && name + 2 < at
                && self.outline.option_at(name).is_some();
            if !is_option {
                return false;
            }
            index = name + 3;
        }
        at > frame.behind_operator
    }

    /// Whether the frame holds names with types rather than expressions.
    fn is_declaration(&self, frame: &Frame) -> bool {
        // `evaluate plugin() : (`, `let f = (T: (`.
        if frame.kind == FrameKind::Paren
            && frame.start >= 2
            && self.source().kind(frame.start - 2) == TokenKind::Colon
        {
            return true;
        }
        if frame.kind != FrameKind::Paren {
            let operator = frame.operator.map(|operator| operator.name);
            return matches!(operator, Some("parse" | "parse-where" | "parse-kv"));
        }
        let outer = self.outline.frames().iter().rev().nth(1);
        let opener = frame.start.saturating_sub(2);
        match outer.and_then(|outer| outer.operator).map(|operator| operator.name) {
            Some("datatable" | "externaldata") => {
                frame.callee.is_none() && self.outline.with_owner().is_none()
            }
            Some("parse-kv") => self.source().word(opener) == "as",
            Some("scan") => self.source().word(opener) == "declare",
            Some("parse" | "parse-where") => false,
            // The parameters of a function: `let f = (x: …`.
            _ => outer.is_some_and(|outer| outer.let_name.is_some() && outer.pipeline + 1 == frame.start),
        }
    }

    /// Whether a token ends a complete operand.
    fn ends_operand(&self, previous: usize, frame: &Frame) -> bool {
        let source = self.source();
        match source.kind(previous) {
            TokenKind::Word => {
                let word = source.word(previous);
                let is_keyword = frame.clause == Some(word) && frame.item == previous + 1
                    || frame.operator.is_some() && previous < frame.behind_operator;
                !is_operator_word(word) && !is_keyword || matches!(word, "asc" | "desc")
            }
            TokenKind::Long
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::String
            | TokenKind::TypedLiteral
            | TokenKind::CloseParen
            | TokenKind::CloseBracket => true,
            TokenKind::Star if previous > 0 && source.touches(previous - 1, previous) => true,
            TokenKind::Star => {
                previous > 0 && matches!(source.kind(previous - 1), TokenKind::Comma | TokenKind::OpenParen)
            }
            _ => false,
        }
    }

    /// Behind a complete operand: operators, and what the pipeline's operator goes on with.
    fn continuation(&mut self, previous: usize, frame: &Frame) {
        let source = self.source();
        if let Some(operator) = frame.operator {
            let words: Vec<&'static str> = clauses(operator.name)
                .iter()
                .copied()
                .filter(|word| match *word {
                    "first" | "last" => source.word(previous) == "nulls",
                    "by" => frame.clause != Some("by"),
                    "asc" | "desc" => operator.name == "project-reorder" || frame.clause == Some("by"),
                    other => frame.clause != Some(other),
                })
                .collect();
            if source.word(previous) == "nulls" {
                return self.keywords(&["first", "last"]);
            }
            if matches!(source.word(previous), "asc" | "desc") {
                return self.keywords(&["nulls"]);
            }
            // Behind a chart nothing but options follow.
            if operator.name == "render" {
                return self.keywords(&["with"]);
            }
            let is_table = matches!(operator.name, "join" | "lookup") && frame.clause.is_none();
            if !is_table && takes_expressions(operator.name) {
                self.behind_value(previous, frame);
            }
            return self.keywords(&words);
        }
        if scope::pipeline_frame(self.outline.frames()).is_none() && frame.kind == FrameKind::Root {
            // A table alone: a pipe follows.
            return;
        }
        self.behind_value(previous, frame);
    }

    /// Behind a value: the operators that its type takes, or those that go on with a comparison.
    fn behind_value(&mut self, previous: usize, frame: &Frame) {
        let source = self.source();
        let start = start_of_operand(source, previous);
        let scalar_type = scope::type_of(self.outline, start, previous + 1, self.schema);
        let is_search = frame.operator.is_some_and(|operator| operator.name == "search");
        let is_compared = is_search || is_comparison_before(source, frame.item, start);
        self.scalar_operators(scalar_type, is_compared);
    }

    /// Where an expression is to begin.
    fn operand(&mut self) {
        let frames = self.outline.frames();
        let pipeline = scope::pipeline_frame(frames).and_then(|index| frames.get(index));
        let operator = pipeline.and_then(|frame| frame.operator).map(|operator| operator.name);
        let clause = pipeline.and_then(|frame| frame.clause);
        let is_direct = pipeline.is_some_and(|frame| std::ptr::eq(frame, self.outline.innermost()));
        match (operator, clause) {
            (Some("join" | "lookup"), Some("on")) => return self.join_condition(),
            (Some("join" | "lookup"), None) if is_direct => return self.sources(),
            (Some("union"), _) | (Some("find" | "search"), Some("in")) => return self.sources(),
            (Some("mv-expand" | "mv-apply"), Some("to")) => return self.keywords(&["typeof"]),
            _ => {}
        }
        match self.source().word(self.outline.next().saturating_sub(1)) {
            "nulls" => return self.keywords(&["first", "last"]),
            "matches" => return self.keywords(&["regex"]),
            _ => {}
        }
        let aggregates = match operator {
            Some("summarize") => clause.is_none(),
            Some("make-series") => clause.is_none() || clause == Some("default"),
            Some("top-nested") => clause == Some("by"),
            Some("evaluate") => !is_direct,
            _ => false,
        };
        // An aggregate's argument is no aggregate.
        let in_aggregate = frames.iter().any(|frame| {
            frame.callee.is_some_and(|callee| {
                let name = self.source().word(callee);
                catalogue::aggregate(name).is_some()
            })
        });
        let aggregates = aggregates && !in_aggregate;
        if aggregates {
            self.functions(|function| function.kind == FunctionKind::Aggregate);
        }
        self.columns();
        self.values(takes_only_columns(operator));
    }
}

fn is_list_operator(word: &str) -> bool {
    catalogue::scalar_operator(word)
        .is_some_and(|operator| matches!(operator.operands, Operands::List | Operands::TextList))
}

/// Whether the operator's items are expressions that operators may stand in.
fn takes_expressions(operator: &str) -> bool {
    !matches!(
        operator,
        "as" | "count"
            | "datatable"
            | "externaldata"
            | "evaluate"
            | "getschema"
            | "invoke"
            | "parse"
            | "parse-where"
            | "parse-kv"
            | "project-away"
            | "project-keep"
            | "project-reorder"
            | "render"
            | "union"
    )
}

/// Whether the operator's items are names of columns and nothing else.
fn takes_only_columns(operator: Option<&str>) -> bool {
    matches!(operator, Some("project-away" | "project-keep" | "project-reorder" | "project-rename"))
}
