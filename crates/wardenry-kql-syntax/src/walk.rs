//! Every node of a tree, one after the other.

use crate::ast::{
    ColumnDeclaration, Expr, ExprKind, FindProject, FunctionBody, GraphPattern, GraphPatternPart,
    JoinCondition, LetValue, MvItem, Name, NamedOption, Operator, OperatorKind, OptionValue, Parameter,
    ParameterKind, ParseItem, PartitionBody, Pipe, Query, ScanStep, SortItem, Statement, StatementKind,
};

/// A node that is being visited.
#[derive(Clone, Copy)]
pub enum Node<'a> {
    Statement(&'a Statement),
    FunctionBody(&'a FunctionBody),
    Parameter(&'a Parameter),
    Operator(&'a Operator),
    Option(&'a NamedOption),
    Expr(&'a Expr),
    Name(&'a Name),
    GraphPattern(&'a GraphPattern),
    ScanStep(&'a ScanStep),
}

/// Visits the nodes of a query, each before what is in it, in about the order of the text.
pub fn walk<'a>(query: &'a Query, visit: &mut dyn FnMut(Node<'a>)) {
    let mut walk = Walk { visit };
    walk.statements(&query.statements);
}

struct Walk<'v, 'a> {
    visit: &'v mut dyn FnMut(Node<'a>),
}

impl<'a> Walk<'_, 'a> {
    fn statements(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            (self.visit)(Node::Statement(statement));
            match &statement.kind {
                StatementKind::Expression(expr) => self.expr(expr),
                StatementKind::Let(binding) => {
                    self.name(&binding.name);
                    match &binding.value {
                        LetValue::Expression(expr) => self.expr(expr),
                        LetValue::Function(function) => {
                            self.parameters(&function.parameters);
                            self.body(&function.body);
                        }
                    }
                }
                StatementKind::Set { name, value } => {
                    self.name(name);
                    self.exprs(value);
                }
                StatementKind::DeclareParameters(parameters) => self.parameters(parameters),
                StatementKind::Alias { name, value } => {
                    self.name(name);
                    self.expr(value);
                }
                StatementKind::Restrict(exprs) => self.exprs(exprs),
                StatementKind::DeclarePattern { name } => self.names(name),
                StatementKind::Bogus => {}
            }
        }
    }

    fn body(&mut self, body: &'a FunctionBody) {
        (self.visit)(Node::FunctionBody(body));
        self.statements(&body.statements);
    }

    fn parameters(&mut self, parameters: &'a [Parameter]) {
        for parameter in parameters {
            (self.visit)(Node::Parameter(parameter));
            self.name(&parameter.name);
            if let ParameterKind::Tabular { columns, .. } = &parameter.kind {
                self.columns(columns);
            }
            self.exprs(&parameter.default);
        }
    }

    fn columns(&mut self, columns: &'a [ColumnDeclaration]) {
        self.names(columns.iter().map(|column| &column.name));
    }

    fn name(&mut self, name: &'a Name) {
        (self.visit)(Node::Name(name));
    }

    fn names(&mut self, names: impl IntoIterator<Item = &'a Name>) {
        for name in names {
            self.name(name);
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        (self.visit)(Node::Expr(expr));
        match &expr.kind {
            ExprKind::Literal(_)
            | ExprKind::TimeToday(_)
            | ExprKind::HiddenString(_)
            | ExprKind::DynamicLiteral(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::Dollar(_)
            | ExprKind::Bogus => {}
            ExprKind::Typeof(schema) => self.columns(&schema.columns),
            ExprKind::Name(name) | ExprKind::Typed { name, .. } => self.name(name),
            ExprKind::Call { name, arguments } => {
                self.name(name);
                self.exprs(arguments);
            }
            ExprKind::Member { base, name } => {
                self.expr(base);
                self.name(name);
            }
            ExprKind::MemberCall { base, name, arguments } => {
                self.expr(base);
                self.name(name);
                self.exprs(arguments);
            }
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::InList { left, items, .. } => {
                self.expr(left);
                self.exprs(items);
            }
            ExprKind::Between { left, low, high, .. } => {
                self.expr(left);
                self.expr(low);
                self.expr(high);
            }
            ExprKind::Named { name, value } => {
                self.name(name);
                self.expr(value);
            }
            ExprKind::NamedTuple { names, value } => {
                self.names(names);
                self.expr(value);
            }
            ExprKind::Pipe(pipe) => self.pipe(pipe),
            ExprKind::Parenthesized(inner) => self.expr(inner),
            ExprKind::List(items) => self.exprs(items),
        }
    }

    fn pipe(&mut self, pipe: &'a Pipe) {
        self.exprs(&pipe.source);
        for operator in &pipe.operators {
            (self.visit)(Node::Operator(operator));
            self.options(&operator.options);
            self.operator(&operator.kind);
        }
    }

    fn options(&mut self, options: &'a [NamedOption]) {
        for option in options {
            (self.visit)(Node::Option(option));
            match &option.value {
                OptionValue::Word(name) => self.name(name),
                OptionValue::Expr(expr) => self.expr(expr),
            }
        }
    }

    fn sort_items(&mut self, items: &'a [SortItem]) {
        self.exprs(items.iter().map(|item| &item.expr));
    }

    fn mv_items(&mut self, items: &'a [MvItem]) {
        self.exprs(items.iter().map(|item| &item.expr));
    }

    fn condition(&mut self, condition: &'a JoinCondition) {
        match condition {
            JoinCondition::On(exprs) => self.exprs(exprs),
            JoinCondition::Where(expr) => self.expr(expr),
            JoinCondition::Missing => {}
        }
    }

    fn partition_body(&mut self, body: &'a PartitionBody) {
        match body {
            PartitionBody::Pipeline(pipe) => self.pipe(pipe),
            PartitionBody::Query(query) => self.body(query),
            PartitionBody::Missing => {}
        }
    }

    fn patterns(&mut self, patterns: &'a [GraphPattern]) {
        for pattern in patterns {
            (self.visit)(Node::GraphPattern(pattern));
            for part in &pattern.parts {
                match part {
                    GraphPatternPart::Node { name, .. } => self.names(name),
                    GraphPatternPart::Edge { name, range, .. } => {
                        self.names(name);
                        if let Some((least, greatest)) = range {
                            self.expr(least);
                            self.expr(greatest);
                        }
                    }
                }
            }
        }
    }

    fn operator(&mut self, kind: &'a OperatorKind) {
        match kind {
            OperatorKind::Consume
            | OperatorKind::Getschema
            | OperatorKind::GraphMarkComponents
            | OperatorKind::ExecuteAndCache
            | OperatorKind::Bogus => {}
            OperatorKind::MacroExpand { group, name, body } => {
                self.expr(group);
                self.name(name);
                self.body(body);
            }
            OperatorKind::As { name } => self.name(name),
            OperatorKind::AssertSchema(columns) => self.columns(columns),
            OperatorKind::Count { name } => self.names(name),
            OperatorKind::Datatable { columns, values } => {
                self.columns(columns);
                self.exprs(values);
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
            | OperatorKind::Union(exprs) => self.exprs(exprs),
            OperatorKind::Evaluate { name, arguments, schema, .. } => {
                self.name(name);
                self.exprs(arguments);
                self.columns(schema.as_deref().unwrap_or_default());
            }
            OperatorKind::Externaldata { columns, uris, with } => {
                self.columns(columns);
                self.exprs(uris);
                self.options(with);
            }
            OperatorKind::Facet { by, with } => {
                self.exprs(by);
                if let Some(pipe) = with {
                    self.pipe(pipe);
                }
            }
            OperatorKind::Find { tables, predicate, project, project_away } => {
                self.exprs(tables);
                self.expr(predicate);
                if let FindProject::Columns(columns) = project {
                    self.exprs(columns);
                }
                self.exprs(project_away);
            }
            OperatorKind::Fork(branches) => {
                for (name, pipe) in branches {
                    self.names(name);
                    self.pipe(pipe);
                }
            }
            OperatorKind::GraphMatch { patterns, predicate, project }
            | OperatorKind::GraphShortestPaths { patterns, predicate, project } => {
                self.patterns(patterns);
                self.exprs(predicate);
                self.exprs(project);
            }
            OperatorKind::GraphToTable { outputs } => {
                for (_, name, options) in outputs {
                    self.names(name);
                    self.options(options);
                }
            }
            OperatorKind::GraphWhereNodes(expr)
            | OperatorKind::GraphWhereEdges(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr)
            | OperatorKind::Where(expr) => self.expr(expr),
            OperatorKind::Invoke { name, arguments } => {
                self.name(name);
                self.exprs(arguments);
            }
            OperatorKind::Join { right, condition, .. } | OperatorKind::Lookup { right, condition, .. } => {
                self.expr(right);
                self.condition(condition);
            }
            OperatorKind::MakeGraph { source, target, nodes, node_id, partitioned_by } => {
                self.name(source);
                self.name(target);
                for (table, key) in nodes {
                    self.expr(table);
                    self.name(key);
                }
                self.names(node_id);
                if let Some((column, pipe)) = partitioned_by {
                    self.name(column);
                    self.pipe(pipe);
                }
            }
            OperatorKind::MakeSeries { aggregates, on, from, to, step, by } => {
                for aggregate in aggregates {
                    self.expr(&aggregate.expr);
                    self.exprs(&aggregate.default);
                }
                self.expr(on);
                self.exprs(from.as_deref());
                self.exprs(to.as_deref());
                self.expr(step);
                self.exprs(by);
            }
            OperatorKind::MvApply { items, limit, body, .. } => {
                self.mv_items(items);
                self.exprs(limit);
                self.pipe(body);
            }
            OperatorKind::MvExpand { items, limit, .. } => {
                self.mv_items(items);
                self.exprs(limit);
            }
            OperatorKind::Parse { expr, pattern, .. } => {
                self.expr(expr);
                for item in pattern {
                    if let ParseItem::Column { name, .. } = item {
                        self.name(name);
                    }
                }
            }
            OperatorKind::ParseKv { expr, columns, with } => {
                self.expr(expr);
                self.columns(columns);
                self.options(with);
            }
            OperatorKind::Partition { by, body } | OperatorKind::PartitionBy { by, body } => {
                self.expr(by);
                self.partition_body(body);
            }
            OperatorKind::ProjectReorder(items) => self.exprs(items.iter().map(|item| &item.expr)),
            OperatorKind::Range { name, from, to, step } => {
                self.name(name);
                self.expr(from);
                self.expr(to);
                self.expr(step);
            }
            OperatorKind::Reduce { by, with } => {
                self.expr(by);
                self.options(with);
            }
            OperatorKind::Render { kind, with } => {
                self.names(kind);
                self.options(with);
            }
            OperatorKind::SampleDistinct { count, of } => {
                self.expr(count);
                self.expr(of);
            }
            OperatorKind::Scan(scan) => {
                self.sort_items(&scan.order_by);
                self.exprs(&scan.partition_by);
                self.parameters(&scan.declare);
                for step in &scan.steps {
                    (self.visit)(Node::ScanStep(step));
                    self.name(&step.name);
                    self.expr(&step.condition);
                    for (name, expr) in &step.assignments {
                        self.name(name);
                        self.expr(expr);
                    }
                }
            }
            OperatorKind::Search { tables, predicate } => {
                self.exprs(tables);
                self.expr(predicate);
            }
            OperatorKind::Sort(items) => self.sort_items(items),
            OperatorKind::Summarize { aggregates, by } => {
                self.exprs(aggregates);
                self.exprs(by);
            }
            OperatorKind::Top { count, by } => {
                self.expr(count);
                self.sort_items(by);
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.expr(count);
                self.expr(of);
                self.exprs(by);
            }
            OperatorKind::TopNested(clauses) => {
                for clause in clauses {
                    self.exprs(&clause.count);
                    self.expr(&clause.of);
                    self.exprs(&clause.others);
                    self.expr(&clause.by.expr);
                }
            }
        }
    }
}
