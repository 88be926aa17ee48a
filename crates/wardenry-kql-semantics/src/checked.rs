//! The checked query: what the engine lowers.
//!
//! No unresolved name and no untyped expression is left. Every column that comes into being has an id of its own, so that
//! joins and unions need no renaming; the names are for the result only. Sugar is gone: `extend`, `project`, `project-away`,
//! … are all [`RelKind::Project`]; `count` and `distinct` are [`RelKind::Summarize`]; `lookup` is a join and a
//! projection; `search` and `find` are unions of filtered tables; calls of `let` functions are their bodies.
//!
//! Implicit conversions are explicit calls of the conversion functions (`tolong`, `todatetime`, …).

mod explain;
pub mod visit;

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_values::{ScalarType, Value};

/// Identifies a column within a checked query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u32);

/// Identifies a shared relation (`materialize`, `as`) within a checked query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedId(pub u32);

/// Identifies the rows that a subquery works on: the elements of an `mv-apply` row, the rows of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// Identifies a call of a plugin within a query: the same in each check of the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginSite(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub struct CheckedQuery {
    /// The tabular statements, in order. Never empty.
    pub statements: Vec<CheckedStatement>,
    /// Relations that are computed once and read several times, in an order in which each only reads earlier ones.
    pub shared: Vec<(SharedId, Rel)>,
    /// `set` statements and query parameters' names that the engine may know.
    pub properties: Vec<(Box<str>, Option<Value>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CheckedStatement {
    pub rel: Rel,
    pub render: Option<Render>,
}

/// How the author wants the result drawn. Never changes rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Render {
    /// `timechart`, `piechart`, …
    pub kind: Box<str>,
    /// `title`, `kind`, `xcolumn`, `ycolumns`, …, as written.
    pub options: Vec<(Box<str>, Box<str>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub id: ColumnId,
    pub name: Arc<str>,
    pub scalar_type: ScalarType,
}

/// A relation: rows of typed columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Rel {
    pub kind: RelKind,
    /// The columns, in order. The names are distinct.
    pub columns: Vec<Column>,
    /// Where the operator stands, for messages at run time.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RelKind {
    /// A stored table. `columns` of the relation name the table's columns by their names.
    Table {
        name: Arc<str>,
    },
    /// Rows written in the query; also `print`'s one row without columns.
    Values {
        rows: Vec<Vec<Value>>,
    },
    /// `range`: the values from `from` to `to` inclusive. The expressions read no column.
    Range {
        from: Expr,
        to: Expr,
        step: Expr,
    },
    Externaldata {
        uris: Vec<Expr>,
        options: Vec<(Box<str>, Value)>,
    },
    /// A function that the engine provides and that yields rows, for example `FileProfile`.
    TableFunction {
        name: Arc<str>,
        input: Option<Box<Rel>>,
        arguments: Vec<Expr>,
    },
    Shared(SharedId, Vec<ColumnId>),
    /// The rows of the enclosing subquery scope. Its columns have the ids that the scope's owner gave them.
    Scope(ScopeId),

    Filter {
        input: Box<Rel>,
        predicate: Expr,
    },
    /// One expression for each column of the relation, over the input's columns. A column that is only read keeps its id,
    /// whatever its new name.
    Project {
        input: Box<Rel>,
        exprs: Vec<Expr>,
    },
    /// Keys first, then aggregates; together they are the relation's columns. Without keys an empty input gives one row.
    Summarize {
        input: Box<Rel>,
        keys: Vec<Expr>,
        aggregates: Vec<AggregateCall>,
    },
    Sort {
        input: Box<Rel>,
        keys: Vec<SortKey>,
    },
    /// The first rows in the order of the keys.
    Top {
        input: Box<Rel>,
        count: Expr,
        keys: Vec<SortKey>,
    },
    /// Any rows, the first if the input is ordered.
    Take {
        input: Box<Rel>,
        count: Expr,
    },
    /// Says that the order of rows is meant to be kept from here on.
    Serialize {
        input: Box<Rel>,
    },
    Sample {
        input: Box<Rel>,
        count: Expr,
    },
    /// Up to `count` distinct values of `of`.
    SampleDistinct {
        input: Box<Rel>,
        count: Expr,
        of: Expr,
    },

    /// The columns are the left's, then the right's, with their ids; one side's only for semi and anti joins.
    /// Null keys match each other.
    Join {
        kind: JoinKind,
        left: Box<Rel>,
        right: Box<Rel>,
        on: Vec<(Expr, Expr)>,
    },
    /// For each input, one expression for each column of the relation.
    Union {
        inputs: Vec<UnionInput>,
    },

    MvExpand(MvExpand),
    MvApply(MvApply),
    Parse(Parse),
    ParseKv(ParseKv),
    MakeSeries(MakeSeries),
    Scan(Scan),
    TopNested(TopNested),
    /// `top-hitters`: the most frequent values of `of`, by count or by the sum of `by`.
    TopHitters {
        input: Box<Rel>,
        count: Expr,
        of: Expr,
        by: Option<Expr>,
    },
    /// The subquery runs for each value of the key; its results are put together.
    Partition {
        input: Box<Rel>,
        by: Expr,
        scope: ScopeId,
        body: Box<Rel>,
    },
    Reduce {
        input: Box<Rel>,
        of: Expr,
        options: Vec<(Box<str>, Value)>,
    },
    /// A plugin. The relation's columns are its output; see [`CheckedPlugin::schema`] for those that depend on data.
    Evaluate(CheckedPlugin),
    GraphMatch(GraphMatch),
}

