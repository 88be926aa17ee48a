//! What runs before the query: scalar and set subqueries, shared relations.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Schema;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{LogicalPlan, Sort};
use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::visit::VisitMut;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind, Rel, RelKind, SharedId};
use wardenry_kql_values::{ScalarType, Value};

use crate::control::Memory;
use crate::external::{External, ExternalError, ExternalRequest};
use crate::lower::{
    ExternalTables, Lowered, Lowerer, Shared, column_expr, column_name, field, plan_error, project,
};
use crate::session::Session;
use crate::{RunError, Tables, literal};

/// Values of a set subquery.
const MAX_SET: usize = 1_000_000;
/// Values of a set that stand in the plan one by one; more of them become one array.
const MAX_LISTED: usize = 4096;

/// Stands for a subquery that has been taken out, with its number.
const PLACEHOLDER: &str = "(subquery)";

/// Runs what a query needs beforehand.
pub(crate) struct Preparation<'a> {
    pub(crate) session: &'a Session,
    pub(crate) tables: &'a dyn Tables,
    pub(crate) shared: HashMap<SharedId, Shared>,
    /// What `externaldata` read.
    pub(crate) external: ExternalTables,
    sources: &'a dyn External,
    /// Counts the rows of shared relations.
    pub(crate) kept: Vec<Memory>,
    uses: HashMap<SharedId, usize>,
}

impl<'a> Preparation<'a> {
    /// `uses` are those of all relations that are going to be run.
    pub(crate) fn new(
        session: &'a Session,
        tables: &'a dyn Tables,
        sources: &'a dyn External,
        uses: HashMap<SharedId, usize>,
    ) -> Self {
        Self {
            session,
            tables,
            shared: HashMap::new(),
            external: ExternalTables::new(),
            sources,
            kept: Vec::new(),
            uses,
        }
    }

    /// Runs relations that are read more than once; each only reads earlier ones.
    pub(crate) async fn share(&mut self, shared: Vec<(SharedId, Rel)>) -> Result<(), RunError> {
        for (id, rel) in shared {
            let rel = self.resolve(rel).await?;
            let uses = self.uses.get(&id).copied().unwrap_or(0);
            if uses <= 1 {
                self.shared.insert(id, Shared::Inline(Box::new(rel)));
                continue;
            }
            let (batches, memory) = self.session.collect(self.plan(&rel)?).await?;
            self.kept.push(memory);
            let schema = Arc::new(Schema::new(rel.columns.iter().map(field).collect::<Vec<_>>()));
            let batches = batches
                .into_iter()
                .map(|batch| with_schema(&batch, &schema))
                .collect::<Result<Vec<_>, _>>()?;
            let table = MemTable::try_new(schema, vec![batches]).map_err(plan_error)?;
            self.shared.insert(id, Shared::Rows(Arc::new(table)));
        }
        Ok(())
    }

    /// Runs the subqueries of a relation and puts their values in their places.
    pub(crate) async fn resolve(&mut self, mut rel: Rel) -> Result<Rel, RunError> {
        self.read_external(&mut rel).await?;
        let mut taker = Taker { taken: Vec::new() };
        rel.visit_mut(&mut taker);
        if taker.taken.is_empty() {
            return Ok(rel);
        }
        let mut putter = Putter { values: Vec::new() };
        for taken in taker.taken {
            let mut subquery = taken.rel;
            subquery.visit_mut(&mut putter);
            putter.values.push(if taken.is_set {
                self.set(subquery, taken.span).await?
            } else {
                vec![self.scalar(subquery, taken.scalar_type).await?]
            });
        }
        rel.visit_mut(&mut putter);
        Ok(rel)
    }

    /// Reads what `externaldata` asks for; tables stand in its place then.
    async fn read_external(&mut self, rel: &mut Rel) -> Result<(), RunError> {
        let mut asked = Asked { sources: Vec::new(), first: self.external.len() };
        rel.visit_mut(&mut asked);
        for (name, uris, options, columns, span) in asked.sources {
            let mut lowerer =
                Lowerer::new(&self.session.query.functions, self.tables, &self.shared, &self.external);
            let mut texts = Vec::with_capacity(uris.len());
            for uri in &uris {
                texts.push(lowerer.constant(uri)?.text());
            }
            let columns = columns.into_iter().map(|column| (column.name, column.scalar_type)).collect();
            let request = ExternalRequest { uris: texts, columns, options };
            let provider = self.sources.read(&request).await.map_err(|error| match error {
                ExternalError::Denied { uri, remedy } => RunError::ExternalDenied { uri, remedy, span },
                ExternalError::Failed { uri, source } => RunError::ExternalFailed { uri, span, source },
            })?;
            self.external.insert(name, provider);
        }
        Ok(())
    }

