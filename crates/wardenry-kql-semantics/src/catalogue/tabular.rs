//! The operators of pipelines, and what may stand at the start of a query: names, shape, options, in one line what they do.

use super::Support;

/// An operator of a pipeline.
#[derive(Clone, Copy, Debug)]
pub struct TabularOperator {
    pub name: &'static str,
    /// Other spellings.
    pub also: &'static [&'static str],
    pub place: Place,
    /// Its shape, with `…` for what repeats and brackets for what may be left out.
    pub syntax: &'static str,
    /// One sentence without a full stop.
    pub about: &'static str,
    pub options: &'static [OperatorOption],
    pub support: Support,
}

/// Where an operator may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the start of a query only.
    Start,
    /// Behind a pipe only.
    Pipe,
    /// At the start or behind a pipe.
    Both,
}

/// `name=value` behind an operator's keyword or inside of `with (…)`.
#[derive(Clone, Copy, Debug)]
pub struct OperatorOption {
    pub name: &'static str,
    /// The words that it may be. Empty where it is an expression, a name or a text.
    pub values: &'static [&'static str],
    pub place: OptionPlace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionPlace {
    /// Right behind the keyword.
    Keyword,
    /// In `with (…)`.
    With,
}

const BOOL: &[&str] = &["true", "false"];

/// The kinds of `join`.
pub const JOIN_KINDS: &[&str] = &[
    "innerunique",
    "inner",
    "leftouter",
    "rightouter",
    "fullouter",
    "leftsemi",
    "rightsemi",
    "leftanti",
    "rightanti",
    "anti",
    "leftantisemi",
    "rightantisemi",
];

/// What `render` draws.
pub const CHARTS: &[&str] = &[
    "anomalychart",
    "areachart",
    "barchart",
    "card",
    "columnchart",
    "linechart",
    "piechart",
    "scatterchart",
    "stackedareachart",
    "table",
    "timechart",
    "timepivot",
    "treemap",
];

const HINT: OperatorOption = keyword("hint.strategy", &["shuffle", "broadcast"]);

const JOIN_OPTIONS: &[OperatorOption] = &[
    keyword("kind", JOIN_KINDS),
    keyword("hint.remote", &["auto", "left", "local", "right"]),
    HINT,
    keyword("hint.shufflekey", &[]),
];

const PARSE_OPTIONS: &[OperatorOption] =
    &[keyword("kind", &["simple", "relaxed", "regex"]), keyword("flags", &[])];

const EXPAND_OPTIONS: &[OperatorOption] = &[
    keyword("bagexpansion", &["bag", "array"]),
    keyword("kind", &["bag", "array"]),
    keyword("with_itemindex", &[]),
];

