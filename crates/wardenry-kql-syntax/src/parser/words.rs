//! Which words are keywords where.
//!
//! Nearly every keyword may also be a name. How far differs from word to word, without a system; the lists
//! say what the language's reference implementation accepts.

/// What a word may be besides a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordClass {
    /// A name anywhere.
    Name,
    /// A name where one is used, but not where one is given: `kind`.
    ReferenceOnly,
    /// A name where one is given, but not where one is used: `title`.
    DeclarationOnly,
    /// Never a name without brackets.
    Reserved,
}

pub(crate) fn class(word: &str) -> WordClass {
    // Most names begin with a capital letter, and no keyword does.
    if word.starts_with(|first: char| first.is_ascii_uppercase()) {
        return WordClass::Name;
    }
    match word {
        "kind" | "with_source" | "withsource" => WordClass::ReferenceOnly,
        "accumulate" | "as" | "by" | "contains" | "datatable" | "earliest" | "externaldata" | "find"
        | "has" | "in" | "invoke" | "latest" | "materialize" | "mdm" | "of" | "print" | "sample"
        | "search" | "set" | "sql" | "title" | "to" | "toscalar" | "totable" | "verbose" | "viewers"
        | "where" => WordClass::DeclarationOnly,
        // Types, but `bool`, `guid` and `uuid`.
        "boolean" | "byte" | "char" | "date" | "datetime" | "decimal" | "double" | "dynamic" | "float"
        | "int" | "int16" | "int32" | "int64" | "int8" | "long" | "real" | "string" | "time" | "timespan"
        | "uint" | "uint16" | "uint32" | "uint64" | "uint8" | "ulong" | "uniqueid" => WordClass::Reserved,
        "3Dchart"
        | "and"
        | "anomalychart"
        | "areachart"
        | "asc"
        | "bagexpansion"
        | "barchart"
        | "between"
        | "cachingpolicy"
        | "callout"
        | "cancel"
        | "card"
        | "columnchart"
        | "contains_cs"
        | "containscs"
        | "cycles"
        | "dataexport"
        | "datascope"
        | "decodeblocks"
        | "desc"
        | "encodingpolicy"
        | "endswith"
        | "endswith_cs"
        | "expandoutput"
        | "extent_tags_retention"
        | "external_data"
        | "first"
        | "flags"
        | "force_remote"
        | "harddelete"
        | "hardretention"
        | "has_all"
        | "has_any"
        | "has_cs"
        | "hasprefix"
        | "hasprefix_cs"
        | "hassuffix"
        | "hassuffix_cs"
        | "hotcache"
        | "in~"
        | "isfuzzy"
        | "journal"
        | "ladderchart"
        | "last"
        | "like"
        | "likecs"
        | "linechart"
        | "matches"
        | "missing"
        | "nooptimization"
        | "notcontains"
        | "notcontainscs"
        | "notlike"
        | "notlikecs"
        | "or"
        | "others"
        | "pathformat"
        | "piechart"
        | "project"
        | "pivotchart"
        | "queries"
        | "query_results"
        | "relaxed"
        | "restricted_view_access"
        | "row_level_security"
        | "rowstore"
        | "rowstore_references"
        | "rowstore_sealinfo"
        | "rowstorepolicy"
        | "rowstores"
        | "scatterchart"
        | "seal"
        | "seals"
        | "shards"
        | "simple"
        | "softdelete"
        | "softretention"
        | "stackedareachart"
        | "startswith"
        | "startswith_cs"
        | "statistics"
        | "storedqueryresultcontainers"
        | "tablepurge"
        | "timechart"
        | "timeline"
        | "timepivot"
        | "treemap"
        | "union"
        | "unrestrictedviewers"
        | "views"
        | "with_itemindex"
        | "with_match_id"
        | "with_step_name"
        | "writeaheadlog" => WordClass::Reserved,
        _ => WordClass::Name,
    }
}

