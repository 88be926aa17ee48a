//! The two sides of a join.

use std::sync::Arc;

use wardenry_kql_syntax::token::TokenKind;
use wardenry_kql_values::ScalarType;

use super::super::scope;
use super::{CompletionKind, Menu};

impl Menu<'_, '_, '_> {
    /// The keys of a join: what both sides have, and the sides.
    pub(super) fn join_condition(&mut self) {
        let outline = self.outline;
        let left = scope::columns(outline, self.schema);
        let right = self.right_columns();
        for column in &left {
            if right.iter().any(|(name, _)| *name == column.name) {
                self.column(&column.name, column.scalar_type);
            }
        }
        self.plain("$left", CompletionKind::Keyword);
        self.plain("$right", CompletionKind::Keyword);
    }

    /// The columns of the table that a join names.
    fn right_columns(&self) -> Vec<(Arc<str>, Option<ScalarType>)> {
        let outline = self.outline;
        let source = self.source();
        let Some(frame) =
            scope::pipeline_frame(outline.frames()).and_then(|index| outline.frames().get(index))
        else {
            return Vec::new();
        };
        let end = (frame.behind_operator..outline.next()).find(|index| {
            source.word(*index) == "on"
                && source.kind(*index) == TokenKind::Word
                && source.kind(index - 1) != TokenKind::Dot
        });
        let Some(end) = end else { return Vec::new() };
        // The condition's `on` is the one behind the table.
        let mut start = frame.behind_operator;
        while start < end && source.kind(start + 1) == TokenKind::Assign {
            start += 3;
        }
        let end = match source.kind(start) {
            TokenKind::OpenParen => scope::closing(source, start).map_or(end, |close| close + 1),
            _ => end,
        };
        scope::columns_of_tokens(outline, start, end, self.schema)
            .into_iter()
            .map(|column| (column.name, column.scalar_type))
            .collect()
    }

    /// Behind a dot: the columns of a side of a join. What a dynamic value has is not known.
    pub(super) fn members(&mut self, dot: usize) {
        match dot.checked_sub(1).map(|base| self.source().word(base)) {
            Some("$left") => self.columns(),
            Some("$right") => {
                for (name, scalar_type) in self.right_columns() {
                    self.column(&name, scalar_type);
                }
            }
            _ => {}
        }
    }
}
