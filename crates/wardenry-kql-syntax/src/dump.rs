//! The tree as text, for tests and for looking at it.
//!
//! Nodes in parentheses, one line for each statement and operator, no spans. Two texts with the same dump
//! mean the same.

use std::fmt::Write as _;

use wardenry_kql_values::Value;

use crate::ast::{
    ColumnDeclaration, Direction, EdgeDirection, Expr, ExprKind, FindProject, FunctionBody, GraphPart,
    GraphPattern, GraphPatternPart, JoinCondition, Let, LetValue, MvItem, Name, NamedOption, NullsOrder,
    Operator, OperatorKind, OptionValue, Parameter, ParameterKind, ParseItem, PartitionBody, Pipe, Query,
    ReorderOrder, Scan, SortItem, Statement, StatementKind, TypeName, UnaryOperator,
};

/// Writes a tree.
pub fn dump(query: &Query) -> String {
    let mut dump = Dump { text: String::new(), indent: 0 };
    for statement in &query.statements {
        dump.statement(statement);
        dump.text.push('\n');
    }
    dump.text
}

/// Writes an expression on one line, but for pipelines in it.
pub fn dump_expr(expr: &Expr) -> String {
    let mut dump = Dump { text: String::new(), indent: 0 };
    dump.expr(expr);
    dump.text
}

struct Dump {
    text: String,
    indent: usize,
}

