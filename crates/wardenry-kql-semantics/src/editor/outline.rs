//! What surrounds a place of a text: brackets, statements, pipes, the operator and its clause.
//!
//! Found from the tokens alone, in one pass, so that it works while a query is being written and the parser could make
//! nothing of it.

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::lexer::lex;
use wardenry_kql_syntax::token::{Token, TokenKind};

use crate::catalogue::{self, OperatorOption, OptionPlace, Place, TabularOperator};

/// A text with its tokens.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Span>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let lexed = lex(text);
        Self { text, tokens: lexed.tokens, comments: lexed.comments }
    }

    pub(super) fn kind(&self, index: usize) -> TokenKind {
        self.tokens.get(index).map_or(TokenKind::End, |token| token.kind)
    }

    /// The text of a token, empty behind the last one.
    pub(super) fn word(&self, index: usize) -> &'t str {
        self.tokens.get(index).and_then(|token| self.text.get(token.span.range())).unwrap_or_default()
    }

    pub(super) fn start(&self, index: usize) -> u32 {
        self.tokens.get(index).map_or(self.end(), |token| token.span.start)
    }

    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// The text from one token up to another, which is not in it.
    pub(super) fn between(&self, from: usize, to: usize) -> &'t str {
        if from >= to {
            return "";
        }
        let end = self.tokens.get(to - 1).map_or(self.end(), |token| token.span.end);
        self.text.get(self.start(from) as usize..end as usize).unwrap_or_default()
    }

    /// Whether two tokens stand side by side without white space.
    pub(super) fn touches(&self, left: usize, right: usize) -> bool {
        match (self.tokens.get(left), self.tokens.get(right)) {
            (Some(left), Some(right)) => left.span.end == right.span.start,
            _ => false,
        }
    }

    /// The token that a cursor is within or right behind, if it is a word; otherwise the first one behind the cursor.
    pub(super) fn first_touching(&self, offset: u32) -> usize {
        let behind = self.tokens.partition_point(|token| token.span.end < offset);
        match self.kind(behind) {
            TokenKind::Word | TokenKind::BangWord => behind,
            _ if self.start(behind) >= offset => behind,
            // Right behind a token that is no word, which therefore stands before the place.
            _ if self.tokens.get(behind).is_some_and(|token| token.span.end == offset) => {
                let next = behind + 1;
                debug_assert!(self.start(next) >= offset, "tokens do not overlap");
                next
            }
            _ => behind,
        }
    }

    /// The word or operator at an offset.
    pub(super) fn word_at(&self, offset: u32) -> Option<usize> {
        let index = self.first_touching(offset);
        let is_word = matches!(self.kind(index), TokenKind::Word | TokenKind::BangWord);
        (is_word && self.tokens[index].span.touches(offset)).then_some(index)
    }

    pub(super) fn is_in_comment(&self, offset: u32) -> bool {
        let behind = self.comments.partition_point(|comment| comment.end < offset);
        self.comments.get(behind).is_some_and(|comment| comment.start < offset)
    }

    /// Within a string or another literal that has quotes or parentheses.
    pub(super) fn is_in_string(&self, offset: u32) -> bool {
        let before = self.tokens.partition_point(|token| token.span.start < offset).checked_sub(1);
        before.and_then(|index| self.tokens.get(index)).is_some_and(|token| match token.kind {
            // A string that is not closed goes on behind its end.
            TokenKind::String => {
                offset < token.span.end || offset == token.span.end && !is_closed(self.text, token.span)
            }
            TokenKind::TypedLiteral => offset < token.span.end,
            _ => false,
        })
    }

    /// The end of the name that begins at a token and may have hyphens: `mv-expand` is three tokens.
    pub(super) fn end_of_hyphenated(&self, start: usize) -> usize {
        let mut end = start + 1;
        while self.kind(end) == TokenKind::Minus
            && self.touches(end - 1, end)
            && self.kind(end + 1) == TokenKind::Word
            && self.touches(end, end + 1)
        {
            end += 2;
        }
        end
    }
}

