//! Walks a checked tree.

use super::{
    AggregateCall, ColumnId, Expr, ExprKind, MvExpand, PathStep, PluginArgument, Rel, RelKind, ScopeId,
    SharedId, SortKey,
};

/// What [`Rel::visit_mut`] tells of. A tree's nodes are told children first.
pub trait VisitMut {
    /// A relation, after all in it.
    fn rel(&mut self, rel: &mut Rel) {
        let _ = rel;
    }

    /// An expression, after all in it.
    fn expr(&mut self, expr: &mut Expr) {
        let _ = expr;
    }

    /// Each place where a column is made or read.
    fn column(&mut self, id: &mut ColumnId) {
        let _ = id;
    }

    fn scope(&mut self, id: &mut ScopeId) {
        let _ = id;
    }

    fn shared(&mut self, id: &mut SharedId) {
        let _ = id;
    }
}

impl Expr {
    pub fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Now => {}
            ExprKind::Column(id) => visitor.column(id),
            ExprKind::Call { arguments, .. } | ExprKind::Window { arguments, .. } => {
                for argument in arguments {
                    argument.visit_mut(visitor);
                }
            }
            ExprKind::Path { base, steps } => {
                base.visit_mut(visitor);
                for step in steps {
                    if let PathStep::Computed(index) = step {
                        index.visit_mut(visitor);
                    }
                }
            }
            ExprKind::ScalarSubquery(rel) | ExprKind::SetSubquery(rel) => rel.visit_mut(visitor),
        }
        visitor.expr(self);
    }
}

impl AggregateCall {
    pub fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        visit_all(&mut self.arguments, visitor);
    }
}

impl SortKey {
    pub fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        self.expr.visit_mut(visitor);
    }
}

impl MvExpand {
    pub fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        self.input.visit_mut(visitor);
        for item in &mut self.items {
            item.expr.visit_mut(visitor);
            visitor.column(&mut item.output);
        }
        if let Some(index) = &mut self.index {
            visitor.column(index);
        }
        visit_all(&mut self.limit, visitor);
    }
}

fn visit_all<'a>(exprs: impl IntoIterator<Item = &'a mut Expr>, visitor: &mut dyn VisitMut) {
    for expr in exprs {
        expr.visit_mut(visitor);
    }
}

fn visit_keys(keys: &mut [SortKey], visitor: &mut dyn VisitMut) {
    for key in keys {
        key.visit_mut(visitor);
    }
}

impl Rel {
    pub fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        self.kind.visit_mut(visitor);
        for column in &mut self.columns {
            visitor.column(&mut column.id);
        }
        visitor.rel(self);
    }
}

