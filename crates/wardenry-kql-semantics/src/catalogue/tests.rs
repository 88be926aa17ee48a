use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wardenry_kql_syntax::ast::{BinaryOperator as B, ListOperator as L, UnaryOperator};
use wardenry_kql_values::{ScalarType, Value};

use super::{Argument, FunctionKind, OperatorMismatch, Resolution, ResultType};

/// Types as Microsoft's binder computes them. A line is a call with one argument left open, and the result for each type
/// that may stand there. Where the engine refuses what the binder takes, the engine is followed: `iff` and `case`
/// are left out, and so are calls with dynamic operands on both sides. [B]
const FUNCTIONS: &str = include_str!("tests/functions.txt");
const OPERATORS: &str = include_str!("tests/operators.txt");

/// What 99 % of the measured hunting queries on advanced hunting tables need.
const NEEDED_FUNCTIONS: &str = "ago parse_json tostring not isnotempty bin todynamic extract array_length strcat split case \
    geo_info_from_ip_address iff isempty tolower pack_array now todatetime toint ipv4_is_private datetime_diff set_has_element \
    isnotnull startofday format_datetime ingestion_time parse_url replace_string base64_decode_tostring replace abs substring \
    countof iif coalesce tobool strlen parse_command_line trim todouble round replace_regex extractjson series_decompose_anomalies \
    ipv4_is_in_range indexof toreal pack parse_path string_size tolong strcat_array extract_all array_concat set_intersect \
    datetime_add hash isnull toupper bag_pack array_sort_asc base64_decodestring parse_version parse_user_agent set_difference \
    ipv4_is_in_any_range parsejson array_slice range array_index_of format_ipv4 pack_dictionary ipv4_is_match format_ipv4_mask \
    column_ifexists rand hash_sha256 pack_all todecimal parse_xml parse_csv indexof_regex hash_md5 base64_encode_tostring prev next \
    bag_pack_columns bag_keys bag_remove_keys url_decode format_timespan binary_shift_left binary_xor base64_decode_toarray \
    make_string trim_start format_bytes series_stats unicode_codepoints_from_string jaccard_index url_encode";

const NEEDED_AGGREGATES: &str = "count make_set dcount arg_max make_list max min make_set_if dcountif countif makeset sum arg_min any \
    avg take_any make_bag make_list_if count_distinct makelist argmax stdev argmin take_anyif";

const NEEDED_PLUGINS: &str = "bag_unpack pivot ipv4_lookup sliding_window_counts";

#[test]
fn names_are_unique() {
    let mut seen = BTreeSet::new();
    let repeated: Vec<&str> = super::functions()
        .iter()
        .filter(|function| {
            let place = match function.kind {
                FunctionKind::Aggregate => 1,
                FunctionKind::Plugin => 2,
                FunctionKind::Scalar | FunctionKind::Window | FunctionKind::Source => 0,
            };
            !seen.insert((place, function.name))
        })
        .map(|function| function.name)
        .collect();
    assert_eq!(repeated, Vec::<&str>::new());
}

