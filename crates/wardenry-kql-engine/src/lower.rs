//! From the checked query to a DataFusion plan.
//!
//! Every column of a relation is a column of the plan, named by its id (`c17`), whatever its name in the query is. Beside them
//! a plan may have hidden columns: those by which its rows are ordered, and the keys of an enclosing scope.
//!
//! Order is lazy. `sort` only computes hidden columns; rows are put in order where it shows: before `take`, before
//! operators that read rows in order, and at the end. In between DataFusion may move rows about as it likes.

mod basic;
mod expr;
mod join;
mod order;
mod source;
mod summarize;
mod truth;
mod union;
mod window;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column as PlanColumn, DFSchema, DataFusionError};
use datafusion::execution::context::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, Extension, Filter, LogicalPlan, Projection, SortExpr};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};
use wardenry_kql_functions::{Context, layout};
use wardenry_kql_semantics::checked::{self, Column, ColumnId, Rel, RelKind, ScopeId, SharedId};

use crate::stage::{Levels, StageNode};
use crate::transform::{RowOrder, TransformNode, TransformSpec};
use crate::{RunError, Tables};

/// A relation as a plan.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    /// Has a column for each of the relation's, and the hidden ones below.
    pub(crate) plan: LogicalPlan,
    /// In which order the rows are meant to be, by hidden columns.
    pub(crate) order: Vec<SortExpr>,
    /// Hidden columns: rows that differ in them belong to different runs of a subquery. Empty outside of subqueries.
    pub(crate) groups: Vec<Arc<str>>,
    /// What expressions become when they are put into each other, see [`crate::stage`].
    pub(crate) levels: Levels,
}

/// A relation that several places of a query read.
#[derive(Clone, Debug)]
pub(crate) enum Shared {
    /// Has been run.
    Rows(Arc<dyn TableProvider>),
    /// Is read in one place only, and lowered there.
    Inline(Box<Rel>),
}

/// Tables that a query brought with it.
pub(crate) type ExternalTables = HashMap<Arc<str>, Arc<dyn TableProvider>>;

/// Lowers relations and expressions. One for each statement.
pub(crate) struct Lowerer<'a> {
    pub(crate) functions: &'a Context,
    tables: &'a dyn Tables,
    shared: &'a HashMap<SharedId, Shared>,
    /// What `externaldata` read, by the names that stand for it.
    external: &'a ExternalTables,
    scopes: HashMap<ScopeId, Lowered>,
    hidden: u32,
    /// Counts down: the checker's ids count up.
    next_column: u32,
}

impl<'a> Lowerer<'a> {
    pub(crate) fn new(
        functions: &'a Context,
        tables: &'a dyn Tables,
        shared: &'a HashMap<SharedId, Shared>,
        external: &'a ExternalTables,
    ) -> Self {
        Self { functions, tables, shared, external, scopes: HashMap::new(), hidden: 0, next_column: u32::MAX }
    }

