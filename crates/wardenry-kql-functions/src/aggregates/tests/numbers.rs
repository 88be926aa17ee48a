//! Aggregations whose result is a number.

use super::{bools, function, ints, longs, of_nothing, reals, texts, whole};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal256Type, Float64Type, i256};
use datafusion_common::ScalarValue;
use std::sync::Arc;
use wardenry_kql_values::{ScalarType, Value};

#[test]
fn count_counts_rows_and_nulls() {
    // [D summarize-operator.md]
    let values = longs(&[Some(1), None, Some(3)]);
    assert_eq!(&whole(&function("count", &[], &[]), std::slice::from_ref(&values)), &longs(&[Some(3)]));
    assert_eq!(&whole(&function("count", &[ScalarType::Long], &[]), &[values]), &longs(&[Some(3)]));
    let truths = bools(&[Some(true), None, Some(false), Some(true)]);
    assert_eq!(
        &whole(&function("countif", &[ScalarType::Bool], &[]), std::slice::from_ref(&truths)),
        &longs(&[Some(2)])
    );
    assert_eq!(&whole(&function("count", &[ScalarType::Bool], &[]), &[truths]), &longs(&[Some(2)]));
}

#[test]
fn sums_skip_nulls_and_wrap_around() {
    let sum = |scalar_type, column| whole(&function("sum", &[scalar_type], &[]), &[column]);
    assert_eq!(&sum(ScalarType::Long, longs(&[Some(1), None, Some(4)])), &longs(&[Some(5)]));
    assert_eq!(&sum(ScalarType::Int, ints(&[Some(i32::MAX), Some(1)])), &longs(&[Some(2_147_483_648)]));
    assert_eq!(&sum(ScalarType::Long, longs(&[Some(i64::MAX), Some(1)])), &longs(&[Some(i64::MIN)]));
    assert_eq!(&sum(ScalarType::Real, reals(&[Some(0.5), None, Some(1.0)])), &reals(&[Some(1.5)]));
    assert_eq!(&sum(ScalarType::Long, longs(&[None, None])), &longs(&[Some(0)]));
    let condition = bools(&[Some(true), Some(false), None]);
    let sumif = function("sumif", &[ScalarType::Long, ScalarType::Bool], &[]);
    assert_eq!(&whole(&sumif, &[longs(&[Some(1), Some(2), Some(4)]), condition]), &longs(&[Some(1)]));
}

#[test]
fn the_mean_of_nothing_is_nan() {
    // kql-semantics, summarize.
    let avg = function("avg", &[ScalarType::Long], &[]);
    assert_eq!(&whole(&avg, &[longs(&[Some(1), None, Some(2)])]), &reals(&[Some(1.5)]));
    let nulls = whole(&avg, &[longs(&[None, None])]);
    assert!(nulls.as_primitive::<Float64Type>().value(0).is_nan());
    assert!(matches!(of_nothing(&avg), ScalarValue::Float64(Some(mean)) if mean.is_nan()));
    let ticks = function("avg", &[ScalarType::Timespan], &[]);
    assert_eq!(&whole(&ticks, &[longs(&[Some(10), Some(21)])]), &longs(&[Some(15)]));
    assert_eq!(of_nothing(&ticks), ScalarValue::Int64(None));
}

#[test]
fn decimals_have_decimal_means() {
    let column = |values: &[i256]| -> arrow::array::ArrayRef {
        let array = arrow::array::PrimitiveArray::<Decimal256Type>::from_iter_values(values.iter().copied());
        Arc::new(array.with_data_type(DataType::Decimal256(76, 34)))
    };
    let one = i256::from(10).wrapping_pow(34);
    let values = column(&[one, one, i256::ZERO]);
    let third = one.wrapping_mul(i256::from(2)).wrapping_div(i256::from(3)).wrapping_add(i256::ONE);
    assert_eq!(
        &whole(&function("avg", &[ScalarType::Decimal], &[]), std::slice::from_ref(&values)),
        &column(&[third])
    );
    let sum = whole(&function("sum", &[ScalarType::Decimal], &[]), &[values]);
    assert_eq!(&sum, &column(&[one.wrapping_mul(i256::from(2))]));
}