/// Whether a string ends with the quote that it began with.
fn is_closed(text: &str, span: Span) -> bool {
    let string = text.get(span.range()).unwrap_or_default();
    let inside = string.trim_start_matches(['h', 'H', '@']);
    inside.len() >= 2 && inside.chars().next() == inside.chars().next_back()
}

/// What opened a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Root,
    Paren,
    Bracket,
    Brace,
}

/// A pair of brackets that is open at the place, or the text itself.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// The first token inside.
    pub(super) start: usize,
    /// The name right before the parenthesis, a call's function.
    pub(super) callee: Option<usize>,
    /// The parameters before a brace: the tokens of the parentheses.
    pub(super) parameters: Option<(usize, usize)>,
    /// The first token of the statement.
    pub(super) statement: usize,
    /// The first token of the pipeline.
    pub(super) pipeline: usize,
    /// The last pipe of the pipeline.
    pub(super) pipe: Option<usize>,
    /// The first token behind the pipe, or of the pipeline.
    pub(super) segment: usize,
    pub(super) operator: Option<&'static TabularOperator>,
    /// The first token behind the operator's name.
    pub(super) behind_operator: usize,
    /// The keyword of the operator that came last, for example `by`.
    pub(super) clause: Option<&'static str>,
    /// The first token behind the keyword, or behind the last comma.
    pub(super) item: usize,
    /// Commas since the frame was opened.
    pub(super) commas: usize,
    /// Where the statement is a `let` before its value: the name's token.
    pub(super) let_name: Option<usize>,
    /// A subquery that works on the rows around it, and so begins with an operator.
    pub(super) continues: bool,
    /// Where the frame's last closed parentheses were.
    closed: Option<(usize, usize)>,
}

impl Frame {
    fn new(kind: FrameKind, start: usize) -> Self {
        Self {
            kind,
            start,
            callee: None,
            parameters: None,
            statement: start,
            pipeline: start,
            pipe: None,
            segment: start,
            operator: None,
            behind_operator: start,
            clause: None,
            item: start,
            commas: 0,
            let_name: None,
            continues: false,
            closed: None,
        }
    }

    pub(super) fn has_pipeline(&self) -> bool {
        self.pipe.is_some() || self.operator.is_some()
    }
}

/// The open frames, the innermost last, after the tokens that were pushed.
pub(super) struct Outline<'s, 't> {
    pub(super) source: &'s Source<'t>,
    frames: Vec<Frame>,
    next: usize,
}

impl<'s, 't> Outline<'s, 't> {
    pub(super) fn new(source: &'s Source<'t>) -> Self {
        Self { source, frames: vec![Frame::new(FrameKind::Root, 0)], next: 0 }
    }

    /// The outline before a token.
    pub(super) fn at(source: &'s Source<'t>, token: usize) -> Self {
        let mut outline = Self::new(source);
        while outline.next < token {
            outline.push();
        }
        outline
    }

    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    pub(super) fn innermost(&self) -> &Frame {
        self.frames.last().unwrap_or_else(|| unreachable!("the root is never closed"))
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or_else(|| unreachable!("the root is never closed"))
    }

    /// The index of the token that is pushed next.
    pub(super) const fn next(&self) -> usize {
        self.next
    }

    /// Takes the next token in.
    pub(super) fn push(&mut self) {
        let index = self.next;
        self.next += 1;
        match self.source.kind(index) {
            TokenKind::OpenParen => self.open(FrameKind::Paren, index),
            TokenKind::OpenBracket => self.open(FrameKind::Bracket, index),
            TokenKind::OpenBrace => self.open(FrameKind::Brace, index),
            TokenKind::CloseParen => self.close(FrameKind::Paren, index),
            TokenKind::CloseBracket => self.close(FrameKind::Bracket, index),
            TokenKind::CloseBrace => self.close(FrameKind::Brace, index),
            TokenKind::Semicolon => self.end_statement(index),
            TokenKind::Pipe => {
                let frame = self.top();
                frame.pipe = Some(index);
                frame.segment = index + 1;
                frame.item = index + 1;
                frame.operator = None;
                frame.clause = None;
            }
            TokenKind::Comma => {
                let frame = self.top();
                frame.commas += 1;
                frame.item = index + 1;
                // What belongs to one item of a list is over with it.
                frame.clause = match frame.clause {
                    Some("to" | "default") => None,
                    Some("asc" | "desc" | "nulls" | "first" | "last") => Some("by"),
                    other => other,
                };
            }
            TokenKind::Assign => {
                let frame = self.top();
                if frame.let_name.is_some() && frame.pipeline == frame.statement {
                    frame.pipeline = index + 1;
                    frame.segment = index + 1;
                    frame.item = index + 1;
                }
            }
            TokenKind::Word => self.word(index),
            _ => {}
        }
    }

