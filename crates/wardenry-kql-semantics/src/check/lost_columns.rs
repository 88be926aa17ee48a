//! What became of a column that an operator does not find.

use wardenry_diagnostic::Span;

use crate::checked::{Column, Rel, RelKind};

/// Where a column has gone that was there further up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there, under another name.
    Renamed(String),
    /// This operator does not pass it on.
    LeftOut(Span),
}

/// Looks for a name among the columns that the rows of `relation` have had on their way.
pub(super) fn fate(relation: &Rel, name: &str) -> Option<Fate> {
    fate_above(relation, relation, name)
}

fn fate_above(visible: &Rel, above: &Rel, name: &str) -> Option<Fate> {
    let below = inputs(&above.kind);
    let found = below.iter().flatten().find_map(|input| column(input, name));
    if let Some(column) = found {
        return Some(match now(visible, column) {
            Some(renamed) => Fate::Renamed(renamed),
            None => Fate::LeftOut(above.span),
        });
    }
    below.iter().flatten().find_map(|input| fate_above(visible, input, name))
}

/// The name that the last join gave the right side's column of this name.
pub(super) fn of_right_side(relation: &Rel, name: &str) -> Option<String> {
    let mut above = relation;
    loop {
        match &above.kind {
            RelKind::Join { right, .. } => return now(relation, column(right, name)?),
            kind => above = inputs(kind)[0]?,
        }
    }
}

fn column<'a>(relation: &'a Rel, name: &str) -> Option<&'a Column> {
    relation.columns.iter().find(|column| &*column.name == name)
}

/// The name under which a column is visible.
fn now(relation: &Rel, column: &Column) -> Option<String> {
    let found = relation.columns.iter().find(|candidate| candidate.id == column.id)?;
    (!found.name.starts_with('\0')).then(|| found.name.to_string())
}

/// What an operator works on, the left side of a join first.
fn inputs(kind: &RelKind) -> [Option<&Rel>; 2] {
    let input: &Rel = match kind {
        RelKind::Join { left, right, .. } => return [Some(left), Some(right)],
        RelKind::Filter { input, .. }
        | RelKind::Project { input, .. }
        | RelKind::Summarize { input, .. }
        | RelKind::Sort { input, .. }
        | RelKind::Top { input, .. }
        | RelKind::Take { input, .. }
        | RelKind::Serialize { input }
        | RelKind::Sample { input, .. }
        | RelKind::SampleDistinct { input, .. }
        | RelKind::TopHitters { input, .. }
        | RelKind::Partition { input, .. }
        | RelKind::Reduce { input, .. } => input,
        RelKind::MvExpand(expand) => &expand.input,
        RelKind::MvApply(apply) => &apply.expand.input,
        RelKind::Parse(parse) => &parse.input,
        RelKind::ParseKv(parse) => &parse.input,
        RelKind::MakeSeries(series) => &series.input,
        RelKind::Scan(scan) => &scan.input,
        RelKind::TopNested(nested) => &nested.input,
        RelKind::Evaluate(plugin) => return [plugin.input.as_deref(), None],
        _ => return [None, None],
    };
    [Some(input), None]
}
