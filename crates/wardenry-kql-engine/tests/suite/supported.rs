//! What the catalogue says is supported runs: a small query for each function, aggregate, operator and plugin.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use wardenry_kql_engine::{Engine, MemoryTables, RunOptions};
use wardenry_kql_functions::scalar_functions;
use wardenry_kql_semantics::catalogue::{
    self, Function, FunctionKind, Parameter, ParameterMode, ParameterType, Signature, Support,
};
use wardenry_kql_values::ScalarType;

use crate::support::NOW;

/// A row with a column of every type; `a` is an array, `d` a bag.
const ROW: &str = "datatable(b:bool, i:int, l:long, r:real, m:decimal, s:string, t:datetime, p:timespan, g:guid, d:dynamic, a:dynamic) \
    [true, 1, 2, 1.5, decimal(1.5), \"a.b\", datetime(2024-01-01), 1h, guid(74be27de-1e4e-49d9-b579-fe0b331d3642), \
     dynamic({\"k\": 1}), dynamic([1, 2, 3])]";

/// Calls of functions that any arguments of the right types do not suit.
static CALLS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    BTreeMap::from([
        ("column_ifexists", "column_ifexists(\"s\", s)"),
        ("columnifexists", "columnifexists(\"s\", s)"),
        ("datetime_local_to_utc", "datetime_local_to_utc(t, \"Europe/Berlin\")"),
        ("datetime_utc_to_local", "datetime_utc_to_local(t, \"Europe/Berlin\")"),
        ("extract", "extract(\"a\", 0, s)"),
        ("extract_all", "extract_all(\"(a)\", s)"),
        ("extractall", "extractall(\"(a)\", s)"),
        ("extract_json", "extract_json(\"$.a\", s)"),
        ("extractjson", "extractjson(\"$.a\", s)"),
        ("format_datetime", "format_datetime(t, \"yyyy-MM-dd\")"),
        ("format_timespan", "format_timespan(p, \"hh:mm\")"),
        ("parse_command_line", "parse_command_line(s, \"windows\")"),
        ("parse_user_agent", "parse_user_agent(s, \"browser\")"),
        ("row_window_session", "row_window_session(t, 1d, 1h)"),
    ])
});

