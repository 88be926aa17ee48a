//! Times that a query wants.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator};

/// The times that filters let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Interval {
    pub(crate) const ALL: Self = Self { from: i64::MIN, to: i64::MAX };

    /// The times for which all filters are true, as far as that is easy to see.
    pub(crate) fn of(filters: &[Expr], time: &str) -> Self {
        let mut wanted = Self::ALL;
        for filter in filters {
            wanted.narrow(filter, time);
        }
        wanted
    }

    /// Whether a filter is about the time alone, so that it is true exactly of the times of an interval.
    pub(crate) fn tells_all_of(filter: &Expr, time: &str) -> bool {
        let mut wanted = Self::ALL;
        wanted.narrow(filter, time)
    }

    /// Leaves out the times for which the filter is not true, as far as that is easy to see. Says whether it was told in full.
    fn narrow(&mut self, filter: &Expr, time: &str) -> bool {
        match filter {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                let left = self.narrow(left, time);
                self.narrow(right, time) && left
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                if let (true, Some(bound)) = (is_column(left, time), constant(right)) {
                    self.compare(*op, bound)
                } else if let (Some(bound), true, Some(op)) =
                    (constant(left), is_column(right, time), op.swap())
                {
                    self.compare(op, bound)
                } else {
                    false
                }
            }
            Expr::Between(Between { expr, negated: false, low, high }) if is_column(expr, time) => {
                let (Some(low), Some(high)) = (constant(low), constant(high)) else { return false };
                self.compare(Operator::GtEq, low) && self.compare(Operator::LtEq, high)
            }
            _ => false,
        }
    }

    /// Keeps the times of which `time operator bound` is true, if that is an interval.
    fn compare(&mut self, operator: Operator, bound: i64) -> bool {
        let (from, to) = match operator {
            Operator::Eq => (bound, bound),
            Operator::Gt => (bound.saturating_add(1), i64::MAX),
            Operator::GtEq => (bound, i64::MAX),
            Operator::Lt => (i64::MIN, bound.saturating_sub(1)),
            Operator::LtEq => (i64::MIN, bound),
            _ => return false,
        };
        self.from = self.from.max(from);
        self.to = self.to.min(to);
        true
    }

    /// How the times between two, both included, are to it.
    pub(crate) fn meets(&self, first: i64, last: i64) -> Meeting {
        if last < self.from || self.to < first {
            Meeting::Apart
        } else if self.from <= first && last <= self.to {
            Meeting::Within
        } else {
            Meeting::Partly
        }
    }
}

/// How times are to an [`Interval`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// None of them is in it.
    Apart,
    /// Some may be in it, and some not.
    Partly,
    /// All of them are in it.
    Within,
}

fn is_column(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Column(column) if column.name == name)
}

fn constant(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(value), _) => *value,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit};

    use super::*;

    #[test]
    fn filters_narrow_the_times() {
        let time = || col("time");
        for (filter, expected, in_full) in [
            (time().gt(lit(5_i64)).and(time().lt_eq(lit(9_i64))), (6, 9), true),
            (lit(5_i64).lt_eq(time()), (5, i64::MAX), true),
            (time().between(lit(2_i64), lit(3_i64)), (2, 3), true),
            (time().eq(lit(4_i64)).and(col("other").eq(lit(1_i64))), (4, 4), false),
            // Nothing is known of these.
            (time().gt(lit(5_i64)).or(time().lt(lit(2_i64))), (i64::MIN, i64::MAX), false),
            (time().not_eq(lit(5_i64)), (i64::MIN, i64::MAX), false),
            (time().eq(col("other")), (i64::MIN, i64::MAX), false),
            (col("other").gt(lit(5_i64)), (i64::MIN, i64::MAX), false),
        ] {
            let interval = Interval::of(std::slice::from_ref(&filter), "time");
            assert_eq!((interval.from, interval.to), expected, "{filter}");
            assert_eq!(Interval::tells_all_of(&filter, "time"), in_full, "{filter}");
        }
    }

    #[test]
    fn times_meet_an_interval() {
        let interval = Interval { from: 3, to: 5 };
        for (first, last, expected) in [
            (1, 2, Meeting::Apart),
            (6, 9, Meeting::Apart),
            (3, 5, Meeting::Within),
            (4, 4, Meeting::Within),
            (2, 3, Meeting::Partly),
            (5, 6, Meeting::Partly),
            (1, 9, Meeting::Partly),
        ] {
            assert_eq!(interval.meets(first, last), expected, "{first} {last}");
        }
    }
}