    /// Lowers a relation.
    pub(crate) fn rel(&mut self, rel: &Rel) -> Result<Lowered, RunError> {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.relation(rel))
    }

    fn relation(&mut self, rel: &Rel) -> Result<Lowered, RunError> {
        match &rel.kind {
            RelKind::Table { name } => self.table(name, rel),
            RelKind::Values { rows } => self.values(rows, rel),
            RelKind::Range { from, to, step } => self.range(from, to, step, rel),
            // Has been read before, and stands as a table since.
            RelKind::Externaldata { .. } => {
                Err(RunError::internal("lowering", "externaldata has not been read"))
            }
            RelKind::Shared(id, columns) => self.shared_rel(*id, columns, rel),
            // A subquery that is evaluated before the query cannot see the rows of one that is not.
            RelKind::Scope(id) => self.scopes.get(id).cloned().ok_or_else(|| RunError::Unsupported {
                what: "a subquery over the rows of the subquery around it".to_owned(),
                span: rel.span,
            }),
            RelKind::Filter { input, predicate } => self.filter(input, predicate),
            RelKind::Project { input, exprs } => self.project(input, exprs, &rel.columns),
            RelKind::Summarize { input, keys, aggregates } => self.summarize(input, keys, aggregates, rel),
            RelKind::Sort { input, keys } => self.sort(input, keys),
            RelKind::Top { input, count, keys } => self.top(input, count, keys),
            RelKind::Take { input, count } => self.take(input, count),
            RelKind::Serialize { input } => self.serialize(input, rel),
            RelKind::Sample { input, count } => self.sample(input, count),
            RelKind::SampleDistinct { input, count, of } => self.sample_distinct(input, count, of, rel),
            RelKind::Join { kind, left, right, on } => self.join(*kind, left, right, on, rel),
            RelKind::Union { inputs } => self.union(inputs, rel),
            _ => crate::operators::lower(self, rel),
        }
    }

    /// Lowers the body of a subquery that runs over `scope`: once for each group of `rows` that differ in `rows.groups`. The
    /// groups are hidden columns of the result, too.
    pub(crate) fn body(&mut self, body: &Rel, scope: ScopeId, rows: Lowered) -> Result<Lowered, RunError> {
        let outer = self.scopes.insert(scope, rows);
        let lowered = self.rel(body);
        match outer {
            Some(outer) => drop(self.scopes.insert(scope, outer)),
            None => drop(self.scopes.remove(&scope)),
        }
        lowered
    }

    /// An expression that an operator evaluates by itself, over batches with these columns in this order.
    pub(crate) fn bound(
        &mut self,
        expr: &checked::Expr,
        columns: &[Column],
    ) -> Result<(Arc<dyn PhysicalExpr>, SchemaRef), RunError> {
        let lowered = self.expr(expr)?;
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let bind = || {
            let columns = DFSchema::try_from(Arc::clone(&schema))?;
            create_physical_expr(
                &lowered,
                &columns,
                &ExecutionProps::new(),
                &PhysicalPlanningContext::default(),
            )
        };
        Ok((bind().map_err(plan_error)?, schema))
    }

    /// A new name for a hidden column.
    pub(crate) fn hidden(&mut self) -> Arc<str> {
        self.hidden += 1;
        format!("h{}", self.hidden).into()
    }

    /// A new scope that the query does not know of.
    pub(crate) fn new_scope(&mut self) -> ScopeId {
        let id = ScopeId(self.next_column);
        self.next_column -= 1;
        id
    }

    /// The tables that the query may read.
    pub(crate) fn tables(&self) -> &'a dyn Tables {
        self.tables
    }

    /// A new column that the query does not know of.
    pub(crate) fn new_column(&mut self, scalar_type: wardenry_kql_values::ScalarType) -> Column {
        Column { id: self.new_id(), name: "".into(), scalar_type }
    }

    /// A new id of a column.
    pub(crate) fn new_id(&mut self) -> ColumnId {
        let id = ColumnId(self.next_column);
        self.next_column -= 1;
        id
    }

    /// Puts an operator of our own on top of a plan.
    pub(crate) fn transform(&mut self, input: Lowered, spec: TransformSpec) -> Result<Lowered, RunError> {
        let Lowered { plan, order: input_order, groups, levels } = input;
        let ordered = match spec.order {
            RowOrder::Loses => false,
            RowOrder::Keeps => !input_order.is_empty(),
            RowOrder::Makes => true,
        };
        let order = if spec.order == RowOrder::Loses { Vec::new() } else { input_order };
        let ordinal = ordered.then(|| self.hidden());
        let passed = groups.iter().cloned().chain(spec.passed.iter().map(|id| column_name(*id))).collect();
        let node = TransformNode::try_new(
            spec.factory,
            plan,
            spec.arguments,
            groups.iter().map(|group| column_expr(group)).collect(),
            order,
            passed,
            spec.produced.iter().map(field).collect(),
            ordinal.clone(),
            spec.gather,
            spec.input_rows,
        )
        .map_err(plan_error)?;
        let plan = LogicalPlan::Extension(Extension { node: Arc::new(node) });
        let order = ordinal.iter().map(|name| column_expr(name).sort(true, true)).collect();
        Ok(Lowered { plan, order, groups, levels })
    }
}

