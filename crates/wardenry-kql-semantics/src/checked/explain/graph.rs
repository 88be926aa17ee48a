//! `graph-match`, with the graph that it works on.

use std::fmt::Write as _;

use super::super::{ColumnId, Cycles, GraphMatch, GraphPart, Rel};
use super::expressions::expression;
use super::{Names, declared, subquery};

pub(super) fn graph_match(graph: &GraphMatch, rel: &Rel, around: Option<&Names<'_>>) -> String {
    let edges = Names::of(&graph.edges, around);
    let mut text = format!("make-graph {} --> {}", edges.name(graph.source), edges.name(graph.target));
    for (position, (nodes, id)) in graph.nodes.iter().enumerate() {
        let word = if position == 0 { " with" } else { "," };
        let key = Names::of(nodes, None).name(*id);
        _ = write!(text, "{word} {} on {key}", subquery(nodes, None));
    }
    let cycles = match graph.cycles {
        Cycles::All => " cycles=all",
        Cycles::None => " cycles=none",
        Cycles::UniqueEdges => "",
    };
    let patterns: Vec<String> =
        graph.patterns.iter().map(|pattern| pattern.iter().map(part).collect()).collect();
    _ = write!(text, "\n| graph-match{cycles} {}", patterns.join(", "));
    let properties: Vec<(ColumnId, String)> = graph
        .properties
        .iter()
        .map(|(variable, property, id)| (*id, format!("{variable}.{}", crate::written_name(property))))
        .collect();
    let names = Names { others: &properties, ..Names::of_columns(&[], around) };
    if let Some(predicate) = &graph.predicate {
        _ = write!(text, " where {}", expression(predicate, &names));
    }
    let project: Vec<String> = rel
        .columns
        .iter()
        .zip(&graph.project)
        .map(|(column, expr)| format!("{} = {}", declared(column), expression(expr, &names)))
        .collect();
    if !project.is_empty() {
        _ = write!(text, " project {}", project.join(", "));
    }
    text
}

fn part(part: &GraphPart) -> String {
    match part {
        GraphPart::Node(variable) => format!("({})", variable.as_deref().unwrap_or_default()),
        GraphPart::Edge { variable, reversed, any_direction, range } => {
            let range = range.map(|(least, most)| format!("*{least}..{most}")).unwrap_or_default();
            let inside = format!("{}{range}", variable.as_deref().unwrap_or_default());
            match (any_direction, reversed) {
                (true, _) => format!("-[{inside}]-"),
                (false, true) => format!("<-[{inside}]-"),
                (false, false) => format!("-[{inside}]->"),
            }
        }
    }
}