    /// The plan of a relation, rows in order, only its columns.
    pub(crate) fn plan(&self, rel: &Rel) -> Result<LogicalPlan, RunError> {
        let mut lowerer =
            Lowerer::new(&self.session.query.functions, self.tables, &self.shared, &self.external);
        let lowered = lowerer.rel(rel)?;
        finished(lowered, rel)
    }

    /// The first column of the first row.
    async fn scalar(&mut self, rel: Rel, scalar_type: ScalarType) -> Result<Value, RunError> {
        let span = rel.span;
        let count =
            Expr { kind: ExprKind::Literal(Value::Long(Some(1))), scalar_type: ScalarType::Long, span };
        let rel = first_column(rel);
        let columns = rel.columns.clone();
        let rel = Rel { kind: RelKind::Take { input: Box::new(rel), count }, columns, span };
        let (batches, _memory) = self.session.collect(self.plan(&rel)?).await?;
        let first = batches.iter().find(|batch| batch.num_rows() > 0);
        Ok(first
            .and_then(|batch| literal::value_at(batch.columns().first()?, 0, scalar_type))
            .unwrap_or_else(|| Value::null(scalar_type)))
    }

    /// The distinct values of the first column.
    async fn set(&mut self, rel: Rel, span: Span) -> Result<Vec<Value>, RunError> {
        let rel = first_column(rel);
        let Some(column) = rel.columns.first().cloned() else { return Ok(Vec::new()) };
        let key = Expr { kind: ExprKind::Column(column.id), scalar_type: column.scalar_type, span };
        let columns = rel.columns.clone();
        let kind = RelKind::Summarize { input: Box::new(rel), keys: vec![key], aggregates: Vec::new() };
        let rel = Rel { kind, columns, span };
        let (batches, _memory) = self.session.collect(self.plan(&rel)?).await?;
        let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if count > MAX_SET {
            let message = format!("the list has {count} values; {MAX_SET} are allowed");
            return Err(RunError::OperatorLimit { operator: "in", message, span });
        }
        let mut values = Vec::with_capacity(count);
        for batch in &batches {
            let Some(array) = batch.columns().first() else { continue };
            values
                .extend((0..array.len()).filter_map(|row| literal::value_at(array, row, column.scalar_type)));
        }
        Ok(values)
    }
}

/// A result's plan: rows in order, and only the relation's columns.
pub(crate) fn finished(lowered: Lowered, rel: &Rel) -> Result<LogicalPlan, RunError> {
    let mut plan = lowered.plan;
    if !lowered.order.is_empty() {
        plan = LogicalPlan::Sort(Sort { expr: lowered.order, input: Arc::new(plan), fetch: None });
    }
    let columns = rel.columns.iter().map(|column| column_expr(&column_name(column.id))).collect();
    project(plan, columns)
}

/// How often each shared relation is read in `rels`.
pub(crate) fn uses<'r>(rels: impl Iterator<Item = &'r mut Rel>) -> HashMap<SharedId, usize> {
    struct Counter(HashMap<SharedId, usize>);
    impl VisitMut for Counter {
        fn shared(&mut self, id: &mut SharedId) {
            *self.0.entry(*id).or_default() += 1;
        }
    }
    let mut counter = Counter(HashMap::new());
    for rel in rels {
        rel.visit_mut(&mut counter);
    }
    counter.0
}

fn with_schema(batch: &RecordBatch, schema: &Arc<Schema>) -> Result<RecordBatch, RunError> {
    RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec())
        .map_err(|error| RunError::internal("shared rows", error))
}

fn first_column(rel: Rel) -> Rel {
    if rel.columns.len() <= 1 {
        return rel;
    }
    let span = rel.span;
    let columns = vec![rel.columns[0].clone()];
    let exprs = columns
        .iter()
        .map(|column| Expr { kind: ExprKind::Column(column.id), scalar_type: column.scalar_type, span })
        .collect();
    Rel { kind: RelKind::Project { input: Box::new(rel), exprs }, columns, span }
}

