//! Aggregations over the rows of a group.
//!
//! [`aggregate`] gives `DataFusion`'s form of a call. Each aggregation is one implementation of [`groups::Groups`], which
//! serves grouped and ungrouped queries, partial and final phases. Nothing is allocated for a group of its own: the values
//! that `make_list`, `make_set`, `dcount` or `percentile` keep are in columns shared by all groups, so millions of small
//! groups stay small.
//!
//! Nulls do not count, unless it says otherwise; `string` has no null, and its empty text counts.

mod arg_extreme;
mod arrays;
mod binary_all;
mod column;
mod count;
mod count_distinct;
mod dcount;
mod distinct;
mod encoded;
mod extreme;
mod function;
mod groups;
pub(crate) mod hyperloglog;
mod lists;
mod make_bag;
mod make_list;
mod make_set;
mod mean;
mod method;
mod pairs;
mod percentile;
mod reals;
mod returned;
mod sets;
mod sketched;
mod slots;
mod sum;
mod take_any;
#[cfg(test)]
mod tests;
mod texts;
mod variance;

use std::sync::Arc;

use datafusion_expr::AggregateUDF;
use wardenry_kql_values::{ScalarType, Value};

pub use self::encoded::reads_dictionaries;

use self::binary_all::Bitwise;
use self::function::Function;
use self::method::{Method, PercentileBits};
use self::percentile::Form;
use self::sketched::Sketching;
use self::variance::Spread;
use crate::dynamic::Dynamic;
use crate::{Context, FunctionError};

/// The most elements of a list, set or bag; also the default `[D make-list-aggregation-function.md]`.
const MOST_ELEMENTS: usize = 1_048_576;
/// The default of `makelist`, `makeset` and `make_dictionary`.
const OLD_LIMIT: usize = 128;

/// An aggregation's call site.
#[derive(Debug)]
pub struct AggregateCall<'a> {
    /// The canonical name: `count`, `dcount`, `make_set`, ….
    pub name: &'static str,
    pub argument_types: &'a [ScalarType],
    /// The value of each argument that is constant, for example the limit of `make_set` or the percentile.
    pub constants: &'a [Option<Value>],
    pub result_type: ScalarType,
    pub context: &'a Context,
}

/// The accumulator for a call site; `None` for an aggregation that does not run yet.
///
/// It takes the arguments of the call in the layout of their types. Limits, accuracies and percentiles, which are the last
/// arguments, are read from [`AggregateCall::constants`] and may be left out of what is passed for each row. `DataFusion`
/// wants at least one argument: `count()` takes any, a literal for example, and ignores it.
///
/// Of equal maxima `arg_max` picks the row that comes first. Calls of `arg_max` with the same first argument over the same
/// input pick the same row; [`aggregate_row`] makes one aggregation of them.
pub fn aggregate(call: &AggregateCall<'_>) -> Result<Option<Arc<AggregateUDF>>, FunctionError> {
    let (base, condition) = conditional(call.name, call.argument_types);
    Ok(method(call, base, condition)?.map(|method| function(call, method, condition)))
}

/// One aggregation for several result columns, as a struct with the fields `0`, `1`, …: `arg_max(maximized, returned…)` and
/// `arg_min` (what is returned, in its order, without the maximised), `take_any(a, b, …)` (all of one row), and
/// `percentiles(x, p, q, …)`. `None` for other names.
pub fn aggregate_row(call: &AggregateCall<'_>) -> Result<Option<Arc<AggregateUDF>>, FunctionError> {
    let types = call.argument_types;
    let method = match call.name {
        "arg_max" | "arg_min" | "argmax" | "argmin" => match types {
            [of, returned @ ..] => Method::ArgExtreme {
                of: *of,
                greatest: matches!(call.name, "arg_max" | "argmax"),
                returned: returned.to_vec(),
                fused: true,
            },
            [] => return Ok(None),
        },
        "take_any" | "any" => Method::TakeAny { of: types.to_vec(), fused: true },
        "percentiles" | "percentilesw" => {
            return Ok(percentile(call, call.name == "percentilesw", Form::Struct)?
                .map(|method| function(call, method, None)));
        }
        _ => return Ok(None),
    };
    Ok(Some(function(call, method, None)))
}