/// Whether a word goes on with an expression or a clause, so that in front of it something is missing. Other
/// keywords that stand where an expression should were meant as names.
pub(crate) fn continues(word: &str) -> bool {
    #[rustfmt::skip]
    let continues = matches!(
        word,
        "and" | "as" | "asc" | "between" | "by" | "contains" | "contains_cs" | "desc" | "endswith" | "endswith_cs"
        | "has" | "has_all" | "has_any" | "has_cs" | "hasprefix" | "hasprefix_cs" | "hassuffix" | "hassuffix_cs"
        | "in" | "in~" | "like" | "matches" | "notcontains" | "of" | "or" | "startswith" | "startswith_cs" | "to"
        | "where"
    );
    continues
}

/// The tabular operators, as they are written after `|`.
#[rustfmt::skip]
pub(crate) const OPERATORS: &[&str] = &[
    "__executeAndCache", "__partitionby", "as", "assert-schema", "consume", "count", "distinct", "evaluate",
    "extend", "facet", "filter", "find", "fork", "getschema", "graph-mark-components", "graph-match",
    "graph-shortest-paths", "graph-to-table", "graph-where-edges", "graph-where-nodes", "invoke", "join", "limit",
    "lookup", "macro-expand", "make-graph", "make-series", "mv-apply", "mv-expand", "mvapply", "mvexpand", "order",
    "parse", "parse-kv", "parse-where", "partition", "print", "project", "project-away", "project-by-names",
    "project-keep", "project-rename", "project-reorder", "range", "reduce", "render", "sample", "sample-distinct",
    "scan", "search", "serialize", "sort", "summarize", "take", "top", "top-hitters", "top-nested", "union", "where",
];

/// Words from other languages, and the operator that does the same here.
pub(crate) fn operator_for_foreign_word(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "select" | "table" | "fields" => "project",
        "having" => "where",
        "group" | "groupby" | "aggregate" | "stats" => "summarize",
        "head" | "first" => "take",
        "rename" => "project-rename",
        "drop" | "remove" => "project-away",
        "eval" | "let" | "set" | "compute" | "add" => "extend",
        "dedup" | "unique" => "distinct",
        "orderby" | "sortby" => "sort",
        "append" => "union",
        "chart" | "timechart" => "render",
        "makeseries" => "make-series",
        "expand" | "unnest" => "mv-expand",
        _ => return None,
    })
}

/// The operator for a clause that other languages put behind another without a sign between them.
pub(crate) fn clause_of_another_language(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "having" => "where",
        "group" | "groupby" => "summarize",
        "orderby" => "sort by",
        "select" => "project",
        _ => return None,
    })
}

/// The word of `candidates` that `word` is most likely a slip of, if one is near enough.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LONGEST: usize = 40;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let allowed = match lower.len() {
        0..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|candidate| (distance(lower.as_bytes(), candidate.as_bytes()), candidate))
        .filter(|&(distance, candidate)| distance <= allowed && distance < candidate.len().min(lower.len()))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, &a) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(right.len() + 1);
        row.push(i + 1);
        for (j, &b) in right.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == right[j - 1] && left[i - 1] == b {
                cost = cost.min(before_last[j - 1] + 1);
            }
            row.push(cost);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{OPERATORS, nearest};

    #[test]
    fn slips_find_their_operator() {
        let nearest = |word| nearest(word, OPERATORS.iter().copied());
        assert_eq!(nearest("wehre"), Some("where"));
        assert_eq!(nearest("summarise"), Some("summarize"));
        assert_eq!(nearest("Project"), Some("project"));
        assert_eq!(nearest("mv_expand"), Some("mv-expand"));
        assert_eq!(nearest("frobnicate"), None);
        assert_eq!(nearest("x"), None);
    }

    #[test]
    fn operators_are_sorted() {
        assert!(OPERATORS.is_sorted());
    }
}