#[test]
fn what_a_spelling_stands_for_is_in_the_catalogue() {
    let missing: Vec<&str> = super::functions()
        .iter()
        .filter(|function| {
            let canonical = match function.kind {
                FunctionKind::Aggregate => super::aggregate(function.canonical),
                FunctionKind::Plugin => super::plugin(function.canonical),
                FunctionKind::Scalar | FunctionKind::Window | FunctionKind::Source => {
                    super::scalar(function.canonical)
                }
            };
            canonical.is_none_or(|canonical| canonical.canonical != function.canonical)
        })
        .map(|function| function.name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn descriptions_are_sentences_without_a_full_stop() {
    let odd: Vec<&str> = super::functions()
        .iter()
        .filter(|function| function.about.is_empty() || function.about.ends_with('.'))
        .map(|function| function.name)
        .collect();
    assert_eq!(odd, Vec::<&str>::new());
}

#[test]
fn all_that_real_queries_need_is_there() {
    let missing = |names: &'static str, find: fn(&str) -> Option<&'static super::Function>| -> Vec<&str> {
        names.split_whitespace().filter(|name| find(name).is_none()).collect()
    };
    assert_eq!(missing(NEEDED_FUNCTIONS, super::scalar), Vec::<&str>::new());
    assert_eq!(missing(NEEDED_AGGREGATES, super::aggregate), Vec::<&str>::new());
    assert_eq!(missing(NEEDED_PLUGINS, super::plugin), Vec::<&str>::new());
}

#[test]
fn older_spellings_become_the_canonical_call() {
    let lowered = |name: &str, arguments: Vec<i64>| {
        let function = super::aggregate(name).or_else(|| super::scalar(name)).expect("the catalogue has it");
        (function.canonical, function.lower(arguments, |value| value))
    };
    assert_eq!(lowered("makeset", vec![7]), ("make_set", vec![7, 128]));
    assert_eq!(lowered("makeset", vec![7, 9]), ("make_set", vec![7, 9]));
    assert_eq!(lowered("make_set", vec![7]), ("make_set", vec![7]));
    // `replace(regex, with, text)`, `replace_regex(text, regex, with)`.
    assert_eq!(lowered("replace", vec![1, 2, 3]), ("replace_regex", vec![3, 1, 2]));
    assert_eq!(lowered("iif", vec![1, 2, 3]), ("iff", vec![1, 2, 3]));
    assert_eq!(lowered("notempty", vec![1]), ("isnotempty", vec![1]));
    assert_eq!(lowered("floor", vec![1, 2]), ("bin", vec![1, 2]));
}

#[test]
fn columns_are_named_as_the_reference_says() {
    let name = |name: &str, first: Option<&str>, count: usize| {
        let function = super::aggregate(name).or_else(|| super::scalar(name)).expect("the catalogue has it");
        function.default_name(first, count)
    };
    // [B] [D named-expressions.md, summarize-operator.md]
    assert_eq!(name("count", None, 0), Some("count_".into()));
    assert_eq!(name("sum", Some("x"), 1), Some("sum_x".into()));
    assert_eq!(name("sum", None, 1), Some("sum_".into()));
    assert_eq!(name("make_set_if", Some("x"), 2), Some("set_x".into()));
    assert_eq!(name("bin", Some("t"), 2), Some("t".into()));
    assert_eq!(name("strcat", Some("t"), 2), None);
    assert_eq!(name("strlen", Some("s"), 1), Some("strlen_s".into()));
    assert_eq!(name("make_datetime", Some("s"), 1), Some("s".into()));
    assert_eq!(name("make_datetime", Some("s"), 3), None);
    assert_eq!(name("array_sort_asc", Some("d"), 1), Some("d_sorted".into()));
    assert_eq!(name("array_sort_asc", None, 1), Some("array0_sorted".into()));
    let columns =
        super::scalar("series_decompose_anomalies").expect("the catalogue has it").result_columns("x");
    assert_eq!(
        columns,
        [
            ("series_decompose_anomalies_x_ad_flag".to_owned(), ScalarType::Dynamic),
            ("series_decompose_anomalies_x_ad_score".to_owned(), ScalarType::Dynamic),
            ("series_decompose_anomalies_x_baseline".to_owned(), ScalarType::Dynamic),
        ]
    );
}

#[test]
fn branches_need_one_type() {
    // [D case-function.md] [E]
    let types = |then: ScalarType, otherwise: ScalarType| {
        let arguments = [column(ScalarType::Bool), column(then), column(otherwise)];
        match super::scalar("iff").expect("the catalogue has it").resolve(&arguments) {
            Ok(Resolution { result: ResultType::Scalar(result), .. }) => Some(result),
            _ => None,
        }
    };
    assert_eq!(types(ScalarType::Int, ScalarType::Long), Some(ScalarType::Long));
    assert_eq!(types(ScalarType::Long, ScalarType::Real), None);
    assert_eq!(types(ScalarType::String, ScalarType::Long), None);
    assert_eq!(types(ScalarType::Dynamic, ScalarType::String), Some(ScalarType::String));
    assert_eq!(types(ScalarType::Dynamic, ScalarType::Dynamic), Some(ScalarType::Dynamic));
}

#[test]
fn literals_take_the_type_of_the_other_operand() {
    // [D scalar-data-types/*.md] [E]
    let text = Value::String("1".into());
    let literal = |value| Argument::Scalar {
        scalar_type: Value::scalar_type(value),
        constant: Some(value),
        literal: true,
        column: false,
    };
    let conversions = |operator, left, right| {
        super::binary(operator, &left, &right).map(|resolution: Resolution| resolution.conversions)
    };
    assert_eq!(
        conversions(B::Equal, column(ScalarType::Long), literal(&text)),
        Ok(vec![None, Some(ScalarType::Long)])
    );
    assert_eq!(
        conversions(B::Equal, column(ScalarType::String), literal(&Value::Long(Some(1)))),
        Ok(vec![None, Some(ScalarType::String)])
    );
    assert_eq!(
        conversions(B::Equal, column(ScalarType::Bool), literal(&Value::Long(Some(1)))),
        Ok(vec![None, Some(ScalarType::Bool)])
    );
    assert_eq!(
        conversions(B::Add, column(ScalarType::Int), column(ScalarType::Int)),
        Ok(vec![Some(ScalarType::Long), Some(ScalarType::Long)])
    );
    assert_eq!(
        conversions(B::Greater, column(ScalarType::Datetime), literal(&text)),
        Err(OperatorMismatch {
            hint: Some("convert the text with `todatetime()`, or write `datetime(…)`")
        })
    );
}

#[test]
fn calls_have_the_types_of_the_reference() {
    let mut actual = String::new();
    for line in FUNCTIONS.lines() {
        let (call, _) = line.split_once(" -> ").expect("a call and its results");
        let (find, rest): (fn(&str) -> Option<&'static super::Function>, &str) =
            match call.strip_prefix("aggregate ") {
                Some(rest) => (super::aggregate, rest),
                None => (super::scalar, call),
            };
        let (name, arguments) =
            rest.strip_suffix(')').and_then(|rest| rest.split_once('(')).expect("a call has parentheses");
        let function = find(name).expect("the catalogue has it");
        let words: Vec<&str> = arguments.split(", ").collect();
        let results = outcomes(|open| {
            let values: Vec<Option<Value>> = words.iter().map(|word| literal_value(word)).collect();
            let arguments: Vec<Argument<'_>> =
                words.iter().zip(&values).map(|(word, value)| argument(word, value.as_ref(), open)).collect();
            function.resolve(&arguments).ok()
        });
        writeln!(actual, "{call} -> {results}").expect("a String takes everything");
    }
    assert_eq!(differences(FUNCTIONS, &actual), "");
}

#[test]
fn operators_have_the_types_of_the_reference() {
    const LISTS: [L; 6] = [L::In, L::NotIn, L::InTilde, L::NotInTilde, L::HasAny, L::HasAll];
    const BINARY: &[B] = &[
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
        B::Modulo,
        B::Equal,
        B::NotEqual,
        B::Less,
        B::LessOrEqual,
        B::Greater,
        B::GreaterOrEqual,
        B::And,
        B::Or,
        B::EqualTilde,
        B::NotTilde,
        B::Has,
        B::NotHas,
        B::HasCs,
        B::HasPrefix,
        B::HasSuffix,
        B::Contains,
        B::NotContains,
        B::ContainsCs,
        B::StartsWith,
        B::EndsWithCs,
        B::MatchesRegex,
        B::Like,
    ];
    let mut actual = String::new();
    for line in OPERATORS.lines() {
        let (call, _) = line.split_once(" -> ").expect("a call and its results");
        let results = outcomes(|open| {
            if call == "negate _" {
                return super::unary(UnaryOperator::Minus, &column(open)).ok();
            }
            let (left, name) =
                call.strip_suffix(" _").and_then(|call| call.split_once(' ')).expect("two operands");
            let value = literal_value(left);
            let left = argument(left, value.as_ref(), open);
            let name = if name == "matches_regex" { "matches regex" } else { name };
            if let Some(operator) = BINARY.iter().find(|operator| super::binary_name(**operator) == name) {
                return super::binary(*operator, &left, &column(open)).ok();
            }
            let operator = LISTS.iter().find(|operator| super::list_name(**operator) == name);
            super::list(*operator.expect("an operator"), &left, &[column(open)]).ok()
        });
        writeln!(actual, "{call} -> {results}").expect("a String takes everything");
    }
    assert_eq!(differences(OPERATORS, &actual), "");
}

#[test]
fn compat_md_is_what_the_catalogue_says() {
    let file = include_str!("../../../../COMPAT.md");
    let generated = file
        .split_once("<!-- kql: generated -->\n\n")
        .and_then(|(_, rest)| rest.split_once("\n<!-- kql: end -->"))
        .map(|(generated, _)| generated);
    assert_eq!(
        generated,
        Some(super::compat_markdown().as_str()),
        "rewrite it: cargo run -p wardenry-kql-semantics --example compat -- COMPAT.md"
    );
}

const fn column<'a>(scalar_type: ScalarType) -> Argument<'a> {
    Argument::Scalar { scalar_type, constant: None, literal: false, column: true }
}

fn literal_value(word: &str) -> Option<Value> {
    match word {
        "1" => Some(Value::Long(Some(1))),
        "1.5" => Some(Value::Real(Some(1.5))),
        "1d" => Some(Value::Timespan(Some(wardenry_kql_values::TICKS_PER_DAY))),
        "true" => Some(Value::Bool(Some(true))),
        _ => word.strip_prefix('"').map(|text| Value::String(text.trim_end_matches('"').into())),
    }
}

fn argument<'a>(word: &str, value: Option<&'a Value>, open: ScalarType) -> Argument<'a> {
    match value {
        Some(value) => Argument::Scalar {
            scalar_type: value.scalar_type(),
            constant: Some(value),
            literal: true,
            column: false,
        },
        None => column(ScalarType::parse(word).unwrap_or(open)),
    }
}

/// The results for each type, grouped: `long: int long; refused: bool`.
fn outcomes(resolve: impl Fn(ScalarType) -> Option<Resolution>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    let mut refused = Vec::new();
    for open in ScalarType::ALL {
        let result = match resolve(open).map(|resolution| resolution.result) {
            Some(ResultType::Scalar(result)) => result.name().to_owned(),
            Some(ResultType::Columns) => "columns".to_owned(),
            Some(other) => format!("{other:?}"),
            None => {
                refused.push(open.name());
                continue;
            }
        };
        match groups.iter_mut().find(|(known, _)| *known == result) {
            Some((_, types)) => types.push(open.name()),
            None => groups.push((result, vec![open.name()])),
        }
    }
    if !refused.is_empty() {
        groups.push(("refused".to_owned(), refused));
    }
    groups
        .iter()
        .map(|(result, types)| format!("{result}: {}", types.join(" ")))
        .collect::<Vec<_>>()
        .join("; ")
}

fn differences(expected: &str, actual: &str) -> String {
    let actual: BTreeMap<&str, &str> = actual.lines().filter_map(|line| line.split_once(" -> ")).collect();
    let mut differences = String::new();
    for (call, expected) in expected.lines().filter_map(|line| line.split_once(" -> ")) {
        let actual = actual.get(call).copied().unwrap_or_default();
        if actual != expected {
            writeln!(differences, "{call}\n  expected {expected}\n  actual   {actual}")
                .expect("a String takes everything");
        }
    }
    differences
}
