use wardenry_kql_values::ScalarType::{self, Dynamic, Long, Real};

use super::super::entry::{Entry, function};

pub(in super::super) const SERIES: &[Entry] = &[
    function(
        "series_stats",
        "(series: array, ignore_nonfinite?: constant bool) -> columns",
        "Minimum, maximum, average, deviation and variance of a series",
    )
    .columns(&SERIES_STATS)
    .volatile(),
    function(
        "series_stats_dynamic",
        "(series: array, ignore_nonfinite?: constant bool) -> dynamic",
        "The statistics of a series as a bag",
    )
    .volatile(),
    function("series_sum", "(series: array) -> real", "The sum of a series").volatile(),
    function("series_product", "(series: array) -> real", "The product of a series").volatile(),
    function("series_magnitude", "(series: array) -> real", "The Euclidean length of a series").volatile(),
    function("series_abs", "(series: array) -> argument 0", "The absolute value of each element").volatile(),
    function("series_sign", "(series: array) -> dynamic", "The sign of each element").volatile(),
    function("series_floor", "(series: array) -> dynamic", "Each element rounded down").volatile(),
    function("series_ceiling", "(series: array) -> argument 0", "Each element rounded up").volatile(),
    function("series_exp", "(series: array) -> dynamic", "e to the power of each element").volatile(),
    function("series_log", "(series: array) -> dynamic", "The natural logarithm of each element").volatile(),
    function("series_sin", "(series: array) -> dynamic", "The sine of each element").volatile(),
    function("series_cos", "(series: array) -> dynamic", "The cosine of each element").volatile(),
    function("series_tan", "(series: array) -> dynamic", "The tangent of each element").volatile(),
    function("series_asin", "(series: array) -> dynamic", "The arcsine of each element").volatile(),
    function("series_acos", "(series: array) -> dynamic", "The arccosine of each element").volatile(),
    function("series_atan", "(series: array) -> dynamic", "The arctangent of each element").volatile(),
    function(
        "series_add",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Adds two series, element by element",
    )
    .volatile(),
    function(
        "series_subtract",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Subtracts two series, element by element",
    )
    .volatile(),
    function(
        "series_multiply",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Multiplies two series, element by element",
    )
    .volatile(),
    function(
        "series_divide",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Divides two series, element by element",
    )
    .volatile(),
    function(
        "series_pow",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Raises one series to the power of another, element by element",
    )
    .volatile(),
    function(
        "series_equals",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of two series are equal",
    )
    .volatile(),
    function(
        "series_not_equals",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of two series differ",
    )
    .volatile(),
    function(
        "series_greater",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of one series exceed those of another",
    )
    .volatile(),
    function(
        "series_greater_equals",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of one series are at least those of another",
    )
    .volatile(),
    function(
        "series_less",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of one series are below those of another",
    )
    .volatile(),
    function(
        "series_less_equals",
        "(series1: array, series2: array) -> dynamic; (series1: array, series2: number) -> dynamic; \
         (series1: number, series2: array) -> dynamic",
        "Whether the elements of one series are at most those of another",
    )
    .volatile(),
    function(
        "series_fill_const",
        "(series: array, constant_value?: number, missing_value_placeholder?: number) -> argument 0",
        "Fills the gaps of a series with a constant",
    )
    .transparent()
    .volatile(),
    function(
        "series_fill_forward",
        "(series: array, missing_value_placeholder?: number) -> argument 0",
        "Fills the gaps of a series with the last value before",
    )
    .transparent()
    .volatile(),
    function(
        "series_fill_backward",
        "(series: array, missing_value_placeholder?: number) -> argument 0",
        "Fills the gaps of a series with the first value behind",
    )
    .transparent()
    .volatile(),
    function(
        "series_fill_linear",
        "(series: array, missing_value_placeholder?: number, fill_edges?: bool, \
         constant_value?: number) -> argument 0",
        "Fills the gaps of a series along a straight line",
    )
    .transparent()
    .volatile(),
    function(
        "series_fir",
        "(series: array, filter: array, normalize?: bool, center?: bool) -> dynamic",
        "A series through a filter of finite impulse response",
    )
    .transparent()
    .volatile(),
    function(
        "series_iir",
        "(series: array, numerators: array, denominators: array) -> dynamic",
        "A series through a filter of infinite impulse response",
    )
    .transparent()
    .volatile(),
    function(
        "series_fft",
        "(series: array, series_imaginary?: array) -> columns",
        "The fast Fourier transform of a series",
    )
    .columns(&SERIES_FFT)
    .volatile(),
    function(
        "series_ifft",
        "(series: array, series_imaginary?: array) -> columns",
        "The inverse of the fast Fourier transform",
    )
    .columns(&SERIES_IFFT)
    .volatile(),
    function(
        "series_fit_line",
        "(series: array) -> columns",
        "The straight line through a series, by linear regression",
    )
    .columns(&SERIES_FIT_LINE)
    .volatile(),
    function(
        "series_fit_line_dynamic",
        "(series: array) -> dynamic",
        "The straight line through a series, as a bag",
    )
    .volatile(),
    function(
        "series_fit_2lines",
        "(array: array) -> columns",
        "Two straight lines through a series, by segmented regression",
    )
    .columns(&SERIES_FIT_2LINES)
    .volatile(),
    function(
        "series_fit_2lines_dynamic",
        "(series: array) -> dynamic",
        "Two straight lines through a series, as a bag",
    )
    .volatile(),
    function(
        "series_fit_poly",
        "(y_series: array, x_series?: array, degree?: int) -> columns",
        "The polynomial through a series, by regression",
    )
    .columns(&SERIES_FIT_POLY)
    .volatile(),
    function(
        "series_outliers",
        "(series: array, kind?: string, ignore_val?: number) -> argument 0; \
         (series: array, kind: string, ignore_val: real, min_percentile: real, \
         max_percentile?: real, test_points?: integer) -> argument 0",
        "How far each element lies outside, by Tukey's test",
    )
    .transparent()
    .volatile(),
    function(
        "series_periods_detect",
        "(series: array, min_period: number, max_period: number, num_periods: long) -> columns",
        "The strongest periods of a series with their scores",
    )
    .columns(&SERIES_PERIODS_DETECT)
    .volatile(),
    function(
        "series_periods_validate",
        "(series: array, period+1-16: number) -> columns",
        "The scores of given periods of a series",
    )
    .columns(&SERIES_PERIODS_VALIDATE)
    .volatile(),
    function(
        "series_seasonal",
        "(series: array) -> dynamic; (series: array, period: integer) -> dynamic; \
         (series: array, period: integer, test_points: integer) -> dynamic",
        "The seasonal part of a series",
    )
    .volatile(),
    function(
        "series_decompose",
        "(series: array, period?: integer, trend?: string, test_points?: integer, \
         seasonality_threshold?: number) -> columns",
        "Baseline, seasonal part, trend and residual of a series",
    )
    .columns(&SERIES_DECOMPOSE)
    .volatile(),
    function(
        "series_decompose_anomalies",
        "(series: array, threshold?: number, period?: integer, trend?: string, \
         test_points?: integer, method?: string, seasonality_threshold?: number) -> columns",
        "Anomalies of a series: flags, scores and the expected values",
    )
    .columns(&SERIES_DECOMPOSE_ANOMALIES)
    .volatile(),
    function(
        "series_decompose_forecast",
        "(series: array, test_points: integer, period?: integer, trend?: string, \
         seasonality_threshold?: number) -> columns",
        "A forecast from the seasonal part and the trend of a series",
    )
    .columns(&SERIES_DECOMPOSE_FORECAST)
    .volatile(),
    function(
        "series_pearson_correlation",
        "(series1: array, series2: array) -> real",
        "The correlation of two series",
    )
    .volatile(),
    function(
        "series_dot_product",
        "(series1: array, series2: array) -> real; (series1: array, series2: number) -> real; \
         (series1: number, series2: array) -> real",
        "The scalar product of two series",
    )
    .volatile(),
    function(
        "series_cosine_similarity",
        "(series1: array, series2: array, series1_magnitude?: real, series2_magnitude?: real) -> real",
        "The cosine of the angle between two series",
    )
    .volatile(),
];

