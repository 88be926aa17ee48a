//! Any split of the rows, any order of merging and any way of giving the groups leads to the answer of one pass.

use std::collections::BTreeSet;

use super::{bools, function, grouped, groups_accumulator, longs, reals, row_function, rows_of, texts};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::compute::concat;
use arrow::datatypes::{Float64Type, Int64Type};
use datafusion_expr::{AggregateUDF, EmitTo};
use std::sync::Arc;
use wardenry_kql_values::ScalarType::{Bool, Dynamic, Long, Real, String};
use wardenry_kql_values::Value;

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or(0) % limit
    }
}

const GROUPS: usize = 7;

/// Spreads the rows over partial accumulators (or turns them into states directly), merges those in random order, gives the
/// groups in pieces.
fn split(function: &AggregateUDF, columns: &[ArrayRef], groups: &[usize], random: &mut Random) -> ArrayRef {
    let parts = 1 + random.below(4);
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); parts];
    for row in 0..groups.len() {
        rows[random.below(parts)].push(u32::try_from(row).expect("few rows"));
    }
    let mut last = groups_accumulator(function);
    for rows in rows {
        let part_columns = rows_of(columns, &rows);
        let part_groups: Vec<usize> = rows.iter().map(|row| groups[*row as usize]).collect();
        if random.below(3) == 0 {
            let states = last.convert_to_state(&part_columns, None).expect("states");
            last.merge_batch(&states, &part_groups, GROUPS).expect("merges");
            continue;
        }
        // The part numbers its groups in another order.
        let turn = random.below(GROUPS);
        let part_groups: Vec<usize> = part_groups.iter().map(|group| (group + turn) % GROUPS).collect();
        let mut part = groups_accumulator(function);
        part.update_batch(&part_columns, &part_groups, None, GROUPS).expect("takes the batch");
        let first = random.below(GROUPS);
        let mut base = 0;
        for emit in [EmitTo::First(first), EmitTo::All] {
            let states = part.state(emit).expect("states");
            let count = states[0].len();
            for (state, field) in states.iter().zip(state_types(function)) {
                assert_eq!(state.data_type(), &field);
            }
            let numbers: Vec<usize> =
                (base..base + count).map(|group| (group + GROUPS - turn) % GROUPS).collect();
            last.merge_batch(&states, &numbers, GROUPS).expect("merges");
            base += count;
        }
    }
    let first = last.evaluate(EmitTo::First(random.below(GROUPS))).expect("results");
    let rest = last.evaluate(EmitTo::All).expect("results");
    concat(&[&first, &rest]).expect("one type")
}

fn state_types(function: &AggregateUDF) -> Vec<arrow::datatypes::DataType> {
    let return_type = function.return_type(&[]).expect("a type");
    let fields = function.state_fields(datafusion_expr::function::StateFieldsArgs {
        name: "state",
        input_fields: &[],
        return_field: Arc::new(arrow::datatypes::Field::new("result", return_type, true)),
        ordering_fields: &[],
        is_distinct: false,
    });
    fields.expect("fields").iter().map(|field| field.data_type().clone()).collect()
}

fn table(random: &mut Random) -> (Vec<usize>, ArrayRef, ArrayRef, ArrayRef, ArrayRef) {
    const WORDS: [&str; 6] =
        ["", "a", "of twelve by", "one that is longer than twelve bytes", "another one of that length", "z"];
    let count = random.below(400);
    let groups = (0..count).map(|_| random.below(GROUPS)).collect();
    let numbers: Vec<Option<i64>> = (0..count)
        .map(|_| (random.below(5) > 0).then(|| i64::try_from(random.below(40)).expect("small") - 20))
        .collect();
    let words: Vec<Option<&str>> =
        (0..count).map(|_| (random.below(9) > 0).then(|| WORDS[random.below(WORDS.len())])).collect();
    let conditions: Vec<Option<bool>> =
        (0..count).map(|_| (random.below(9) > 0).then(|| random.below(2) == 0)).collect();
    // Quarters add up exactly in any order.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let fractions: Vec<Option<f64>> =
        numbers.iter().map(|number| number.map(|number| number as f64 / 4.0)).collect();
    (groups, longs(&numbers), texts(&words), bools(&conditions), reals(&fractions))
}

