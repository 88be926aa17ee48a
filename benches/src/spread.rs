//! Several measurements of one quantity on a machine that others use too.

/// The middle of some measurements, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

impl Spread {
    /// Of an even number of measurements the median is the mean of the two in the middle.
    ///
    /// # Panics
    ///
    /// When there is no measurement.
    pub(crate) fn of(measurements: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measurements.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (below, above) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Self { median: f64::midpoint(below, above), lowest: sorted[0], highest: sorted[sorted.len() - 1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_between_the_extremes() {
        let odd = Spread::of([3.0, 1.0, 10.0]);
        assert_eq!(odd, Spread { median: 3.0, lowest: 1.0, highest: 10.0 });
        let even = Spread::of([4.0, 1.0, 2.0, 10.0]);
        assert_eq!(even, Spread { median: 3.0, lowest: 1.0, highest: 10.0 });
        assert_eq!(Spread::of([7.0]), Spread { median: 7.0, lowest: 7.0, highest: 7.0 });
    }
}
