//! KQL's scalar types and values.
//!
//! What a literal says, what a column holds and what a cell of a result shows are the same ten types. They are
//! here, apart from syntax and from Arrow, so that the parser, the checker, the kernels and the renderers agree on them.

mod scalar_type;
mod value;

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