/// A query for each operator of pipelines that the checker knows.
const OPERATORS: &[(&str, &str)] = &[
    ("as", "print x = 1 | as T"),
    ("count", "print x = 1 | count"),
    ("datatable", "datatable(x:long)[1]"),
    ("distinct", "print x = 1 | distinct x"),
    ("evaluate", "print d = dynamic({\"k\": 1}) | evaluate bag_unpack(d)"),
    ("extend", "print x = 1 | extend y = x"),
    ("facet", "print x = 1 | facet by x"),
    ("find", "let T = datatable(x:long)[1]; find in (T) where x == 1"),
    ("fork", "print x = 1 | fork (take 1) (count)"),
    ("getschema", "print x = 1 | getschema"),
    (
        "graph-match",
        "datatable(a:string, b:string)[\"x\", \"y\"] | make-graph a --> b | graph-match (n)-[e]->(m) project e.a",
    ),
    ("invoke", "let f = (T:(x:long)) { T }; print x = 1 | invoke f()"),
    ("join", "print x = 1 | join (print x = 1) on x"),
    ("lookup", "print x = 1 | lookup (print x = 1, y = 2) on x"),
    (
        "make-graph",
        "datatable(a:string, b:string)[\"x\", \"y\"] | make-graph a --> b | graph-match (n)-[e]->(m) project e.a",
    ),
    ("make-series", "range x from 1 to 3 step 1 | make-series count() on x from 1 to 4 step 1"),
    ("mv-apply", "print d = dynamic([1, 2]) | mv-apply d on (take 1)"),
    ("mv-expand", "print d = dynamic([1, 2]) | mv-expand d"),
    ("parse", "print s = \"a=1\" | parse s with \"a=\" n:long"),
    (
        "parse-kv",
        "print s = \"a=1\" | parse-kv s as (a:long) with (pair_delimiter=\",\", kv_delimiter=\"=\")",
    ),
    ("parse-where", "print s = \"a=1\" | parse-where s with \"a=\" n:long"),
    ("partition", "print x = 1 | partition by x (take 1)"),
    ("print", "print x = 1"),
    ("project", "print x = 1 | project y = x"),
    ("project-away", "print x = 1, y = 2 | project-away y"),
    ("project-keep", "print x = 1, y = 2 | project-keep y"),
    ("project-rename", "print x = 1 | project-rename y = x"),
    ("project-reorder", "print x = 1, y = 2 | project-reorder y"),
    ("range", "range x from 1 to 3 step 1"),
    ("reduce", "print s = \"a b\" | reduce by s"),
    ("render", "print x = 1 | render table"),
    ("sample", "print x = 1 | sample 1"),
    ("sample-distinct", "print x = 1 | sample-distinct 1 of x"),
    ("scan", "range x from 1 to 3 step 1 | scan declare (t:long = 0) with (step s: true => t = x + s.t;)"),
    ("search", "print s = \"a\" | search \"a\""),
    ("serialize", "print x = 1 | serialize"),
    ("sort", "print x = 1 | sort by x asc"),
    ("summarize", "print x = 1 | summarize count() by x"),
    ("take", "print x = 1 | take 1"),
    ("top", "print x = 1 | top 1 by x"),
    ("top-hitters", "print x = 1 | top-hitters 1 of x"),
    ("top-nested", "print x = 1 | top-nested 1 of x by count()"),
    ("union", "print x = 1 | union (print x = 2)"),
    ("where", "print x = 1 | where x == 1"),
];

/// Operators that need something from outside.
const OPERATORS_WITH_A_SOURCE: &[&str] = &["externaldata"];

/// A query for each function of the hunting service.
const HOSTED: &[(&str, &str)] = &[
    ("FileProfile", "print SHA1 = \"a\" | invoke FileProfile()"),
    ("DeviceFromIP", "print IP = \"10.0.0.1\" | invoke DeviceFromIP()"),
    ("SeenBy", "print DeviceId = \"a\" | invoke SeenBy()"),
    ("AssignedIPAddresses", "AssignedIPAddresses(\"a\")"),
    ("arg", "arg(\"\").DeviceNetworkInfo | count"),
    ("_GetWatchlist", "_GetWatchlist(\"DeviceNetworkInfo\") | count"),
];

/// A query for each plugin that is supported.
const PLUGINS: &[(&str, &str)] = &[
    ("bag_unpack", "print d = dynamic({\"k\": 1}) | evaluate bag_unpack(d)"),
    ("pivot", "print k = \"a\", c = \"b\" | evaluate pivot(c)"),
    ("ipv4_lookup", "print ip = \"10.0.0.1\" | evaluate ipv4_lookup((print net = \"10.0.0.0/8\"), ip, net)"),
    ("narrow", "print x = 1 | evaluate narrow()"),
    ("sliding_window_counts", "print u = \"a\", x = 1 | evaluate sliding_window_counts(u, x, 0, 3, 2, 1)"),
    ("activity_counts_metrics", "print u = \"a\", x = 1 | evaluate activity_counts_metrics(u, x, 0, 3, 1)"),
    ("rolling_percentile", "print v = 1, x = 1 | evaluate rolling_percentile(v, 50, x, 1, 2)"),
    ("identity", "print x = 1 | evaluate identity()"),
    ("ipv6_lookup", "print ip = \"fe80::1\" | evaluate ipv6_lookup((print net = \"fe80::/16\"), ip, net)"),
];