#[derive(Clone, Debug, PartialEq)]
pub struct UnionInput {
    pub rel: Rel,
    pub exprs: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: bool,
}

/// An aggregate over the rows of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateCall {
    /// The canonical name in the catalogue: `count`, `make_set`, …. `arg_max` and `arg_min` are split: each returned column
    /// is an `arg_max(maximized, returned)` call of its own, and the engine sees that they share their first argument.
    /// `percentiles` is split into calls of `percentile`, and `take_any` of several columns into calls of `take_any`.
    pub function: &'static str,
    pub arguments: Vec<Expr>,
    pub scalar_type: ScalarType,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub scalar_type: ScalarType,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Literal(Value),
    Column(ColumnId),
    /// A scalar function or an operator, by its canonical name in the catalogue (`strcat`, `==`, `has`, `!in~`, `and`,
    /// `between`, `negate`). `in`, `has_any` and the like have the left side first, then the items.
    ///
    /// `typeof(…)` arguments are left out: the call's type says it. A function that returns several values
    /// (`series_stats`, `series_fit_line`) is a call of type dynamic that yields them in an array, and a path takes each.
    /// `pack_all(true)` has `true`, then a name and a value for each column; `pack_all()` and `bag_pack_columns()` are
    /// calls of `bag_pack`. `ago(x)` is `now - x`.
    Call {
        function: &'static str,
        arguments: Vec<Expr>,
    },
    /// A path into a dynamic value.
    Path {
        base: Box<Expr>,
        steps: Vec<PathStep>,
    },
    /// `prev`, `next`, `row_number`, `row_cumsum`, `row_rank_dense`, `row_rank_min`, `row_window_session` over the order of the input.
    Window {
        function: &'static str,
        arguments: Vec<Expr>,
    },
    /// `toscalar(…)`: the first column of the first row. Reads no outer column, and is evaluated before the query.
    ScalarSubquery(Box<Rel>),
    /// The values of the first column, as an item of `in`, `has_any` and the like. Evaluated before the query.
    SetSubquery(Box<Rel>),
    /// The instant of the query, the same in all of it.
    Now,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PathStep {
    Member(Box<str>),
    /// Counts from the end if negative.
    Index(i64),
    /// A text is a member, a number an index.
    Computed(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct MvExpand {
    pub input: Box<Rel>,
    /// Expanded in step. The relation's columns are the input's (those that an item replaces in their place), then new ones.
    pub items: Vec<MvItem>,
    pub index: Option<ColumnId>,
    pub limit: Option<Expr>,
    /// `bagexpansion=array`: bags become `[key, value]` pairs.
    pub bags_as_arrays: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MvItem {
    pub expr: Expr,
    /// The column of the elements.
    pub output: ColumnId,
    /// The elements' type.
    pub scalar_type: ScalarType,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MvApply {
    pub expand: MvExpand,
    /// The body's [`RelKind::Scope`]. Its columns are the elements' and the index; expressions in the body may read the
    /// input's columns too, at any place, by their ids.
    pub scope: ScopeId,
    /// None of its columns has the id of a column of the input.
    pub body: Box<Rel>,
    /// Columns of the input that each row of the body's result gets back. These and the body's are the relation's columns,
    /// in the order that [`Rel::columns`] says.
    pub kept: Vec<ColumnId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Parse {
    pub input: Box<Rel>,
    pub expr: Expr,
    pub items: Vec<ParseItem>,
    pub mode: ParseMode,
    /// `parse-where`: rows that do not match are left out.
    pub only_matches: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseMode {
    Simple,
    Relaxed,
    /// With flags such as `U`, `i`, `m`, `s`.
    Regex {
        flags: Box<str>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParseItem {
    Skip,
    Literal(Box<str>),
    /// The same column may be named twice; the last one counts.
    Column {
        output: ColumnId,
        scalar_type: ScalarType,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct ParseKv {
    pub input: Box<Rel>,
    pub expr: Expr,
    /// Key, column, type.
    pub keys: Vec<(Box<str>, ColumnId, ScalarType)>,
    /// `pair_delimiter`, `kv_delimiter`, `quote`, `escape`, `greedy`, `regex`.
    pub options: Vec<(Box<str>, Value)>,
}

/// Keys first, then a series for each aggregate, then the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct MakeSeries {
    pub input: Box<Rel>,
    pub keys: Vec<Expr>,
    pub aggregates: Vec<(AggregateCall, Option<Expr>)>,
    pub axis: Expr,
    pub from: Option<Expr>,
    pub to: Option<Expr>,
    pub step: Expr,
    /// Without keys and without rows there is a series of defaults, if both ends of the axis are known.
    pub nonempty: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub input: Box<Rel>,
    pub order_by: Vec<SortKey>,
    pub partition_by: Vec<Expr>,
    /// Declared columns with their defaults; the relation's columns are the input's, the declared ones, and the match id.
    pub declared: Vec<(ColumnId, ScalarType, Option<Value>)>,
    pub match_id: Option<ColumnId>,
    pub steps: Vec<ScanStep>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScanStep {
    pub optional: bool,
    pub output: ScanOutput,
    pub condition: Expr,
    /// Declared column, value.
    pub assignments: Vec<(ColumnId, Expr)>,
    /// Ids under which the step's expressions read another step's state: `(step, column, id)`.
    pub states: Vec<(usize, ColumnId, ColumnId)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanOutput {
    All,
    Last,
    None,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopNested {
    pub input: Box<Rel>,
    pub levels: Vec<TopNestedLevel>,
}

/// The relation has the value and the aggregate of each level, in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct TopNestedLevel {
    pub count: Option<Expr>,
    pub of: Expr,
    pub others: Option<Expr>,
    pub aggregate: AggregateCall,
    pub descending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPlugin {
    /// `bag_unpack`, `pivot`, `ipv4_lookup`, …
    pub name: &'static str,
    pub input: Option<Box<Rel>>,
    pub arguments: Vec<PluginArgument>,
    /// Arguments that are given by name: `return_unmatched = true`, `columnsConflict = "replace_source"`.
    pub options: Vec<(Box<str>, Value)>,
    pub schema: PluginSchema,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are few, and boxes would only stand in the way")]
pub enum PluginArgument {
    Expr(Expr),
    Rel(Rel),
    /// An aggregate, as `pivot` takes it.
    Aggregate(AggregateCall),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginSchema {
    /// The relation's columns are what the plugin yields, by the query's text.
    Known,
    /// The relation's columns are what the plugin yields, as a run has found. Those that it keeps have their ids.
    Found,
    /// Depends on the rows: the engine runs the input first and has the query checked again with the columns that it found.
    /// Only in `Pending`, never in a [`CheckedQuery`]. The relation's columns are those that the plugin keeps.
    Data,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GraphMatch {
    pub edges: Box<Rel>,
    /// Columns of `edges`.
    pub source: ColumnId,
    pub target: ColumnId,
    pub nodes: Vec<(Rel, ColumnId)>,
    pub patterns: Vec<Vec<GraphPart>>,
    pub cycles: Cycles,
    /// Ids under which the predicate and the projections read properties: `(part's variable, column of nodes or edges, id)`.
    pub properties: Vec<(Box<str>, Box<str>, ColumnId)>,
    pub predicate: Option<Expr>,
    pub project: Vec<Expr>,
}

/// `cycles = …`: whether a match may come back to where it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cycles {
    All,
    None,
    /// It may, but not over an edge that it has already.
    #[default]
    UniqueEdges,
}

#[derive(Clone, Debug, PartialEq)]
pub enum GraphPart {
    Node(Option<Box<str>>),
    Edge { variable: Option<Box<str>>, reversed: bool, any_direction: bool, range: Option<(u32, u32)> },
}
