//! Series: arrays of numbers along an axis.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod decompose;
mod each;
mod elementwise;
mod fill;
mod filters;
mod fit_2lines;
mod fit_line;
mod fit_poly;
mod fourier;
mod line;
mod numbers;
mod outliers;
mod periods;
mod stats;
#[cfg(test)]
mod testing;
mod totals;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    decompose::ANOMALIES,
    decompose::DECOMPOSE,
    decompose::SEASONAL,
    each::EACH,
    elementwise::ELEMENTWISE,
    fill::FILL,
    filters::FIR,
    filters::IIR,
    fit_2lines::FIT_2LINES,
    fit_line::FIT_LINE,
    fit_poly::FIT_POLY,
    fourier::FOURIER,
    outliers::OUTLIERS,
    periods::DETECT,
    periods::VALIDATE,
    stats::STATS,
    totals::CORRELATION,
    totals::OF_ONE,
    totals::OF_TWO,
];