impl Lowered {
    /// Rows without an order, outside of subqueries.
    pub(crate) fn unordered(plan: LogicalPlan) -> Self {
        Self { plan, order: Vec::new(), groups: Vec::new(), levels: Levels::default() }
    }

    /// The hidden columns.
    pub(crate) fn hidden(&self) -> Vec<Arc<str>> {
        let mut names = self.groups.clone();
        for key in &self.order {
            if let Expr::Column(column) = &key.expr
                && !names.iter().any(|name| **name == column.name)
            {
                names.push(column.name.as_str().into());
            }
        }
        names
    }

    /// Other columns, beside the hidden ones.
    pub(crate) fn project(
        self,
        columns: impl IntoIterator<Item = (Expr, Arc<str>)>,
    ) -> Result<Self, RunError> {
        let mut exprs: Vec<Expr> = self.hidden().iter().map(|name| column_expr(name)).collect();
        exprs.extend(columns.into_iter().map(|(expr, name)| named(expr, &name)));
        self.with_columns(exprs)
    }

    pub(crate) fn filter(self, predicate: Expr) -> Result<Self, RunError> {
        let staged = self.staged_for(std::slice::from_ref(&predicate));
        let filter = Filter::try_new(predicate, Arc::new(staged.plan)).map_err(plan_error)?;
        Ok(Self { plan: LogicalPlan::Filter(filter), ..staged })
    }

    /// Begins a new stage if expressions would become too deep in this one.
    fn staged_for(self, exprs: &[Expr]) -> Self {
        if !self.levels.exceeded_by(exprs) {
            return self;
        }
        Self { plan: StageNode::on(self.plan), levels: Levels::default(), ..self }
    }

    /// These columns and no others.
    fn with_columns(self, exprs: Vec<Expr>) -> Result<Self, RunError> {
        let staged = self.staged_for(&exprs);
        let levels = staged.levels.project(&exprs);
        let plan = project(staged.plan, exprs)?;
        Ok(Self { plan, levels, ..staged })
    }

    /// Adds hidden columns.
    pub(crate) fn with_hidden(self, added: Vec<(Expr, Arc<str>)>) -> Result<Self, RunError> {
        let mut exprs: Vec<Expr> = all_columns(&self.plan);
        exprs.extend(added.into_iter().map(|(expr, name)| named(expr, &name)));
        self.with_columns(exprs)
    }
}

/// The columns of a plan, as expressions.
pub(crate) fn all_columns(plan: &LogicalPlan) -> Vec<Expr> {
    plan.schema().columns().into_iter().map(Expr::Column).collect()
}

pub(crate) fn project(plan: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan, RunError> {
    let projection = Projection::try_new(exprs, Arc::new(plan)).map_err(plan_error)?;
    Ok(LogicalPlan::Projection(projection))
}

/// The plan's name of a column.
pub(crate) fn column_name(id: ColumnId) -> Arc<str> {
    format!("c{}", id.0).into()
}

pub(crate) fn column_expr(name: &str) -> Expr {
    Expr::Column(PlanColumn::new_unqualified(name))
}

/// An expression under a name.
pub(crate) fn named(expr: Expr, name: &str) -> Expr {
    match &expr {
        Expr::Column(column) if column.relation.is_none() && column.name == name => expr,
        _ => expr.alias(name),
    }
}

/// A column as a field of a plan.
pub(crate) fn field(column: &Column) -> Field {
    Field::new(column_name(column.id).as_ref(), layout::arrow_type(column.scalar_type), true)
}

/// A plan that DataFusion does not accept is a fault of ours.
pub(crate) fn plan_error(error: DataFusionError) -> RunError {
    RunError::internal("lowering", error)
}
