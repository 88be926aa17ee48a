//! Where lines may end.

use super::document::Doc;
use super::marks::{Marks, OperatorMark};
use super::units::Unit;
use crate::literals::opens_typed_literal;
use crate::token::TokenKind;

/// Units, with what is between brackets in one piece.
enum Node {
    Unit(usize),
    /// The brackets' units, and what is between them.
    Group {
        open: usize,
        close: usize,
        inside: Vec<Node>,
    },
}

impl Node {
    const fn first(&self) -> usize {
        match self {
            Self::Unit(at) => *at,
            Self::Group { open, .. } => *open,
        }
    }

    const fn last(&self) -> usize {
        match self {
            Self::Unit(at) => *at,
            Self::Group { close, .. } => *close,
        }
    }
}

/// Lays a whole text out.
pub(super) fn document<'d>(units: &'d [Unit<'_>], marks: &'d Marks) -> Doc<'d> {
    let layout = Layout { units, marks };
    let end = units.len().saturating_sub(1);
    let mut at = 0;
    let nodes = layout.nodes(&mut at, end);
    let mut docs = layout.statements(&nodes);
    // What stands behind the last token belongs to the end.
    if let Some(end) = units.get(end) {
        layout.comments_before(end, &mut docs);
    }
    Doc::All(docs)
}

struct Layout<'d, 't> {
    units: &'d [Unit<'t>],
    marks: &'d Marks,
}

