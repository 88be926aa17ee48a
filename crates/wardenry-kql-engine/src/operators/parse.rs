//! `parse` and `parse-where`: columns out of text, by a pattern. [parse-operator.md, parse-where-operator.md]
//!
//! The pattern yields texts, and whether it matched; the conversions to the columns' types are ordinary functions above
//! it. In the simple mode a row whose text does not convert counts as one that does not match.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, StringViewBuilder};
use wardenry_kql_functions::text_patterns::{PatternItem, PatternMode, TextPattern};
use wardenry_kql_semantics::checked::{Column, ColumnId, Expr, Parse, ParseItem, ParseMode, Rel};
use wardenry_kql_values::ScalarType;

use super::conversion::{call, converted, null, read};
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, parse: &Parse) -> Result<Lowered, RunError> {
    let span = rel.span;
    let items: Vec<PatternItem> = parse
        .items
        .iter()
        .map(|item| match item {
            ParseItem::Skip => PatternItem::Skip,
            ParseItem::Literal(text) => PatternItem::Literal(text.clone()),
            ParseItem::Column { scalar_type, .. } => PatternItem::Column(*scalar_type),
        })
        .collect();
    let mode = match &parse.mode {
        ParseMode::Simple | ParseMode::Relaxed => PatternMode::Plain,
        ParseMode::Regex { flags } => PatternMode::Regex { flags: flags.clone() },
    };
    let pattern = TextPattern::new(&items, &mode, lowerer.functions.regex_size)
        .map_err(|source| RunError::Function { source, span })?;
    let made: Vec<(ColumnId, ScalarType)> = parse
        .items
        .iter()
        .filter_map(|item| match item {
            ParseItem::Column { output, scalar_type } => Some((*output, *scalar_type)),
            ParseItem::Skip | ParseItem::Literal(_) => None,
        })
        .collect();
    let matched = lowerer.new_column(ScalarType::Bool);
    let texts: Vec<Column> = made.iter().map(|_| lowerer.new_column(ScalarType::String)).collect();
    let is_made = |id: ColumnId| made.iter().any(|(output, _)| *output == id);
    let input = lowerer.rel(&parse.input)?;
    let spec = TransformSpec {
        factory: Arc::new(Factory { pattern: Arc::new(pattern), columns: made.len() }),
        arguments: vec![lowerer.expr(&parse.expr)?],
        passed: rel.columns.iter().map(|column| column.id).filter(|id| !is_made(*id)).collect(),
        produced: [&matched].into_iter().chain(&texts).cloned().collect(),
        gather: Gather::Nothing,
        order: RowOrder::Keeps,
        input_rows: None,
    };
    let mut lowered = lowerer.transform(input, spec)?;

    let conversions: Vec<Expr> =
        texts.iter().zip(&made).map(|(text, (_, scalar_type))| converted(text, *scalar_type, span)).collect();
    // Texts convert always.
    let may_fail =
        made.iter().zip(&conversions).filter(|((_, scalar_type), _)| *scalar_type != ScalarType::String);
    let mut holds = read(&matched, span);
    if parse.mode != ParseMode::Relaxed {
        for (_, conversion) in may_fail {
            let converts = call("isnotnull", vec![conversion.clone()], ScalarType::Bool, span);
            holds = call("and", vec![holds, converts], ScalarType::Bool, span);
        }
    }
    if parse.only_matches {
        let predicate = lowerer.truth(&holds)?;
        lowered = lowered.filter(predicate)?;
    }
    let mut projected = Vec::with_capacity(rel.columns.len());
    for column in &rel.columns {
        let name = column_name(column.id);
        // Of a column that is named twice the last one counts.
        let expr = match made.iter().rposition(|(output, _)| *output == column.id) {
            None => column_expr(&name),
            Some(index) if parse.mode == ParseMode::Relaxed || parse.only_matches => {
                lowerer.expr(&conversions[index])?
            }
            Some(index) => {
                let otherwise = null(column.scalar_type, span);
                let arguments = vec![holds.clone(), conversions[index].clone(), otherwise];
                lowerer.expr(&call("iff", arguments, column.scalar_type, span))?
            }
        };
        projected.push((expr, name));
    }
    lowered.project(projected)
}

#[derive(Debug)]
struct Factory {
    pattern: Arc<TextPattern>,
    columns: usize,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        "parse"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Matcher { pattern: Arc::clone(&self.pattern), columns: self.columns, context }))
    }
}

struct Matcher {
    pattern: Arc<TextPattern>,
    columns: usize,
    context: TransformContext,
}

impl Transform for Matcher {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        self.context.control.check()?;
        let texts = input.arguments[0].as_string_view();
        let mut captures = self.pattern.captures();
        let mut matched = BooleanBuilder::with_capacity(input.rows);
        let mut columns: Vec<StringViewBuilder> =
            (0..self.columns).map(|_| StringViewBuilder::with_capacity(input.rows)).collect();
        for row in 0..input.rows {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            let found = self.pattern.matches(text, &mut captures);
            matched.append_value(found);
            for (index, column) in columns.iter_mut().enumerate() {
                let part = captures.spans().get(index).and_then(|span| text.get(span.clone()));
                column.append_value(part.filter(|_| found).unwrap_or_default());
            }
        }
        let mut produced: Vec<ArrayRef> = vec![Arc::new(matched.finish())];
        produced.extend(columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        out.rows(&input.passed, None, produced)
    }
}