const SERIES_STATS: [(&str, ScalarType); 7] = [
    ("series_stats_{}_min", Real),
    ("series_stats_{}_min_idx", Long),
    ("series_stats_{}_max", Real),
    ("series_stats_{}_max_idx", Long),
    ("series_stats_{}_avg", Real),
    ("series_stats_{}_stdev", Real),
    ("series_stats_{}_variance", Real),
];

const SERIES_FFT: [(&str, ScalarType); 2] =
    [("series_fft_{}_real", Dynamic), ("series_fft_{}_imag", Dynamic)];

const SERIES_IFFT: [(&str, ScalarType); 2] =
    [("series_ifft_{}_real", Dynamic), ("series_ifft_{}_imag", Dynamic)];

const SERIES_FIT_LINE: [(&str, ScalarType); 6] = [
    ("series_fit_line_{}_rsquare", Real),
    ("series_fit_line_{}_slope", Real),
    ("series_fit_line_{}_variance", Real),
    ("series_fit_line_{}_rvariance", Real),
    ("series_fit_line_{}_interception", Real),
    ("series_fit_line_{}_line_fit", Dynamic),
];

const SERIES_FIT_2LINES: [(&str, ScalarType); 15] = [
    ("series_fit_2lines_{}_rsquare", Real),
    ("series_fit_2lines_{}_split_idx", Long),
    ("series_fit_2lines_{}_variance", Real),
    ("series_fit_2lines_{}_rvariance", Real),
    ("series_fit_2lines_{}_line_fit", Dynamic),
    ("series_fit_2lines_{}_right_rsquare", Real),
    ("series_fit_2lines_{}_right_slope", Real),
    ("series_fit_2lines_{}_right_interception", Real),
    ("series_fit_2lines_{}_right_variance", Real),
    ("series_fit_2lines_{}_right_rvariance", Real),
    ("series_fit_2lines_{}_left_rsquare", Real),
    ("series_fit_2lines_{}_left_slope", Real),
    ("series_fit_2lines_{}_left_interception", Real),
    ("series_fit_2lines_{}_left_variance", Real),
    ("series_fit_2lines_{}_left_rvariance", Real),
];

