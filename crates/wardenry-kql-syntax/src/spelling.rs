//! How nodes are written.

use crate::ast::{BinaryOperator, ListOperator, OperatorKind};

impl BinaryOperator {
    /// The operator as it is written in a query.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::EqualTilde => "=~",
            Self::NotTilde => "!~",
            Self::Has => "has",
            Self::NotHas => "!has",
            Self::HasCs => "has_cs",
            Self::NotHasCs => "!has_cs",
            Self::HasPrefix => "hasprefix",
            Self::NotHasPrefix => "!hasprefix",
            Self::HasPrefixCs => "hasprefix_cs",
            Self::NotHasPrefixCs => "!hasprefix_cs",
            Self::HasSuffix => "hassuffix",
            Self::NotHasSuffix => "!hassuffix",
            Self::HasSuffixCs => "hassuffix_cs",
            Self::NotHasSuffixCs => "!hassuffix_cs",
            Self::Contains => "contains",
            Self::NotContains => "!contains",
            Self::ContainsCs => "contains_cs",
            Self::NotContainsCs => "!contains_cs",
            Self::StartsWith => "startswith",
            Self::NotStartsWith => "!startswith",
            Self::StartsWithCs => "startswith_cs",
            Self::NotStartsWithCs => "!startswith_cs",
            Self::EndsWith => "endswith",
            Self::NotEndsWith => "!endswith",
            Self::EndsWithCs => "endswith_cs",
            Self::NotEndsWithCs => "!endswith_cs",
            Self::MatchesRegex => "matches regex",
            Self::Like => "like",
            Self::NotLike => "notlike",
            Self::LikeCs => "likecs",
            Self::NotLikeCs => "notlikecs",
            Self::Colon => ":",
        }
    }
}

impl ListOperator {
    /// The operator as it is written in a query.
    pub const fn text(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::NotIn => "!in",
            Self::InTilde => "in~",
            Self::NotInTilde => "!in~",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
        }
    }
}

impl OperatorKind {
    /// The operator's keyword, in the spelling that the documentation prefers.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::As { .. } => "as",
            Self::AssertSchema(_) => "assert-schema",
            Self::Consume => "consume",
            Self::Count { .. } => "count",
            Self::Datatable { .. } => "datatable",
            Self::Distinct(_) => "distinct",
            Self::Evaluate { .. } => "evaluate",
            Self::Extend(_) => "extend",
            Self::Externaldata { .. } => "externaldata",
            Self::Facet { .. } => "facet",
            Self::Find { .. } => "find",
            Self::Fork(_) => "fork",
            Self::Getschema => "getschema",
            Self::GraphMatch { .. } => "graph-match",
            Self::GraphShortestPaths { .. } => "graph-shortest-paths",
            Self::GraphMarkComponents => "graph-mark-components",
            Self::GraphToTable { .. } => "graph-to-table",
            Self::GraphWhereNodes(_) => "graph-where-nodes",
            Self::GraphWhereEdges(_) => "graph-where-edges",
            Self::Invoke { .. } => "invoke",
            Self::Join { .. } => "join",
            Self::Lookup { .. } => "lookup",
            Self::MacroExpand { .. } => "macro-expand",
            Self::MakeGraph { .. } => "make-graph",
            Self::MakeSeries { .. } => "make-series",
            Self::MvApply { .. } => "mv-apply",
            Self::MvExpand { old_spelling: true, .. } => "mvexpand",
            Self::MvExpand { .. } => "mv-expand",
            Self::Parse { where_: true, .. } => "parse-where",
            Self::Parse { .. } => "parse",
            Self::ParseKv { .. } => "parse-kv",
            Self::Partition { .. } => "partition",
            Self::PartitionBy { .. } => "__partitionby",
            Self::Print(_) => "print",
            Self::Project(_) => "project",
            Self::ProjectAway(_) => "project-away",
            Self::ProjectByNames(_) => "project-by-names",
            Self::ProjectKeep(_) => "project-keep",
            Self::ProjectRename(_) => "project-rename",
            Self::ProjectReorder(_) => "project-reorder",
            Self::Range { .. } => "range",
            Self::Reduce { .. } => "reduce",
            Self::Render { .. } => "render",
            Self::Sample(_) => "sample",
            Self::SampleDistinct { .. } => "sample-distinct",
            Self::Scan(_) => "scan",
            Self::Search { .. } => "search",
            Self::Serialize(_) => "serialize",
            Self::Sort(_) => "sort",
            Self::Summarize { .. } => "summarize",
            Self::Take(_) => "take",
            Self::Top { .. } => "top",
            Self::TopHitters { .. } => "top-hitters",
            Self::TopNested(_) => "top-nested",
            Self::Union(_) => "union",
            Self::Where(_) => "where",
            Self::ExecuteAndCache => "__executeAndCache",
            Self::Bogus => "<bogus>",
        }
    }
}
