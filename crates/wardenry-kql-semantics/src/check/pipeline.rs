//! Pipelines: a source and operators, one after the other.

use std::rc::Rc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, NamedOption, OperatorKind, OptionValue};
use wardenry_kql_values::{ScalarType, Value};

use super::relation::Relation;
use super::scope::{Binding, Cx, Env, Row};
use super::{Checker, MAX_RELATION_DEPTH};
use crate::checked::{RelKind, Render};
use crate::codes;

/// An operator and where it stands.
#[derive(Clone, Copy)]
pub(super) struct At<'q> {
    pub(super) operator: &'q ast::Operator,
    pub(super) env: Env,
}

impl At<'_> {
    pub(super) fn span(&self) -> Span {
        self.operator.span
    }

    pub(super) fn keyword(&self) -> Span {
        self.operator.keyword
    }
}

impl<'q> Checker<'q> {
    /// Checks a table that stands in an expression: it reads no column around it.
    pub(super) fn subquery(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Relation {
        let outer_rows = std::mem::take(&mut self.outer_rows);
        let render = self.render.take();
        let relation = self.table(expr, &Cx::constant(cx.env));
        self.render = render;
        self.outer_rows = outer_rows;
        relation
    }

    pub(super) fn pipe(
        &mut self,
        pipe: &'q ast::Pipe,
        input: Option<Relation>,
        env: Env,
        span: Span,
    ) -> Relation {
        let mut env = env;
        let mut relation = match (&pipe.source, input) {
            (Some(source), _) => Some(self.table_or_graph(source, &Cx::constant(env))),
            (None, input) => input,
        };
        let first_missing = self.missing.len();
        for (position, operator) in pipe.operators.iter().enumerate() {
            if self.exhausted {
                return Relation::unknown(span);
            }
            self.charge(1, operator.span);
            if relation.as_ref().is_some_and(|relation| relation.depth > MAX_RELATION_DEPTH) {
                self.exhausted = true;
                self.error(codes::TOO_DEEP, operator.span, "too many operators, those of variables included");
                return Relation::unknown(span);
            }
            if matches!(operator.kind, OperatorKind::Render { .. }) {
                self.render = None;
                if position + 1 < pipe.operators.len() {
                    self.error(
                        codes::RENDER_NOT_LAST,
                        operator.keyword,
                        "`render` must be the last operator",
                    );
                }
            }
            let missing = self.missing.len();
            let at = At { operator, env };
            let next = self.nested(operator.span, |checker| match relation.take() {
                Some(input) => checker.operator(at, input, &mut env),
                None => checker.source_operator(at),
            });
            let next = next.unwrap_or_else(|| Relation::unknown(span));
            self.made_too_late(first_missing..missing, &next, operator.keyword);
            relation = Some(next);
        }
        self.missing.truncate(first_missing);
        relation.unwrap_or_else(|| Relation::unknown(span))
    }

    /// An operator that stands at the start.
    fn source_operator(&mut self, at: At<'q>) -> Relation {
        let cx = Cx::constant(at.env);
        match &at.operator.kind {
            OperatorKind::Print(items) => self.print(items, at.span(), &cx),
            OperatorKind::Range { name, from, to, step } => {
                self.range(name, [from, to, step], at.span(), &cx)
            }
            OperatorKind::Datatable { columns, values } => self.datatable(columns, values, at.span(), &cx),
            OperatorKind::Externaldata { columns, uris, with } => {
                self.externaldata(columns, uris, with, at.span(), &cx)
            }
            OperatorKind::Union(tables) => self.union(at, None, tables),
            OperatorKind::Search { tables, predicate } => self.search(at, None, tables, predicate),
            OperatorKind::Find { .. } => self.find(at, None),
            OperatorKind::Evaluate { .. } => self.evaluate(at, None),
            OperatorKind::MacroExpand { .. } => self.not_supported(at, "macro-expand"),
            OperatorKind::Bogus => self.unreadable_table(at.span()),
            _ => {
                self.error(codes::TABLE_EXPECTED, at.keyword(), "a table must stand before this operator");
                Relation::unknown(at.span())
            }
        }
    }

    fn operator(&mut self, at: At<'q>, input: Relation, env: &mut Env) -> Relation {
        if input.graph.is_some() && !is_graph_operator(&at.operator.kind) {
            let diagnostic = Diagnostic::error(
                codes::TABLE_EXPECTED,
                at.keyword(),
                "a graph must be matched before this operator",
            )
            .with_note("`graph-match` makes a table of a graph");
            self.report(diagnostic);
            return Relation::unknown(at.span());
        }
        match &at.operator.kind {
            OperatorKind::Where(predicate) => self.where_(at, input, predicate),
            OperatorKind::Project(items) => self.project_operator(at, input, items),
            OperatorKind::Extend(items) => self.extend(at, input, items),
            OperatorKind::ProjectAway(items) => self.project_away(at, input, items),
            OperatorKind::ProjectKeep(items) => self.project_keep(at, input, items),
            OperatorKind::ProjectRename(items) => self.project_rename(at, input, items),
            OperatorKind::ProjectReorder(items) => self.project_reorder(at, input, items),
            OperatorKind::ProjectByNames(items) => self.project_by_names(at, input, items),
            OperatorKind::Summarize { aggregates, by } => self.summarize(at, input, aggregates, by),
            OperatorKind::Distinct(items) => self.distinct(at, input, items),
            OperatorKind::Count { name } => self.count(at, input, name.as_ref()),
            OperatorKind::Sort(keys) => self.sort(at, input, keys),
            OperatorKind::Top { count, by } => self.top(at, input, count, by),
            OperatorKind::Take(count) => self.take(at, input, count),
            OperatorKind::Join { kind, right, condition } => {
                self.join(at, input, kind.as_ref(), right, condition)
            }
            OperatorKind::Lookup { kind, right, condition } => {
                self.lookup_operator(at, input, kind.as_ref(), right, condition)
            }
            OperatorKind::Union(tables) => self.union(at, Some(input), tables),
            OperatorKind::MvExpand { items, limit, old_spelling } => {
                self.mv_expand(at, input, items, limit.as_ref(), *old_spelling)
            }
            OperatorKind::MvApply { items, limit, body, .. } => {
                self.mv_apply(at, input, items, limit.as_ref(), body)
            }
            OperatorKind::As { name } => self.as_(at, input, name, env),
            _ => self.rarer_operator(at, input),
        }
    }

    fn rarer_operator(&mut self, at: At<'q>, input: Relation) -> Relation {
        match &at.operator.kind {
            OperatorKind::Serialize(items) => self.serialize(at, input, items),
            OperatorKind::Sample(count) => {
                let count = self.count_of_rows(count, &Cx::constant(at.env));
                input.keep(at.span(), |input| RelKind::Sample { input, count }).with_order(false)
            }
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(at, input, count, of),
            OperatorKind::Evaluate { .. } => self.evaluate(at, Some(input)),
            OperatorKind::Invoke { name, arguments } => self.invoke(at, input, name, arguments),
            OperatorKind::Parse { expr, pattern, where_ } => self.parse(at, input, expr, pattern, *where_),
            OperatorKind::ParseKv { expr, columns, with } => self.parse_kv(at, input, expr, columns, with),
            OperatorKind::MakeSeries { .. } => self.make_series(at, input),
            OperatorKind::Scan(scan) => self.scan(at, input, scan),
            OperatorKind::TopNested(clauses) => self.top_nested(at, input, clauses),
            OperatorKind::TopHitters { count, of, by } => self.top_hitters(at, input, count, of, by.as_ref()),
            OperatorKind::Partition { by, body } | OperatorKind::PartitionBy { by, body } => {
                self.partition(at, input, by, body)
            }
            OperatorKind::Search { tables, predicate } => self.search(at, Some(input), tables, predicate),
            OperatorKind::Find { .. } => self.find(at, Some(input)),
            OperatorKind::Getschema => self.getschema(at, input),
            OperatorKind::AssertSchema(columns) => self.assert_schema(at, input, columns),
            OperatorKind::Reduce { by, with } => self.reduce(at, input, by, with),
            OperatorKind::Render { kind, with } => self.render(at, input, kind.as_ref(), with),
            OperatorKind::Consume => {
                let none = super::expr::Typed::literal(Value::Long(Some(0)), at.span()).expr;
                input.keep(at.span(), |input| RelKind::Take { input, count: none })
            }
            OperatorKind::MakeGraph { .. } => self.make_graph(at, input),
            OperatorKind::GraphMatch { .. } => self.graph_match(at, input),
            OperatorKind::Facet { by, with } => self.facet(at, input, by, with.as_deref()),
            OperatorKind::Fork(branches) => self.fork(at, input, branches),
            OperatorKind::GraphShortestPaths { .. } => self.not_supported(at, "graph-shortest-paths"),
            OperatorKind::GraphMarkComponents => self.not_supported(at, "graph-mark-components"),
            OperatorKind::GraphToTable { .. } => self.not_supported(at, "graph-to-table"),
            OperatorKind::GraphWhereNodes(_) => self.not_supported(at, "graph-where-nodes"),
            OperatorKind::GraphWhereEdges(_) => self.not_supported(at, "graph-where-edges"),
            OperatorKind::MacroExpand { .. } => self.not_supported(at, "macro-expand"),
            OperatorKind::ExecuteAndCache => self.not_supported(at, "execute_and_cache"),
            OperatorKind::Bogus => {
                self.broken = true;
                let mut input = input;
                input.open = true;
                input
            }
            _ => {
                self.error(codes::TABLE_EXPECTED, at.keyword(), "this operator can only stand at the start");
                Relation::unknown(at.span())
            }
        }
    }

    pub(super) fn not_supported(&mut self, at: At<'q>, what: &str) -> Relation {
        self.error(codes::NOT_SUPPORTED, at.keyword(), format!("`{what}` is not supported"));
        Relation::unknown(at.span())
    }

    fn where_(&mut self, at: At<'q>, input: Relation, predicate: &'q ast::Expr) -> Relation {
        let row = Row::of(&input);
        let predicate = self.condition(predicate, &Cx::row(at.env, &row));
        input.keep(at.span(), |input| RelKind::Filter { input, predicate })
    }

    fn as_(&mut self, at: At<'q>, input: Relation, name: &'q ast::Name, env: &mut Env) -> Relation {
        let materialized = self.option(at, "hint.materialized").is_some_and(|option| {
            matches!(&option.value, OptionValue::Word(word) if word.text.eq_ignore_ascii_case("true"))
                || matches!(&option.value, OptionValue::Expr(expr)
                    if matches!(expr.kind, ast::ExprKind::Literal(Value::Bool(Some(true)))))
        });
        let input = if materialized { self.share(input, at.span()) } else { input };
        let mut named = input;
        named.source = Some((&*name.text).into());
        let kept = Rc::new(named);
        let block = self.fresh_block();
        *env = self.bind(*env, block, &name.text, Binding::Tabular(kept.clone()));
        self.named.push((&name.text, kept.clone()));
        self.instantiate(&kept, at.span())
    }

    fn render(
        &mut self,
        at: At<'q>,
        input: Relation,
        kind: Option<&ast::Name>,
        with: &'q [NamedOption],
    ) -> Relation {
        let options = with
            .iter()
            .chain(&at.operator.options)
            .map(|option| (option.name.clone(), self.option_text(option, at.env)))
            .collect();
        let kind = kind.map_or_else(|| "table".into(), |kind| kind.text.clone());
        self.render = Some(Render { kind, options });
        input
    }

    pub(super) fn option(&self, at: At<'q>, name: &str) -> Option<&'q NamedOption> {
        at.operator.options.iter().find(|option| &*option.name == name)
    }

    /// The word or text that an option has.
    pub(super) fn option_text(&self, option: &NamedOption, env: Env) -> Box<str> {
        match &option.value {
            OptionValue::Word(word) => word.text.clone(),
            OptionValue::Expr(expr) => match &expr.kind {
                ast::ExprKind::Name(name) => name.text.clone(),
                ast::ExprKind::List(items) => items
                    .iter()
                    .filter_map(|item| match &item.kind {
                        ast::ExprKind::Name(name) => Some(&*name.text),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
                    .join(",")
                    .into(),
                _ => match self.constant_of(expr, env) {
                    Some(Value::String(text)) => text,
                    Some(Value::Bool(Some(value))) => value.to_string().into(),
                    Some(Value::Long(Some(value))) => value.to_string().into(),
                    Some(Value::Real(Some(value))) => value.to_string().into(),
                    _ => "".into(),
                },
            },
        }
    }

    /// The value of an option; a bare word is a text, or true or false.
    pub(super) fn option_value(&self, option: &NamedOption, env: Env) -> Value {
        let text = match &option.value {
            OptionValue::Word(word) => word.text.clone(),
            OptionValue::Expr(expr) => match self.constant_of(expr, env) {
                Some(value) => return value,
                None => self.option_text(option, env),
            },
        };
        match &*text.to_ascii_lowercase() {
            "true" => Value::Bool(Some(true)),
            "false" => Value::Bool(Some(false)),
            _ => Value::String(text),
        }
    }

    pub(super) fn declared_columns(
        &mut self,
        columns: &'q [ast::ColumnDeclaration],
    ) -> Vec<crate::checked::Column> {
        let mut declared: Vec<crate::checked::Column> = Vec::with_capacity(columns.len());
        for column in columns {
            let name = &column.name;
            if declared.iter().any(|other| *other.name == *name.text) {
                self.error(
                    codes::DUPLICATE_NAME,
                    name.span,
                    format!("the column `{}` is declared twice", name.text),
                );
                continue;
            }
            let scalar_type = column.type_name.scalar_type.unwrap_or(ScalarType::Dynamic);
            let fresh = self.fresh_column(&*name.text, scalar_type);
            if column.type_name.scalar_type.is_none() {
                self.broken = true;
                self.unknown.insert(fresh.id);
            }
            declared.push(fresh);
        }
        declared
    }
}

const fn is_graph_operator(kind: &OperatorKind) -> bool {
    matches!(
        kind,
        OperatorKind::GraphMatch { .. }
            | OperatorKind::GraphShortestPaths { .. }
            | OperatorKind::GraphMarkComponents
            | OperatorKind::GraphToTable { .. }
            | OperatorKind::GraphWhereNodes(_)
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::Bogus
    )
}
