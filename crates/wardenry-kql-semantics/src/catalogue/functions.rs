//! The tables, one for each category.

use super::Category;
use super::entry::Entry;

mod aggregates;
mod logic;
mod text;

/// All tables.
pub(super) const TABLES: &[(Category, &[Entry])] = &[
    (Category::Text, text::TEXT),
    (Category::Logic, logic::LOGIC),
    (Category::Aggregate, aggregates::AGGREGATES),
];
