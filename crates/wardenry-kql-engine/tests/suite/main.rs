//! Queries in, results out.

mod semantics;
