//! `ingestion_time()`: when a row came in. [ingestion-time-function.md]
//!
//! A table may keep it in a column that no query sees ([`Tables::ingestion_time`]). Before a query is lowered, each call is
//! replaced by that column, and the operators between the call and the table let the column through. Rows keep theirs as long as
//! they are the table's own rows: filtered, projected, sorted, expanded, put together by `union`. Where they are new rows
//! (`summarize`, `join`, `datatable`, the result of a plugin), and where the table has no such column, the call is null, as
//! the reference says of everything that is not the context of a table.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::visit::VisitMut;
use wardenry_kql_semantics::checked::{
    Column, ColumnId, Expr, ExprKind, JoinKind, Rel, RelKind, SortKey, UnionInput,
};
use wardenry_kql_values::{ScalarType, Value};

use crate::Tables;

const FUNCTION: &str = "ingestion_time";

/// Replaces the calls in `rels`, which are all relations of a query.
pub(crate) fn resolve<'r>(rels: impl Iterator<Item = &'r mut Rel>, tables: &dyn Tables) {
    let mut rels: Vec<&mut Rel> = rels.collect();
    let mut found = Found { calls: false, last: 0 };
    for rel in &mut rels {
        rel.visit_mut(&mut found);
    }
    if !found.calls {
        return;
    }
    let mut resolver = Resolver { tables, next: found.last.saturating_add(1) };
    for rel in rels {
        rel.visit_mut(&mut resolver);
        // What is left stands where there are no rows of a table.
        rel.visit_mut(&mut Replace(None));
    }
}

/// Whether there is anything to do, and the last id that the query uses.
struct Found {
    calls: bool,
    last: u32,
}

impl VisitMut for Found {
    fn expr(&mut self, expr: &mut Expr) {
        self.calls |= is_call(expr);
    }

    fn column(&mut self, id: &mut ColumnId) {
        self.last = self.last.max(id.0);
    }
}

fn is_call(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Call { function: FUNCTION, .. })
}

struct Resolver<'t> {
    tables: &'t dyn Tables,
    next: u32,
}

/// Relations come after all in them: the calls that are left in a relation are its own.
impl VisitMut for Resolver<'_> {
    fn rel(&mut self, rel: &mut Rel) {
        match &mut rel.kind {
            RelKind::Filter { input, predicate } => self.replace(input, [predicate]),
            RelKind::Project { input, exprs } => self.replace(input, exprs),
            RelKind::Summarize { input, keys, aggregates } => {
                let arguments = aggregates.iter_mut().flat_map(|call| &mut call.arguments);
                self.replace(input, keys.iter_mut().chain(arguments));
            }
            RelKind::Sort { input, keys } | RelKind::Top { input, keys, .. } => {
                self.replace(input, keys.iter_mut().map(|SortKey { expr, .. }| expr));
            }
            RelKind::SampleDistinct { input, of, .. } => self.replace(input, [of]),
            RelKind::Join { left, right, on, .. } => {
                self.replace(left, on.iter_mut().map(|(expr, _)| expr));
                self.replace(right, on.iter_mut().map(|(_, expr)| expr));
            }
            RelKind::Union { inputs } => {
                for UnionInput { rel, exprs } in inputs {
                    self.replace(rel, exprs);
                }
            }
            RelKind::MakeSeries(series) => {
                let arguments = series.aggregates.iter_mut().flat_map(|(call, _)| &mut call.arguments);
                let exprs = series.keys.iter_mut().chain(arguments).chain([&mut series.axis]);
                self.replace(&mut series.input, exprs);
            }
            RelKind::TopNested(nested) => {
                let exprs = nested
                    .levels
                    .iter_mut()
                    .flat_map(|level| std::iter::once(&mut level.of).chain(&mut level.aggregate.arguments));
                self.replace(&mut nested.input, exprs);
            }
            RelKind::TopHitters { input, of, by, .. } => {
                self.replace(input, std::iter::once(of).chain(by));
            }
            RelKind::Partition { input, by, .. } => self.replace(input, [by]),
            RelKind::Scan(scan) => {
                let order = scan.order_by.iter_mut().map(|key| &mut key.expr);
                self.replace(&mut scan.input, order.chain(&mut scan.partition_by));
            }
            RelKind::Parse(parse) => self.replace(&mut parse.input, [&mut parse.expr]),
            RelKind::ParseKv(parse) => self.replace(&mut parse.input, [&mut parse.expr]),
            RelKind::MvExpand(expand) => {
                self.replace(&mut expand.input, expand.items.iter_mut().map(|item| &mut item.expr));
            }
            _ => {}
        }
    }
}

