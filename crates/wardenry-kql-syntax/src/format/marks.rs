//! What the tree knows about tokens.

use std::collections::{HashMap, HashSet};

use wardenry_diagnostic::Span;
use wardenry_kql_values::Value;

use crate::ast::{ExprKind, GraphPatternPart, Name, OperatorKind, OptionValue, Query};
use crate::walk::{Node, walk};

/// Offsets and spans that tell how tokens are set.
#[derive(Default)]
pub(super) struct Marks {
    /// Signs that belong to what follows.
    pub(super) signs: HashSet<u32>,
    /// The ends of names that are called.
    pub(super) called: HashSet<u32>,
    /// The starts of values that stand close to the `=` before them.
    pub(super) option_values: HashSet<u32>,
    /// The starts of conditions that a step's colon stands before.
    pub(super) step_conditions: HashSet<u32>,
    /// Several tokens that are one word: `['a b']`, `Device*`, `project-away`. By where they start.
    pub(super) words: HashMap<u32, u32>,
    /// The nodes and edges of patterns, each of which is one word and touches the next.
    pub(super) pattern_parts: HashMap<u32, u32>,
    pub(super) operators: HashMap<u32, OperatorMark>,
}

/// An operator, by where its keyword starts.
#[derive(Clone, Copy)]
pub(super) struct OperatorMark {
    /// Where the keyword and the options behind it end.
    pub(super) head_end: u32,
    /// Whether what follows is a list whose items may each have a line.
    pub(super) listed: bool,
}

impl Marks {
    pub(super) fn of(query: &Query) -> Self {
        let mut marks = Self::default();
        walk(query, &mut |node| marks.node(node));
        marks
    }

    fn node(&mut self, node: Node<'_>) {
        match node {
            Node::Expr(expr) => self.expr(expr.span, &expr.kind),
            Node::Name(name) => self.name(name),
            Node::Option(option) => {
                let value = match &option.value {
                    OptionValue::Word(name) => name.span,
                    OptionValue::Expr(expr) => expr.span,
                };
                self.option_values.insert(value.start);
            }
            Node::Operator(operator) => self.operator(operator),
            Node::GraphPattern(pattern) => {
                for part in &pattern.parts {
                    let (GraphPatternPart::Node { span, .. } | GraphPatternPart::Edge { span, .. }) = part;
                    self.pattern_parts.insert(span.start, span.end);
                }
            }
            Node::ScanStep(step) => {
                self.step_conditions.insert(step.condition.span.start);
                if let Some(output) = &step.output {
                    self.option_values.insert(output.span.start);
                }
            }
            Node::Statement(_) | Node::FunctionBody(_) | Node::Parameter(_) => {}
        }
    }

    fn name(&mut self, name: &Name) {
        if name.quoted || name.text.contains('*') {
            self.words.insert(name.span.start, name.span.end);
        }
    }

    fn expr(&mut self, span: Span, kind: &ExprKind) {
        match kind {
            ExprKind::Wildcard(_) => _ = self.words.insert(span.start, span.end),
            // The smallest `long` is one literal with its sign.
            ExprKind::Unary { .. } | ExprKind::Literal(Value::Long(Some(i64::MIN))) => {
                self.signs.insert(span.start);
            }
            ExprKind::Call { name, .. } | ExprKind::MemberCall { name, .. } => {
                self.called.insert(name.span.end);
            }
            _ => {}
        }
    }

    fn operator(&mut self, operator: &crate::ast::Operator) {
        self.words.insert(operator.keyword.start, operator.keyword.end);
        let mut head_end =
            operator.options.iter().map(|option| option.span.end).fold(operator.keyword.end, u32::max);
        let mut listed = false;
        match &operator.kind {
            OperatorKind::Evaluate { name, .. } | OperatorKind::Invoke { name, .. } => {
                self.called.insert(name.span.end);
            }
            OperatorKind::Datatable { .. } | OperatorKind::Externaldata { .. } => {
                self.called.insert(operator.keyword.end);
            }
            OperatorKind::Join { kind, .. } | OperatorKind::Lookup { kind, .. } => {
                if let Some((_, span)) = kind {
                    self.option_values.insert(span.start);
                    head_end = head_end.max(span.end);
                }
            }
            OperatorKind::MakeSeries { aggregates, .. } => {
                listed = true;
                let defaults = aggregates.iter().filter_map(|aggregate| aggregate.default.as_ref());
                self.option_values.extend(defaults.map(|default| default.span.start));
            }
            OperatorKind::MakeGraph { node_id: Some(name), .. } => {
                self.option_values.insert(name.span.start);
            }
            OperatorKind::Distinct(_)
            | OperatorKind::Extend(_)
            | OperatorKind::Print(_)
            | OperatorKind::Project(_)
            | OperatorKind::ProjectAway(_)
            | OperatorKind::ProjectByNames(_)
            | OperatorKind::ProjectKeep(_)
            | OperatorKind::ProjectRename(_)
            | OperatorKind::ProjectReorder(_)
            | OperatorKind::Serialize(_)
            | OperatorKind::Summarize { .. }
            | OperatorKind::Union(_) => listed = true,
            _ => {}
        }
        self.operators.insert(operator.keyword.start, OperatorMark { head_end, listed });
    }
}