fn function(call: &AggregateCall<'_>, method: Method, condition: Option<usize>) -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::new_from_impl(Function::new(call.name, method, condition)))
}

/// The aggregation that a name means, and which argument is its condition.
fn conditional(name: &'static str, types: &[ScalarType]) -> (&'static str, Option<usize>) {
    match name {
        "countif" => ("count", Some(0)),
        // `count(predicate)` is `countif`; `count(x)` counts rows.
        "count" | "cnt" => ("count", (types.first() == Some(&ScalarType::Bool)).then_some(0)),
        "sumif" => ("sum", Some(1)),
        "avgif" => ("avg", Some(1)),
        "minif" => ("min", Some(1)),
        "maxif" => ("max", Some(1)),
        "dcountif" => ("dcount", Some(1)),
        "hll_if" => ("hll", Some(1)),
        "count_distinctif" => ("count_distinct", Some(1)),
        "make_list_if" => ("make_list", Some(1)),
        "make_set_if" => ("make_set", Some(1)),
        "make_bag_if" => ("make_bag", Some(1)),
        "take_anyif" | "anyif" => ("take_any", Some(1)),
        "stdevif" => ("stdev", Some(1)),
        "varianceif" => ("variance", Some(1)),
        "variancepif" => ("variancep", Some(1)),
        "covarianceif" => ("covariance", Some(2)),
        "covariancepif" => ("covariancep", Some(2)),
        "any" => ("take_any", None),
        "argmax" => ("arg_max", None),
        "argmin" => ("arg_min", None),
        name => (name, None),
    }
}

fn method(
    call: &AggregateCall<'_>,
    base: &str,
    condition: Option<usize>,
) -> Result<Option<Method>, FunctionError> {
    if base == "count" {
        return Ok(Some(Method::Count));
    }
    let Some(of) = call.argument_types.first().copied() else { return Ok(None) };
    // The optional argument stands behind the condition.
    let option = condition.map_or(1, |index| index + 1);
    let orderable = of != ScalarType::Dynamic;
    let spread = |sample, root, pair| Method::Variance(Spread { sample, root, pair });
    Ok(Some(match base {
        "sum" if summable(of) => {
            Method::Sum { result: if of == ScalarType::Int { ScalarType::Long } else { of } }
        }
        "avg" if summable(of) => Method::Mean { of },
        "min" if orderable => Method::Extreme { of, greatest: false },
        "max" if orderable => Method::Extreme { of, greatest: true },
        "arg_max" | "arg_min" if orderable => {
            let returned = call.argument_types.get(1).copied().unwrap_or(of);
            Method::ArgExtreme { of, greatest: base == "arg_max", returned: vec![returned], fused: false }
        }
        "take_any" => Method::TakeAny { of: vec![of], fused: false },
        "count_distinct" => Method::CountDistinct { of },
        "dcount" => Method::Dcount { of, bits: accuracy_bits(call, option)? },
        "hll" => Method::Sketch(Sketching::Distinct { of, bits: accuracy_bits(call, option)? }),
        "hll_merge" if of == ScalarType::Dynamic => Method::Sketch(Sketching::MergedDistinct),
        "tdigest" if summable(of) => {
            Method::Sketch(Sketching::Distribution { of, weight: call.argument_types.get(1).copied() })
        }
        "tdigest_merge" if of == ScalarType::Dynamic => Method::Sketch(Sketching::MergedDistribution),
        "make_list" => Method::MakeList { of, limit: limit(call, option, MOST_ELEMENTS), with_nulls: false },
        "makelist" => Method::MakeList { of, limit: limit(call, option, OLD_LIMIT), with_nulls: false },
        "make_list_with_nulls" => Method::MakeList { of, limit: MOST_ELEMENTS, with_nulls: true },
        "make_set" => Method::MakeSet { of, limit: limit(call, option, MOST_ELEMENTS) },
        "makeset" => Method::MakeSet { of, limit: limit(call, option, OLD_LIMIT) },
        "make_bag" if of == ScalarType::Dynamic => {
            Method::MakeBag { limit: limit(call, option, MOST_ELEMENTS) }
        }
        "make_dictionary" if of == ScalarType::Dynamic => {
            Method::MakeBag { limit: limit(call, option, OLD_LIMIT) }
        }
        "percentile" | "percentiles" => return percentile(call, false, Form::Value),
        "percentilew" | "percentilesw" => return percentile(call, true, Form::Value),
        "percentiles_array" | "percentile_array" => return percentile(call, false, Form::Array),
        "percentilesw_array" | "percentilew_array" => return percentile(call, true, Form::Array),
        "stdev" => spread(true, true, false),
        "stdevp" => spread(false, true, false),
        "variance" => spread(true, false, false),
        "variancep" => spread(false, false, false),
        "covariance" => spread(true, false, true),
        "covariancep" => spread(false, false, true),
        "binary_all_and" if of != ScalarType::Decimal => {
            Method::BinaryAll { operation: Bitwise::And, result: of }
        }
        "binary_all_or" if of != ScalarType::Decimal => {
            Method::BinaryAll { operation: Bitwise::Or, result: of }
        }
        "binary_all_xor" if of != ScalarType::Decimal => {
            Method::BinaryAll { operation: Bitwise::Xor, result: of }
        }
        _ => return Ok(None),
    }))
}

