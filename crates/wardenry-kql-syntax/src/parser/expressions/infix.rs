//! The operators between operands.

use super::level;
use crate::ast::{BinaryOperator, ListOperator};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

/// An operator between two operands, found but not read yet.
#[derive(Clone, Copy)]
pub(super) struct Infix {
    pub(super) kind: InfixKind,
    pub(super) level: u8,
    /// How many tokens it is written with.
    pub(super) tokens: usize,
    pub(super) written: Written,
}

/// How an operator is written.
#[derive(Clone, Copy)]
pub(super) enum Written {
    AsItShould,
    /// `AND`, `Contains`.
    WithCapitals,
    /// `=` for `==`.
    AsAssignment,
    /// `&&`, `not in`, `=<`; with the code that says so.
    AsElsewhere(&'static str),
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

impl InfixKind {
    /// The operator as it is written.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Binary(operator) => operator.text(),
            Self::List(operator) => operator.text(),
            Self::Between { negated: false } => "between",
            Self::Between { negated: true } => "!between",
            Self::IsNull { .. } => "isnull",
        }
    }
}

impl Infix {
    const fn new(kind: InfixKind, level: u8, tokens: usize) -> Self {
        Self { kind, level, tokens, written: Written::AsItShould }
    }

    const fn written(self, written: Written) -> Self {
        Self { written, ..self }
    }
}

impl Parser<'_> {
    pub(super) fn peek_infix(&self) -> Option<Infix> {
        use BinaryOperator as B;
        use level::{AND, EQUALITY, OR, PRODUCT, RELATION, SUM, TEXT};
        let (operator, level) = match self.kind() {
            // `===` and `!==`.
            TokenKind::Equal | TokenKind::NotEqual
                if self.touches_next(0) && self.ahead(1).kind == TokenKind::Assign =>
            {
                let operator = if self.at(TokenKind::Equal) { B::Equal } else { B::NotEqual };
                let infix = Infix::new(InfixKind::Binary(operator), EQUALITY, 2);
                return Some(infix.written(Written::AsElsewhere(codes::FOREIGN_OPERATOR)));
            }
            TokenKind::Equal => (B::Equal, EQUALITY),
            TokenKind::Assign | TokenKind::Arrow | TokenKind::Unknown => return self.peek_foreign_infix(),
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
            TokenKind::AndAnd => {
                let and = infix(InfixKind::Binary(B::And), AND);
                return Some(and.written(Written::AsElsewhere(codes::SYMBOL_FOR_WORD)));
            }
            // `a || b`, but not a pipe with nothing before the next one.
            TokenKind::Pipe if self.ahead(1).kind == TokenKind::Pipe && self.touches_next(0) => {
                let or = Infix::new(InfixKind::Binary(B::Or), OR, 2);
                return Some(or.written(Written::AsElsewhere(codes::SYMBOL_FOR_WORD)));
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
        if let Some(infix) = self.foreign_word_infix(word) {
            return Some(infix);
        }
        // `AND`, `Contains`: no other word can stand behind an operand and before another.
        if !word.bytes().any(|byte| byte.is_ascii_uppercase()) || !self.starts_operand(1) {
            return None;
        }
        let infix = self.word_infix(&word.to_ascii_lowercase())?;
        Some(match infix.written {
            Written::AsItShould if !matches!(infix.kind, InfixKind::IsNull { .. }) => {
                infix.written(Written::WithCapitals)
            }
            _ => infix,
        })
    }

    /// `ilike`, `regexp` and the like before a text.
    fn foreign_word_infix(&self, word: &str) -> Option<Infix> {
        use BinaryOperator as B;
        if self.ahead(1).kind != TokenKind::String {
            return None;
        }
        let operator = match word.to_ascii_lowercase().as_str() {
            "ilike" => B::Like,
            "regexp" | "rlike" | "regex" | "matches" | "match" | "matches_regex" => B::MatchesRegex,
            "includes" | "include" | "contain" => B::Contains,
            "starts_with" | "beginswith" | "begins_with" | "startwith" => B::StartsWith,
            "ends_with" | "endwith" => B::EndsWith,
            "equals" | "eq" => B::Equal,
            "ne" => B::NotEqual,
            _ => return None,
        };
        let level = if matches!(operator, B::Equal | B::NotEqual) { level::EQUALITY } else { level::TEXT };
        let infix = infix(InfixKind::Binary(operator), level);
        Some(infix.written(Written::AsElsewhere(codes::FOREIGN_OPERATOR)))
    }

    /// `=`, `=<`, `=>` and `~=` in a condition.
    fn peek_foreign_infix(&self) -> Option<Infix> {
        let touching = self.touches_next(0).then(|| self.ahead(1).kind);
        let elsewhere = |operator: BinaryOperator, level: u8, tokens: usize| {
            let infix = Infix::new(InfixKind::Binary(operator), level, tokens);
            Some(infix.written(Written::AsElsewhere(codes::FOREIGN_OPERATOR)))
        };
        match (self.kind(), touching) {
            _ if !self.in_condition => None,
            (TokenKind::Assign, Some(TokenKind::Less)) => {
                elsewhere(BinaryOperator::LessOrEqual, level::RELATION, 2)
            }
            (TokenKind::Assign, _) => {
                let infix = infix(InfixKind::Binary(BinaryOperator::Equal), level::EQUALITY);
                Some(infix.written(Written::AsAssignment))
            }
            (TokenKind::Arrow, _) => elsewhere(BinaryOperator::GreaterOrEqual, level::RELATION, 1),
            (_, Some(TokenKind::Assign)) if self.text() == "~" => {
                elsewhere(BinaryOperator::EqualTilde, level::TEXT, 2)
            }
            _ => None,
        }
    }

    /// `not in`, `not contains`.
    fn negated_infix(&self) -> Option<Infix> {
        let next = self.ahead(1);
        if next.kind != TokenKind::Word {
            return None;
        }
        let word = self.text_of(next.span).to_ascii_lowercase();
        let infix = match word.as_str() {
            "not" | "is" | "and" | "or" => return None,
            "like" => self.word_infix("notlike")?,
            _ => self.word_infix(&format!("!{word}"))?,
        };
        Some(Infix { tokens: 2, ..infix }.written(Written::AsElsewhere(codes::FOREIGN_OPERATOR)))
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
            "not" => return self.negated_infix(),
            "matches" if self.word_ahead(1, "regex") => {
                return Some(Infix::new(InfixKind::Binary(B::MatchesRegex), TEXT, 2));
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
        Some(Infix::new(InfixKind::IsNull { negated }, level::EQUALITY, tokens))
    }
}

const fn infix(kind: InfixKind, level: u8) -> Infix {
    Infix::new(kind, level, 1)
}