#[test]
fn extremes_of_every_kind() {
    let max = |scalar_type, column| whole(&function("max", &[scalar_type], &[]), &[column]);
    let min = |scalar_type, column| whole(&function("min", &[scalar_type], &[]), &[column]);
    assert_eq!(&max(ScalarType::Long, longs(&[Some(-3), None, Some(-5)])), &longs(&[Some(-3)]));
    assert_eq!(&min(ScalarType::Int, ints(&[Some(-3), None, Some(-5)])), &ints(&[Some(-5)]));
    assert_eq!(&max(ScalarType::Real, reals(&[Some(f64::NAN), Some(1.0)])), &reals(&[Some(1.0)]));
    assert_eq!(&min(ScalarType::Real, reals(&[Some(f64::NAN), Some(1.0)])), &reals(&[Some(1.0)]));
    assert_eq!(&max(ScalarType::Bool, bools(&[Some(false), Some(true)])), &bools(&[Some(true)]));
    let long = "a text that does not fit into a view";
    let words = texts(&[Some("b"), Some(long), Some("B"), Some("c")]);
    assert_eq!(&max(ScalarType::String, words.clone()), &texts(&[Some("c")]));
    assert_eq!(&min(ScalarType::String, words), &texts(&[Some("B")]));
    assert_eq!(&min(ScalarType::String, texts(&[Some("b"), None])), &texts(&[Some("")]));
    assert_eq!(&max(ScalarType::String, texts(&[Some("a"), Some(long)])), &texts(&[Some(long)]));
    assert_eq!(of_nothing(&function("max", &[ScalarType::Long], &[])), ScalarValue::Int64(None));
    let maxif = function("maxif", &[ScalarType::Long, ScalarType::Bool], &[]);
    let condition = bools(&[Some(true), Some(false)]);
    assert_eq!(&whole(&maxif, &[longs(&[Some(1), Some(2)]), condition]), &longs(&[Some(1)]));
}

#[test]
fn spreads() {
    // [D stdev-aggregation-function.md, variance-aggregation-function.md, covariance-aggregation-function.md]
    let five = longs(&[Some(1), Some(2), Some(3), Some(4), Some(5), None]);
    let of = |name, column: &arrow::array::ArrayRef| {
        let result = whole(&function(name, &[ScalarType::Long], &[]), &[Arc::clone(column)]);
        result.as_primitive::<Float64Type>().value(0)
    };
    assert!((of("stdev", &five) - 1.581_138_830_084_19).abs() < 1e-14);
    assert!((of("variance", &five) - 2.5).abs() < 1e-14);
    assert!((of("stdevp", &five) - 2_f64.sqrt()).abs() < 1e-14);
    let odd = longs(&[Some(1), Some(2), Some(3), Some(10)]);
    assert!((of("stdev", &odd) - 4.082_482_904_638_63).abs() < 1e-14);
    assert!((of("variancep", &odd) - 12.5).abs() < 1e-14);
    assert_eq!(of_nothing(&function("stdev", &[ScalarType::Long], &[])), ScalarValue::Float64(Some(0.0)));
    assert_eq!(
        &whole(&function("stdev", &[ScalarType::Long], &[]), &[longs(&[Some(5)])]),
        &reals(&[Some(0.0)])
    );
    let x = reals(&[Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(5.0)]);
    let y = reals(&[Some(14.0), Some(10.0), Some(17.0), Some(20.0), Some(50.0)]);
    let covariance = whole(&function("covariance", &[ScalarType::Real; 2], &[]), &[x, y]);
    assert!((covariance.as_primitive::<Float64Type>().value(0) - 20.5).abs() < 1e-12);
}

#[test]
fn bitwise() {
    // [D binary-all-and-aggregation-function.md, binary-all-xor-aggregation-function.md]
    let and = longs(&[Some(0xFFFF_FFFF), Some(0xFFFF_F00F), Some(0xCFFF_FFFD), Some(0xFAFE_FFFF)]);
    assert_eq!(
        &whole(&function("binary_all_and", &[ScalarType::Long], &[]), &[and]),
        &longs(&[Some(0xCAFE_F00D)])
    );
    let xor = longs(&[Some(0x4440_4440), Some(0x1E1E_1E1E), Some(0x90AB_BA09), Some(0x000B_105A)]);
    assert_eq!(
        &whole(&function("binary_all_xor", &[ScalarType::Long], &[]), &[xor]),
        &longs(&[Some(0xCAFE_F00D)])
    );
    let or = ints(&[Some(1), None, Some(4)]);
    assert_eq!(&whole(&function("binary_all_or", &[ScalarType::Int], &[]), &[or]), &ints(&[Some(5)]));
    assert_eq!(of_nothing(&function("binary_all_or", &[ScalarType::Long], &[])), ScalarValue::Int64(None));
}