/// All of them, in the order of the alphabet.
pub const TABULAR_OPERATORS: &[TabularOperator] = &[
    pipe("as", "as name", "Names the rows up to here, so that the query can read them again"),
    pipe("assert-schema", "assert-schema (column: type, …)", "Fails unless the columns are these").unsupported(),
    pipe("consume", "consume", "Reads all rows and returns none").unsupported(),
    pipe("count", "count [as column]", "The number of rows"),
    start("datatable", "datatable (column: type, …) [value, …]", "Rows written in the query"),
    pipe("distinct", "distinct column, …", "The distinct combinations of columns"),
    pipe("evaluate", "evaluate plugin(argument, …) [: (column: type, …)]", "Runs a plugin")
        .options(&[keyword("hint.distribution", &["per_node", "per_shard", "single"])])
        .partly("the plugins that are listed as such"),
    pipe("extend", "extend column = expression, …", "Adds columns, or replaces them in their place"),
    start(
        "externaldata",
        "externaldata (column: type, …) [uri, …] [with (format = \"csv\", …)]",
        "Rows of a file elsewhere",
    )
    .options(&[
        with("format", &["\"csv\"", "\"tsv\"", "\"txt\"", "\"json\"", "\"multijson\"", "\"raw\"", "\"psv\"", "\"ssv\""]),
        with("ignoreFirstRecord", BOOL),
        with("ignoreLastRecord", BOOL),
        with("ingestionMapping", &[]),
        with("delimiter", &[]),
    ])
    .partly("only sources that the administrator allows"),
    pipe("facet", "facet by column, … [with (pipeline)]", "One table of counts for each column"),
    both(
        "find",
        "find [in (table, …)] where predicate [project column, …]",
        "The rows of several tables that fulfil a condition",
    )
    .options(&[keyword("withsource", &[]), keyword("datascope", &["hotcache", "all"])]),
    pipe("fork", "fork [name =] (pipeline) …", "Runs several pipelines over the same rows"),
    pipe("getschema", "getschema", "The columns with their types"),
    pipe(
        "graph-mark-components",
        "graph-mark-components",
        "Marks the components that the nodes of a graph belong to",
    )
    .unsupported(),
    pipe(
        "graph-match",
        "graph-match (a)-[e]->(b) where predicate project expression, …",
        "The places of a graph that fit a pattern",
    )
    .options(&[keyword("cycles", &["all", "none", "unique_edges"])]),
    pipe(
        "graph-shortest-paths",
        "graph-shortest-paths (a)-[e*1..5]->(b) where predicate project expression, …",
        "The shortest paths of a graph that fit a pattern",
    )
    .options(&[keyword("output", &["any", "all"])])
    .unsupported(),
    pipe("graph-to-table", "graph-to-table nodes | edges", "The nodes or edges of a graph as rows").unsupported(),
    pipe("graph-where-edges", "graph-where-edges predicate", "Keeps the edges that fulfil a condition").unsupported(),
    pipe("graph-where-nodes", "graph-where-nodes predicate", "Keeps the nodes that fulfil a condition").unsupported(),
    pipe("invoke", "invoke function(argument, …)", "Calls a function with the rows as its first argument"),
    pipe("join", "join [kind=…] (table) on key, …", "Pairs rows of two tables that agree on the keys").options(JOIN_OPTIONS),
    pipe("lookup", "lookup [kind=…] (table) on key, …", "Adds the columns of another table by its keys")
        .options(&[keyword("kind", &["leftouter", "inner"]), HINT]),
    start("macro-expand", "macro-expand group as name (query)", "Runs a query over a group of databases").unsupported(),
    pipe("make-graph", "make-graph source --> target [with nodes on key]", "A graph of rows that are edges"),
    pipe(
        "make-series",
        "make-series aggregate [default = value], … on column [from start to end] step size [by column, …]",
        "Aggregates along an axis as arrays, gaps filled",
    )
    .options(&[keyword("kind", &["nonempty"])]),
    pipe("mv-apply", "mv-apply item [to typeof(type)], … on (pipeline)", "Runs a pipeline over the elements of each row")
        .options(EXPAND_OPTIONS),
    pipe("mv-expand", "mv-expand item [to typeof(type)], … [limit n]", "One row for each element of an array or a bag")
        .also(&["mvexpand"])
        .options(EXPAND_OPTIONS),
    pipe("parse", "parse expression with pattern", "Takes columns out of a text by a pattern").options(PARSE_OPTIONS),
    pipe(
        "parse-kv",
        "parse-kv expression as (column: type, …) with (…)",
        "Takes columns out of a text of keys and values",
    )
    .options(&[
        with("pair_delimiter", &[]),
        with("kv_delimiter", &[]),
        with("quote", &[]),
        with("escape", &[]),
        with("greedy", BOOL),
        with("regex", &[]),
    ]),
    pipe("parse-where", "parse-where expression with pattern", "As parse; leaves out rows that do not fit")
        .options(PARSE_OPTIONS),
    pipe("partition", "partition by column (pipeline)", "Runs a pipeline over the rows of each value")
        .options(&[keyword("hint.strategy", &["native", "shuffle", "legacy"])]),
    start("print", "print [column =] expression, …", "One row of expressions"),
    pipe("project", "project [column =] expression, …", "Chooses the columns, renames and computes them"),
    pipe("project-away", "project-away column, …", "Leaves columns out; names may have wildcards"),
    pipe("project-by-names", "project-by-names names, …", "Chooses columns by computed names").unsupported(),
    pipe("project-keep", "project-keep column, …", "Keeps columns in their order; names may have wildcards"),
    pipe("project-rename", "project-rename new = old, …", "Renames columns"),
    pipe("project-reorder", "project-reorder column [asc | desc], …", "Puts columns first; names may have wildcards"),
    start("range", "range column from start to end step size", "One column of values in steps"),
    pipe("reduce", "reduce by expression [with threshold=…]", "Groups texts that are alike")
        .options(&[keyword("kind", &["source"]), with("threshold", &[]), with("characters", &[])])
        .partly("the service's own patterns differ"),
    pipe("render", "render chart [with (…)]", "Says how the result is to be drawn").options(&[
        with("title", &[]),
        with("xtitle", &[]),
        with("ytitle", &[]),
        with("xcolumn", &[]),
        with("ycolumns", &[]),
        with("series", &[]),
        with("kind", &["default", "stacked", "stacked100", "unstacked", "map"]),
        with("legend", &["visible", "hidden"]),
        with("xaxis", &["linear", "log"]),
        with("yaxis", &["linear", "log"]),
        with("ymin", &[]),
        with("ymax", &[]),
        with("xmin", &[]),
        with("xmax", &[]),
        with("accumulate", BOOL),
        with("ysplit", &["none", "axes", "panels"]),
        with("anomalycolumns", &[]),
    ]),
    pipe("sample", "sample count", "Some rows, by chance"),
    pipe("sample-distinct", "sample-distinct count of column", "Some distinct values of a column"),
    pipe(
        "scan",
        "scan [order by …] [partition by …] [declare (…)] with (step name: condition => column = expression; …)",
        "Finds sequences of rows, step by step",
    )
    .options(&[keyword("with_match_id", &[])]),
    both("search", "search [in (table, …)] term", "The rows that have a term in any column")
        .options(&[keyword("kind", &["case_insensitive", "case_sensitive"])]),
    pipe("serialize", "serialize [column = expression, …]", "Keeps the order of the rows for what follows"),
    pipe("sort", "sort by column [asc | desc] [nulls first | last], …", "Sorts the rows; descending if nothing is said")
        .also(&["order"]),
    pipe("summarize", "summarize [column =] aggregate, … [by expression, …]", "Aggregates the rows of each group")
        .options(&[HINT, keyword("hint.shufflekey", &[])]),
    pipe("take", "take count", "Some rows; the first ones if they are sorted").also(&["limit"]),
    pipe("top", "top count by column [asc | desc] [nulls first | last]", "The first rows of an order"),
    pipe("top-hitters", "top-hitters count of column [by expression]", "The most frequent values of a column"),
    pipe("top-nested", "top-nested [count] of column by aggregate, …", "The greatest groups, and those within them"),
    both("union", "union table, …", "The rows of several tables, columns matched by name").options(&[
        keyword("kind", &["outer", "inner"]),
        keyword("withsource", &[]),
        keyword("isfuzzy", BOOL),
    ]),
    pipe("where", "where predicate", "Keeps the rows that fulfil a condition").also(&["filter"]),
];

