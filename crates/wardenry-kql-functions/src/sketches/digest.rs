//! The distribution of values, by t-digest. [D tdigest-aggregation-function.md]
//!
//! The clusters are those of the paper (T. Dunning, O. Ertl, "Computing Extremely Accurate Quantiles Using t-Digests", 2019, scale
//! function k1). The least and the greatest value are kept, and nothing is joined while there are few different values: their
//! percentiles are exact, as they are for `percentile`.

use std::cmp::Ordering;
use std::f64::consts::PI;

use wardenry_kql_values::ScalarType;

use crate::dynamic::{Dynamic, DynamicWriter};

/// The most clusters that are kept, beside the least and the greatest value.
const CLUSTERS: usize = 1_000;

/// The version that the service's sketches begin with.
const VERSION: i64 = 7;

/// A value: datetimes and timespans in ticks, whole numbers, reals. Those of a digest are all of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    #[expect(clippy::cast_precision_loss, reason = "only values of different kinds are compared so")]
    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => left.cmp(&right),
            (Self::Real(left), Self::Real(right)) => left.total_cmp(&right),
            (Self::Whole(left), Self::Real(right)) => (left as f64).total_cmp(&right),
            (Self::Real(left), Self::Whole(right)) => left.total_cmp(&(right as f64)),
        }
    }

    /// The mean of two weighted values of one kind.
    #[expect(clippy::cast_precision_loss, reason = "an approximation")]
    fn mean(self, weight: u64, other: Self, other_weight: u64) -> Self {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => {
                let total = i128::from(weight) + i128::from(other_weight);
                // A difference has 65 bits and a weight 64, so that their product may not fit; the real one is near.
                let part = (i128::from(right) - i128::from(left)) as f64 * other_weight as f64 / total as f64;
                #[expect(clippy::cast_possible_truncation, reason = "between two values")]
                Self::Whole(left.saturating_add(part as i64))
            }
            (Self::Real(left), Self::Real(right)) => {
                let share = other_weight as f64 / (weight as f64 + other_weight as f64);
                Self::Real(left * (1.0 - share) + right * share)
            }
            _ => self,
        }
    }
}

/// `[[7, "type"], [value, …], [weight, …]]`, the values in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    of: ScalarType,
    /// Clusters in order, then values as they came.
    clusters: Vec<(Number, u64)>,
}

impl Digest {
    /// Of values of a type that can be summed. An `int` is a `long` here, a `decimal` a `real`.
    pub(crate) fn new(of: ScalarType) -> Self {
        let of = match of {
            ScalarType::Int => ScalarType::Long,
            ScalarType::Decimal => ScalarType::Real,
            of => of,
        };
        Self { of, clusters: Vec::new() }
    }

    /// The type of the values.
    pub(crate) fn of(&self) -> ScalarType {
        self.of
    }

    pub(crate) fn insert(&mut self, value: Number, weight: u64) {
        if weight == 0 || matches!(value, Number::Real(real) if real.is_nan()) {
            return;
        }
        self.clusters.push((value, weight));
        if self.clusters.len() >= 4 * CLUSTERS {
            self.compress();
        }
    }