    fn open(&mut self, kind: FrameKind, index: usize) {
        let mut frame = Frame::new(kind, index + 1);
        let before = index.checked_sub(1);
        match kind {
            FrameKind::Paren => {
                frame.callee = before.filter(|before| self.is_callee(*before));
                frame.continues = frame.callee.is_none() && self.opens_subquery(index);
            }
            FrameKind::Brace => {
                frame.parameters = self.innermost().closed.filter(|(_, close)| Some(*close) == before);
            }
            FrameKind::Root | FrameKind::Bracket => {}
        }
        self.frames.push(frame);
    }

    /// Whether a parenthesis opens the subquery of an operator that hands its rows on.
    fn opens_subquery(&self, index: usize) -> bool {
        let frame = self.innermost();
        let behind_keyword = frame.item == index;
        match frame.operator.map(|operator| operator.name) {
            Some("mv-apply") => frame.clause == Some("on") && behind_keyword,
            Some("partition") => frame.clause == Some("by") && !behind_keyword,
            Some("facet") => frame.clause == Some("with") && behind_keyword,
            Some("fork") => true,
            _ => false,
        }
    }

    /// Whether a word before a parenthesis names a function, rather than being a keyword or the value of an option.
    fn is_callee(&self, index: usize) -> bool {
        let source = self.source;
        let frame = self.innermost();
        let is_option_value = index >= 2
            && source.kind(index - 1) == TokenKind::Assign
            && frame.operator.is_some()
            && self.option_at(index - 2).is_some();
        source.kind(index) == TokenKind::Word
            && (source.touches(index, index + 1) || is_function(source.word(index)))
            && !is_operator_word(source.word(index))
            && !is_option_value
            && !(frame.operator.is_some() && frame.behind_operator == index + 1)
            && !(frame.clause.is_some() && frame.item == index + 1)
    }

    /// Closes the innermost frame of a kind, and those inside that were left open. A bracket that closes nothing is passed over.
    fn close(&mut self, kind: FrameKind, index: usize) {
        let Some(position) = self.frames.iter().rposition(|frame| frame.kind == kind) else { return };
        let start = self.frames[position].start;
        self.frames.truncate(position.max(1));
        self.top().closed = Some((start.saturating_sub(1), index));
    }

    fn end_statement(&mut self, index: usize) {
        // A semicolon inside of parentheses ends nothing but a step of a `scan`; elsewhere the parentheses were left open.
        let within_scan = self.frames.len() > 1
            && self.innermost().kind == FrameKind::Paren
            && self.frames[self.frames.len() - 2].operator.is_some_and(|operator| operator.name == "scan");
        if !within_scan {
            let keep = self
                .frames
                .iter()
                .rposition(|frame| matches!(frame.kind, FrameKind::Root | FrameKind::Brace))
                .unwrap_or_default();
            self.frames.truncate(keep + 1);
        }
        let frame = self.top();
        let mut next = Frame::new(frame.kind, index + 1);
        next.start = frame.start;
        next.callee = frame.callee;
        next.parameters = frame.parameters;
        *frame = next;
    }

