//! The operators between operands.

use super::level;
use crate::ast::{BinaryOperator, ListOperator};
use crate::parser::Parser;
use crate::token::TokenKind;

/// An operator between two operands, found but not read yet.
#[derive(Clone, Copy)]
pub(super) struct Infix {
    pub(super) kind: InfixKind,
    pub(super) level: u8,
    /// How many tokens it is written with.
    pub(super) tokens: usize,
}

#[derive(Clone, Copy)]
pub(super) enum InfixKind {
    Binary(BinaryOperator),
    List(ListOperator),
    Between {
        negated: bool,
    },
    /// `is null`, `is not null`, which the language does not have.
    IsNull {
        negated: bool,
    },
}

impl Parser<'_> {
    pub(super) fn peek_infix(&self) -> Option<Infix> {
        use BinaryOperator as B;
        use level::{AND, EQUALITY, OR, PRODUCT, RELATION, SUM, TEXT};
        let (operator, level) = match self.kind() {
            TokenKind::Equal => (B::Equal, EQUALITY),
            TokenKind::Assign if self.in_condition => (B::Equal, EQUALITY),
            TokenKind::NotEqual | TokenKind::LessGreater => (B::NotEqual, EQUALITY),
            TokenKind::Less => (B::Less, RELATION),
            TokenKind::LessOrEqual => (B::LessOrEqual, RELATION),
            TokenKind::Greater => (B::Greater, RELATION),
            TokenKind::GreaterOrEqual => (B::GreaterOrEqual, RELATION),
            TokenKind::Plus => (B::Add, SUM),
            TokenKind::Minus => (B::Subtract, SUM),
            TokenKind::Star => (B::Multiply, PRODUCT),
            TokenKind::Slash => (B::Divide, PRODUCT),
            TokenKind::Percent => (B::Modulo, PRODUCT),
            TokenKind::EqualTilde => (B::EqualTilde, TEXT),
            TokenKind::NotTilde => (B::NotTilde, TEXT),
            TokenKind::Colon => (B::Colon, TEXT),
            TokenKind::AndAnd => (B::And, AND),
            // `a || b`, but not a pipe with nothing before the next one.
            TokenKind::Pipe if self.ahead(1).kind == TokenKind::Pipe && self.touches_next(0) => {
                return Some(Infix { kind: InfixKind::Binary(B::Or), level: OR, tokens: 2 });
            }
            TokenKind::Word | TokenKind::BangWord => return self.peek_word_infix(),
            _ => return None,
        };
        Some(infix(InfixKind::Binary(operator), level))
    }

    pub(super) fn peek_word_infix(&self) -> Option<Infix> {
        let word = self.text();
        if let Some(infix) = self.word_infix(word) {
            return Some(infix);
        }
        // `AND`, `Contains`: no other word can stand behind an operand and before another.
        if !word.bytes().any(|byte| byte.is_ascii_uppercase()) || !self.starts_operand(1) {
            return None;
        }
        let lower = word.to_ascii_lowercase();
        self.word_infix(&lower)
    }

    /// Whether the token that many places ahead may begin an operand.
    pub(super) fn starts_operand(&self, places: usize) -> bool {
        matches!(
            self.ahead(places).kind,
            TokenKind::Word
                | TokenKind::Long
                | TokenKind::Real
                | TokenKind::Timespan
                | TokenKind::String
                | TokenKind::TypedLiteral
                | TokenKind::OpenParen
                | TokenKind::OpenBracket
                | TokenKind::Minus
        )
    }

    pub(super) fn word_infix(&self, word: &str) -> Option<Infix> {
        use BinaryOperator as B;
        use level::{AND, EQUALITY, OR, TEXT};
        let operator = match word {
            "and" => return Some(infix(InfixKind::Binary(B::And), AND)),
            "or" => return Some(infix(InfixKind::Binary(B::Or), OR)),
            "in" => return Some(infix(InfixKind::List(ListOperator::In), EQUALITY)),
            "!in" => return Some(infix(InfixKind::List(ListOperator::NotIn), EQUALITY)),
            "in~" => return Some(infix(InfixKind::List(ListOperator::InTilde), EQUALITY)),
            "!in~" => return Some(infix(InfixKind::List(ListOperator::NotInTilde), EQUALITY)),
            "has_any" => return Some(infix(InfixKind::List(ListOperator::HasAny), EQUALITY)),
            "has_all" => return Some(infix(InfixKind::List(ListOperator::HasAll), EQUALITY)),
            "between" => return Some(infix(InfixKind::Between { negated: false }, EQUALITY)),
            "!between" => return Some(infix(InfixKind::Between { negated: true }, EQUALITY)),
            "is" => return self.is_null_infix(),
            "matches" if self.word_ahead(1, "regex") => {
                return Some(Infix { kind: InfixKind::Binary(B::MatchesRegex), level: TEXT, tokens: 2 });
            }
            "has" => B::Has,
            "!has" => B::NotHas,
            "has_cs" => B::HasCs,
            "!has_cs" => B::NotHasCs,
            "hasprefix" => B::HasPrefix,
            "!hasprefix" => B::NotHasPrefix,
            "hasprefix_cs" => B::HasPrefixCs,
            "!hasprefix_cs" => B::NotHasPrefixCs,
            "hassuffix" => B::HasSuffix,
            "!hassuffix" => B::NotHasSuffix,
            "hassuffix_cs" => B::HasSuffixCs,
            "!hassuffix_cs" => B::NotHasSuffixCs,
            "contains" => B::Contains,
            "!contains" | "notcontains" => B::NotContains,
            "contains_cs" | "containscs" => B::ContainsCs,
            "!contains_cs" | "notcontainscs" => B::NotContainsCs,
            "startswith" => B::StartsWith,
            "!startswith" => B::NotStartsWith,
            "startswith_cs" => B::StartsWithCs,
            "!startswith_cs" => B::NotStartsWithCs,
            "endswith" => B::EndsWith,
            "!endswith" => B::NotEndsWith,
            "endswith_cs" => B::EndsWithCs,
            "!endswith_cs" => B::NotEndsWithCs,
            "like" => B::Like,
            "notlike" => B::NotLike,
            "likecs" => B::LikeCs,
            "notlikecs" => B::NotLikeCs,
            _ => return None,
        };
        Some(infix(InfixKind::Binary(operator), TEXT))
    }

    pub(super) fn is_null_infix(&self) -> Option<Infix> {
        let is = |places: usize, word: &str| {
            let token = self.ahead(places);
            token.kind == TokenKind::Word && self.text_of(token.span).eq_ignore_ascii_case(word)
        };
        let (negated, tokens) = if is(1, "null") {
            (false, 2)
        } else if is(1, "not") && is(2, "null") {
            (true, 3)
        } else {
            return None;
        };
        Some(Infix { kind: InfixKind::IsNull { negated }, level: level::EQUALITY, tokens })
    }
}

const fn infix(kind: InfixKind, level: u8) -> Infix {
    Infix { kind, level, tokens: 1 }
}