    /// Takes another one in; false if it is of another type.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        if other.of != self.of {
            return false;
        }
        other.clusters.iter().for_each(|(value, weight)| self.insert(*value, *weight));
        true
    }

    /// Puts clusters in order, equal values together, and neighbours if there are too many.
    pub(crate) fn compress(&mut self) {
        self.clusters.sort_by(|left, right| left.0.order(right.0));
        self.clusters.dedup_by(|next, kept| {
            let same = next.0.order(kept.0) == Ordering::Equal;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        if self.clusters.len() > CLUSTERS + 2 {
            self.join_neighbours();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an approximation")]
    fn join_neighbours(&mut self) {
        let total = self.total() as f64;
        // A cluster may reach over one unit of this scale, which is fine at the ends and coarse in the middle.
        let scale = |weight: u64| CLUSTERS as f64 / (2.0 * PI) * (2.0 * weight as f64 / total - 1.0).asin();
        let mut joined: Vec<(Number, u64)> = Vec::with_capacity(CLUSTERS);
        let (mut start, mut end) = (0_u64, 0_u64);
        let greatest = self.clusters.len() - 1;
        for (place, (value, weight)) in self.clusters.iter().enumerate() {
            end = end.saturating_add(*weight);
            let may_join = joined.len() > 1 && place < greatest && scale(end) - scale(start) <= 1.0;
            match joined.last_mut() {
                Some(last) if may_join => {
                    *last = (last.0.mean(last.1, *value, *weight), last.1.saturating_add(*weight));
                }
                _ => {
                    start = end - weight;
                    joined.push((*value, *weight));
                }
            }
        }
        self.clusters = joined;
    }

    /// The sum of all weights.
    pub(crate) fn total(&self) -> u64 {
        self.clusters.iter().fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
    }

    /// The value at a percentile, by nearest rank. The digest must be compressed.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is between 1 and the count"
    )]
    pub(crate) fn percentile(&self, percentile: f64) -> Option<Number> {
        if !(0.0..=100.0).contains(&percentile) {
            return None;
        }
        // What multiplication adds beyond the exact product must not push the rank up.
        let rank = (percentile * self.total() as f64 / 100.0 - 1e-9).ceil().max(1.0) as u64;
        let mut passed = 0_u64;
        let at_rank = self.clusters.iter().find(|(_, weight)| {
            passed = passed.saturating_add(*weight);
            passed >= rank
        });
        at_rank.or(self.clusters.last()).map(|(value, _)| *value)
    }

    /// The weight of the values that are not greater than one.
    pub(crate) fn rank(&self, value: Number) -> u64 {
        let not_greater = self.clusters.iter().filter(|(its, _)| its.order(value) != Ordering::Greater);
        not_greater.fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
    }

    pub(crate) fn parse(json: &str) -> Option<Self> {
        let mut parts = Dynamic::new(json).elements();
        let (head, values, weights) = (parts.next()?, parts.next()?, parts.next()?);
        let of = ScalarType::parse(&head.element(1)?.as_str()?)?;
        let is_known =
            matches!(of, ScalarType::Long | ScalarType::Real | ScalarType::Datetime | ScalarType::Timespan);
        if !is_known
            || head.element(0)?.as_i64() != Some(VERSION)
            || !values.is_array()
            || !weights.is_array()
        {
            return None;
        }
        let mut digest = Self::new(of);
        let mut weights = weights.elements();
        for value in values.elements() {
            let value = match of {
                ScalarType::Real => Number::Real(crate::dynamic::element_as_f64(value)?),
                _ => Number::Whole(value.as_i64()?),
            };
            digest.insert(value, u64::try_from(weights.next()?.as_i64()?).ok()?);
        }
        if weights.next().is_some() || parts.next().is_some() {
            return None;
        }
        digest.compress();
        Some(digest)
    }

    /// The digest must be compressed.
    pub(crate) fn write(&self, writer: &mut DynamicWriter) {
        writer.begin_array();
        writer.begin_array();
        writer.long(VERSION);
        writer.string(self.of.name());
        writer.end_array();
        writer.begin_array();
        for (value, _) in &self.clusters {
            match value {
                Number::Whole(value) => writer.long(*value),
                Number::Real(value) => writer.real(*value),
            }
        }
        writer.end_array();
        writer.begin_array();
        for (_, weight) in &self.clusters {
            writer.long(i64::try_from(*weight).unwrap_or(i64::MAX));
        }
        writer.end_array();
        writer.end_array();
    }

    /// Memory in use.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.clusters.capacity() * size_of::<(Number, u64)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl Iterator<Item = i64>) -> Digest {
        let mut digest = Digest::new(ScalarType::Long);
        values.for_each(|value| digest.insert(Number::Whole(value), 1));
        digest.compress();
        digest
    }

    fn percentile(digest: &Digest, percentile: f64) -> Option<i64> {
        match digest.percentile(percentile)? {
            Number::Whole(value) => Some(value),
            Number::Real(_) => None,
        }
    }

    #[test]
    fn few_values_are_exact() {
        let digest = of((1..=1_000).rev());
        let found: Vec<_> = [0.0, 0.1, 50.0, 99.95, 100.0].map(|at| percentile(&digest, at)).into();
        assert_eq!(found, [Some(1), Some(1), Some(500), Some(1_000), Some(1_000)]);
        assert_eq!(digest.rank(Number::Whole(685)), 685);
        assert_eq!(digest.rank(Number::Whole(0)), 0);
        assert_eq!(percentile(&Digest::new(ScalarType::Long), 50.0), None);
    }

    #[test]
    fn many_values_are_near() {
        // Each value once, in an order that has no pattern.
        let count = 100_003_i64;
        let digest = of((0..count).map(|value| value * 7_919 % count));
        assert!(digest.clusters.len() <= CLUSTERS + 2);
        assert_eq!((percentile(&digest, 0.0), percentile(&digest, 100.0)), (Some(0), Some(count - 1)));
        for at in [0.0, 1.0, 25.0, 50.0, 99.0, 100.0] {
            #[expect(clippy::cast_precision_loss, reason = "an approximation")]
            let off = (percentile(&digest, at).expect("a value") as f64 / count as f64 - at / 100.0).abs();
            assert!(off < 0.003, "percentile {at} is off by {off}");
        }
    }

    #[test]
    fn texts_read_back() {
        let text = |digest: &Digest| {
            let mut writer = DynamicWriter::new();
            digest.write(&mut writer);
            writer.take()
        };
        let digest = of([5, 1, 5].into_iter());
        assert_eq!(text(&digest), "[[7,\"long\"],[1,5],[1,2]]");
        let read = Digest::parse("[[7,\"long\"],[1,5],[1,2]]").expect("a digest");
        assert_eq!(text(&read), text(&digest));
        for json in ["null", "[1]", "[[7],[1],[1]]", "[[7,\"string\"],[],[]]", "[[7,\"long\"],[1],[]]"] {
            assert!(Digest::parse(json).is_none(), "{json}");
        }
    }
}
