//! The syntax tree.
//!
//! Typed nodes with spans, nothing resolved. Broken input still makes a tree: what could not be read is
//! [`ExprKind::Bogus`] or [`OperatorKind::Bogus`], always together with a diagnostic. Alternative spellings of one thing
//! (`order by` and `sort by`, `mvexpand` and `mv-expand`) make the same node; where the spelling changes the meaning, a
//! field says so.

use wardenry_diagnostic::Span;
use wardenry_kql_values::{ScalarType, Value};

/// A whole text: statements, separated by `;`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub statements: Vec<Statement>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// A tabular (or scalar) expression whose result is returned.
    Expression(Expr),
    Let(Let),
    /// `set name = value`: a request property.
    Set {
        name: Name,
        value: Option<Expr>,
    },
    /// `declare query_parameters(a:long = 1, …)`.
    DeclareParameters(Vec<Parameter>),
    /// `alias database name = expression`.
    Alias {
        name: Name,
        value: Expr,
    },
    /// `restrict access to (…)`.
    Restrict(Vec<Expr>),
    /// `declare pattern …`: kept as text.
    DeclarePattern {
        name: Option<Name>,
    },
    Bogus,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    pub name: Name,
    pub value: LetValue,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LetValue {
    /// A scalar or tabular expression; which one is for the checker to find out. `materialize(…)` is an ordinary call here.
    Expression(Expr),
    Function(Function),
}

/// `(a:long, T:(x:string), b:int = 5) { … }`, with or without `view` before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub view: bool,
    pub parameters: Vec<Parameter>,
    pub body: FunctionBody,
    pub span: Span,
}

/// Statements, of which the last is the value.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionBody {
    pub statements: Vec<Statement>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: Name,
    pub kind: ParameterKind,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParameterKind {
    Scalar(TypeName),
    /// `T:(x:long, y:string)`; `open` for `T:(*)`.
    Tabular {
        columns: Vec<ColumnDeclaration>,
        open: bool,
    },
}

/// A name as it stands in the text, unquoted: `x`, `['a b']`, `["a b"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// Without brackets and quotes, escapes resolved.
    pub text: Box<str>,
    /// Written in brackets, and so never a keyword.
    pub quoted: bool,
    pub span: Span,
}

/// A type's name where a type must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// `None` if there is no such type; a diagnostic says so.
    pub scalar_type: Option<ScalarType>,
    pub span: Span,
}

