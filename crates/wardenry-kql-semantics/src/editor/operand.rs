//! Operands of expressions, found from their ends.

use wardenry_kql_syntax::token::TokenKind;

use super::outline::{Source, is_operator_word};
use super::scope;

/// The first token of the operand that ends with a token: a name with its members and calls, or one literal.
pub(super) fn start_of_operand(source: &Source<'_>, last: usize) -> usize {
    let mut start = last;
    loop {
        if matches!(source.kind(start), TokenKind::CloseParen | TokenKind::CloseBracket) {
            let Some(open) = scope::opening(source, start) else { return start };
            let Some(before) = open.checked_sub(1) else { return open };
            let goes_on = match source.kind(before) {
                TokenKind::Word => !is_operator_word(source.word(before)),
                TokenKind::CloseParen | TokenKind::CloseBracket => {
                    source.kind(open) == TokenKind::OpenBracket
                }
                _ => false,
            };
            if !goes_on {
                return open;
            }
            start = before;
            continue;
        }
        match start.checked_sub(2) {
            Some(base) if source.kind(start - 1) == TokenKind::Dot => start = base,
            _ => return start,
        }
    }
}

/// Whether the value from a token on is the right side of a comparison, which begins at `from` or later.
pub(super) fn is_comparison_before(source: &Source<'_>, from: usize, value: usize) -> bool {
    let mut depth = 0_usize;
    for index in (from..value).rev() {
        match source.kind(index) {
            TokenKind::CloseParen | TokenKind::CloseBracket => depth += 1,
            TokenKind::OpenParen | TokenKind::OpenBracket if depth == 0 => return false,
            TokenKind::OpenParen | TokenKind::OpenBracket => depth -= 1,
            _ if depth > 0 => {}
            TokenKind::Word => match source.word(index) {
                "and" | "or" => return false,
                word if is_operator_word(word) => return true,
                _ => {}
            },
            TokenKind::BangWord
            | TokenKind::Equal
            | TokenKind::NotEqual
            | TokenKind::LessGreater
            | TokenKind::Less
            | TokenKind::LessOrEqual
            | TokenKind::Greater
            | TokenKind::GreaterOrEqual
            | TokenKind::EqualTilde
            | TokenKind::NotTilde => return true,
            _ => {}
        }
    }
    false
}
