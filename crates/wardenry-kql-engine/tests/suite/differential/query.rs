//! Queries: how they are made and written.

use std::rc::Rc;

use wardenry_kql_values::ScalarType;

use super::expression::{Expr, expression, literal};
use super::random::Random;
use super::tables::TABLES;

#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Of [`TABLES`].
    pub(crate) table: usize,
    pub(crate) operators: Vec<Operator>,
    pub(crate) columns: Vec<(String, ScalarType)>,
    /// A column that has each value at most once, never null.
    pub(crate) unique: Option<String>,
    /// Whether the order of its rows is determined.
    pub(crate) ordered: bool,
    /// Whether a column is only determined up to rounding, so that nothing more may be done to it.
    pub(crate) rounded: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Operator {
    Where(Expr),
    Extend(Vec<(String, Expr)>),
    Project(Vec<(String, Expr)>),
    Summarize {
        aggregates: Vec<(String, Aggregate)>,
        keys: Vec<(String, Expr)>,
    },
    Distinct(Vec<String>),
    Sort(Vec<SortKey>),
    /// Of a total order.
    Top(usize, Vec<SortKey>),
    Take(usize),
    Join {
        kind: &'static str,
        right: Box<Query>,
        on: Vec<(String, String)>,
    },
    Union(Box<Query>),
    /// Any other, in words.
    Other(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    /// What stands around the argument, with `{}` in its place, for example `sum({})`.
    pub(crate) form: &'static str,
    pub(crate) arguments: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub(crate) column: String,
    pub(crate) descending: bool,
    pub(crate) nulls_first: Option<bool>,
}

impl Query {
    pub(crate) fn of(table: usize) -> Self {
        let columns = TABLES[table].columns;
        Self {
            table,
            operators: Vec::new(),
            columns: columns.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect(),
            unique: Some("id".to_owned()),
            ordered: false,
            rounded: false,
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = TABLES[self.table].name.to_owned();
        for operator in &self.operators {
            text.push_str(" | ");
            text.push_str(&operator.text());
        }
        text
    }
}

impl Operator {
    pub(crate) fn text(&self) -> String {
        let named = |items: &[(String, Expr)]| {
            let items: Vec<_> =
                items.iter().map(|(name, expr)| format!("{name} = {}", expr.text())).collect();
            items.join(", ")
        };
        match self {
            Self::Where(condition) => format!("where {}", condition.text()),
            Self::Extend(items) => format!("extend {}", named(items)),
            Self::Project(items) => format!("project {}", named(items)),
            Self::Summarize { aggregates, keys } => {
                let aggregates: Vec<_> = aggregates
                    .iter()
                    .map(|(name, aggregate)| format!("{name} = {}", aggregate.text()))
                    .collect();
                let by = if keys.is_empty() { String::new() } else { format!(" by {}", named(keys)) };
                format!("summarize {}{by}", aggregates.join(", "))
            }
            Self::Distinct(columns) => format!("distinct {}", columns.join(", ")),
            Self::Sort(keys) => format!("sort by {}", sort_keys(keys)),
            Self::Top(count, keys) => format!("top {count} by {}", sort_keys(keys)),
            Self::Take(count) => format!("take {count}"),
            Self::Join { kind, right, on } => {
                let on: Vec<_> =
                    on.iter().map(|(left, right)| format!("$left.{left} == $right.{right}")).collect();
                format!("join kind={kind} ({}) on {}", right.text(), on.join(", "))
            }
            Self::Union(other) => format!("union ({})", other.text()),
            Self::Other(text) => text.clone(),
        }
    }
}

impl Aggregate {
    pub(crate) fn text(&self) -> String {
        let mut arguments = self.arguments.iter();
        let mut text = String::new();
        for (index, part) in self.form.split("{}").enumerate() {
            if index > 0 {
                text.push_str(&arguments.next().expect("an argument for each place").text());
            }
            text.push_str(part);
        }
        text
    }
}

fn sort_keys(keys: &[SortKey]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| {
            let direction = if key.descending { "desc" } else { "asc" };
            let nulls = match key.nulls_first {
                None => "",
                Some(true) => " nulls first",
                Some(false) => " nulls last",
            };
            format!("{} {direction}{nulls}", key.column)
        })
        .collect();
    keys.join(", ")
}

/// Form, result, types of the arguments, whether the result is only determined up to rounding.
const AGGREGATES: &[(&str, ScalarType, &[ScalarType], bool)] = {
    use ScalarType::{Bool, Datetime, Decimal, Dynamic, Int, Long, Real, String, Timespan};
    &[
        ("count()", Long, &[], false),
        ("countif({})", Long, &[Bool], false),
        ("sum({})", Long, &[Long], false),
        ("sum({})", Long, &[Int], false),
        ("sumif({}, {})", Long, &[Long, Bool], false),
        ("min({})", Long, &[Long], false),
        ("max({})", Long, &[Long], false),
        ("min({})", Int, &[Int], false),
        ("max({})", Datetime, &[Datetime], false),
        ("min({})", Timespan, &[Timespan], false),
        ("min({})", Real, &[Real], false),
        ("max({})", Real, &[Real], false),
        ("max({})", String, &[String], false),
        ("min({})", String, &[String], false),
        ("max({})", Decimal, &[Decimal], false),
        ("maxif({}, {})", Long, &[Long, Bool], false),
        ("minif({}, {})", String, &[String, Bool], false),
        ("dcount({})", Long, &[Long], false),
        ("dcount({})", Long, &[String], false),
        ("dcountif({}, {})", Long, &[String, Bool], false),
        ("count_distinct({})", Long, &[Long], false),
        ("count_distinct({})", Long, &[String], false),
        ("count_distinct({})", Long, &[Real], false),
        ("count_distinct({})", Long, &[Datetime], false),
        ("array_sort_asc(make_set({}))", Dynamic, &[Long], false),
        ("array_sort_asc(make_set({}))", Dynamic, &[String], false),
        ("array_sort_asc(make_list({}))", Dynamic, &[Long], false),
        ("array_sort_asc(make_list({}))", Dynamic, &[String], false),
        ("array_sort_desc(make_list({}))", Dynamic, &[Datetime], false),
        ("array_sort_asc(make_set_if({}, {}))", Dynamic, &[String, Bool], false),
        ("array_sort_asc(make_list_if({}, {}))", Dynamic, &[Long, Bool], false),
        ("array_length(make_list_with_nulls({}))", Long, &[Long], false),
        ("array_length(make_list({}))", Long, &[Dynamic], false),
        ("array_length(make_set({}))", Long, &[Real], false),
        ("percentile({}, 50)", Long, &[Long], false),
        ("percentile({}, 90)", Real, &[Real], false),
        ("percentile({}, 10)", Datetime, &[Datetime], false),
        ("binary_all_or({})", Long, &[Long], false),
        ("binary_all_and({})", Long, &[Long], false),
        ("binary_all_xor({})", Long, &[Long], false),
        ("avg({})", Real, &[Int], true),
        ("avgif({}, {})", Real, &[Int, Bool], true),
        ("stdev({})", Real, &[Int], true),
        ("variance({})", Real, &[Int], true),
        ("variancep({})", Real, &[Int], true),
    ]
};

/// Those whose results depend on the order of rows unless their argument is a column of exact values.
const OF_COLUMNS: &[(&str, ScalarType, &[ScalarType], bool)] = &[
    ("sum({})", ScalarType::Real, &[ScalarType::Real], true),
    ("avg({})", ScalarType::Real, &[ScalarType::Real], true),
    ("sum({})", ScalarType::Decimal, &[ScalarType::Decimal], false),
];

const ALL: &[ScalarType] = &[
    ScalarType::Bool,
    ScalarType::Int,
    ScalarType::Long,
    ScalarType::Real,
    ScalarType::String,
    ScalarType::Datetime,
    ScalarType::Timespan,
    ScalarType::Dynamic,
    ScalarType::Decimal,
];

/// Types of keys.
const KEYS: &[ScalarType] =
    &[ScalarType::Long, ScalarType::String, ScalarType::Int, ScalarType::Bool, ScalarType::Datetime];

/// Makes queries; each new column has a name of its own.
pub(crate) struct Generator {
    pub(crate) random: Random,
    names: usize,
    /// How deep a query is within others.
    level: usize,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), names: 0, level: 0 }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("c{}", self.names)
    }

    /// A query of some operators, at most `most`.
    pub(crate) fn query(&mut self, most: usize) -> Query {
        let mut query = Query::of(self.random.below(TABLES.len()));
        for _ in 0..self.random.below(most + 1) {
            if query.rounded {
                break;
            }
            self.operator(&mut query);
        }
        query
    }

    pub(crate) fn condition(&mut self, query: &Query) -> Expr {
        if self.level == 0 && self.random.one_in(12) {
            return self.subquery_condition(query);
        }
        let depth = 1 + self.random.below(3);
        expression(&mut self.random, &query.columns, ScalarType::Bool, depth)
    }

    fn subquery_condition(&mut self, query: &Query) -> Expr {
        let of = *self.random.pick(&[ScalarType::Long, ScalarType::String, ScalarType::Int]);
        let value = expression(&mut self.random, &query.columns, of, 1);
        self.level += 1;
        let mut inner = self.query(2);
        self.level -= 1;
        if self.random.one_in(2) {
            let aggregate = if of == ScalarType::String { "max({})" } else { "min({})" };
            let argument = expression(&mut self.random, &inner.columns, of, 1);
            inner.operators.push(Operator::Summarize {
                aggregates: vec![("x".to_owned(), Aggregate { form: aggregate, arguments: vec![argument] })],
                keys: Vec::new(),
            });
            return Expr::Call("==", vec![value, Expr::Scalar(Rc::new(inner))]);
        }
        let item = expression(&mut self.random, &inner.columns, of, 1);
        inner.operators.push(Operator::Project(vec![("x".to_owned(), item)]));
        Expr::Within(self.random.choose(&["in", "!in"]), Box::new(value), Rc::new(inner))
    }

    pub(crate) fn value(&mut self, query: &Query) -> (ScalarType, Expr) {
        let of = *self.random.pick(ALL);
        let depth = 1 + self.random.below(3);
        (of, expression(&mut self.random, &query.columns, of, depth))
    }

    fn operator(&mut self, query: &mut Query) {
        match self.random.below(22) {
            0..=4 => {
                let condition = self.condition(query);
                query.operators.push(Operator::Where(condition));
            }
            5..=7 => self.extend(query),
            8 | 9 => self.project(query),
            10..=12 => self.summarize(query),
            13 => self.distinct(query),
            14 | 15 => self.sort(query),
            16 | 17 if self.level == 0 => self.join(query),
            18 if self.level == 0 => self.union(query),
            19 | 20 => self.other(query),
            _ => self.window(query),
        }
    }

    fn extend(&mut self, query: &mut Query) {
        let mut items = Vec::new();
        let mut columns = query.columns.clone();
        for _ in 0..=self.random.below(2) {
            let (of, expr) = self.value(query);
            let replaced = self.random.below(query.columns.len());
            if self.random.one_in(4)
                && query.unique.as_ref() != Some(&query.columns[replaced].0)
                && items.iter().all(|(name, _)| *name != query.columns[replaced].0)
            {
                columns[replaced].1 = of;
                items.push((query.columns[replaced].0.clone(), expr));
            } else {
                let name = self.name();
                columns.push((name.clone(), of));
                items.push((name, expr));
            }
        }
        query.columns = columns;
        query.operators.push(Operator::Extend(items));
    }

    fn project(&mut self, query: &mut Query) {
        let mut items = Vec::new();
        let mut columns = Vec::new();
        if let Some(unique) = &query.unique {
            items.push((unique.clone(), Expr::Column(unique.clone())));
            columns.push((unique.clone(), ScalarType::Long));
        }
        for _ in 0..2 + self.random.below(4) {
            let name = self.name();
            let (of, expr) = if self.random.one_in(2) {
                self.value(query)
            } else {
                let (name, of) = self.random.pick(&query.columns).clone();
                (of, Expr::Column(name))
            };
            columns.push((name.clone(), of));
            items.push((name, expr));
        }
        query.columns = columns;
        query.operators.push(Operator::Project(items));
    }

    fn key(&mut self, query: &Query) -> (ScalarType, Expr) {
        let of = *self.random.pick(KEYS);
        let depth = self.random.below(2);
        (of, expression(&mut self.random, &query.columns, of, depth))
    }

    fn summarize(&mut self, query: &mut Query) {
        let mut columns = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..self.random.below(3) {
            let (of, key) = self.key(query);
            let name = self.name();
            columns.push((name.clone(), of));
            keys.push((name, key));
        }
        let mut aggregates = Vec::new();
        for _ in 0..=self.random.below(3) {
            let of_columns = self.random.one_in(8);
            let (form, result, types, rounded) =
                *self.random.pick(if of_columns { OF_COLUMNS } else { AGGREGATES });
            let mut arguments = Vec::new();
            for of in types {
                // The table's own values add up exactly.
                let depth = if of_columns { 0 } else { self.random.below(2) };
                let own: Vec<_> = query
                    .columns
                    .iter()
                    .filter(|(name, _)| !of_columns || TABLES[0].columns.iter().any(|(own, _)| own == name))
                    .cloned()
                    .collect();
                arguments.push(expression(&mut self.random, &own, *of, depth));
            }
            let name = self.name();
            columns.push((name.clone(), result));
            aggregates.push((name, Aggregate { form, arguments }));
            query.rounded |= rounded;
        }
        query.columns = columns;
        query.unique = None;
        query.ordered = false;
        query.operators.push(Operator::Summarize { aggregates, keys });
    }

    fn distinct(&mut self, query: &mut Query) {
        let columns: Vec<_> =
            query.columns.iter().filter(|(_, of)| *of != ScalarType::Dynamic).cloned().collect();
        if columns.is_empty() {
            return;
        }
        let mut chosen: Vec<(String, ScalarType)> = Vec::new();
        for _ in 0..=self.random.below(3) {
            let column = self.random.pick(&columns).clone();
            if !chosen.contains(&column) {
                chosen.push(column);
            }
        }
        query.operators.push(Operator::Distinct(chosen.iter().map(|(name, _)| name.clone()).collect()));
        query.unique = query.unique.take().filter(|unique| chosen.iter().any(|(name, _)| name == unique));
        query.columns = chosen;
        query.ordered = false;
    }

    /// Keys of a total order.
    fn total_order(&mut self, query: &Query) -> Option<Vec<SortKey>> {
        let unique = query.unique.clone()?;
        let columns: Vec<_> =
            query.columns.iter().filter(|(_, of)| *of != ScalarType::Dynamic).cloned().collect();
        let mut keys: Vec<SortKey> = Vec::new();
        for _ in 0..self.random.below(3) {
            let column = self.random.pick(&columns).0.clone();
            if column != unique && keys.iter().all(|key| key.column != column) {
                let descending = self.random.one_in(2);
                let nulls_first = *self.random.pick(&[None, None, Some(true), Some(false)]);
                keys.push(SortKey { column, descending, nulls_first });
            }
        }
        keys.push(SortKey { column: unique, descending: self.random.one_in(2), nulls_first: None });
        Some(keys)
    }

    fn sort(&mut self, query: &mut Query) {
        let Some(keys) = self.total_order(query) else { return };
        match self.random.below(3) {
            0 => query.operators.push(Operator::Sort(keys)),
            // It has one key.
            1 => {
                let keys =
                    keys.into_iter().filter(|key| Some(&key.column) == query.unique.as_ref()).collect();
                query.operators.push(Operator::Top(self.random.below(9), keys));
            }
            _ => {
                query.operators.push(Operator::Sort(keys));
                query.operators.push(Operator::Take(self.random.below(9)));
            }
        }
        query.ordered = true;
    }

    /// Another query whose columns have names of their own.
    fn right(&mut self) -> Query {
        self.level += 1;
        let mut right = self.query(2);
        self.level -= 1;
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for (name, of) in right.columns.clone() {
            let new = self.name();
            items.push((new.clone(), Expr::Column(name)));
            columns.push((new, of));
        }
        right.columns = columns;
        right.operators.push(Operator::Project(items));
        right
    }

    fn join(&mut self, query: &mut Query) {
        let right = self.right();
        let mut on: Vec<(String, String)> = Vec::new();
        for _ in 0..4 {
            let (left, of) = self.random.pick(&query.columns).clone();
            let fitting: Vec<_> = right
                .columns
                .iter()
                .filter(|(name, found)| *found == of && on.iter().all(|(_, used)| used != name))
                .collect();
            if of == ScalarType::Dynamic || fitting.is_empty() || on.len() == 2 {
                continue;
            }
            on.push((left, self.random.pick(&fitting).0.clone()));
        }
        if on.is_empty() || right.rounded {
            return;
        }
        let kinds = [
            "inner",
            "leftouter",
            "rightouter",
            "fullouter",
            "leftsemi",
            "rightsemi",
            "leftanti",
            "rightanti",
            "innerunique",
        ];
        let kind = *self.random.pick(&kinds);
        let columns = right.columns.clone();
        match kind {
            "leftsemi" | "leftanti" => {}
            "rightsemi" | "rightanti" => {
                query.columns.clone_from(&columns);
                query.unique = None;
            }
            _ => {
                query.columns.extend(columns.clone());
                query.unique = None;
            }
        }
        query.ordered = false;
        query.operators.push(Operator::Join { kind, right: Box::new(right), on });
        if kind == "innerunique" {
            // Which row of the left stays is not determined.
            let items = columns.iter().map(|(name, _)| (name.clone(), Expr::Column(name.clone()))).collect();
            query.operators.push(Operator::Project(items));
            query.columns = columns;
        }
    }

    fn union(&mut self, query: &mut Query) {
        self.level += 1;
        let mut other = self.query(2);
        self.level -= 1;
        if other.rounded {
            return;
        }
        let mut items = Vec::new();
        for (name, of) in &query.columns {
            items.push((name.clone(), expression(&mut self.random, &other.columns, *of, 1)));
        }
        other.operators.push(Operator::Project(items));
        query.operators.push(Operator::Union(Box::new(other)));
        query.unique = None;
        query.ordered = false;
    }

    fn window(&mut self, query: &mut Query) {
        let Some(keys) = self.total_order(query) else { return };
        query.operators.push(Operator::Sort(keys));
        query.ordered = true;
        let (form, of, result) = *self.random.pick(&[
            ("row_number()", None, ScalarType::Long),
            ("row_number(5, isnull({}))", Some(ScalarType::Long), ScalarType::Long),
            ("prev({})", Some(ScalarType::Long), ScalarType::Long),
            ("prev({}, 2)", Some(ScalarType::String), ScalarType::String),
            ("next({}, 1)", Some(ScalarType::Datetime), ScalarType::Datetime),
            ("next({}, 3, -1)", Some(ScalarType::Long), ScalarType::Long),
            ("row_cumsum({})", Some(ScalarType::Long), ScalarType::Long),
            ("row_rank_dense({})", Some(ScalarType::String), ScalarType::Long),
            ("row_rank_min({})", Some(ScalarType::Long), ScalarType::Long),
        ]);
        let argument = match of {
            Some(of) => match query.columns.iter().rfind(|(_, found)| *found == of) {
                Some((name, _)) => name.clone(),
                None => return,
            },
            None => String::new(),
        };
        let name = self.name();
        query.operators.push(Operator::Other(format!("extend {name} = {}", form.replace("{}", &argument))));
        query.columns.push((name, result));
    }

    /// Operators that the reference does not know.
    fn other(&mut self, query: &mut Query) {
        let text = expression(&mut self.random, &query.columns, ScalarType::String, 1).text();
        let value = expression(&mut self.random, &query.columns, ScalarType::Dynamic, 1);
        let number = expression(&mut self.random, &query.columns, ScalarType::Long, 0).text();
        let (x, y) = (self.name(), self.name());
        let choice = self.random.below(10);
        let operator = match choice {
            0 => format!("mv-expand {x} = {}", value.text()),
            1 => format!("mv-expand with_itemindex={y} {x} = {} to typeof(long)", value.text()),
            2 => format!("mv-expand kind=array {x} = {} to typeof(string) limit 2", value.text()),
            3 => format!(
                "extend {x} = {text} | parse {x} with * {} {y}:string",
                self.random.pick(&["\"a\"", "\" \"", "\"e\""])
            ),
            4 => format!("extend {x} = {text} | parse kind=regex {x} with @\"\\w*\" {y}:long"),
            5 => format!("mv-apply {x} = {} to typeof(long) on (summarize {y} = sum({x}))", value.text()),
            6 => format!("mv-apply {x} = {} to typeof(string) on (where {x} has \"a\")", value.text()),
            7 => format!(
                "make-series {x} = count() default=-1 on {y} = {number} from -2 to 9 step 3 by k{y} = {text}"
            ),
            8 => format!("project-rename {x} = {}", query.columns[query.columns.len() - 1].0),
            _ => format!("summarize {x} = count() by {y} = bin({number}, 3)"),
        };
        match choice {
            0 => query.columns.push((x, ScalarType::Dynamic)),
            1 => query.columns.extend([(y, ScalarType::Long), (x, ScalarType::Long)]),
            2 | 6 => query.columns.push((x, ScalarType::String)),
            3 => query.columns.extend([(x, ScalarType::String), (y, ScalarType::String)]),
            4 => query.columns.extend([(x, ScalarType::String), (y, ScalarType::Long)]),
            5 => query.columns.push((y, ScalarType::Long)),
            7 => {
                query.columns = vec![
                    (format!("k{y}"), ScalarType::String),
                    (x, ScalarType::Dynamic),
                    (y, ScalarType::Dynamic),
                ];
            }
            8 => {
                let last = query.columns.last_mut().expect("there are columns");
                if query.unique.as_ref() == Some(&last.0) {
                    query.unique = Some(x.clone());
                }
                last.0 = x;
            }
            _ => query.columns = vec![(y, ScalarType::Long), (x, ScalarType::Long)],
        }
        if !matches!(choice, 3 | 4 | 8) {
            query.unique = None;
            query.ordered = false;
        }
        query.operators.push(Operator::Other(operator));
    }

    /// Another literal of the same type.
    pub(crate) fn literal(&mut self, of: ScalarType) -> Expr {
        literal(&mut self.random, of)
    }
}