type AskedSource = (Arc<str>, Vec<Expr>, Vec<(Box<str>, Value)>, Vec<Column>, Span);

/// Puts names of tables where `externaldata` stands.
struct Asked {
    sources: Vec<AskedSource>,
    /// The number of the first.
    first: usize,
}

impl VisitMut for Asked {
    fn rel(&mut self, rel: &mut Rel) {
        let RelKind::Externaldata { uris, options } = &mut rel.kind else { return };
        let name: Arc<str> = format!("externaldata {}", self.first + self.sources.len()).into();
        let (uris, options) = (std::mem::take(uris), std::mem::take(options));
        self.sources.push((Arc::clone(&name), uris, options, rel.columns.clone(), rel.span));
        rel.kind = RelKind::Table { name };
    }
}

struct Taken {
    rel: Rel,
    is_set: bool,
    scalar_type: ScalarType,
    span: Span,
}

/// Takes subqueries out, inner ones first.
struct Taker {
    taken: Vec<Taken>,
}

impl VisitMut for Taker {
    fn expr(&mut self, expr: &mut Expr) {
        if !matches!(expr.kind, ExprKind::ScalarSubquery(_) | ExprKind::SetSubquery(_)) {
            return;
        }
        let number = i64::try_from(self.taken.len()).unwrap_or(i64::MAX);
        let number = Expr {
            kind: ExprKind::Literal(Value::Long(Some(number))),
            scalar_type: ScalarType::Long,
            span: expr.span,
        };
        let placeholder = ExprKind::Call { function: PLACEHOLDER, arguments: vec![number] };
        let (rel, is_set) = match std::mem::replace(&mut expr.kind, placeholder) {
            ExprKind::ScalarSubquery(rel) => (*rel, false),
            ExprKind::SetSubquery(rel) => (*rel, true),
            _ => return,
        };
        self.taken.push(Taken { rel, is_set, scalar_type: expr.scalar_type, span: expr.span });
    }
}

/// Puts values where subqueries were.
struct Putter {
    /// By number.
    values: Vec<Vec<Value>>,
}

impl Putter {
    fn values(&self, expr: &Expr) -> Option<&[Value]> {
        let ExprKind::Call { function: PLACEHOLDER, arguments } = &expr.kind else { return None };
        let ExprKind::Literal(Value::Long(Some(number))) = arguments.first()?.kind else { return None };
        self.values.get(usize::try_from(number).ok()?).map(Vec::as_slice)
    }

    /// A set as items of a list.
    fn items(&self, expr: Expr, items: &mut Vec<Expr>) {
        let Some(values) = self.values(&expr) else {
            items.push(expr);
            return;
        };
        if values.len() > MAX_LISTED
            && let Some(array) = array(values)
        {
            items.push(Expr {
                kind: ExprKind::Literal(Value::Dynamic(Some(array.into()))),
                scalar_type: ScalarType::Dynamic,
                span: expr.span,
            });
            return;
        }
        items.extend(values.iter().map(|value| Expr {
            kind: ExprKind::Literal(value.clone()),
            scalar_type: value.scalar_type(),
            span: expr.span,
        }));
    }
}

impl VisitMut for Putter {
    fn expr(&mut self, expr: &mut Expr) {
        // A set only stands in a list, and a list is a call's arguments behind the first.
        if let ExprKind::Call { function, arguments } = &mut expr.kind
            && *function != PLACEHOLDER
        {
            if arguments.iter().any(|argument| self.values(argument).is_some()) {
                let mut items = Vec::with_capacity(arguments.len());
                for argument in std::mem::take(arguments) {
                    self.items(argument, &mut items);
                }
                *arguments = items;
            }
            return;
        }
        if let Some([value]) = self.values(expr) {
            expr.kind = ExprKind::Literal(value.clone());
        }
    }
}

/// Texts or whole numbers as a JSON array.
fn array(values: &[Value]) -> Option<String> {
    let mut json = String::from("[");
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        match value {
            Value::String(text) => json.push_str(&serde_json::to_string(text.as_ref()).ok()?),
            Value::Int(Some(number)) => json.push_str(&number.to_string()),
            Value::Long(Some(number)) => json.push_str(&number.to_string()),
            _ => return None,
        }
    }
    json.push(']');
    Some(json)
}
