use super::super::entry::{Entry, function};

pub(in super::super) const GRAPH: &[Entry] = &[
    function(
        "all",
        "(pattern_element: scalar, expression: bool) -> bool",
        "Whether all elements of a path fulfil a condition",
    )
    .volatile()
    .unsupported(),
    function(
        "any",
        "(pattern_element: scalar, expression: bool) -> bool",
        "Whether an element of a path fulfils a condition",
    )
    .volatile()
    .unsupported(),
    function(
        "map",
        "(pattern_element: scalar, expression: scalar) -> dynamic",
        "An expression for each element of a path, as an array",
    )
    .volatile()
    .unsupported(),
    function("inner_nodes", "(edge: scalar) -> dynamic", "The nodes between the ends of a path")
        .volatile()
        .unsupported(),
    function("node_id", "(node?: scalar) -> string", "The identifier of a node").volatile().unsupported(),
    function("node_degree_in", "(node?: scalar) -> long", "How many edges lead to a node")
        .volatile()
        .unsupported(),
    function("node_degree_out", "(node?: scalar) -> long", "How many edges lead from a node")
        .volatile()
        .unsupported(),
    function("labels", "(pattern_element?: scalar) -> dynamic", "The labels of a node or an edge")
        .volatile()
        .unsupported(),
];
