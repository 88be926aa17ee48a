//! Values at the edges of their types, in every combination: no function may stop at any of them.

use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use super::{array, call, parse_signature, value};

/// Values at the edges of their types.
const EDGES: &[(ScalarType, &[&str])] = &[
    (ScalarType::Bool, &["true", "false", "null"]),
    (ScalarType::Int, &["0", "1", "-1", "2147483647", "-2147483648", "null"]),
    (
        ScalarType::Long,
        &[
            "0",
            "1",
            "-1",
            "7",
            "63",
            "64",
            "9223372036854775807",
            "-9223372036854775808",
            "864000000000",
            "null",
        ],
    ),
    (ScalarType::Real, &["0", "-0.0", "1.5", "-1e300", "1e19", "5e-324", "NaN", "inf", "-inf", "null"]),
    (
        ScalarType::Decimal,
        &["0", "1.5", "-1e-34", "999999999999999999999999999999999999999999", "-1e41", "null"],
    ),
    (
        ScalarType::String,
        &[
            "",
            "a",
            "0x",
            "-0x8000000000000000",
            "1e999999999",
            "2024-02-30",
            "9999-12-31T23:59:59.9999999-14:00",
            "é😀",
            "-",
            "0.",
            "1.2.3:4",
            "Europe/Paris",
        ],
    ),
    (
        ScalarType::Datetime,
        &["0001-01-01", "9999-12-31T23:59:59.9999999Z", "2024-02-29", "2023-12-31 23:59", "null"],
    ),
    (
        ScalarType::Timespan,
        &["0", "1tick", "-1tick", "10675199.02:48:05.4775807", "-10675199.02:48:05.4775807", "7d", "null"],
    ),
    (ScalarType::Guid, &["74be27de-1e4e-49d9-b579-fe0b331d3642", "null"]),
    (
        ScalarType::Dynamic,
        &["1", "1e999", "-", "\"", "\"\\ud83d\"", "[", "{\"a\"", "true", "[1]", "\"a\"", "null"],
    ),
];