/// The operator of a name, other spellings included.
pub fn tabular_operator(name: &str) -> Option<&'static TabularOperator> {
    TABULAR_OPERATORS.iter().find(|operator| operator.name == name || operator.also.contains(&name))
}

const fn operator(
    name: &'static str,
    syntax: &'static str,
    about: &'static str,
    place: Place,
) -> TabularOperator {
    TabularOperator { name, also: &[], place, syntax, about, options: &[], support: Support::Yes }
}

const fn pipe(name: &'static str, syntax: &'static str, about: &'static str) -> TabularOperator {
    operator(name, syntax, about, Place::Pipe)
}

const fn start(name: &'static str, syntax: &'static str, about: &'static str) -> TabularOperator {
    operator(name, syntax, about, Place::Start)
}

const fn both(name: &'static str, syntax: &'static str, about: &'static str) -> TabularOperator {
    operator(name, syntax, about, Place::Both)
}

const fn keyword(name: &'static str, values: &'static [&'static str]) -> OperatorOption {
    OperatorOption { name, values, place: OptionPlace::Keyword }
}

const fn with(name: &'static str, values: &'static [&'static str]) -> OperatorOption {
    OperatorOption { name, values, place: OptionPlace::With }
}

impl TabularOperator {
    const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    const fn options(mut self, options: &'static [OperatorOption]) -> Self {
        self.options = options;
        self
    }

    const fn partly(mut self, missing: &'static str) -> Self {
        self.support = Support::Partial(missing);
        self
    }

    const fn unsupported(mut self) -> Self {
        self.support = Support::No;
        self
    }
}