impl<'d> Layout<'d, '_> {
    /// The nodes up to `end` or a closing bracket. Brackets are balanced in a text without errors, and no
    /// deeper than the parser allows.
    fn nodes(&self, at: &mut usize, end: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        while *at < end {
            let open = *at;
            *at += 1;
            match self.units[open].kind {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                    let inside = self.nodes(at, end);
                    let close = (*at).min(end);
                    *at += 1;
                    nodes.push(Node::Group { open, close, inside });
                }
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    *at -= 1;
                    return nodes;
                }
                _ => nodes.push(Node::Unit(open)),
            }
        }
        nodes
    }

    fn is(&self, node: &Node, kind: TokenKind) -> bool {
        matches!(node, Node::Unit(at) if self.units[*at].kind == kind)
    }

    fn is_word(&self, node: &Node, word: &str) -> bool {
        matches!(node, Node::Unit(at) if self.units[*at].kind == TokenKind::Word && self.units[*at].text == word)
    }

    /// Parts between the separators of a kind, each with the separator behind it.
    fn split<'n>(&self, nodes: &'n [Node], separator: TokenKind) -> Vec<&'n [Node]> {
        nodes.split_inclusive(|node| self.is(node, separator)).collect()
    }

    fn has(&self, nodes: &[Node], kind: TokenKind) -> bool {
        nodes.iter().any(|node| self.is(node, kind))
    }

    /// Statements below each other.
    fn statements(&self, nodes: &[Node]) -> Vec<Doc<'d>> {
        let mut docs = Vec::new();
        for statement in self.split(nodes, TokenKind::Semicolon) {
            let first = &self.units[statement[0].first()];
            let blank = first.leading.first().map_or(first.blank_before, |comment| comment.blank_before);
            docs.push(if blank { Doc::BlankLine } else { Doc::HardLine });
            let (body, semicolon) = match statement.split_last() {
                Some((last, body)) if self.is(last, TokenKind::Semicolon) => (body, Some(last)),
                _ => (statement, None),
            };
            self.statement(body, &mut docs);
            if let Some(semicolon) = semicolon {
                self.unit(semicolon.first(), &mut docs);
            }
        }
        docs
    }

    fn statement(&self, nodes: &[Node], docs: &mut Vec<Doc<'d>>) {
        let is_let = nodes.first().is_some_and(|node| self.is_word(node, "let")) && nodes.len() > 3;
        let piped = self.has(nodes, TokenKind::Pipe);
        if !is_let {
            if piped {
                self.pipeline(nodes, Doc::HardLine, docs);
            } else {
                self.segment(nodes, docs);
            }
            return;
        }
        let (head, value) = nodes.split_at(3);
        self.inline(head, docs);
        if piped {
            let mut body = vec![Doc::HardLine];
            self.pipeline(value, Doc::HardLine, &mut body);
            docs.push(Doc::Indent(body));
        } else {
            docs.push(Doc::Space);
            self.segment(value, docs);
        }
    }

    /// `source | operator | operator`, with `line` before each `|`.
    fn pipeline(&self, nodes: &[Node], line: Doc<'d>, docs: &mut Vec<Doc<'d>>) {
        let hard = matches!(line, Doc::HardLine);
        let mut start = 0;
        for (at, node) in nodes.iter().enumerate() {
            if !self.is(node, TokenKind::Pipe) {
                continue;
            }
            self.segment(&nodes[start..at], docs);
            docs.push(if hard { Doc::HardLine } else { Doc::Line });
            self.unit(node.first(), docs);
            docs.push(Doc::Space);
            start = at + 1;
        }
        self.segment(&nodes[start..], docs);
    }

    /// An operator with its operands, or a source.
    fn segment(&self, nodes: &[Node], docs: &mut Vec<Doc<'d>>) {
        let Some(first) = nodes.first() else { return };
        let mark = self.marks.operators.get(&self.units[first.first()].start).copied();
        match mark.filter(|mark| mark.listed) {
            Some(mark) => self.listed(nodes, mark, docs),
            None => docs.push(self.wrapped(nodes)),
        }
    }

    /// Whatever fits on a line, broken behind commas and before `and` and `or` if it does not. What follows a
    /// break is indented, with the brackets in it.
    fn wrapped(&self, nodes: &[Node]) -> Doc<'d> {
        let mut group = Vec::new();
        for (at, item) in self.split(nodes, TokenKind::Comma).into_iter().enumerate() {
            if at == 0 {
                self.item(item, true, &mut group);
            } else {
                let mut next = vec![Doc::Line];
                self.item(item, true, &mut next);
                group.push(Doc::Indent(next));
            }
        }
        Doc::Group(group)
    }

    /// An operator whose items may each have a line: `summarize a, b by c, d`.
    fn listed(&self, nodes: &[Node], mark: OperatorMark, docs: &mut Vec<Doc<'d>>) {
        let head = nodes.iter().take_while(|node| self.units[node.last()].end <= mark.head_end).count();
        let (head, rest) = nodes.split_at(head);
        let by = self.clause(rest);
        let (items, clauses) = rest.split_at(by);
        let mut group = Vec::new();
        self.inline(head, &mut group);
        let mut inside = Vec::new();
        for item in self.split(items, TokenKind::Comma) {
            inside.push(Doc::Line);
            self.item(item, true, &mut inside);
        }
        if !clauses.is_empty() {
            inside.push(Doc::Line);
            inside.push(self.wrapped(clauses));
        }
        group.push(Doc::Indent(inside));
        docs.push(Doc::Group(group));
    }

    /// Where the first clause behind the items begins: `by` of a `summarize`, `on` of a `make-series`.
    fn clause(&self, nodes: &[Node]) -> usize {
        let is_clause = |at: usize| {
            let named = nodes
                .get(at + 1)
                .is_none_or(|next| self.is(next, TokenKind::Assign) || self.is(next, TokenKind::Comma));
            let begins_item = at == 0
                || self.is(&nodes[at - 1], TokenKind::Comma)
                || self.is(&nodes[at - 1], TokenKind::Assign);
            !named
                && (self.is_word(&nodes[at], "by") || self.is_word(&nodes[at], "on"))
                && (at == 0 || !begins_item)
                && (at == 0 || !self.is(&nodes[at - 1], TokenKind::Dot))
        };
        (0..nodes.len()).find(|&at| is_clause(at)).unwrap_or(nodes.len())
    }

    /// An expression, which may break before `and` and `or`.
    fn item(&self, nodes: &[Node], indented: bool, docs: &mut Vec<Doc<'d>>) {
        let is_chain = |node: &Node| self.is_word(node, "and") || self.is_word(node, "or");
        let mut rest = nodes;
        loop {
            // The word itself belongs to what follows it.
            let length = rest.iter().skip(1).position(is_chain).map_or(rest.len(), |at| at + 1);
            let (operand, behind) = rest.split_at(length);
            if operand.len() == nodes.len() || rest.len() == nodes.len() {
                self.inline(operand, docs);
            } else {
                let mut next = vec![Doc::Line];
                self.inline(operand, &mut next);
                docs.push(if indented { Doc::Indent(next) } else { Doc::All(next) });
            }
            rest = behind;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// Nodes one behind the other.
    fn inline(&self, nodes: &[Node], docs: &mut Vec<Doc<'d>>) {
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 && self.is_spaced(nodes[at - 1].last(), node.first()) {
                docs.push(Doc::Space);
            }
            self.node(node, docs);
        }
    }

    fn node(&self, node: &Node, docs: &mut Vec<Doc<'d>>) {
        match node {
            Node::Unit(at) => self.unit(*at, docs),
            Node::Group { open, close, inside } => self.group(*open, *close, inside, docs),
        }
    }

    fn unit(&self, at: usize, docs: &mut Vec<Doc<'d>>) {
        let unit = &self.units[at];
        self.comments_before(unit, docs);
        docs.push(Doc::Text(&unit.text));
        if let Some(comment) = unit.trailing {
            docs.extend([Doc::Space, Doc::Text(comment), Doc::HardLine]);
        }
    }

    fn comments_before(&self, unit: &'d Unit<'_>, docs: &mut Vec<Doc<'d>>) {
        for comment in &unit.leading {
            docs.push(if comment.blank_before { Doc::BlankLine } else { Doc::HardLine });
            docs.extend([Doc::Text(comment.text), Doc::HardLine]);
        }
        if unit.blank_before && !unit.leading.is_empty() && unit.kind != TokenKind::End {
            docs.push(Doc::BlankLine);
        }
    }

    /// What is between brackets.
    fn group(&self, open: usize, close: usize, inside: &[Node], docs: &mut Vec<Doc<'d>>) {
        let mut group = Vec::new();
        self.unit(open, &mut group);
        if inside.is_empty() {
            self.unit(close, &mut group);
            docs.push(Doc::Group(group));
            return;
        }
        let is_body = self.units[open].kind == TokenKind::OpenBrace && !self.has(inside, TokenKind::Colon);
        let pipes = inside.iter().filter(|node| self.is(node, TokenKind::Pipe)).count();
        if self.has(inside, TokenKind::Semicolon) || is_body && pipes > 0 {
            group.push(Doc::Indent(self.statements(inside)));
            group.push(Doc::HardLine);
        } else if pipes > 0 {
            let hard = pipes > 1;
            let mut body = vec![if hard { Doc::HardLine } else { Doc::SoftLine }];
            self.pipeline(inside, if hard { Doc::HardLine } else { Doc::Line }, &mut body);
            group.push(Doc::Indent(body));
            group.push(if hard { Doc::HardLine } else { Doc::SoftLine });
        } else {
            let line = || if is_body { Doc::Line } else { Doc::SoftLine };
            let mut body = vec![line()];
            self.items(inside, &mut body);
            group.push(Doc::Indent(body));
            group.push(line());
        }
        self.unit(close, &mut group);
        docs.push(Doc::Group(group));
    }

    /// The items of a list: values fill lines, whatever is longer has a line of its own.
    fn items(&self, nodes: &[Node], docs: &mut Vec<Doc<'d>>) {
        let items = self.split(nodes, TokenKind::Comma);
        let is_value = |item: &&[Node]| {
            item.iter().all(|node| matches!(node, Node::Unit(_)))
                && item.iter().filter(|node| !self.is(node, TokenKind::Comma)).count() <= 2
        };
        if items.len() > 3 && items.iter().all(is_value) {
            let filled = items.iter().map(|item| {
                let mut docs = Vec::new();
                self.inline(item, &mut docs);
                Doc::All(docs)
            });
            docs.push(Doc::Fill(filled.collect()));
            return;
        }
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                docs.push(Doc::Line);
            }
            // A clause in a list's only item, as in `(where a)`, is an operator of its own.
            self.segment_or_item(item, docs);
        }
    }

    fn segment_or_item(&self, nodes: &[Node], docs: &mut Vec<Doc<'d>>) {
        let operator =
            nodes.first().and_then(|node| self.marks.operators.get(&self.units[node.first()].start));
        match operator {
            Some(_) => self.segment(nodes, docs),
            None => self.item(nodes, false, docs),
        }
    }

    /// Whether a blank stands between two units that follow each other.
    fn is_spaced(&self, left: usize, right: usize) -> bool {
        use TokenKind::{
            Assign, CloseBracket, CloseParen, Colon, Comma, Dot, Greater, Long, Minus, OpenBrace,
            OpenBracket, OpenParen, Plus, Semicolon, String, TypedLiteral, Word,
        };
        let left_at = left;
        let (left, right) = (&self.units[left], &self.units[right]);
        if left.is_pattern_part && right.is_pattern_part {
            return false;
        }
        match (left.kind, right.kind) {
            (_, Comma | Semicolon) | (Dot, _) => false,
            // `1 .x` and `1.x` are not the same.
            (Long, Dot) => right.spaced,
            (_, Dot) => false,
            (Minus | Plus, _) if self.is_sign(left_at) => false,
            // `-->`
            (Minus, Minus) if !self.is_sign(left_at + 1) => false,
            (Minus, Greater) => false,
            (Assign, _) => !self.marks.option_values.contains(&right.start),
            (_, Assign) => !self.assigns_option(right.end),
            (CloseParen, Colon) => true,
            (_, Colon) => false,
            // `evaluate f() : (schema)`, but `T:(schema)`.
            (Colon, OpenParen) => left_at > 0 && self.units[left_at - 1].kind == CloseParen,
            (Colon, _) => self.marks.step_conditions.contains(&right.start) || self.is_json_colon(left.start),
            (Word, OpenParen) => {
                let called = self.marks.called.contains(&left.end)
                    || matches!(
                        &*left.text,
                        "typeof" | "dynamic" | "query_parameters" | "__contextual_datatable"
                    );
                // `guid (x)` is a call, `guid(x)` a literal.
                !called || right.spaced && opens_typed_literal(&left.text)
            }
            (Word | CloseParen | CloseBracket | String | TypedLiteral, OpenBracket) => {
                &*left.text == "entity_group"
            }
            (_, OpenBrace) => true,
            _ => true,
        }
    }

    /// Whether a `-` belongs to the number behind it. The tree does not have those in JSON.
    fn is_sign(&self, at: usize) -> bool {
        use TokenKind::{Colon, Comma, OpenBracket, OpenParen};
        let before = at.checked_sub(1).map(|before| self.units[before].kind);
        self.marks.signs.contains(&self.units[at].start)
            || matches!(before, Some(OpenParen | OpenBracket | Comma | Colon))
    }

    /// Whether the value behind a `=` that ends at `end` belongs to an option.
    fn assigns_option(&self, end: u32) -> bool {
        let next = self.units.partition_point(|unit| unit.start < end);
        self.units.get(next).is_some_and(|unit| self.marks.option_values.contains(&unit.start))
    }

    /// Whether a colon stands behind a key, as in `{"key": 1}`.
    fn is_json_colon(&self, start: u32) -> bool {
        let at = self.units.partition_point(|unit| unit.start < start);
        let Some(key) = at.checked_sub(1) else { return false };
        // Keys behind `{` or `,`; a text with `:` in a search has a column before it.
        self.units[key].kind == TokenKind::String
    }
}
