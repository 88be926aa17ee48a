//! Operators.

use std::fmt::Write as _;

use super::Dump;
use crate::ast::{
    Direction, EdgeDirection, FindProject, GraphPart, GraphPattern, GraphPatternPart, JoinCondition, MvItem,
    NamedOption, NullsOrder, Operator, OperatorKind, OptionValue, ParseItem, PartitionBody, ReorderOrder,
    Scan, SortItem,
};

impl Dump {
    pub(super) fn options(&mut self, options: &[NamedOption]) {
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

    pub(super) fn kind(&mut self, kind: Option<&(Box<str>, wardenry_diagnostic::Span)>) {
        if let Some((kind, _)) = kind {
            self.push(" kind=");
            self.push(kind);
        }
    }

    pub(super) fn condition(&mut self, condition: &JoinCondition) {
        match condition {
            JoinCondition::On(exprs) => self.clause("on", exprs),
            JoinCondition::Where(expr) => self.optional("where", Some(expr)),
            JoinCondition::Missing => {}
        }
    }

    pub(super) fn sort_item(&mut self, item: &SortItem) {
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

    pub(super) fn mv_items(&mut self, items: &[MvItem]) {
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

    pub(super) fn partition_body(&mut self, body: &PartitionBody) {
        match body {
            PartitionBody::Pipeline(pipe) => {
                self.push(" ");
                self.pipe(pipe);
            }
            PartitionBody::Query(query) => self.body(query),
            PartitionBody::Missing => self.push(" <missing>"),
        }
    }

    pub(super) fn patterns(&mut self, patterns: &[GraphPattern]) {
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

    pub(super) fn operator(&mut self, operator: &Operator) {
        let head = operator.kind.name();
        self.node(head, |dump| {
            dump.options(&operator.options);
            dump.operator_kind(&operator.kind);
        });
    }

    pub(super) fn operator_kind(&mut self, kind: &OperatorKind) {
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

    pub(super) fn scan(&mut self, scan: &Scan) {
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
