//! Charts as data, drawn as SVG or in a terminal.
//!
//! A [`Chart`] says what is to be seen; [`Chart::to_svg`] and [`Chart::to_terminal`] draw it. What a query's result looks
//! like as a chart is decided by whoever has the result.
//!
//! Not here: interaction, animation, scripts. An SVG stands for itself: presentation attributes only, so that a page with a
//! strict content security policy can hold it, and colours that can be told apart by most people on light and on dark ground.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places in a picture: a fraction of a pixel does not show, and casts of floats saturate"
)]

mod scale;
mod svg;
mod terminal;
mod time_axis;

/// Series that are drawn. More cannot be told apart; the drawing says how many were left out.
pub const MAX_SERIES: usize = 12;

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub kind: Kind,
    pub title: Option<String>,
    pub x_title: Option<String>,
    pub y_title: Option<String>,
    pub x: Axis,
    /// Each as long as the axis.
    pub series: Vec<Series>,
    pub stacking: Stacking,
}

/// The form of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Upright bars.
    Column,
    /// Lying bars.
    Bar,
    Line,
    Area,
    Scatter,
    /// Shares of the first series.
    Pie,
}

/// How the series of a chart stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stacking {
    #[default]
    Beside,
    OnTop,
    /// On top of each other, as shares of 100 %.
    Shares,
}

/// Where the points stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    Categories(Vec<String>),
    Numbers(Vec<f64>),
    /// 100 ns ticks since 0001-01-01T00:00:00Z.
    Times(Vec<i64>),
}

impl Axis {
    pub fn len(&self) -> usize {
        match self {
            Self::Categories(names) => names.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Times(times) => times.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Values along the axis; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

impl Chart {
    /// A stand-alone SVG document of `width` by `height` user units.
    pub fn to_svg(&self, width: u32, height: u32) -> String {
        svg::draw(self, width, height)
    }

    /// Lines of text of at most `width` columns; with `colour`, ANSI colours tell the series apart.
    pub fn to_terminal(&self, width: usize, colour: bool) -> String {
        terminal::draw(self, width, colour)
    }

    fn drawn(&self) -> &[Series] {
        &self.series[..self.series.len().min(MAX_SERIES)]
    }

    /// How many series are left out.
    fn left_out(&self) -> usize {
        self.series.len() - self.drawn().len()
    }

    /// The sums below and at each value when series stand on top of each other; missing values count as 0.
    fn stacked(&self) -> Vec<Vec<(f64, f64)>> {
        let length = self.x.len();
        let total = |index: usize| -> f64 {
            self.drawn()
                .iter()
                .filter_map(|series| series.values.get(index).copied().flatten())
                .map(f64::abs)
                .sum()
        };
        let mut heights = vec![0.0; length];
        self.drawn()
            .iter()
            .map(|series| {
                (0..length)
                    .map(|index| {
                        let value = series.values.get(index).copied().flatten().unwrap_or(0.0);
                        let value = match self.stacking {
                            Stacking::Shares if total(index) > 0.0 => 100.0 * value / total(index),
                            _ => value,
                        };
                        let below = heights[index];
                        heights[index] += value;
                        (below, heights[index])
                    })
                    .collect()
            })
            .collect()
    }

    /// The smallest and the largest value that the y axis has to hold, 0 included where lengths are compared.
    fn range(&self) -> (f64, f64) {
        let values: Vec<f64> = if self.stacking == Stacking::Beside {
            self.drawn().iter().flat_map(|series| series.values.iter().flatten().copied()).collect()
        } else {
            self.stacked().iter().flatten().map(|(_, top)| *top).collect()
        };
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            return (0.0, 1.0);
        }
        // Points far from 0 are told apart better without it.
        let from_zero = !matches!(self.kind, Kind::Line | Kind::Scatter) || (low > 0.0 && low < high / 2.0);
        if from_zero { (low.min(0.0), high.max(0.0)) } else { (low, high) }
    }
}

/// A number as an axis or a label shows it: 1200 as `1,200`, 3500000 as `3.5 M`, 0.25 as `0.25`.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let magnitude = value.abs();
    let (scaled, suffix) = match magnitude {
        m if m >= 1e12 => (value / 1e12, " T"),
        m if m >= 1e9 => (value / 1e9, " G"),
        m if m >= 1e6 => (value / 1e6, " M"),
        _ => (value, ""),
    };
    let rounded = format!("{scaled:.2}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    let (whole, fraction) = short.split_once('.').unwrap_or((short, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    let text = if text == "-0" { "0".to_owned() } else { text };
    text + suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.25, "0.25"),
            (7.0, "7"),
            (1200.0, "1,200"),
            (-1234.5, "-1,234.5"),
            (3_500_000.0, "3.5 M"),
            (2e9, "2 G"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn stacking_adds_up_and_shares_reach_100() {
        let mut chart = Chart {
            kind: Kind::Column,
            title: None,
            x_title: None,
            y_title: None,
            x: Axis::Categories(vec!["a".into(), "b".into()]),
            series: vec![
                Series { name: "p".into(), values: vec![Some(1.0), None] },
                Series { name: "q".into(), values: vec![Some(3.0), Some(2.0)] },
            ],
            stacking: Stacking::OnTop,
        };
        assert_eq!(chart.stacked(), [[(0.0, 1.0), (0.0, 0.0)], [(1.0, 4.0), (0.0, 2.0)]]);
        assert_eq!(chart.range(), (0.0, 4.0));
        chart.stacking = Stacking::Shares;
        assert_eq!(chart.stacked(), [[(0.0, 25.0), (0.0, 0.0)], [(25.0, 100.0), (0.0, 100.0)]]);
    }
}
