//! The SQL behind Wardenry's storage traits.
//!
//! [`SqliteStore`] keeps everything in one data folder: the database file, its write-ahead log, and
//! the lock that keeps a second process out. What it promises:
//!
//! - A write that returned `Ok` survives the end of the process and the loss of power.
//! - A write happens completely or not at all, and nobody sees half of it.
//! - A damaged or foreign file is refused at start ([`OpenError`]), with advice, and left as it is.
//!
//! This crate keeps no rules of the directory or of incidents; the traits that it implements say what
//! a backend does, and their crates' conformance suites check it. It knows no HTTP.

mod directory;
mod incidents;
mod lake;
mod queries;
mod row;
mod sqlite;

pub use row::UnreadableValue;
pub use sqlite::{OpenError, SqliteStore};