impl Dump {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
    }

    /// `(head …)`.
    fn node(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        self.text.push('(');
        self.text.push_str(head);
        inside(self);
        self.text.push(')');
    }

    fn spaced(&mut self, expr: &Expr) {
        self.push(" ");
        self.expr(expr);
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.spaced(expr);
        }
    }

    fn clause(&mut self, head: &str, exprs: &[Expr]) {
        if !exprs.is_empty() {
            self.push(" ");
            self.node(head, |dump| dump.all(exprs));
        }
    }

    fn optional(&mut self, head: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.push(" ");
            self.node(head, |dump| dump.spaced(expr));
        }
    }

    fn name(&mut self, name: &Name) {
        if name.quoted {
            _ = write!(self.text, "[{:?}]", name.text);
        } else if name.text.is_empty() {
            self.push("<missing>");
        } else {
            self.push(&name.text);
        }
    }

    fn spaced_name(&mut self, name: &Name) {
        self.push(" ");
        self.name(name);
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Expression(expr) => self.expr(expr),
            StatementKind::Let(Let { name, value }) => self.node("let", |dump| {
                dump.spaced_name(name);
                match value {
                    LetValue::Expression(expr) => dump.spaced(expr),
                    LetValue::Function(function) => {
                        dump.push(" ");
                        dump.node(if function.view { "view" } else { "function" }, |dump| {
                            dump.parameters(&function.parameters);
                            dump.body(&function.body);
                        });
                    }
                }
            }),
            StatementKind::Set { name, value } => self.node("set", |dump| {
                dump.spaced_name(name);
                if let Some(value) = value {
                    dump.spaced(value);
                }
            }),
            StatementKind::DeclareParameters(parameters) => {
                self.node("declare-query-parameters", |dump| dump.parameters(parameters));
            }
            StatementKind::Alias { name, value } => self.node("alias", |dump| {
                dump.spaced_name(name);
                dump.spaced(value);
            }),
            StatementKind::Restrict(items) => self.node("restrict", |dump| dump.all(items)),
            StatementKind::DeclarePattern { name } => self.node("declare-pattern", |dump| {
                if let Some(name) = name {
                    dump.spaced_name(name);
                }
            }),
            StatementKind::Bogus => self.push("<bogus>"),
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.push(" ");
            self.name(&parameter.name);
            self.push(":");
            match &parameter.kind {
                ParameterKind::Scalar(type_name) => self.type_name(type_name),
                ParameterKind::Tabular { columns, open } => self.schema(columns, *open),
            }
            if let Some(default) = &parameter.default {
                self.push("=");
                self.expr(default);
            }
        }
    }

    fn body(&mut self, body: &FunctionBody) {
        self.indent += 1;
        for statement in &body.statements {
            self.line();
            self.statement(statement);
        }
        self.indent -= 1;
    }

    fn type_name(&mut self, type_name: &TypeName) {
        self.push(type_name.scalar_type.map_or("<unknown>", wardenry_kql_values::ScalarType::name));
    }

    fn schema(&mut self, columns: &[ColumnDeclaration], star: bool) {
        self.push("[");
        if star {
            self.push("*");
        }
        for (at, column) in columns.iter().enumerate() {
            if at > 0 || star {
                self.push(" ");
            }
            self.name(&column.name);
            self.push(":");
            self.type_name(&column.type_name);
        }
        self.push("]");
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(value) => self.value(value),
            ExprKind::HiddenString(text) => _ = write!(self.text, "h{text:?}"),
            ExprKind::DynamicLiteral(json) => {
                let json = json.as_deref().unwrap_or("null");
                self.node("dynamic", |dump| {
                    dump.push(" ");
                    dump.push(json);
                });
            }
            ExprKind::Typeof(schema) => self.node("typeof", |dump| {
                dump.push(" ");
                match schema.scalar_type {
                    Some(scalar_type) => dump.push(scalar_type.name()),
                    None => dump.schema(&schema.columns, schema.star),
                }
            }),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Wildcard(text) => self.node("wildcard", |dump| {
                dump.push(" ");
                dump.push(text);
            }),
            ExprKind::Star => self.push("*"),
            ExprKind::Call { name, arguments } => self.node("call", |dump| {
                dump.spaced_name(name);
                dump.all(arguments);
            }),
            ExprKind::Member { base, name } => self.node(".", |dump| {
                dump.spaced(base);
                dump.spaced_name(name);
            }),
            ExprKind::MemberCall { base, name, arguments } => self.node(".call", |dump| {
                dump.spaced(base);
                dump.spaced_name(name);
                dump.all(arguments);
            }),
            ExprKind::Index { base, index } => self.node("index", |dump| {
                dump.spaced(base);
                dump.spaced(index);
            }),
            ExprKind::Unary { operator, operand } => {
                let sign = match operator {
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Minus => "-",
                };
                self.node(sign, |dump| dump.spaced(operand));
            }
            ExprKind::Binary { operator, left, right, .. } => self.node(operator.text(), |dump| {
                dump.spaced(left);
                dump.spaced(right);
            }),
            ExprKind::InList { operator, left, items, .. } => self.node(operator.text(), |dump| {
                dump.spaced(left);
                dump.push(" [");
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        dump.push(" ");
                    }
                    dump.expr(item);
                }
                dump.push("]");
            }),
            ExprKind::Between { negated, left, low, high } => {
                self.node(if *negated { "!between" } else { "between" }, |dump| {
                    dump.spaced(left);
                    dump.spaced(low);
                    dump.spaced(high);
                });
            }
            ExprKind::Named { name, value } => self.node("=", |dump| {
                dump.spaced_name(name);
                dump.spaced(value);
            }),
            ExprKind::NamedTuple { names, value } => self.node("=", |dump| {
                dump.push(" [");
                for (at, name) in names.iter().enumerate() {
                    if at > 0 {
                        dump.push(" ");
                    }
                    dump.name(name);
                }
                dump.push("]");
                dump.spaced(value);
            }),
            ExprKind::Typed { name, type_name } => {
                self.name(name);
                self.push(":");
                self.type_name(type_name);
            }
            ExprKind::Dollar(text) => self.push(text),
            ExprKind::Pipe(pipe) => self.pipe(pipe),
            ExprKind::Parenthesized(inner) => self.node("paren", |dump| dump.spaced(inner)),
            ExprKind::List(items) => self.node("list", |dump| dump.all(items)),
            ExprKind::Bogus => self.push("<bogus>"),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => _ = write!(self.text, "{text:?}"),
            Value::Long(Some(number)) => _ = write!(self.text, "{number}"),
            Value::Real(Some(number)) => _ = write!(self.text, "{number:?}"),
            Value::Bool(Some(value)) => _ = write!(self.text, "{value}"),
            _ => {
                let text = if value.is_null() { "null".to_owned() } else { value.text() };
                self.node(value.scalar_type().name(), |dump| {
                    dump.push(" ");
                    dump.push(&text);
                });
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe) {
        if pipe.source.is_none() && pipe.operators.len() == 1 {
            return self.operator(&pipe.operators[0]);
        }
        self.node("pipe", |dump| {
            dump.indent += 1;
            if let Some(source) = &pipe.source {
                dump.spaced(source);
            }
            for operator in &pipe.operators {
                dump.line();
                dump.operator(operator);
            }
            dump.indent -= 1;
        });
    }

    fn options(&mut self, options: &[NamedOption]) {
        for option in options {
            self.push(" ");
            self.push(&option.name);
            self.push("=");
            match &option.value {
                OptionValue::Word(name) => self.name(name),
                OptionValue::Expr(expr) => self.expr(expr),
            }
        }
    }

    fn kind(&mut self, kind: Option<&(Box<str>, wardenry_diagnostic::Span)>) {
        if let Some((kind, _)) = kind {
            self.push(" kind=");
            self.push(kind);
        }
    }

    fn condition(&mut self, condition: &JoinCondition) {
        match condition {
            JoinCondition::On(exprs) => self.clause("on", exprs),
            JoinCondition::Where(expr) => self.optional("where", Some(expr)),
            JoinCondition::Missing => {}
        }
    }

    fn sort_item(&mut self, item: &SortItem) {
        if item.direction.is_none() && item.nulls.is_none() {
            return self.spaced(&item.expr);
        }
        self.push(" ");
        self.node("by", |dump| {
            dump.spaced(&item.expr);
            dump.push(match item.direction {
                None => "",
                Some(Direction::Asc) => " asc",
                Some(Direction::Desc) => " desc",
            });
            dump.push(match item.nulls {
                None => "",
                Some(NullsOrder::First) => " nulls-first",
                Some(NullsOrder::Last) => " nulls-last",
            });
        });
    }

    fn mv_items(&mut self, items: &[MvItem]) {
        for item in items {
            match &item.to {
                None => self.spaced(&item.expr),
                Some(type_name) => {
                    self.push(" ");
                    self.node("to", |dump| {
                        dump.spaced(&item.expr);
                        dump.push(" ");
                        dump.type_name(type_name);
                    });
                }
            }
        }
    }

    fn partition_body(&mut self, body: &PartitionBody) {
        match body {
            PartitionBody::Pipeline(pipe) => {
                self.push(" ");
                self.pipe(pipe);
            }
            PartitionBody::Query(query) => self.body(query),
            PartitionBody::Missing => self.push(" <missing>"),
        }
    }

    fn patterns(&mut self, patterns: &[GraphPattern]) {
        for pattern in patterns {
            self.push(" ");
            for part in &pattern.parts {
                match part {
                    GraphPatternPart::Node { name, .. } => self.node("", |dump| {
                        if let Some(name) = name {
                            dump.name(name);
                        }
                    }),
                    GraphPatternPart::Edge { name, direction, range, .. } => {
                        let left = *direction == EdgeDirection::RightToLeft;
                        self.push(if left { "<-[" } else { "-[" });
                        if let Some(name) = name {
                            self.name(name);
                        }
                        if let Some((least, greatest)) = range {
                            self.push("*");
                            self.expr(least);
                            self.push("..");
                            self.expr(greatest);
                        }
                        let right = *direction == EdgeDirection::LeftToRight;
                        self.push(if right { "]->" } else { "]-" });
                    }
                }
            }
        }
    }

    fn operator(&mut self, operator: &Operator) {
        let head = operator.kind.name();
        self.node(head, |dump| {
            dump.options(&operator.options);
            dump.operator_kind(&operator.kind);
        });
    }

    fn operator_kind(&mut self, kind: &OperatorKind) {
        match kind {
            OperatorKind::As { name } => self.spaced_name(name),
            OperatorKind::AssertSchema(columns) => {
                self.push(" ");
                self.schema(columns, false);
            }
            OperatorKind::Consume
            | OperatorKind::Getschema
            | OperatorKind::GraphMarkComponents
            | OperatorKind::ExecuteAndCache
            | OperatorKind::Bogus => {}
            OperatorKind::MacroExpand { group, name, body } => {
                self.spaced(group);
                self.spaced_name(name);
                self.body(body);
            }
            OperatorKind::Count { name } => {
                if let Some(name) = name {
                    self.spaced_name(name);
                }
            }
            OperatorKind::Datatable { columns, values } => {
                self.push(" ");
                self.schema(columns, false);
                self.all(values);
            }
            OperatorKind::Evaluate { name, arguments, schema, schema_star } => {
                self.spaced_name(name);
                self.all(arguments);
                if let Some(schema) = schema {
                    self.push(" : ");
                    self.schema(schema, *schema_star);
                }
            }
            OperatorKind::Externaldata { columns, uris, with } => {
                self.push(" ");
                self.schema(columns, false);
                self.all(uris);
                self.options(with);
            }
            OperatorKind::Facet { by, with } => {
                self.clause("by", by);
                if let Some(pipe) = with {
                    self.push(" ");
                    self.pipe(pipe);
                }
            }
            OperatorKind::Find { tables, predicate, project, project_away } => {
                self.clause("in", tables);
                self.spaced(predicate);
                match project {
                    FindProject::Default => {}
                    FindProject::Smart => self.push(" (project-smart)"),
                    FindProject::Columns(columns) => self.clause("project", columns),
                }
                self.clause("project-away", project_away);
            }
            OperatorKind::Fork(branches) => {
                for (name, pipe) in branches {
                    self.push(" ");
                    if let Some(name) = name {
                        self.name(name);
                        self.push("=");
                    }
                    self.pipe(pipe);
                }
            }
            OperatorKind::GraphMatch { patterns, predicate, project }
            | OperatorKind::GraphShortestPaths { patterns, predicate, project } => {
                self.patterns(patterns);
                self.optional("where", predicate.as_ref());
                self.clause("project", project);
            }
            OperatorKind::GraphToTable { outputs } => {
                for (part, name, options) in outputs {
                    self.push(match part {
                        GraphPart::Nodes => " (nodes",
                        GraphPart::Edges => " (edges",
                    });
                    if let Some(name) = name {
                        self.spaced_name(name);
                    }
                    self.options(options);
                    self.push(")");
                }
            }
            OperatorKind::GraphWhereNodes(expr)
            | OperatorKind::GraphWhereEdges(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr)
            | OperatorKind::Where(expr) => self.spaced(expr),
            OperatorKind::Invoke { name, arguments } => {
                self.spaced_name(name);
                self.all(arguments);
            }
            OperatorKind::Join { kind, right, condition }
            | OperatorKind::Lookup { kind, right, condition } => {
                self.kind(kind.as_ref());
                self.spaced(right);
                self.condition(condition);
            }
            OperatorKind::MakeGraph { source, target, nodes, node_id, partitioned_by } => {
                self.spaced_name(source);
                self.spaced_name(target);
                for (table, key) in nodes {
                    self.push(" ");
                    self.node("nodes", |dump| {
                        dump.spaced(table);
                        dump.spaced_name(key);
                    });
                }
                if let Some(name) = node_id {
                    self.push(" node-id=");
                    self.name(name);
                }
                if let Some((column, pipe)) = partitioned_by {
                    self.push(" ");
                    self.node("partitioned-by", |dump| {
                        dump.spaced_name(column);
                        dump.push(" ");
                        dump.pipe(pipe);
                    });
                }
            }
            OperatorKind::MakeSeries { aggregates, on, from, to, step, by } => {
                for aggregate in aggregates {
                    self.spaced(&aggregate.expr);
                    self.optional("default", aggregate.default.as_ref());
                }
                self.optional("on", Some(on));
                self.optional("from", from.as_deref());
                self.optional("to", to.as_deref());
                self.optional("step", Some(step));
                self.clause("by", by);
            }
            OperatorKind::MvApply { items, limit, context_id, body } => {
                self.mv_items(items);
                self.optional("limit", limit.as_ref());
                if let Some(id) = context_id {
                    self.push(" id=");
                    self.name(id);
                }
                self.push(" ");
                self.pipe(body);
            }
            OperatorKind::MvExpand { items, limit, old_spelling: _ } => {
                self.mv_items(items);
                self.optional("limit", limit.as_ref());
            }
            OperatorKind::Parse { expr, pattern, where_: _ } => {
                self.spaced(expr);
                self.push(" with");
                for item in pattern {
                    match item {
                        ParseItem::Star(_) => self.push(" *"),
                        ParseItem::Literal { text, .. } => _ = write!(self.text, " {text:?}"),
                        ParseItem::Column { name, type_name } => {
                            self.spaced_name(name);
                            if let Some(type_name) = type_name {
                                self.push(":");
                                self.type_name(type_name);
                            }
                        }
                    }
                }
            }
            OperatorKind::ParseKv { expr, columns, with } => {
                self.spaced(expr);
                self.push(" ");
                self.schema(columns, false);
                self.options(with);
            }
            OperatorKind::Partition { by, body } | OperatorKind::PartitionBy { by, body } => {
                self.spaced(by);
                self.partition_body(body);
            }
            OperatorKind::Distinct(exprs)
            | OperatorKind::Extend(exprs)
            | OperatorKind::Print(exprs)
            | OperatorKind::Project(exprs)
            | OperatorKind::ProjectAway(exprs)
            | OperatorKind::ProjectByNames(exprs)
            | OperatorKind::ProjectKeep(exprs)
            | OperatorKind::ProjectRename(exprs)
            | OperatorKind::Serialize(exprs)
            | OperatorKind::Union(exprs) => self.all(exprs),
            OperatorKind::ProjectReorder(items) => {
                for item in items {
                    let order = match item.order {
                        ReorderOrder::AsListed => {
                            self.spaced(&item.expr);
                            continue;
                        }
                        ReorderOrder::Asc => "asc",
                        ReorderOrder::Desc => "desc",
                        ReorderOrder::GrannyAsc => "granny-asc",
                        ReorderOrder::GrannyDesc => "granny-desc",
                    };
                    self.push(" ");
                    self.node(order, |dump| dump.spaced(&item.expr));
                }
            }
            OperatorKind::Range { name, from, to, step } => {
                self.spaced_name(name);
                self.spaced(from);
                self.spaced(to);
                self.spaced(step);
            }
            OperatorKind::Reduce { by, with } => {
                self.spaced(by);
                self.options(with);
            }
            OperatorKind::Render { kind, with } => {
                if let Some(kind) = kind {
                    self.spaced_name(kind);
                }
                self.options(with);
            }
            OperatorKind::SampleDistinct { count, of } => {
                self.spaced(count);
                self.spaced(of);
            }
            OperatorKind::Scan(scan) => self.scan(scan),
            OperatorKind::Search { tables, predicate } => {
                self.clause("in", tables);
                self.spaced(predicate);
            }
            OperatorKind::Sort(items) => {
                for item in items {
                    self.sort_item(item);
                }
            }
            OperatorKind::Summarize { aggregates, by } => {
                self.all(aggregates);
                self.clause("by", by);
            }
            OperatorKind::Top { count, by } => {
                self.spaced(count);
                for item in by {
                    self.sort_item(item);
                }
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.spaced(count);
                self.spaced(of);
                self.optional("by", by.as_ref());
            }
            OperatorKind::TopNested(clauses) => {
                for clause in clauses {
                    self.line();
                    self.push("  ");
                    self.node("clause", |dump| {
                        dump.optional("count", clause.count.as_ref());
                        dump.spaced(&clause.of);
                        dump.optional("others", clause.others.as_ref());
                        dump.sort_item(&clause.by);
                    });
                }
            }
        }
    }

    fn scan(&mut self, scan: &Scan) {
        if !scan.order_by.is_empty() {
            self.push(" ");
            self.node("order", |dump| {
                for item in &scan.order_by {
                    dump.sort_item(item);
                }
            });
        }
        self.clause("partition", &scan.partition_by);
        if !scan.declare.is_empty() {
            self.push(" ");
            self.node("declare", |dump| dump.parameters(&scan.declare));
        }
        self.indent += 1;
        for step in &scan.steps {
            self.line();
            self.node("step", |dump| {
                dump.spaced_name(&step.name);
                if step.optional {
                    dump.push(" optional");
                }
                if let Some(output) = &step.output {
                    dump.push(" output=");
                    dump.name(output);
                }
                dump.spaced(&step.condition);
                for (name, expr) in &step.assignments {
                    dump.push(" ");
                    dump.node("=", |dump| {
                        dump.spaced_name(name);
                        dump.spaced(expr);
                    });
                }
            });
        }
        self.indent -= 1;
    }
}