impl Resolver<'_> {
    /// Replaces the calls in expressions over the rows of `input`.
    fn replace<'e>(&mut self, input: &mut Rel, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        let mut exprs: Vec<&mut Expr> = exprs.into_iter().collect();
        let mut found = Found { calls: false, last: 0 };
        for expr in &mut exprs {
            expr.visit_mut(&mut found);
        }
        if found.calls {
            let column = self.expose(input);
            for expr in exprs {
                expr.visit_mut(&mut Replace(column));
            }
        }
    }

    /// The column of a relation that holds the time, put among its columns if it is not yet there.
    fn expose(&mut self, rel: &mut Rel) -> Option<ColumnId> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expose_inner(rel))
    }

    fn expose_inner(&mut self, rel: &mut Rel) -> Option<ColumnId> {
        let span = rel.span;
        let id = match &mut rel.kind {
            RelKind::Table { name } => {
                let stored = self.tables.ingestion_time(name)?;
                match rel.columns.iter().find(|column| column.name == stored) {
                    Some(column) => column.id,
                    None => {
                        let id = self.fresh();
                        rel.columns.push(Column { id, name: stored, scalar_type: ScalarType::Datetime });
                        return Some(id);
                    }
                }
            }
            RelKind::Filter { input, .. }
            | RelKind::Sort { input, .. }
            | RelKind::Top { input, .. }
            | RelKind::Take { input, .. }
            | RelKind::Serialize { input }
            | RelKind::Sample { input, .. } => self.expose(input)?,
            RelKind::Parse(parse) => self.expose(&mut parse.input)?,
            RelKind::ParseKv(parse) => self.expose(&mut parse.input)?,
            RelKind::MvExpand(expand) => self.expose(&mut expand.input)?,
            RelKind::MvApply(apply) => {
                let id = self.expose(&mut apply.expand.input)?;
                if !apply.kept.contains(&id) {
                    apply.kept.push(id);
                }
                id
            }
            RelKind::Project { input, exprs } => {
                let id = self.expose(input)?;
                if !rel.columns.iter().any(|column| column.id == id) {
                    exprs.push(read(id, span));
                }
                id
            }
            // These keep rows of one side as they are.
            RelKind::Join { kind: JoinKind::LeftSemi | JoinKind::LeftAnti, left, .. } => self.expose(left)?,
            RelKind::Join { kind: JoinKind::RightSemi | JoinKind::RightAnti, right, .. } => {
                self.expose(right)?
            }
            RelKind::Union { inputs } => return self.expose_union(inputs, &mut rel.columns, span),
            _ => return None,
        };
        if !rel.columns.iter().any(|column| column.id == id) {
            rel.columns.push(hidden(id));
        }
        Some(id)
    }

    /// The rows of inputs that have no such time get null.
    fn expose_union(
        &mut self,
        inputs: &mut [UnionInput],
        columns: &mut Vec<Column>,
        span: Span,
    ) -> Option<ColumnId> {
        if let Some(column) = columns.iter().find(|column| *column.name == *HIDDEN) {
            return Some(column.id);
        }
        let exposed: Vec<Option<ColumnId>> =
            inputs.iter_mut().map(|input| self.expose(&mut input.rel)).collect();
        if exposed.iter().all(Option::is_none) {
            return None;
        }
        for (input, id) in inputs.iter_mut().zip(exposed) {
            input.exprs.push(id.map_or_else(|| null(span), |id| read(id, span)));
        }
        let id = self.fresh();
        columns.push(hidden(id));
        Some(id)
    }

    fn fresh(&mut self) -> ColumnId {
        let id = ColumnId(self.next);
        self.next += 1;
        id
    }
}

/// No column of a query has this name.
const HIDDEN: &str = "";

fn hidden(id: ColumnId) -> Column {
    Column { id, name: HIDDEN.into(), scalar_type: ScalarType::Datetime }
}

fn read(id: ColumnId, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(id), scalar_type: ScalarType::Datetime, span }
}

fn null(span: Span) -> Expr {
    let value = Value::null(ScalarType::Datetime);
    Expr { kind: ExprKind::Literal(value), scalar_type: ScalarType::Datetime, span }
}

/// Puts a column, or null, where the calls are.
struct Replace(Option<ColumnId>);

impl VisitMut for Replace {
    fn expr(&mut self, expr: &mut Expr) {
        if is_call(expr) {
            *expr = self.0.map_or_else(|| null(expr.span), |id| read(id, expr.span));
        }
    }
}
