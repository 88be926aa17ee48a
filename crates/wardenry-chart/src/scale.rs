//! From values to places, with round numbers at the ticks.

/// A linear scale from values to places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    pub(crate) fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// The place of a value; the middle where the scale has no length.
    pub(crate) fn place(self, value: f64) -> f64 {
        let length = self.from.1 - self.from.0;
        let share = if length == 0.0 { 0.5 } else { (value - self.from.0) / length };
        self.to.0 + share * (self.to.1 - self.to.0)
    }
}

/// Round numbers that hold `low` and `high` between the first and the last, about `count` of them.
pub(crate) fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = if high > low { high - low } else { high.abs().max(1.0) };
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(power * 10.0);
    let first = (low / step).floor();
    let last = (high / step).ceil().max(first + 1.0);
    // At most a few ticks come of it; the bound holds for numbers that a step no longer changes.
    (0..=64)
        .map(|index| first + f64::from(index))
        .take_while(|tick| *tick <= last)
        .map(|tick| tick * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_range() {
        assert_eq!(ticks(0.0, 97.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(-3.0, 3.0, 4), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        assert_eq!(ticks(0.0, 1.0, 4), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(5.0, 5.0, 4).first(), Some(&4.0));
        assert!(ticks(1e300, 1e300, 4).len() <= 66);
    }

    #[test]
    fn a_scale_without_length_puts_everything_in_the_middle() {
        assert!((Scale::new((3.0, 3.0), (0.0, 10.0)).place(3.0) - 5.0).abs() < f64::EPSILON);
        assert!((Scale::new((0.0, 4.0), (10.0, 0.0)).place(1.0) - 7.5).abs() < f64::EPSILON);
    }
}
