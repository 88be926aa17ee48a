//! Which incidents a caller asks for: a typed expression over the properties that can be filtered by.
//!
//! Storage evaluates it in its own language; [`Filter::matches`] is the meaning that every storage
//! has to agree with. The logic has two values: a comparison with an absent owner is false, except
//! that "not equal" is true, and `Not` turns either around.

use wardenry_core::time::Timestamp;

use crate::model::{Incident, IncidentStatus, Severity};

/// A condition on incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    Created(Comparison, Timestamp),
    LastUpdated(Comparison, Timestamp),
    Status(Equality, IncidentStatus),
    Severity(Equality, Severity),
    /// Whether the name or a tag contains this text, without regard to ASCII letter case, or the id is this number.
    Mentions(String),
    /// Compares the owner's sign-in name without regard to ASCII letter case, in the order of bytes of
    /// the lower-case form.
    AssignedTo(Comparison, String),
    /// Whether there is no owner (`Equal`) or one (`NotEqual`).
    Unassigned(Equality),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
}

/// How an ordered value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// How a value without an order is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Equality {
    Equal,
    NotEqual,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Greater, Self::GreaterOrEqual, Self::Less, Self::LessOrEqual];

    /// Whether `left` and `right` compare so.
    pub fn holds<T: Ord + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
        }
    }

    /// The comparison that says the same with the sides exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

impl Equality {
    /// Whether it holds for two values that are equal or not.
    pub const fn holds(self, equal: bool) -> bool {
        match self {
            Self::Equal => equal,
            Self::NotEqual => !equal,
        }
    }
}

impl Filter {
    /// Both conditions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// At least one of the conditions.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether an incident meets the condition.
    pub fn matches(&self, incident: &Incident) -> bool {
        match self {
            Self::Created(comparison, time) => comparison.holds(&incident.created, time),
            Self::LastUpdated(comparison, time) => comparison.holds(&incident.last_updated, time),
            Self::Status(equality, status) => equality.holds(incident.status == *status),
            Self::Severity(equality, severity) => equality.holds(incident.severity == *severity),
            Self::Mentions(text) => {
                let contains =
                    |whole: &String| whole.to_ascii_lowercase().contains(&text.to_ascii_lowercase());
                contains(&incident.name)
                    || incident.tags.iter().any(contains)
                    || incident.id.to_string() == *text
            }
            Self::AssignedTo(comparison, name) => match &incident.assigned_to {
                Some(owner) => comparison.holds(&owner.to_ascii_lowercase(), &name.to_ascii_lowercase()),
                None => *comparison == Comparison::NotEqual,
            },
            Self::Unassigned(equality) => equality.holds(incident.assigned_to.is_none()),
            Self::And(left, right) => left.matches(incident) && right.matches(incident),
            Self::Or(left, right) => left.matches(incident) || right.matches(incident),
            Self::Not(inner) => !inner.matches(incident),
        }
    }
}

#[cfg(test)]
mod tests;
