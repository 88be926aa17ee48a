//! Projections, named by what they do: `extend`, `project`, `project-away`, `project-rename`, `print`.

use super::super::{Column, ColumnId, Expr, ExprKind, Rel};
use super::expressions::expression;
use super::{Names, declared, is_print, visible};

/// The text of a projection, `None` if it changes nothing.
pub(super) fn projection(rel: &Rel, input: &Rel, exprs: &[Expr], names: &Names<'_>) -> Option<String> {
    let outputs: Vec<(&Column, &Expr)> = rel.columns.iter().zip(exprs).collect();
    let items = |outputs: &[(&Column, &Expr)]| {
        outputs.iter().map(|(column, expr)| item(column, expr, input, names)).collect::<Vec<_>>().join(", ")
    };
    if is_print(input) {
        return Some(format!("print {}", items(&outputs)));
    }
    let same_places = input.columns.len() <= outputs.len()
        && input.columns.iter().zip(&outputs).all(|(before, (after, _))| before.name == after.name);
    if same_places {
        let changed: Vec<(&Column, &Expr)> =
            outputs.into_iter().filter(|(column, expr)| !is_kept(column, expr, input)).collect();
        return (!changed.is_empty()).then(|| format!("extend {}", items(&changed)));
    }
    if outputs.iter().all(|(column, expr)| is_kept(column, expr, input)) {
        let gone: Vec<&Column> = input
            .columns
            .iter()
            .filter(|before| !outputs.iter().any(|(_, expr)| read(expr) == Some(before.id)))
            .collect();
        let in_order = input
            .columns
            .iter()
            .filter(|before| outputs.iter().any(|(_, expr)| read(expr) == Some(before.id)))
            .zip(&outputs)
            .all(|(before, (_, expr))| read(expr) == Some(before.id));
        if in_order && gone.len() < outputs.len() {
            let gone: Vec<String> = gone.into_iter().map(|column| visible(&column.name)).collect();
            return Some(format!("project-away {}", gone.join(", ")));
        }
    }
    let only_renames = input.columns.len() == outputs.len()
        && input.columns.iter().zip(&outputs).all(|(before, (_, expr))| read(expr) == Some(before.id));
    let (operator, shown): (&str, Vec<(&Column, &Expr)>) = if only_renames {
        let renamed = outputs.into_iter().filter(|(column, expr)| !is_kept(column, expr, input)).collect();
        ("project-rename", renamed)
    } else {
        ("project", outputs)
    };
    Some(format!("{operator} {}", items(&shown)))
}

/// `name`, `new = old`, `name: type = value`.
pub(super) fn item(column: &Column, expr: &Expr, input: &Rel, names: &Names<'_>) -> String {
    if is_kept(column, expr, input) {
        return visible(&column.name);
    }
    match read(expr) {
        Some(_) => format!("{} = {}", visible(&column.name), expression(expr, names)),
        None => format!("{} = {}", declared(column), expression(expr, names)),
    }
}

fn read(expr: &Expr) -> Option<ColumnId> {
    match expr.kind {
        ExprKind::Column(id) => Some(id),
        _ => None,
    }
}

/// Whether a column comes through under its name.
fn is_kept(column: &Column, expr: &Expr, input: &Rel) -> bool {
    read(expr)
        .is_some_and(|id| input.columns.iter().any(|before| before.id == id && before.name == column.name))
}