const fn summable(of: ScalarType) -> bool {
    of.is_number() || matches!(of, ScalarType::Datetime | ScalarType::Timespan)
}

/// The constant argument at `index`, if it is a whole number.
fn whole(call: &AggregateCall<'_>, index: usize) -> Option<i64> {
    match call.constants.get(index)?.as_ref()? {
        Value::Int(value) => value.map(i64::from),
        Value::Long(value) => *value,
        _ => None,
    }
}

/// What the accuracy means that stands at `index`, or is 1.
fn accuracy_bits(call: &AggregateCall<'_>, index: usize) -> Result<u8, FunctionError> {
    let accuracy = whole(call, index).unwrap_or(1);
    if (0..=4).contains(&accuracy) {
        return Ok(hyperloglog::bits(accuracy));
    }
    Err(FunctionError::Argument {
        function: call.name,
        message: format!("the accuracy is 0 to 4, not {accuracy}"),
    })
}

fn limit(call: &AggregateCall<'_>, index: usize, default: usize) -> usize {
    whole(call, index)
        .map_or(default, |limit| usize::try_from(limit.max(0)).unwrap_or(MOST_ELEMENTS))
        .min(MOST_ELEMENTS)
}

fn percentile(call: &AggregateCall<'_>, weighted: bool, form: Form) -> Result<Option<Method>, FunctionError> {
    let Some(of) = call.argument_types.first().copied() else { return Ok(None) };
    let mut percentiles = Vec::new();
    for constant in call.constants.iter().skip(if weighted { 2 } else { 1 }) {
        match constant {
            Some(Value::Int(Some(value))) => percentiles.push(f64::from(*value)),
            #[expect(clippy::cast_precision_loss, reason = "what is not between 0 and 100 is refused")]
            Some(Value::Long(Some(value))) => percentiles.push(*value as f64),
            Some(Value::Real(Some(value))) => percentiles.push(*value),
            Some(Value::Decimal(Some(digits))) => percentiles.extend(digits.parse::<f64>()),
            Some(Value::Dynamic(Some(array))) => {
                percentiles.extend(Dynamic::new(array).elements().filter_map(Dynamic::as_f64));
            }
            _ => {}
        }
    }
    if percentiles.is_empty() || percentiles.iter().any(|percentile| !(0.0..=100.0).contains(percentile)) {
        return Err(FunctionError::Argument {
            function: call.name,
            message: "a percentile is a constant number from 0 to 100".to_owned(),
        });
    }
    if form == Form::Value && percentiles.len() > 1 {
        return Err(FunctionError::Argument {
            function: call.name,
            message: "one column has one percentile".to_owned(),
        });
    }
    let percentiles = percentiles.iter().map(|percentile| PercentileBits(percentile.to_bits())).collect();
    // As sums, percentiles of `int` are `long`.
    let of = if of == ScalarType::Int { ScalarType::Long } else { of };
    Ok(Some(Method::Percentile { of, percentiles, weighted, form }))
}