    fn word(&mut self, index: usize) {
        let source = self.source;
        let frame = self.top();
        if index == frame.statement + 1 && source.word(frame.statement) == "let" {
            frame.let_name = Some(index);
            return;
        }
        if index == frame.segment {
            let end = source.end_of_hyphenated(index);
            let name = source.between(index, end);
            let follows_pipe = frame.pipe.is_some() || frame.continues;
            let operator = catalogue::tabular_operator(name).filter(|operator| match operator.place {
                Place::Pipe => follows_pipe,
                Place::Start => !follows_pipe,
                Place::Both => true,
            });
            // At the start the word may as well be a name: `range(1, 2)` is a call.
            let is_call = !follows_pipe && name == "range" && source.kind(end) == TokenKind::OpenParen;
            if let Some(operator) = operator.filter(|_| !is_call) {
                frame.operator = Some(operator);
                frame.behind_operator = end;
                frame.item = end;
            }
            return;
        }
        if let Some(operator) = frame.operator
            && index >= frame.behind_operator
            && source.kind(index - 1) != TokenKind::Dot
            && source.kind(index + 1) != TokenKind::Assign
            && let Some(clause) = clauses(operator.name).iter().find(|clause| **clause == source.word(index))
        {
            frame.clause = Some(clause);
            frame.item = index + 1;
        }
    }

    /// The option that a word names, where options of the operator may stand; the index is that of the word, which need not
    /// be pushed yet.
    pub(super) fn option_at(&self, index: usize) -> Option<&'static OperatorOption> {
        let frame = self.innermost();
        let name = self.option_name(index);
        let named = |option: &&OperatorOption| option.name.eq_ignore_ascii_case(&name);
        if let Some(operator) = frame.operator {
            return operator
                .options
                .iter()
                .filter(|option| option.place == OptionPlace::Keyword)
                .find(|option| named(option));
        }
        let owner = self.with_owner()?;
        owner.options.iter().filter(|option| option.place == OptionPlace::With).find(|option| named(option))
    }

    /// The operator whose `with (` the innermost frame is.
    pub(super) fn with_owner(&self) -> Option<&'static TabularOperator> {
        let [.., outer, frame] = self.frames.as_slice() else { return None };
        let opener = frame.start.checked_sub(2)?;
        (frame.kind == FrameKind::Paren && self.source.word(opener) == "with").then_some(outer.operator)?
    }

    /// The name of an option, dots included, that ends with the word at an index.
    fn option_name(&self, index: usize) -> String {
        let source = self.source;
        if index >= 2 && source.kind(index - 1) == TokenKind::Dot && source.word(index - 2) == "hint" {
            format!("hint.{}", source.word(index))
        } else {
            source.word(index).to_owned()
        }
    }
}

/// The keywords within an operator.
pub(super) fn clauses(operator: &str) -> &'static [&'static str] {
    match operator {
        "as" | "consume" | "getschema" => &[],
        "count" => &["as"],
        "externaldata" | "render" | "parse" | "parse-where" => &["with"],
        "facet" | "reduce" => &["by", "with"],
        "find" => &["in", "where", "project", "project-away"],
        "graph-match" | "graph-shortest-paths" => &["where", "project"],
        "join" | "lookup" => &["on"],
        "make-graph" => &["with", "on"],
        "make-series" => &["on", "from", "to", "step", "by", "default"],
        "mv-apply" => &["to", "limit", "on"],
        "mv-expand" => &["to", "limit"],
        "parse-kv" => &["as", "with"],
        "partition" | "summarize" => &["by"],
        "project-reorder" => &["asc", "desc", "granny-asc", "granny-desc"],
        "range" => &["from", "to", "step"],
        "sample-distinct" => &["of"],
        "scan" => &["order", "partition", "by", "declare", "with", "step", "asc", "desc"],
        "search" => &["in"],
        "sort" | "top" => &["by", "asc", "desc", "nulls", "first", "last"],
        "top-hitters" => &["of", "by"],
        "top-nested" => &["of", "with", "others", "by", "asc", "desc"],
        _ => &[],
    }
}

/// Whether the catalogue has a function or an aggregate of a name.
pub(super) fn is_function(word: &str) -> bool {
    catalogue::scalar(word).is_some() || catalogue::aggregate(word).is_some()
}

/// Whether a word is an operator between expressions, behind which another expression follows.
pub(super) fn is_operator_word(word: &str) -> bool {
    matches!(word, "regex" | "matches") || catalogue::scalar_operator(word).is_some()
}