const SERIES_FIT_POLY: [(&str, ScalarType); 5] = [
    ("series_fit_poly_{}_rsquare", Real),
    ("series_fit_poly_{}_coefficients", Dynamic),
    ("series_fit_poly_{}_variance", Real),
    ("series_fit_poly_{}_rvariance", Real),
    ("series_fit_poly_{}_poly_fit", Dynamic),
];

const SERIES_PERIODS_DETECT: [(&str, ScalarType); 2] =
    [("series_periods_detect_{}_periods", Dynamic), ("series_periods_detect_{}_scores", Dynamic)];

const SERIES_PERIODS_VALIDATE: [(&str, ScalarType); 2] =
    [("series_periods_validate_{}_periods", Dynamic), ("series_periods_validate_{}_scores", Dynamic)];

const SERIES_DECOMPOSE: [(&str, ScalarType); 4] = [
    ("series_decompose_{}_baseline", Dynamic),
    ("series_decompose_{}_seasonal", Dynamic),
    ("series_decompose_{}_trend", Dynamic),
    ("series_decompose_{}_residual", Dynamic),
];

const SERIES_DECOMPOSE_FORECAST: [(&str, ScalarType); 4] = [
    ("series_decompose_forecast_{}_baseline", Dynamic),
    ("series_decompose_forecast_{}_seasonal", Dynamic),
    ("series_decompose_forecast_{}_trend", Dynamic),
    ("series_decompose_forecast_{}_residual", Dynamic),
];

const SERIES_DECOMPOSE_ANOMALIES: [(&str, ScalarType); 3] = [
    ("series_decompose_anomalies_{}_ad_flag", Dynamic),
    ("series_decompose_anomalies_{}_ad_score", Dynamic),
    ("series_decompose_anomalies_{}_baseline", Dynamic),
];
