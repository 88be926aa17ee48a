//! The part of OData that the surface speaks: query options in, JSON answers out.

mod answer;
mod filter;
mod list_options;

pub(crate) use self::answer::{Collection, Entity, json_answer};
pub(crate) use self::list_options::ListOptions;