#[test]
fn percentiles_are_of_nearest_rank() {
    // kql-semantics, summarize; [D percentiles-aggregation-function.md, percentilesw-aggregation-function.md]
    let values = longs(&[Some(10), Some(1), None, Some(3), Some(2)]);
    for (percentile, expected) in [(0, 1), (25, 1), (50, 2), (75, 3), (100, 10)] {
        let function = function("percentile", &[ScalarType::Long], &[Value::Long(Some(percentile))]);
        assert_eq!(
            &whole(&function, std::slice::from_ref(&values)),
            &longs(&[Some(expected)]),
            "percentile {percentile}"
        );
    }
    let of_ints = function("percentile", &[ScalarType::Int], &[Value::Long(Some(50))]);
    assert_eq!(&whole(&of_ints, &[ints(&[Some(1), Some(2)])]), &longs(&[Some(1)]));
    let weights = longs(&[Some(8), Some(6), Some(3), Some(1)]);
    let buckets = longs(&[Some(10), Some(20), Some(30), Some(40)]);
    let array = [Value::Dynamic(Some("[50, 75, 99.9]".into()))];
    let function = function("percentilesw_array", &[ScalarType::Long; 2], &array);
    assert_eq!(&whole(&function, &[buckets, weights]), &texts(&[Some("[20,20,40]")]));
    let of_none = super::function("percentile", &[ScalarType::Long], &[Value::Real(Some(50.0))]);
    assert_eq!(of_nothing(&of_none), ScalarValue::Int64(None));
    let rows = super::row_function(
        "percentiles",
        &[ScalarType::Long],
        &[Value::Long(Some(25)), Value::Long(Some(100))],
    );
    let both = whole(&rows, &[values]);
    assert_eq!(both.as_struct().column(0), &longs(&[Some(1)]));
    assert_eq!(both.as_struct().column(1), &longs(&[Some(10)]));
}

#[test]
fn distinct_values_are_counted() {
    let words = texts(&[Some("a"), Some(""), None, Some("b"), Some("a"), Some("a text beyond twelve bytes")]);
    for name in ["dcount", "count_distinct"] {
        let counts = whole(&function(name, &[ScalarType::String], &[]), std::slice::from_ref(&words));
        assert_eq!(&counts, &longs(&[Some(4)]), "{name}");
        let numbers = longs(&[Some(1), None, Some(1), Some(2)]);
        assert_eq!(
            &whole(&function(name, &[ScalarType::Long], &[]), &[numbers]),
            &longs(&[Some(2)]),
            "{name}"
        );
        let zeros = reals(&[Some(0.0), Some(-0.0), Some(f64::NAN), Some(-f64::NAN)]);
        assert_eq!(&whole(&function(name, &[ScalarType::Real], &[]), &[zeros]), &longs(&[Some(2)]), "{name}");
    }
    assert_eq!(of_nothing(&function("dcount", &[ScalarType::Long], &[])), ScalarValue::Int64(Some(0)));
}

#[test]
fn large_counts_are_estimated_within_the_promise() {
    let many: arrow::array::ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..200_000));
    for (accuracy, error) in [(0, 0.016), (1, 0.008), (2, 0.004), (3, 0.0028), (4, 0.002)] {
        let function = function("dcount", &[ScalarType::Long], &[Value::Long(Some(accuracy))]);
        let count = whole(&function, std::slice::from_ref(&many));
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let off =
            (count.as_primitive::<arrow::datatypes::Int64Type>().value(0) as f64 / 200_000.0 - 1.0).abs();
        assert!(off < 3.0 * error, "accuracy {accuracy} is off by {off}");
    }
    assert_eq!(many.len(), 200_000);
}