/// What functions of the hunting service read.
fn tables() -> MemoryTables {
    let columns = [
        ("Timestamp", ScalarType::Datetime),
        ("DeviceId", ScalarType::String),
        ("DeviceName", ScalarType::String),
        ("IPAddresses", ScalarType::String),
        ("NetworkAdapterName", ScalarType::String),
        ("NetworkAdapterType", ScalarType::String),
        ("ConnectedNetworks", ScalarType::String),
    ];
    let mut tables = MemoryTables::new();
    tables.insert("DeviceNetworkInfo", &columns, Vec::new()).expect("an empty table has no rows to misfit");
    tables
}

/// Why a query has no result, if it has none.
fn fault(runtime: &tokio::runtime::Runtime, query: &str) -> Option<String> {
    runtime.block_on(async {
        let run = match Engine::new().run(query, &tables(), &RunOptions::at(NOW)).await {
            Ok(run) => run,
            Err(error) => return Some(error.to_string()),
        };
        for mut result in run.results {
            while let Some(batch) = result.next().await {
                if let Err(error) = batch {
                    return Some(error.to_string());
                }
            }
        }
        None
    })
}

/// The names of those queries that have no result, with the reason.
fn faults(queries: impl Iterator<Item = (&'static str, String)>) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    queries
        .filter_map(|(name, query)| fault(&runtime, &query).map(|fault| format!("{name}: {fault}")))
        .collect()
}

/// The names of those queries that have a result although the catalogue says no, or none although it says yes.
fn untrue(queries: &[(&'static str, &str)], support: impl Fn(&str) -> Support) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    queries
        .iter()
        .filter_map(|(name, query)| match (fault(&runtime, query), support(name).runs()) {
            (None, false) => Some(format!("{name} runs")),
            (Some(fault), true) => Some(format!("{name}: {fault}")),
            (None, true) | (Some(_), false) => None,
        })
        .collect()
}

#[test]
fn functions_run() {
    let functions = catalogue::functions().iter().filter(|function| {
        matches!(function.kind, FunctionKind::Scalar | FunctionKind::Window) && function.support.runs()
    });
    let queries = functions
        .map(|function| (function.name, format!("{ROW} | serialize | project x = {}", call(function))));
    assert_eq!(faults(queries), Vec::<String>::new());
}

#[test]
fn aggregates_run() {
    let aggregates = catalogue::functions()
        .iter()
        .filter(|function| function.kind == FunctionKind::Aggregate && function.support.runs());
    let queries = aggregates.map(|function| (function.name, format!("{ROW} | summarize {}", call(function))));
    assert_eq!(faults(queries), Vec::<String>::new());
}

#[test]
fn operators_of_pipelines_run() {
    let supported: BTreeSet<&str> = catalogue::TABULAR_OPERATORS
        .iter()
        .filter(|operator| operator.support.runs())
        .map(|operator| operator.name)
        .collect();
    let tried: BTreeSet<&str> =
        OPERATORS.iter().map(|(name, _)| *name).chain(OPERATORS_WITH_A_SOURCE.iter().copied()).collect();
    assert_eq!(supported.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new());
    let support =
        |name: &str| catalogue::tabular_operator(name).map_or(Support::No, |operator| operator.support);
    assert_eq!(untrue(OPERATORS, support), Vec::<String>::new());
}

#[test]
fn functions_of_the_hunting_service_run() {
    let support =
        |name: &str| catalogue::hosted_function(name).map_or(Support::No, |function| function.support);
    assert_eq!(untrue(HOSTED, support), Vec::<String>::new());
}

#[test]
fn plugins_run() {
    let supported: BTreeSet<&str> = catalogue::functions()
        .iter()
        .filter(|function| function.kind == FunctionKind::Plugin && function.support.runs())
        .map(|function| function.name)
        .collect();
    let tried: BTreeSet<&str> = PLUGINS.iter().map(|(name, _)| *name).collect();
    assert_eq!(supported.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new());
    let support = |name: &str| catalogue::plugin(name).map_or(Support::No, |plugin| plugin.support);
    assert_eq!(untrue(PLUGINS, support), Vec::<String>::new());
}

#[test]
fn operators_of_expressions_run() {
    let queries =
        catalogue::SCALAR_OPERATORS.iter().filter(|operator| operator.support.runs()).map(|operator| {
            let (left, right) = match operator.operands {
                catalogue::Operands::Bool => ("b", "b"),
                catalogue::Operands::Text => ("s", "\"a\""),
                catalogue::Operands::TextList => ("s", "(\"a\", \"b\")"),
                catalogue::Operands::List => ("l", "(1, 2)"),
                _ if operator.name.ends_with("between") => ("l", "(1 .. 2)"),
                _ => ("l", "2"),
            };
            (operator.name, format!("{ROW} | project x = {left} {} {right}", operator.name))
        });
    assert_eq!(faults(queries), Vec::<String>::new());
}

#[test]
fn kernels_are_in_the_catalogue() {
    // `path` reads a member of a dynamic value, `:` is the search for a term in a column.
    let is_operator = |name: &str| {
        catalogue::scalar_operator(name).is_some() || matches!(name, "negate" | ":" | "path" | "path_is")
    };
    let unknown: BTreeSet<&str> = scalar_functions()
        .flat_map(|function| function.names)
        .copied()
        .filter(|name| catalogue::scalar(name).is_none() && !is_operator(name))
        .collect();
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn functions_with_a_kernel_are_supported() {
    let unsupported: BTreeSet<&str> = scalar_functions()
        .flat_map(|function| function.names)
        .copied()
        .filter(|name| catalogue::scalar(name).is_some_and(|function| !function.support.runs()))
        .collect();
    assert_eq!(unsupported, BTreeSet::new());
}

/// A call of a function with arguments that suit its first signature.
fn call(function: &Function) -> String {
    if let Some(call) = CALLS.get(function.name) {
        return (*call).to_owned();
    }
    let arguments = function.signatures.first().map(arguments).unwrap_or_default();
    format!("{}({})", function.name, arguments.join(", "))
}

fn arguments(signature: &Signature) -> Vec<String> {
    signature
        .parameters
        .iter()
        .flat_map(|parameter| std::iter::repeat_n(parameter, parameter.occurs.least))
        .map(argument)
        .collect()
}

fn argument(parameter: &Parameter) -> String {
    if let Some(value) = parameter.values.first() {
        return format!("\"{value}\"");
    }
    let is_constant = matches!(parameter.mode, ParameterMode::Constant | ParameterMode::Literal);
    let of_type = |scalar_type: ScalarType| match (scalar_type, is_constant) {
        (ScalarType::Bool, true) => "true",
        (ScalarType::Bool, false) => "b",
        (ScalarType::Int, false) => "i",
        (ScalarType::Int | ScalarType::Long, true) => "1",
        (ScalarType::Long, false) => "l",
        (ScalarType::Real, true) => "1.5",
        (ScalarType::Real, false) => "r",
        (ScalarType::Decimal, _) => "m",
        (ScalarType::String, true) => "\"a\"",
        (ScalarType::String, false) => "s",
        (ScalarType::Datetime, _) => "t",
        (ScalarType::Timespan, _) => "p",
        (ScalarType::Guid, _) => "g",
        (ScalarType::Dynamic, _) => "d",
    };
    match &parameter.accepts {
        ParameterType::Declared(types) => of_type(types.first().copied().unwrap_or(ScalarType::Long)),
        ParameterType::Text | ParameterType::StringOrDynamic | ParameterType::StringOrArray => {
            of_type(ScalarType::String)
        }
        ParameterType::Array => "a",
        ParameterType::Bag => "d",
        ParameterType::Type => "typeof(long)",
        _ => of_type(ScalarType::Long),
    }
    .to_owned()
}