#[test]
fn results_that_do_not_depend_on_order() {
    let mut random = Random(0x5eed);
    for _ in 0..60 {
        let (groups, numbers, words, conditions, fractions) = table(&mut random);
        let cases: Vec<(&str, Arc<AggregateUDF>, Vec<ArrayRef>)> = vec![
            ("count", function("count", &[], &[]), vec![numbers.clone()]),
            ("countif", function("countif", &[Bool], &[]), vec![conditions.clone()]),
            ("sum", function("sum", &[Long], &[]), vec![numbers.clone()]),
            ("sum of reals", function("sum", &[Real], &[]), vec![fractions.clone()]),
            ("sumif", function("sumif", &[Long, Bool], &[]), vec![numbers.clone(), conditions.clone()]),
            ("max", function("max", &[Long], &[]), vec![numbers.clone()]),
            ("min of texts", function("min", &[String], &[]), vec![words.clone()]),
            ("maxif", function("maxif", &[String, Bool], &[]), vec![words.clone(), conditions.clone()]),
            ("dcount", function("dcount", &[String], &[]), vec![words.clone()]),
            ("count_distinct", function("count_distinct", &[Long], &[]), vec![numbers.clone()]),
            (
                "count_distinctif",
                function("count_distinctif", &[String, Bool], &[]),
                vec![words.clone(), conditions.clone()],
            ),
            ("percentile", function("percentile", &[Long], &[Value::Long(Some(30))]), vec![numbers.clone()]),
            (
                "percentilew",
                function("percentilew", &[Real, Long], &[Value::Long(Some(30))]),
                vec![fractions.clone(), numbers.clone()],
            ),
            ("binary_all_xor", function("binary_all_xor", &[Long], &[]), vec![numbers.clone()]),
            (
                "arg_max of itself",
                function("arg_max", &[Long, Long], &[]),
                vec![numbers.clone(), numbers.clone()],
            ),
        ];
        for (name, function, columns) in cases {
            let expected = grouped(&function, &columns, &groups, GROUPS);
            let result = split(&function, &columns, &groups, &mut random);
            assert_eq!(&result, &expected, "{name}");
        }
        // The mean of nothing is NaN, which is not equal to itself: compare bits.
        let avg = function("avg", &[Long], &[]);
        let expected = grouped(&avg, std::slice::from_ref(&numbers), &groups, GROUPS);
        assert_eq!(
            split(&avg, std::slice::from_ref(&numbers), &groups, &mut random).to_data(),
            expected.to_data()
        );
    }
}

#[test]
fn spreads_agree_up_to_rounding() {
    let mut random = Random(0xc0de);
    for _ in 0..40 {
        let (groups, numbers, _, _, fractions) = table(&mut random);
        for name in ["stdev", "variancep"] {
            let function = function(name, &[Long], &[]);
            let expected = grouped(&function, std::slice::from_ref(&numbers), &groups, GROUPS);
            let result = split(&function, std::slice::from_ref(&numbers), &groups, &mut random);
            close(&result, &expected);
        }
        let function = function("covariance", &[Long, Real], &[]);
        let columns = [numbers, fractions];
        close(
            &split(&function, &columns, &groups, &mut random),
            &grouped(&function, &columns, &groups, GROUPS),
        );
    }
}

fn close(left: &ArrayRef, right: &ArrayRef) {
    let (left, right) = (left.as_primitive::<Float64Type>(), right.as_primitive::<Float64Type>());
    for (left, right) in left.values().iter().zip(right.values()) {
        assert!((left - right).abs() < 1e-9, "{left} and {right}");
    }
}

/// The elements of each array, without their order.
fn elements(arrays: &ArrayRef, distinct: bool) -> Vec<Vec<std::string::String>> {
    let texts = arrays.as_string_view();
    let elements = |text: &str| {
        let mut elements: Vec<std::string::String> =
            crate::dynamic::Dynamic::new(text).elements().map(|element| element.text().to_owned()).collect();
        elements.sort();
        if distinct {
            let set: BTreeSet<_> = elements.iter().cloned().collect();
            assert_eq!(set.len(), elements.len(), "a set repeats nothing");
        }
        elements
    };
    texts.iter().map(|text| elements(text.expect("an array"))).collect()
}

#[test]
fn collections_agree_up_to_order() {
    let mut random = Random(0xba6);
    for _ in 0..60 {
        let (groups, numbers, words, conditions, _) = table(&mut random);
        let dynamic: Vec<std::string::String> = (0..groups.len())
            .map(|row| match row % 3 {
                0 => format!("[{row}, \"{row}\"]"),
                1 => format!("{{\"k{}\": {}}}", row % 5, row % 2),
                _ => row.to_string(),
            })
            .collect();
        let dynamic: Vec<Option<&str>> = dynamic.iter().map(|text| Some(text.as_str())).collect();
        let dynamic = texts(&dynamic);
        let cases: Vec<(&str, Arc<AggregateUDF>, Vec<ArrayRef>)> = vec![
            ("make_list", function("make_list", &[String], &[]), vec![words.clone()]),
            ("make_set", function("make_set", &[String], &[]), vec![words.clone()]),
            ("make_set_if", function("make_set_if", &[Long, Bool], &[]), vec![numbers.clone(), conditions]),
            ("make_list_with_nulls", function("make_list_with_nulls", &[Long], &[]), vec![numbers]),
            ("make_list of dynamic", function("make_list", &[Dynamic], &[]), vec![dynamic.clone()]),
            ("make_set of dynamic", function("make_set", &[Dynamic], &[]), vec![dynamic.clone()]),
        ];
        for (name, function, columns) in cases {
            let expected = grouped(&function, &columns, &groups, GROUPS);
            let result = split(&function, &columns, &groups, &mut random);
            let distinct = name.starts_with("make_set");
            assert_eq!(elements(&result, distinct), elements(&expected, distinct), "{name}");
        }
        let limited = function("make_set", &[String], &[Value::Long(Some(3))]);
        let result = split(&limited, &[words], &groups, &mut random);
        assert!(elements(&result, true).iter().all(|set| set.len() <= 3));
        let bags = function("make_bag", &[Dynamic], &[]);
        let names = |bags: &ArrayRef| -> Vec<BTreeSet<std::string::String>> {
            let names = |bag: &str| {
                crate::dynamic::Dynamic::new(bag)
                    .members()
                    .map(|(name, _)| name.name().into_owned())
                    .collect()
            };
            bags.as_string_view().iter().map(|bag| names(bag.expect("a bag"))).collect()
        };
        let expected = grouped(&bags, std::slice::from_ref(&dynamic), &groups, GROUPS);
        assert_eq!(names(&split(&bags, &[dynamic], &groups, &mut random)), names(&expected));
    }
}

