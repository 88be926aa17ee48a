//! Every aggregation through both of `DataFusion`'s interfaces, in one pass and in random splits.

mod collections;
mod numbers;
mod picks;
mod splits;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringViewArray, UInt32Array,
};
use arrow::datatypes::{Field, Schema};
use datafusion_common::ScalarValue;
use datafusion_expr::function::AccumulatorArgs;
use datafusion_expr::{Accumulator, AggregateUDF, EmitTo, GroupsAccumulator};
use wardenry_kql_values::{ScalarType, Value};

use super::{AggregateCall, aggregate, aggregate_row};
use crate::Context;

fn call<T>(
    name: &'static str,
    argument_types: &[ScalarType],
    constants: &[Option<Value>],
    bind: impl FnOnce(&AggregateCall<'_>) -> T,
) -> T {
    let context = Context { now: 0, seed: 0, regex_size: 1 << 20, geo_database: None };
    let result_type = ScalarType::Dynamic;
    bind(&AggregateCall { name, argument_types, constants, result_type, context: &context })
}

/// The aggregation of a name over arguments of these types, with constants behind them.
fn function(name: &'static str, types: &[ScalarType], constants: &[Value]) -> Arc<AggregateUDF> {
    let mut all: Vec<Option<Value>> = vec![None; types.len()];
    let mut all_types = types.to_vec();
    for constant in constants {
        all.push(Some(constant.clone()));
        all_types.push(constant.scalar_type());
    }
    call(name, &all_types, &all, aggregate).expect("the call is fine").expect("the aggregation exists")
}

fn row_function(name: &'static str, types: &[ScalarType], constants: &[Value]) -> Arc<AggregateUDF> {
    let mut all: Vec<Option<Value>> = vec![None; types.len()];
    all.extend(constants.iter().cloned().map(Some));
    call(name, types, &all, aggregate_row).expect("the call is fine").expect("the aggregation exists")
}

fn with_arguments<T>(function: &AggregateUDF, make: impl FnOnce(AccumulatorArgs<'_>) -> T) -> T {
    let return_type = function.return_type(&[]).expect("a result type");
    make(AccumulatorArgs {
        return_field: Arc::new(Field::new("result", return_type, true)),
        schema: &Schema::empty(),
        ignore_nulls: false,
        order_bys: &[],
        is_reversed: false,
        name: "result",
        is_distinct: false,
        exprs: &[],
        expr_fields: &[],
    })
}

fn accumulator(function: &AggregateUDF) -> Box<dyn Accumulator> {
    with_arguments(function, |arguments| function.accumulator(arguments)).expect("an accumulator")
}

fn groups_accumulator(function: &AggregateUDF) -> Box<dyn GroupsAccumulator> {
    with_arguments(function, |arguments| function.create_groups_accumulator(arguments))
        .expect("an accumulator")
}

/// The result over all rows as one group, through both interfaces, which must agree.
fn whole(function: &AggregateUDF, columns: &[ArrayRef]) -> ArrayRef {
    let mut single = accumulator(function);
    single.update_batch(columns).expect("takes the batch");
    let result = single.evaluate().expect("a result").to_array().expect("an array");
    let grouped = grouped(function, columns, &vec![0; columns[0].len()], 1);
    assert_eq!(&result, &grouped, "ungrouped and grouped");
    assert_eq!(grouped.data_type(), &function.return_type(&[]).expect("a result type"));
    result
}

/// The result over no row, which is also the default value.
fn of_nothing(function: &AggregateUDF) -> ScalarValue {
    let result = accumulator(function).evaluate().expect("a result");
    let return_type = function.return_type(&[]).expect("a result type");
    let default = function.default_value(&return_type).expect("a default");
    assert_eq!(
        result.to_array().expect("an array").to_data(),
        default.to_array().expect("an array").to_data()
    );
    result
}

/// The results of groups in one pass.
fn grouped(function: &AggregateUDF, columns: &[ArrayRef], groups: &[usize], count: usize) -> ArrayRef {
    let mut accumulator = groups_accumulator(function);
    accumulator.update_batch(columns, groups, None, count).expect("takes the batch");
    accumulator.evaluate(EmitTo::All).expect("results")
}

fn rows_of(columns: &[ArrayRef], rows: &[u32]) -> Vec<ArrayRef> {
    let rows = UInt32Array::from(rows.to_vec());
    columns.iter().map(|column| arrow::compute::take(column, &rows, None).expect("rows")).collect()
}

fn bools(values: &[Option<bool>]) -> ArrayRef {
    Arc::new(BooleanArray::from(values.to_vec()))
}

fn ints(values: &[Option<i32>]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

fn longs(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn reals(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// Texts, or dynamic values. A null slot of a text is an empty text.
fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringViewArray::from(values.to_vec()))
}
