//! Queries in, results out.

mod arbitrary;
mod cases;
mod dictionaries;
mod differential;
mod geo;
mod limits;
mod order;
mod parquet;
mod render;
mod semantics;
mod several_results;
mod support;
mod supported;
mod two_parts;
