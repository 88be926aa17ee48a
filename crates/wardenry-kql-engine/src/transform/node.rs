use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr, UserDefinedLogicalNodeCore};

use super::{Gather, TransformFactory};

/// A [`super::Transform`] in a logical plan.
///
/// The schema is the passed columns, then the produced ones, then the ordinal. The passed ones shrink as the optimizer
/// finds out what is read.
#[derive(Debug)]
pub(crate) struct TransformNode {
    pub(super) factory: Arc<dyn TransformFactory>,
    pub(super) input: LogicalPlan,
    pub(super) arguments: Vec<Expr>,
    /// Rows that differ here go to different instances.
    pub(super) groups: Vec<Expr>,
    /// The order in which an instance gets its rows.
    pub(super) order: Vec<SortExpr>,
    pub(super) passed: Vec<Arc<str>>,
    pub(super) produced: Vec<Field>,
    /// A column for the rows' number in the output.
    pub(super) ordinal: Option<Arc<str>>,
    pub(super) gather: Gather,
    pub(super) input_rows: Option<usize>,
    schema: DFSchemaRef,
}

impl TransformNode {
    #[expect(clippy::too_many_arguments, reason = "one call site")]
    pub(crate) fn try_new(
        factory: Arc<dyn TransformFactory>,
        input: LogicalPlan,
        arguments: Vec<Expr>,
        groups: Vec<Expr>,
        order: Vec<SortExpr>,
        passed: Vec<Arc<str>>,
        produced: Vec<Field>,
        ordinal: Option<Arc<str>>,
        gather: Gather,
        input_rows: Option<usize>,
    ) -> Result<Self> {
        let passed: Vec<_> = passed
            .into_iter()
            .filter(|name| input.schema().index_of_column_by_name(None, name).is_some())
            .collect();
        let mut fields = Vec::with_capacity(passed.len() + produced.len() + 1);
        for name in &passed {
            let (_, field) = input.schema().qualified_field_with_unqualified_name(name)?;
            fields.push((None, Arc::clone(field)));
        }
        fields.extend(produced.iter().map(|field| (None, Arc::new(field.clone()))));
        if let Some(name) = &ordinal {
            fields.push((None, Arc::new(Field::new(name.as_ref(), DataType::Int64, false))));
        }
        let schema = Arc::new(DFSchema::new_with_metadata(fields, input.schema().metadata().clone())?);
        Ok(Self {
            factory,
            input,
            arguments,
            groups,
            order,
            passed,
            produced,
            ordinal,
            gather,
            input_rows,
            schema,
        })
    }

    pub(super) fn schema_fields(&self) -> impl Iterator<Item = FieldRef> {
        self.schema.fields().iter().map(Arc::clone)
    }

    /// Whether rows must come to one instance one after the other.
    pub(super) fn is_serial(&self) -> bool {
        self.gather == Gather::All || !self.order.is_empty()
    }
}

impl UserDefinedLogicalNodeCore for TransformNode {
    fn name(&self) -> &str {
        self.factory.name()
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.arguments
            .iter()
            .chain(&self.groups)
            .cloned()
            .chain(self.order.iter().map(|key| key.expr.clone()))
            .collect()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let fields = self.schema.fields().iter();
        // Where each row stands for itself, a row that is filtered out later need not come in.
        let kept =
            if self.gather == Gather::Nothing && self.ordinal.is_none() { self.passed.len() } else { 0 };
        fields.skip(kept).map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.factory.name())?;
        for (index, argument) in self.arguments.iter().enumerate() {
            write!(f, "{} {argument}", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let mut exprs = exprs.into_iter();
        let arguments = exprs.by_ref().take(self.arguments.len()).collect();
        let groups = exprs.by_ref().take(self.groups.len()).collect();
        let order = self
            .order
            .iter()
            .zip(exprs)
            .map(|(key, expr)| SortExpr { expr, asc: key.asc, nulls_first: key.nulls_first })
            .collect();
        Self::try_new(
            Arc::clone(&self.factory),
            inputs.swap_remove(0),
            arguments,
            groups,
            order,
            self.passed.clone(),
            self.produced.clone(),
            self.ordinal.clone(),
            self.gather,
            self.input_rows,
        )
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let input = self.input.schema();
        let indices = output_columns
            .iter()
            .filter_map(|output| self.passed.get(*output))
            .filter_map(|name| input.index_of_column_by_name(None, name))
            .collect();
        Some(vec![indices])
    }
}

/// Two places in a plan are the same if their instances would be made by the same factory.
impl PartialEq for TransformNode {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.factory, &other.factory)
            && self.schema == other.schema
            && self.arguments == other.arguments
            && self.groups == other.groups
            && self.order == other.order
            && self.input == other.input
    }
}

impl Eq for TransformNode {}

impl PartialOrd for TransformNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl Hash for TransformNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.factory.name().hash(state);
        self.arguments.hash(state);
        self.groups.hash(state);
        self.order.hash(state);
        self.passed.hash(state);
        self.input.hash(state);
    }
}