/// Calls with every combination of edges.
const SIGNATURES: &[(&[&str], &[&str])] = &[
    (
        &["==", "!=", "<", "<=", ">", ">="],
        &[
            "bool, bool -> bool",
            "int, long -> bool",
            "long, real -> bool",
            "real, decimal -> bool",
            "string, string -> bool",
            "datetime, datetime -> bool",
            "timespan, timespan -> bool",
            "guid, guid -> bool",
            "dynamic, long -> bool",
            "real, dynamic -> bool",
            "dynamic, dynamic -> bool",
        ],
    ),
    (&["between", "!between"], &["long, long, long -> bool", "datetime, datetime, timespan -> bool"]),
    (
        &["+", "-"],
        &[
            "long, long -> long",
            "real, real -> real",
            "decimal, decimal -> decimal",
            "datetime, timespan -> datetime",
            "timespan, datetime -> datetime",
            "timespan, timespan -> timespan",
        ],
    ),
    (&["*", "/", "%"], &["long, long -> long", "real, real -> real", "decimal, decimal -> decimal"]),
    (&["*", "%"], &["timespan, timespan -> timespan"]),
    (
        &["*", "/", "%"],
        &["timespan, long -> timespan", "timespan, real -> timespan", "datetime, real -> datetime"],
    ),
    (&["/"], &["timespan, timespan -> real", "datetime, datetime -> real"]),
    (
        &["negate"],
        &[
            "long -> long",
            "real -> real",
            "decimal -> decimal",
            "timespan -> timespan",
            "datetime -> datetime",
            "dynamic -> dynamic",
        ],
    ),
    (&["max_of", "min_of"], &["real, real -> real", "decimal, decimal -> decimal", "guid, guid -> guid"]),
    (
        &["binary_and", "binary_or", "binary_xor", "binary_shift_left", "binary_shift_right"],
        &["long, long -> long"],
    ),
    (&["tostring"], TO_STRING),
    (
        &["toint"],
        &["bool -> int", "long -> int", "real -> int", "decimal -> int", "string -> int", "dynamic -> int"],
    ),
    (
        &["tolong"],
        &["real -> long", "decimal -> long", "string -> long", "dynamic -> long", "timespan -> long"],
    ),
    (&["toreal"], &["decimal -> real", "string -> real", "dynamic -> real", "datetime -> real"]),
    (&["todecimal"], &["long -> decimal", "real -> decimal", "string -> decimal", "dynamic -> decimal"]),
    (&["tobool"], &["real -> bool", "decimal -> bool", "string -> bool", "dynamic -> bool"]),
    (&["todatetime"], &["long -> datetime", "real -> datetime", "string -> datetime", "dynamic -> datetime"]),
    (
        &["totimespan"],
        &["real -> timespan", "decimal -> timespan", "string -> timespan", "dynamic -> timespan"],
    ),
    (&["toguid"], &["string -> guid", "dynamic -> guid"]),
    (&["tohex"], &["long -> string", "long, long -> string", "int, long -> string"]),
    (
        &["bin"],
        &[
            "long, long -> long",
            "int, int -> int",
            "real, real -> real",
            "decimal, decimal -> decimal",
            "datetime, timespan -> datetime",
            "timespan, timespan -> timespan",
        ],
    ),
    (
        &["bin_at"],
        &[
            "long, long, long -> long",
            "real, real, real -> real",
            "decimal, decimal, decimal -> decimal",
            "datetime, timespan, datetime -> datetime",
            "datetime, real, datetime -> datetime",
        ],
    ),
    (
        &["round"],
        &["long, long -> long", "int, long -> int", "real, long -> real", "decimal, long -> decimal"],
    ),
    (&["abs", "ceiling"], &["long -> long", "real -> real", "decimal -> decimal"]),
    (&["gamma", "loggamma", "erf", "erfc", "log", "sqrt", "exp", "cot", "sign"], &["real -> real"]),
    (&["now", "ago"], &["timespan -> datetime"]),
    (
        &[
            "startofday",
            "startofweek",
            "startofmonth",
            "startofyear",
            "endofday",
            "endofweek",
            "endofmonth",
            "endofyear",
        ],
        &["datetime, long -> datetime"],
    ),
    (&["week_of_year", "dayofyear", "getmonth"], &["datetime -> int"]),
    (&["make_datetime"], &["long, long, long, long, long, real -> datetime"]),
    (&["make_timespan"], &["long, long, long, real -> timespan"]),
    (
        &["unixtime_seconds_todatetime", "unixtime_nanoseconds_todatetime"],
        &["long -> datetime", "real -> datetime"],
    ),
    (&["datetime_utc_to_local", "datetime_local_to_utc"], &["datetime, string -> datetime"]),
];

const TO_STRING: &[&str] = &[
    "bool -> string",
    "int -> string",
    "long -> string",
    "real -> string",
    "decimal -> string",
    "datetime -> string",
    "timespan -> string",
    "guid -> string",
    "dynamic -> string",
];

#[test]
fn no_value_stops_a_function() {
    for (functions, signatures) in SIGNATURES {
        for signature in *signatures {
            let (types, result_type) = parse_signature(signature);
            let edges: Vec<&[&str]> = types.iter().map(|scalar_type| edges_of(*scalar_type)).collect();
            let rows: usize = edges.iter().map(|edges| edges.len()).product::<usize>().min(4000);
            let columns: Vec<ColumnarValue> = (0..types.len())
                .map(|index| {
                    let stride: usize = edges[..index].iter().map(|edges| edges.len()).product();
                    let values: Vec<Value> = (0..rows)
                        .map(|row| value(types[index], edges[index][row / stride % edges[index].len()]))
                        .collect();
                    ColumnarValue::Array(array(types[index], &values.iter().collect::<Vec<_>>()))
                })
                .collect();
            for function in *functions {
                let results = call(function, &types, &vec![None; types.len()], result_type, &columns, rows);
                assert_eq!(results.len(), rows, "{function}: {signature}");
            }
        }
    }
}

fn edges_of(scalar_type: ScalarType) -> &'static [&'static str] {
    EDGES
        .iter()
        .find(|(candidate, _)| *candidate == scalar_type)
        .map(|(_, edges)| *edges)
        .expect("all types have edges")
}
