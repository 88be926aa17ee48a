//! Tokens into a typed filter.

use wardenry_incidents::filter::{Comparison, Equality, Filter};

use super::lexer::{Token, TokenKind, shortened, tokens};
use super::literal::parse_time;
use super::{Fault, FilterError, MAX_COMPARISONS, MAX_DEPTH};

/// Reads a filter, decoded from the query already.
pub(crate) fn parse_filter(text: &str) -> Result<Filter, FilterError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, comparisons: 0 };
    let filter = parser.disjunction(0)?;
    match &parser.peek().kind {
        TokenKind::End => Ok(filter),
        _ => Err(parser.unexpected("and, or, or the end")),
    }
}

/// The properties that can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    LastUpdateTime,
    CreatedTime,
    Status,
    AssignedTo,
}

impl Property {
    const ALL: [Self; 4] = [Self::LastUpdateTime, Self::CreatedTime, Self::Status, Self::AssignedTo];

    const fn name(self) -> &'static str {
        match self {
            Self::LastUpdateTime => "lastUpdateTime",
            Self::CreatedTime => "createdTime",
            Self::Status => "status",
            Self::AssignedTo => "assignedTo",
        }
    }
}

/// One side of a comparison.
enum Operand {
    Property(Property),
    Literal(Literal),
}

enum Literal {
    Text(String),
    Bare(String),
    Null,
}

struct Parser<'t> {
    /// Ends with [`TokenKind::End`].
    tokens: &'t [Token],
    next: usize,
    comparisons: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn advance(&mut self) -> &'t Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn unexpected(&self, expected: &'static str) -> FilterError {
        let token = self.peek();
        FilterError {
            position: token.position,
            fault: Fault::Unexpected { expected, found: token.kind.to_string() },
        }
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let found = matches!(&self.peek().kind, TokenKind::Word(word) if word.eq_ignore_ascii_case(wanted));
        if found {
            self.next += 1;
        }
        found
    }

    fn disjunction(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut filter = self.conjunction(depth)?;
        while self.take_word("or") {
            filter = filter.or(self.conjunction(depth)?);
        }
        Ok(filter)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut filter = self.condition(depth)?;
        while self.take_word("and") {
            filter = filter.and(self.condition(depth)?);
        }
        Ok(filter)
    }

    /// `not` condition, a filter in parentheses, or a comparison.
    fn condition(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let position = self.peek().position;
        if depth > MAX_DEPTH {
            return Err(FilterError { position, fault: Fault::TooDeep });
        }
        if self.take_word("not") {
            return Ok(self.condition(depth + 1)?.negated());
        }
        if self.peek().kind == TokenKind::Open {
            self.next += 1;
            let filter = self.disjunction(depth + 1)?;
            if self.peek().kind != TokenKind::Close {
                return Err(self.unexpected("and, or, or a closing parenthesis"));
            }
            self.next += 1;
            return Ok(filter);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, FilterError> {
        let position = self.peek().position;
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(FilterError { position, fault: Fault::TooManyComparisons });
        }
        let left = self.operand()?;
        let comparison = self.operator()?;
        let literal_position = self.peek().position;
        let (property, comparison, literal, position) = match (left, self.operand()?) {
            (Operand::Property(property), Operand::Literal(literal)) => {
                (property, comparison, literal, literal_position)
            }
            (Operand::Literal(literal), Operand::Property(property)) => {
                (property, comparison.mirrored(), literal, position)
            }
            _ => return Err(FilterError { position, fault: Fault::Sides }),
        };
        typed(property, comparison, literal).map_err(|fault| FilterError { position, fault })
    }

    fn operand(&mut self) -> Result<Operand, FilterError> {
        let token = self.peek();
        let operand = match &token.kind {
            TokenKind::Text(text) => Operand::Literal(Literal::Text(text.clone())),
            TokenKind::Bare(text) => Operand::Literal(Literal::Bare(text.clone())),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("null") => Operand::Literal(Literal::Null),
            TokenKind::Word(word) => Operand::Property(self.property(word)?),
            TokenKind::Open | TokenKind::Close | TokenKind::End => {
                return Err(self.unexpected("a property or a literal"));
            }
        };
        self.next += 1;
        Ok(operand)
    }

    fn property(&self, word: &str) -> Result<Property, FilterError> {
        let known = Property::ALL.into_iter().find(|property| property.name().eq_ignore_ascii_case(word));
        known.ok_or_else(|| {
            let is_call = self.tokens.get(self.next + 1).is_some_and(|token| token.kind == TokenKind::Open);
            let fault =
                if is_call { Fault::Function(shortened(word)) } else { Fault::Property(shortened(word)) };
            FilterError { position: self.peek().position, fault }
        })
    }

    fn operator(&mut self) -> Result<Comparison, FilterError> {
        let comparison = match &self.peek().kind {
            TokenKind::Word(word) => match word.to_ascii_lowercase().as_str() {
                "eq" => Some(Comparison::Equal),
                "ne" => Some(Comparison::NotEqual),
                "gt" => Some(Comparison::Greater),
                "ge" => Some(Comparison::GreaterOrEqual),
                "lt" => Some(Comparison::Less),
                "le" => Some(Comparison::LessOrEqual),
                _ => None,
            },
            _ => None,
        };
        let comparison = comparison.ok_or_else(|| self.unexpected("eq, ne, gt, ge, lt or le"))?;
        self.advance();
        Ok(comparison)
    }
}

/// Gives a comparison its meaning, or says why it has none.
fn typed(property: Property, comparison: Comparison, literal: Literal) -> Result<Filter, Fault> {
    let name = property.name();
    match (property, literal) {
        (Property::LastUpdateTime, Literal::Bare(text)) => {
            Ok(Filter::LastUpdated(comparison, parse_time(&text).ok_or(Fault::Time(shortened(&text)))?))
        }
        (Property::CreatedTime, Literal::Bare(text)) => {
            Ok(Filter::Created(comparison, parse_time(&text).ok_or(Fault::Time(shortened(&text)))?))
        }
        (Property::Status, Literal::Text(text)) => {
            let status = text.parse().map_err(|_| Fault::Status(shortened(&text)))?;
            Ok(Filter::Status(equality(name, comparison)?, status))
        }
        (Property::AssignedTo, Literal::Text(text)) => Ok(Filter::AssignedTo(comparison, text)),
        (Property::AssignedTo, Literal::Null) => Ok(Filter::Unassigned(equality(name, comparison)?)),
        (Property::LastUpdateTime | Property::CreatedTime, literal) => Err(Fault::Literal {
            property: name,
            expected: "a date and time without quotes",
            found: literal.to_string(),
        }),
        (Property::Status | Property::AssignedTo, literal) => Err(Fault::Literal {
            property: name,
            expected: "a text in single quotes",
            found: literal.to_string(),
        }),
    }
}

fn equality(property: &'static str, comparison: Comparison) -> Result<Equality, Fault> {
    match comparison {
        Comparison::Equal => Ok(Equality::Equal),
        Comparison::NotEqual => Ok(Equality::NotEqual),
        _ => Err(Fault::Unordered { property }),
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{}'", shortened(text)),
            Self::Bare(text) => f.write_str(&shortened(text)),
            Self::Null => f.write_str("null"),
        }
    }
}

#[cfg(test)]
mod tests;