/// `name:type`.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDeclaration {
    pub name: Name,
    pub type_name: TypeName,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Literal(Value),
    /// `datetime(8:00 AM)`: a time of the day on which the query runs, in ticks since its midnight.
    TimeToday(i64),
    /// A string that `h"…"` hides from traces.
    HiddenString(Box<str>),
    /// `dynamic(…)`, as compact JSON text. Typed literals inside (`datetime(…)`, `1d`) become what JSON makes of them.
    DynamicLiteral(Option<Box<str>>),
    /// `typeof(long)`, `typeof(string)`; also `typeof(*)` and `typeof(a:long, b:string)` where a schema may stand.
    Typeof(SchemaLiteral),
    Name(Name),
    /// A name with `*` in it (`Device*`, `a*b`), where names may have wildcards.
    Wildcard(Box<str>),
    /// `*` alone.
    Star,
    /// `f(a, b)`. A named argument (`f(x = 1)`) is an [`ExprKind::Named`] argument.
    Call {
        name: Name,
        arguments: Vec<Expr>,
    },
    /// `base.name`, `$left.name`.
    Member {
        base: Box<Expr>,
        name: Name,
    },
    /// `base.f(…)`: `database("x").T`, `cluster("y").database("x")`, graph functions.
    MemberCall {
        base: Box<Expr>,
        name: Name,
        arguments: Vec<Expr>,
    },
    /// `base[index]`, quoted names after a dynamic (`d["x y"]`) included.
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Unary {
        operator: UnaryOperator,
        operand: Box<Expr>,
    },
    /// Operators of one level lean to the left; long chains of `and` and of `or` are balanced (see [`crate::MAX_CHAIN`]).
    Binary {
        operator: BinaryOperator,
        operator_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `left in (…)`, `has_any (…)` and the like. A single tabular or dynamic right side is one item.
    InList {
        operator: ListOperator,
        operator_span: Span,
        left: Box<Expr>,
        items: Vec<Expr>,
    },
    /// `left between (low .. high)`.
    Between {
        negated: bool,
        left: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// `name = value`, where a name may be given to an expression.
    Named {
        name: Name,
        value: Box<Expr>,
    },
    /// `(a, b) = value`.
    NamedTuple {
        names: Vec<Name>,
        value: Box<Expr>,
    },
    /// `name : type`, for example a column reference with its type in `find … project`.
    Typed {
        name: Name,
        type_name: TypeName,
    },
    /// `$left`, `$right`, `$table`.
    Dollar(Box<str>),
    /// A tabular pipeline: a source and at least one operator, or an operator that stands at the start (`print`, `range`,
    /// `union`, `search`, `find`, `datatable`, `externaldata`, `evaluate`).
    Pipe(Box<Pipe>),
    /// `(…)`, kept so that the formatter changes nothing.
    Parenthesized(Box<Expr>),
    /// `a, b` in parentheses where a list is one operand.
    List(Vec<Expr>),
    /// What could not be read.
    Bogus,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SchemaLiteral {
    /// The single type of `typeof(long)`.
    pub scalar_type: Option<ScalarType>,
    /// The columns of `typeof(a:long, b:string)`.
    pub columns: Vec<ColumnDeclaration>,
    /// `*` stands first.
    pub star: bool,
}

/// `source | operator | operator`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// Absent where the first operator is itself the source.
    pub source: Option<Expr>,
    pub operators: Vec<Operator>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    Plus,
    Minus,
}

/// Binary operators. `<>` is [`BinaryOperator::NotEqual`]; `notcontains` is [`BinaryOperator::NotContains`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    EqualTilde,
    NotTilde,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    MatchesRegex,
    Like,
    NotLike,
    LikeCs,
    NotLikeCs,
    /// `:` in `search`: the column has the term.
    Colon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListOperator {
    In,
    NotIn,
    InTilde,
    NotInTilde,
    HasAny,
    HasAll,
}

/// `name = value` behind an operator's keyword (`kind=inner`, `hint.strategy=shuffle`) or inside `with (…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedOption {
    /// In lower case as the language compares them; dotted for hints.
    pub name: Box<str>,
    pub value: OptionValue,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// A bare word: `inner`, `true`, `timechart`.
    Word(Name),
    Expr(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    pub kind: OperatorKind,
    /// Options right behind the keyword, hints included.
    pub options: Vec<NamedOption>,
    /// The operator's keyword.
    pub keyword: Span,
    pub span: Span,
}

/// Tabular operators. Named and tuple expressions in lists are [`ExprKind::Named`] and [`ExprKind::NamedTuple`].
#[derive(Clone, Debug, PartialEq)]
pub enum OperatorKind {
    As {
        name: Name,
    },
    AssertSchema(Vec<ColumnDeclaration>),
    Consume,
    Count {
        name: Option<Name>,
    },
    Datatable {
        columns: Vec<ColumnDeclaration>,
        values: Vec<Expr>,
    },
    Distinct(Vec<Expr>),
    /// `evaluate plugin(arguments) : (schema)`; `schema_star` for `: (*, …)`.
    Evaluate {
        name: Name,
        arguments: Vec<Expr>,
        schema: Option<Vec<ColumnDeclaration>>,
        schema_star: bool,
    },
    Extend(Vec<Expr>),
    Externaldata {
        columns: Vec<ColumnDeclaration>,
        uris: Vec<Expr>,
        with: Vec<NamedOption>,
    },
    Facet {
        by: Vec<Expr>,
        with: Option<Box<Pipe>>,
    },
    /// `find [in (tables)] where predicate [project … | project-smart] [project-away …]`.
    Find {
        tables: Vec<Expr>,
        predicate: Box<Expr>,
        project: FindProject,
        project_away: Vec<Expr>,
    },
    Fork(Vec<(Option<Name>, Pipe)>),
    Getschema,
    GraphMatch {
        patterns: Vec<GraphPattern>,
        predicate: Option<Expr>,
        project: Vec<Expr>,
    },
    GraphShortestPaths {
        patterns: Vec<GraphPattern>,
        predicate: Option<Expr>,
        project: Vec<Expr>,
    },
    GraphMarkComponents,
    GraphToTable {
        outputs: Vec<(GraphPart, Option<Name>, Vec<NamedOption>)>,
    },
    GraphWhereNodes(Box<Expr>),
    GraphWhereEdges(Box<Expr>),
    Invoke {
        name: Name,
        arguments: Vec<Expr>,
    },
    Join {
        kind: Option<(Box<str>, Span)>,
        right: Box<Expr>,
        condition: JoinCondition,
    },
    Lookup {
        kind: Option<(Box<str>, Span)>,
        right: Box<Expr>,
        condition: JoinCondition,
    },
    /// `macro-expand group as name (statements)`.
    MacroExpand {
        group: Box<Expr>,
        name: Name,
        body: FunctionBody,
    },
    /// `make-graph source --> target with nodes on key, …`.
    MakeGraph {
        source: Name,
        target: Name,
        nodes: Vec<(Expr, Name)>,
        node_id: Option<Name>,
        /// `partitioned-by column (pipeline)`: a graph, and the pipeline over it, for each value of the column.
        partitioned_by: Option<(Name, Box<Pipe>)>,
    },
    MakeSeries {
        aggregates: Vec<SeriesAggregate>,
        on: Box<Expr>,
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        step: Box<Expr>,
        by: Vec<Expr>,
    },
    /// `mv-apply items [limit n] on (pipeline)`.
    MvApply {
        items: Vec<MvItem>,
        limit: Option<Expr>,
        context_id: Option<Name>,
        body: Box<Pipe>,
    },
    /// `old_spelling` is `mvexpand`, whose default limit is 128.
    MvExpand {
        items: Vec<MvItem>,
        limit: Option<Expr>,
        old_spelling: bool,
    },
    Parse {
        expr: Box<Expr>,
        pattern: Vec<ParseItem>,
        where_: bool,
    },
    /// `parse-kv expr as (columns) with (…)`.
    ParseKv {
        expr: Box<Expr>,
        columns: Vec<ColumnDeclaration>,
        with: Vec<NamedOption>,
    },
    /// `partition by key (pipeline)`, `partition by key { query }`, or with a function body.
    Partition {
        by: Box<Expr>,
        body: PartitionBody,
    },
    /// `__partitionby key [id …] (pipeline)`.
    PartitionBy {
        by: Box<Expr>,
        body: PartitionBody,
    },
    Print(Vec<Expr>),
    Project(Vec<Expr>),
    ProjectAway(Vec<Expr>),
    ProjectByNames(Vec<Expr>),
    ProjectKeep(Vec<Expr>),
    ProjectRename(Vec<Expr>),
    ProjectReorder(Vec<ReorderItem>),
    Range {
        name: Name,
        from: Box<Expr>,
        to: Box<Expr>,
        step: Box<Expr>,
    },
    Reduce {
        by: Box<Expr>,
        with: Vec<NamedOption>,
    },
    Render {
        kind: Option<Name>,
        with: Vec<NamedOption>,
    },
    Sample(Box<Expr>),
    SampleDistinct {
        count: Box<Expr>,
        of: Box<Expr>,
    },
    Scan(Box<Scan>),
    Search {
        tables: Vec<Expr>,
        predicate: Box<Expr>,
    },
    Serialize(Vec<Expr>),
    Sort(Vec<SortItem>),
    Summarize {
        aggregates: Vec<Expr>,
        by: Vec<Expr>,
    },
    Take(Box<Expr>),
    Top {
        count: Box<Expr>,
        by: Vec<SortItem>,
    },
    TopHitters {
        count: Box<Expr>,
        of: Box<Expr>,
        by: Option<Expr>,
    },
    TopNested(Vec<TopNestedClause>),
    /// The tables; a parenthesized list is flattened.
    Union(Vec<Expr>),
    Where(Box<Expr>),
    ExecuteAndCache,
    Bogus,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FindProject {
    /// Neither given: as `Smart`.
    Default,
    Smart,
    /// Columns, typed ones and `pack(*)` among them.
    Columns(Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum JoinCondition {
    /// `on a, $left.b == $right.c`.
    On(Vec<Expr>),
    /// `where predicate`: accepted by the grammar only.
    Where(Box<Expr>),
    Missing,
}

/// `name = aggregate default = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesAggregate {
    pub expr: Expr,
    pub default: Option<Expr>,
}

/// `name = expr to typeof(type)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MvItem {
    pub expr: Expr,
    pub to: Option<TypeName>,
    pub span: Span,
}

/// A piece of a `parse` pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum ParseItem {
    Star(Span),
    Literal { text: Box<str>, span: Span },
    Column { name: Name, type_name: Option<TypeName> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum PartitionBody {
    /// `(pipeline)`, applied to each partition.
    Pipeline(Pipe),
    /// `{ query }`.
    Query(FunctionBody),
    Missing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReorderItem {
    pub expr: Expr,
    pub order: ReorderOrder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderOrder {
    AsListed,
    Asc,
    Desc,
    GrannyAsc,
    GrannyDesc,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortItem {
    pub expr: Expr,
    /// `None` where it is not written: descending.
    pub direction: Option<Direction>,
    /// `None` where it is not written: first when ascending, last when descending.
    pub nulls: Option<NullsOrder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Asc,
    Desc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullsOrder {
    First,
    Last,
}

/// `count of expr [with others = value] by aggregate [asc|desc]`.
#[derive(Clone, Debug, PartialEq)]
pub struct TopNestedClause {
    pub count: Option<Expr>,
    /// May be [`ExprKind::Named`].
    pub of: Expr,
    pub others: Option<Expr>,
    /// The aggregate; may be [`ExprKind::Named`].
    pub by: SortItem,
}

/// `scan [order by …] [partition by …] declare (…) with (step …; …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub order_by: Vec<SortItem>,
    pub partition_by: Vec<Expr>,
    /// Scalar parameters with their defaults.
    pub declare: Vec<Parameter>,
    pub steps: Vec<ScanStep>,
}

/// `step name [optional] [output=all|last|none]: condition => a = expr, …;`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanStep {
    pub name: Name,
    pub optional: bool,
    pub output: Option<Name>,
    pub condition: Expr,
    pub assignments: Vec<(Name, Expr)>,
    pub span: Span,
}

/// `(a)-[e]->(b)<-[f*1..3]-(c)`.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphPattern {
    pub parts: Vec<GraphPatternPart>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum GraphPatternPart {
    Node { name: Option<Name>, span: Span },
    Edge { name: Option<Name>, direction: EdgeDirection, range: Option<(Expr, Expr)>, span: Span },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeDirection {
    LeftToRight,
    RightToLeft,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphPart {
    Nodes,
    Edges,
}
