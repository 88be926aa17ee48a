//! `stdev`, `variance`, `covariance` and their population and `if` forms.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array};
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::cast;
use super::groups::{Groups, Rows};
use super::reals::reals;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spread {
    /// Of a sample, with n - 1; otherwise of a population, with n.
    pub(super) sample: bool,
    /// The square root: the standard deviation.
    pub(super) root: bool,
    /// Of two arguments.
    pub(super) pair: bool,
}

/// Welford's running moments, merged by the formula of Chan, Golub and others. Of too few rows the result is 0
/// `[D summarize-operator.md]`.
#[derive(Debug)]
pub(super) struct Variance {
    spread: Spread,
    moments: Vec<Moments>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    left: f64,
    right: f64,
    product: f64,
}

impl Moments {
    fn add(&mut self, left: f64, right: f64) {
        self.count += 1.0;
        let delta = left - self.left;
        self.left += delta / self.count;
        self.right += (right - self.right) / self.count;
        self.product += delta * (right - self.right);
    }

    fn merge(&mut self, other: Self) {
        if other.count == 0.0 {
            return;
        }
        let count = self.count + other.count;
        let (left, right) = (other.left - self.left, other.right - self.right);
        self.product += other.product + left * right * self.count * other.count / count;
        self.left += left * other.count / count;
        self.right += right * other.count / count;
        self.count = count;
    }

    fn result(self, spread: Spread) -> f64 {
        let divisor = if spread.sample { self.count - 1.0 } else { self.count };
        let variance = if divisor <= 0.0 { 0.0 } else { self.product / divisor };
        if spread.root { variance.sqrt() } else { variance }
    }
}

impl Variance {
    pub(super) fn new(spread: Spread) -> Self {
        Self { spread, moments: Vec::new() }
    }
}

impl Groups for Variance {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.spread))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.moments.len() {
            self.moments.resize(groups, Moments::default());
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let left = reals(&arguments[0])?;
        let right = if self.spread.pair { reals(&arguments[1])? } else { left.clone() };
        let nulls = arrow::buffer::NullBuffer::union(left.nulls(), right.nulls());
        let (left, right) = (left.values(), right.values());
        rows.for_each(nulls.as_ref(), |row, group| self.moments[group].add(left[row], right[row]));
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let count = cast::<Float64Array>(&states[0])?.values();
        let left = cast::<Float64Array>(&states[1])?.values();
        let right = cast::<Float64Array>(&states[2])?.values();
        let product = cast::<Float64Array>(&states[3])?.values();
        rows.for_each(None, |row, group| {
            self.moments[group].merge(Moments {
                count: count[row],
                left: left[row],
                right: right[row],
                product: product[row],
            });
        });
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let moments = emit.take_needed(&mut self.moments);
        Ok(Arc::new(moments.iter().map(|moments| moments.result(self.spread)).collect::<Float64Array>()))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let moments = emit.take_needed(&mut self.moments);
        let column = |of: fn(&Moments) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from(moments.iter().map(of).collect::<Vec<_>>()))
        };
        Ok(vec![
            column(|moments| moments.count),
            column(|moments| moments.left),
            column(|moments| moments.right),
            column(|moments| moments.product),
        ])
    }

    fn size(&self) -> usize {
        self.moments.capacity() * size_of::<Moments>()
    }
}