#[test]
fn estimates_do_not_depend_on_splits() {
    let mut random = Random(0x41);
    let count = 30_000;
    let groups: Vec<usize> = (0..count).map(|_| random.below(GROUPS)).collect();
    let numbers: Vec<Option<i64>> = (0..count).map(|number| Some(number % 20_000)).collect();
    let groups: Vec<usize> = groups.iter().map(|group| if *group > 3 { 0 } else { *group }).collect();
    let numbers = longs(&numbers);
    let dcount = function("dcount", &[Long], &[Value::Long(Some(0))]);
    let expected = grouped(&dcount, std::slice::from_ref(&numbers), &groups, GROUPS);
    for _ in 0..5 {
        assert_eq!(&split(&dcount, std::slice::from_ref(&numbers), &groups, &mut random), &expected);
    }
}

#[test]
fn calls_with_the_same_key_pick_the_same_row() {
    let mut random = Random(0x7e);
    for _ in 0..40 {
        let (groups, keys, words, _, _) = table(&mut random);
        let rows: Vec<Option<i64>> = (0..groups.len()).map(|row| i64::try_from(row).ok()).collect();
        let rows = longs(&rows);
        let seed = random.0;
        let picked = |function: Arc<AggregateUDF>, columns: &[ArrayRef]| {
            split(&function, columns, &groups, &mut Random(seed))
        };
        let row = picked(function("arg_max", &[Long, Long], &[]), &[keys.clone(), rows.clone()]);
        let word = picked(function("arg_max", &[Long, String], &[]), &[keys.clone(), words.clone()]);
        let both = picked(
            row_function("arg_max", &[Long, Long, String], &[]),
            &[keys.clone(), rows.clone(), words.clone()],
        );
        assert_eq!(both.as_struct().column(0), &row);
        assert_eq!(both.as_struct().column(1), &word);
        for (group, row) in row.as_primitive::<Int64Type>().iter().enumerate() {
            if let Some(row) = row {
                let row = usize::try_from(row).expect("a row");
                assert_eq!(groups[row], group);
                assert_eq!(word.slice(group, 1).to_data(), words.slice(row, 1).to_data());
            }
        }
    }
}

#[test]
fn a_filter_leaves_rows_out() {
    let numbers = longs(&[Some(1), Some(2), Some(4)]);
    let filter = BooleanArray::from(vec![Some(true), None, Some(true)]);
    for (name, expected) in
        [("sum", longs(&[Some(5)])), ("count", longs(&[Some(2)])), ("max", longs(&[Some(4)]))]
    {
        let function = function(name, &[Long], &[]);
        let mut accumulator = groups_accumulator(&function);
        accumulator
            .update_batch(std::slice::from_ref(&numbers), &[0, 0, 0], Some(&filter), 1)
            .expect("takes the batch");
        assert_eq!(&accumulator.evaluate(EmitTo::All).expect("results"), &expected, "{name}");
        let states =
            accumulator.convert_to_state(std::slice::from_ref(&numbers), Some(&filter)).expect("states");
        let mut accumulator = groups_accumulator(&function);
        accumulator.merge_batch(&states, &[0, 0, 0], 1).expect("merges");
        assert_eq!(&accumulator.evaluate(EmitTo::All).expect("results"), &expected, "{name}");
    }
}

#[test]
fn memory_is_counted() {
    let words: Vec<std::string::String> =
        (0..20_000).map(|number| format!("a text with the number {number}")).collect();
    let words: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
    let groups: Vec<usize> = (0..words.len()).collect();
    for name in ["make_set", "make_list", "count_distinct", "max"] {
        let mut accumulator = groups_accumulator(&function(name, &[String], &[]));
        accumulator.update_batch(&[texts(&words)], &groups, None, words.len()).expect("takes the batch");
        let each = accumulator.size() / words.len();
        assert!((40..150).contains(&each), "{name} takes {each} bytes for a group with a text of 28 bytes");
        accumulator.evaluate(EmitTo::All).expect("results");
        assert!(accumulator.size() < 4096, "{name} gives its memory back");
    }
}
