//! KQL's scalar types and values.
//!
//! What a literal says, what a column holds and what a cell of a result shows are the same ten types. They are
//! here, apart from syntax and from Arrow, so that the parser, the checker, the kernels and the renderers agree on them.
//!
//! Each type with a text form of its own has a module that reads and writes it: [`datetime`], [`timespan`], [`real`],
//! [`decimal`], [`guid`], [`boolean`], [`integer`]. Nothing in them panics; what is out of range is `None`.

pub mod boolean;
pub mod datetime;
pub mod decimal;
pub mod guid;
pub mod integer;
pub mod real;
mod scalar_type;
pub mod timespan;
mod value;

pub use decimal::Decimal;
pub use scalar_type::ScalarType;
pub use value::Value;

/// 100 ns, the unit of `datetime` and `timespan`.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks of a day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// The largest `datetime`: 9999-12-31T23:59:59.9999999Z, in ticks since 0001-01-01.
pub const MAX_DATETIME: i64 = 3_155_378_975_999_999_999;
/// 1970-01-01 in ticks since 0001-01-01.
pub const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