impl RelKind {
    fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        match self {
            Self::Table { .. } | Self::Values { .. } => {}
            Self::Range { from, to, step } => visit_all([from, to, step], visitor),
            Self::Externaldata { uris, .. } => visit_all(uris, visitor),
            Self::TableFunction { input, arguments, .. } => {
                if let Some(input) = input {
                    input.visit_mut(visitor);
                }
                visit_all(arguments, visitor);
            }
            Self::Shared(id, _) => visitor.shared(id),
            Self::Scope(id) => visitor.scope(id),
            Self::Filter { input, predicate } => {
                input.visit_mut(visitor);
                predicate.visit_mut(visitor);
            }
            Self::Project { input, exprs } => {
                input.visit_mut(visitor);
                visit_all(exprs, visitor);
            }
            Self::Summarize { input, keys, aggregates } => {
                input.visit_mut(visitor);
                visit_all(keys, visitor);
                for aggregate in aggregates {
                    aggregate.visit_mut(visitor);
                }
            }
            Self::Sort { input, keys } => {
                input.visit_mut(visitor);
                visit_keys(keys, visitor);
            }
            Self::Top { input, count, keys } => {
                input.visit_mut(visitor);
                count.visit_mut(visitor);
                visit_keys(keys, visitor);
            }
            Self::Take { input, count } | Self::Sample { input, count } => {
                input.visit_mut(visitor);
                count.visit_mut(visitor);
            }
            Self::Serialize { input } => input.visit_mut(visitor),
            Self::SampleDistinct { input, count, of } => {
                input.visit_mut(visitor);
                visit_all([count, of], visitor);
            }
            Self::Join { left, right, on, .. } => {
                left.visit_mut(visitor);
                right.visit_mut(visitor);
                for (left, right) in on {
                    visit_all([left, right], visitor);
                }
            }
            Self::Union { inputs } => {
                for input in inputs {
                    input.rel.visit_mut(visitor);
                    visit_all(&mut input.exprs, visitor);
                }
            }
            Self::MvExpand(expand) => expand.visit_mut(visitor),
            Self::MvApply(apply) => {
                apply.expand.visit_mut(visitor);
                visitor.scope(&mut apply.scope);
                apply.body.visit_mut(visitor);
                for column in &mut apply.kept {
                    visitor.column(column);
                }
            }
            _ => self.visit_rare_mut(visitor),
        }
    }

    /// The operators that few queries have, so that neither function grows a large frame.
    fn visit_rare_mut(&mut self, visitor: &mut dyn VisitMut) {
        match self {
            Self::Parse(parse) => {
                parse.input.visit_mut(visitor);
                parse.expr.visit_mut(visitor);
                for item in &mut parse.items {
                    if let super::ParseItem::Column { output, .. } = item {
                        visitor.column(output);
                    }
                }
            }
            Self::ParseKv(parse) => {
                parse.input.visit_mut(visitor);
                parse.expr.visit_mut(visitor);
                for (_, column, _) in &mut parse.keys {
                    visitor.column(column);
                }
            }
            Self::MakeSeries(series) => {
                series.input.visit_mut(visitor);
                visit_all(&mut series.keys, visitor);
                for (aggregate, default) in &mut series.aggregates {
                    aggregate.visit_mut(visitor);
                    visit_all(default, visitor);
                }
                visit_all([&mut series.axis, &mut series.step], visitor);
                visit_all(&mut series.from, visitor);
                visit_all(&mut series.to, visitor);
            }
            Self::Scan(scan) => {
                scan.input.visit_mut(visitor);
                visit_keys(&mut scan.order_by, visitor);
                visit_all(&mut scan.partition_by, visitor);
                for (column, ..) in &mut scan.declared {
                    visitor.column(column);
                }
                if let Some(column) = &mut scan.match_id {
                    visitor.column(column);
                }
                for step in &mut scan.steps {
                    step.condition.visit_mut(visitor);
                    for (column, value) in &mut step.assignments {
                        visitor.column(column);
                        value.visit_mut(visitor);
                    }
                    for (_, column, state) in &mut step.states {
                        visitor.column(column);
                        visitor.column(state);
                    }
                }
            }
            Self::TopNested(nested) => {
                nested.input.visit_mut(visitor);
                for level in &mut nested.levels {
                    visit_all(&mut level.count, visitor);
                    level.of.visit_mut(visitor);
                    visit_all(&mut level.others, visitor);
                    level.aggregate.visit_mut(visitor);
                }
            }
            Self::TopHitters { input, count, of, by } => {
                input.visit_mut(visitor);
                visit_all([count, of], visitor);
                visit_all(by, visitor);
            }
            Self::Partition { input, by, scope, body } => {
                input.visit_mut(visitor);
                by.visit_mut(visitor);
                visitor.scope(scope);
                body.visit_mut(visitor);
            }
            Self::Reduce { input, of, .. } => {
                input.visit_mut(visitor);
                of.visit_mut(visitor);
            }
            Self::Evaluate(plugin) => {
                if let Some(input) = &mut plugin.input {
                    input.visit_mut(visitor);
                }
                for argument in &mut plugin.arguments {
                    match argument {
                        PluginArgument::Expr(expr) => expr.visit_mut(visitor),
                        PluginArgument::Rel(rel) => rel.visit_mut(visitor),
                        PluginArgument::Aggregate(aggregate) => aggregate.visit_mut(visitor),
                    }
                }
            }
            Self::GraphMatch(graph) => {
                graph.edges.visit_mut(visitor);
                visitor.column(&mut graph.source);
                visitor.column(&mut graph.target);
                for (rel, key) in &mut graph.nodes {
                    rel.visit_mut(visitor);
                    visitor.column(key);
                }
                for (.., id) in &mut graph.properties {
                    visitor.column(id);
                }
                visit_all(&mut graph.predicate, visitor);
                visit_all(&mut graph.project, visitor);
            }
            _ => {}
        }
    }
}
