//! What holds of every checked query: each expression reads what its input has, and counts and types agree.

use std::collections::{BTreeSet, HashSet};
use wardenry_kql_values::{ScalarType, Value};

use wardenry_kql_semantics::checked::{
    AggregateCall, CheckedQuery, ColumnId, Expr, ExprKind, MvExpand, PathStep, PluginArgument, PluginSchema,
    Rel, RelKind, SharedId,
};

/// What is wrong with a query, or nothing.
pub(crate) fn faults(query: &CheckedQuery) -> Vec<String> {
    let mut sound = Sound { faults: Vec::new(), shared: HashSet::new(), around: Vec::new() };
    for (id, rel) in &query.shared {
        sound.rel(rel);
        sound.shared.insert(*id);
    }
    for statement in &query.statements {
        sound.rel(&statement.rel);
    }
    sound.faults
}

struct Sound {
    faults: Vec<String>,
    shared: HashSet<SharedId>,
    /// The columns of the rows around a subquery.
    around: Vec<BTreeSet<ColumnId>>,
}

fn ids(rel: &Rel) -> BTreeSet<ColumnId> {
    rel.columns.iter().map(|column| column.id).collect()
}

impl Sound {
    fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(what.into());
    }

    fn same(&mut self, what: &str, left: impl std::fmt::Debug, right: impl std::fmt::Debug) {
        let (left, right) = (format!("{left:?}"), format!("{right:?}"));
        if left != right {
            self.fault(format!("{what}: {left} and {right}"));
        }
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, visible: &BTreeSet<ColumnId>) {
        for expr in exprs {
            self.expr(expr, visible);
        }
    }

    fn expr(&mut self, expr: &Expr, visible: &BTreeSet<ColumnId>) {
        match &expr.kind {
            ExprKind::Literal(value) => self.same("a literal's type", value.scalar_type(), expr.scalar_type),
            ExprKind::Column(id) => {
                if !visible.contains(id) && !self.around.iter().any(|row| row.contains(id)) {
                    self.fault(format!("{id:?} is read and not there"));
                }
            }
            ExprKind::Call { arguments, .. } | ExprKind::Window { arguments, .. } => {
                self.exprs(arguments, visible);
            }
            ExprKind::Path { base, steps } => {
                self.expr(base, visible);
                for step in steps {
                    if let PathStep::Computed(index) = step {
                        self.expr(index, visible);
                    }
                }
            }
            ExprKind::ScalarSubquery(rel) | ExprKind::SetSubquery(rel) => {
                let around = std::mem::take(&mut self.around);
                self.rel(rel);
                self.around = around;
                match rel.columns.first() {
                    Some(first) => self.same("a subquery's type", first.scalar_type, expr.scalar_type),
                    None => self.fault("a subquery without a column"),
                }
            }
            ExprKind::Now => {}
        }
    }

    fn aggregate(&mut self, call: &AggregateCall, visible: &BTreeSet<ColumnId>) {
        self.exprs(&call.arguments, visible);
    }

    fn expand(&mut self, expand: &MvExpand) {
        self.rel(&expand.input);
        let visible = ids(&expand.input);
        for item in &expand.items {
            self.expr(&item.expr, &visible);
        }
    }

    fn rel(&mut self, rel: &Rel) {
        let names: HashSet<_> = rel.columns.iter().map(|column| &column.name).collect();
        self.same("distinct names", names.len(), rel.columns.len());
        self.same("distinct ids", ids(rel).len(), rel.columns.len());
        match &rel.kind {
            RelKind::Table { .. } | RelKind::Externaldata { .. } | RelKind::Scope(_) => {}
            RelKind::Values { rows } => {
                for row in rows {
                    let types: Vec<_> = row.iter().map(Value::scalar_type).collect();
                    let declared: Vec<_> = rel.columns.iter().map(|column| column.scalar_type).collect();
                    self.same("types of a row", types, declared);
                }
            }
            RelKind::Range { from, to, step } => self.exprs([from, to, step], &BTreeSet::new()),
            RelKind::TableFunction { input, arguments, .. } => {
                let visible = input.as_deref().map(ids).unwrap_or_default();
                if let Some(input) = input {
                    self.rel(input);
                }
                self.exprs(arguments, &visible);
            }
            RelKind::Shared(id, columns) => {
                if !self.shared.contains(id) {
                    self.fault(format!("{id:?} is read and not there"));
                }
                self.same("columns of a shared relation", columns.len(), rel.columns.len());
            }
            RelKind::Filter { input, predicate } => {
                self.rel(input);
                self.expr(predicate, &ids(input));
                self.same("a predicate's type", predicate.scalar_type.name(), "bool");
            }
            RelKind::Project { input, exprs } => {
                self.rel(input);
                self.exprs(exprs, &ids(input));
                let types: Vec<_> = exprs.iter().map(|expr| expr.scalar_type).collect();
                let declared: Vec<_> = rel.columns.iter().map(|column| column.scalar_type).collect();
                self.same("types of a projection", types, declared);
            }
            RelKind::Summarize { input, keys, aggregates } => {
                self.rel(input);
                let visible = ids(input);
                self.exprs(keys, &visible);
                for aggregate in aggregates {
                    self.aggregate(aggregate, &visible);
                }
                let types: Vec<_> = keys
                    .iter()
                    .map(|key| key.scalar_type)
                    .chain(aggregates.iter().map(|aggregate| aggregate.scalar_type))
                    .collect();
                let declared: Vec<_> = rel.columns.iter().map(|column| column.scalar_type).collect();
                self.same("types of a summary", types, declared);
            }
            RelKind::Sort { input, keys } | RelKind::Top { input, keys, .. } => {
                self.rel(input);
                self.exprs(keys.iter().map(|key| &key.expr), &ids(input));
                self.same("columns of a sort", ids(input), ids(rel));
            }
            RelKind::Take { input, count } | RelKind::Sample { input, count } => {
                self.rel(input);
                self.expr(count, &BTreeSet::new());
            }
            RelKind::Serialize { input } => self.rel(input),
            RelKind::SampleDistinct { input, of, .. } => {
                self.rel(input);
                self.expr(of, &ids(input));
            }
            RelKind::Join { left, right, on, .. } => {
                self.rel(left);
                self.rel(right);
                for (a, b) in on {
                    self.expr(a, &ids(left));
                    self.expr(b, &ids(right));
                    self.same("types of keys", a.scalar_type, b.scalar_type);
                }
                let both: BTreeSet<_> = ids(left).union(&ids(right)).copied().collect();
                self.same("sides without a common id", both.len(), ids(left).len() + ids(right).len());
                if !ids(rel).is_subset(&both) {
                    self.fault("a join has a column of neither side");
                }
            }
            RelKind::Union { inputs } => {
                for input in inputs {
                    self.rel(&input.rel);
                    self.exprs(&input.exprs, &ids(&input.rel));
                    let types: Vec<_> = input.exprs.iter().map(|expr| expr.scalar_type).collect();
                    let declared: Vec<_> = rel.columns.iter().map(|column| column.scalar_type).collect();
                    self.same("types of a union", types, declared);
                }
            }
            RelKind::MvExpand(expand) => self.expand(expand),
            RelKind::MvApply(apply) => {
                self.expand(&apply.expand);
                let input = ids(&apply.expand.input);
                self.around.push(input.clone());
                self.rel(&apply.body);
                self.around.pop();
                if !ids(&apply.body).is_disjoint(&input) {
                    self.fault("the body of mv-apply has a column of its input");
                }
                let expected: BTreeSet<_> =
                    ids(&apply.body).into_iter().chain(apply.kept.iter().copied()).collect();
                if !ids(rel).is_subset(&expected) {
                    self.fault("mv-apply has a column of nowhere");
                }
            }
            RelKind::Parse(parse) => {
                self.rel(&parse.input);
                self.expr(&parse.expr, &ids(&parse.input));
            }
            RelKind::ParseKv(parse) => {
                self.rel(&parse.input);
                self.expr(&parse.expr, &ids(&parse.input));
            }
            RelKind::MakeSeries(series) => {
                self.rel(&series.input);
                let visible = ids(&series.input);
                self.exprs(&series.keys, &visible);
                self.expr(&series.axis, &visible);
                for (aggregate, default) in &series.aggregates {
                    self.aggregate(aggregate, &visible);
                    self.exprs(default, &BTreeSet::new());
                }
                self.same(
                    "columns of make-series",
                    series.keys.len() + series.aggregates.len() + 1,
                    rel.columns.len(),
                );
            }
            RelKind::Scan(scan) => {
                self.rel(&scan.input);
                let mut visible = ids(&scan.input);
                visible.extend(scan.declared.iter().map(|(id, ..)| *id));
                for step in &scan.steps {
                    let mut visible = visible.clone();
                    visible.extend(step.states.iter().map(|(.., id)| *id));
                    self.expr(&step.condition, &visible);
                    self.exprs(step.assignments.iter().map(|(_, value)| value), &visible);
                }
            }
            RelKind::TopNested(nested) => {
                self.rel(&nested.input);
                let visible = ids(&nested.input);
                for level in &nested.levels {
                    self.expr(&level.of, &visible);
                    self.aggregate(&level.aggregate, &visible);
                }
                self.same("columns of top-nested", nested.levels.len() * 2, rel.columns.len());
            }
            RelKind::TopHitters { input, of, by, .. } => {
                self.rel(input);
                self.expr(of, &ids(input));
                self.exprs(by, &ids(input));
            }
            RelKind::Partition { input, by, body, .. } => {
                self.rel(input);
                self.expr(by, &ids(input));
                self.rel(body);
            }
            RelKind::Reduce { input, of, .. } => {
                self.rel(input);
                self.expr(of, &ids(input));
            }
            RelKind::Evaluate(plugin) => {
                self.same("a plugin's schema", plugin.schema, PluginSchema::Known);
                let mut visible = plugin.input.as_deref().map(ids).unwrap_or_default();
                if let Some(input) = &plugin.input {
                    self.rel(input);
                }
                for argument in &plugin.arguments {
                    match argument {
                        PluginArgument::Expr(expr) => self.expr(expr, &visible),
                        PluginArgument::Rel(rel) => {
                            self.rel(rel);
                            visible.extend(ids(rel));
                        }
                        PluginArgument::Aggregate(aggregate) => self.aggregate(aggregate, &visible),
                    }
                }
            }
            RelKind::GraphMatch(graph) => {
                self.rel(&graph.edges);
                for (nodes, key) in &graph.nodes {
                    self.rel(nodes);
                    self.expr(
                        &Expr {
                            kind: ExprKind::Column(*key),
                            scalar_type: ScalarType::String,
                            span: nodes.span,
                        },
                        &ids(nodes),
                    );
                }
                let visible: BTreeSet<_> = graph.properties.iter().map(|(.., id)| *id).collect();
                self.exprs(&graph.predicate, &visible);
                self.exprs(&graph.project, &visible);
                self.same("columns of graph-match", graph.project.len(), rel.columns.len());
            }
        }
    }
}
