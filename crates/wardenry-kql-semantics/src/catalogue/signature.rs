//! Signatures and their text form.

use std::fmt;

use wardenry_kql_values::ScalarType;

/// One way to call a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    pub result: ResultRule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub accepts: ParameterType,
    pub mode: ParameterMode,
    pub occurs: Occurs,
    /// The texts that a literal may be, compared without regard to case. Empty if any may be.
    pub values: Vec<&'static str>,
}

/// What an argument's type must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// One of these types, or one that is promoted to it.
    Declared(Vec<ScalarType>),
    Scalar,
    /// Any scalar; converted to its text.
    Text,
    NotDynamic,
    NotBool,
    NotRealOrBool,
    Number,
    NumberOrBool,
    /// `int` or `long`; converted to `long`.
    Integer,
    /// Numbers, `datetime` and `timespan`.
    Summable,
    /// Whatever has an order: the summable types, `string` and `bool`.
    Orderable,
    StringOrDynamic,
    /// `dynamic`, meant to hold an array.
    Array,
    /// `dynamic`, meant to hold a property bag.
    Bag,
    IntegerOrArray,
    StringOrArray,
    /// One type with the other arguments that say so.
    Common,
    CommonOrderable,
    /// As [`ParameterType::Common`], where a dynamic may stand beside another type.
    CommonOrDynamic,
    /// `typeof(…)`.
    Type,
    Tabular,
    Any,
}

/// What an argument must be beside its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterMode {
    Expression,
    /// Known before any row is read.
    Constant,
    /// Written as a literal.
    Literal,
    /// The name of a column.
    Column,
    /// The name of a column of the table that is the first argument.
    ColumnOfTable,
    /// `*` alone.
    Star,
    /// An expression, or `*`.
    StarAllowed,
    /// A call of an aggregate.
    Aggregate,
}

/// How often an argument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurs {
    pub least: usize,
    pub most: usize,
}

impl Occurs {
    pub const ONCE: Self = Self { least: 1, most: 1 };
    pub const OPTIONAL: Self = Self { least: 0, most: 1 };

    pub const fn repeats(self) -> bool {
        self.most > 1
    }
}

/// How the type of the result follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultRule {
    Declared(ScalarType),
    /// The type of the argument at this position.
    Parameter(usize),
    /// As the argument at this position, but `int` becomes `long`.
    Promoted(usize),
    /// The widest of the numeric arguments, and `long` at least.
    Widest,
    /// The type that the arguments of the common kinds agree on.
    Common,
    /// What the `typeof(…)` argument says.
    TypeLiteral,
    /// Several values, each in a column of its own.
    Columns,
    Tabular,
}

impl Signature {
    /// The most arguments that it takes, `usize::MAX` where it takes any number.
    pub fn most(&self) -> usize {
        self.parameters.iter().fold(0, |sum, parameter| sum.saturating_add(parameter.occurs.most))
    }

    pub fn least(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.occurs.least).sum()
    }

    /// The parameter that each of `count` arguments belongs to, or `None` if the count does not fit.
    ///
    /// Parameters that repeat and stand side by side repeat together (`case(p, v, p, v, …, e)`); what stands behind them takes the last arguments.
    pub fn assign(&self, count: usize) -> Option<Vec<usize>> {
        if count < self.least() || count > self.most() {
            return None;
        }
        let is_repeated = |index: &usize| self.parameters[*index].occurs.repeats();
        let Some(first) = (0..self.parameters.len()).find(is_repeated) else {
            return Some((0..count).collect());
        };
        let group = (first..self.parameters.len()).take_while(is_repeated).count();
        let tail: Vec<usize> = (first + group..self.parameters.len()).collect();
        let required = tail.iter().filter(|index| self.parameters[**index].occurs.least > 0).count();
        if count <= first {
            return Some((0..count).collect());
        }
        let for_group_and_tail = count - first;
        // What stands behind a repeated group is required, or told apart by its type, which is the caller's to try.
        let repeated = for_group_and_tail.checked_sub(required)? / group * group;
        let mut assigned: Vec<usize> = (0..first).collect();
        assigned.extend((0..repeated).map(|index| first + index % group));
        assigned.extend(tail.iter().copied().take(for_group_and_tail - repeated));
        (assigned.len() == count).then_some(assigned)
    }

    /// Reads signatures, separated by `;`. A parameter is `name: type`; `name?` may be left out, `name+` stands at least once,
    /// `name*` any number of times, `name+2` at least twice, `name+1-64` once to 64 times. Before the type may stand `constant`,
    /// `literal`, `column`, `table-column`, `star`, `or-star`, `aggregate`; behind it `in(a, b)` with the texts that it may be.
    /// Types are KQL's or those of [`ParameterType`] in lower case, several with `|`. A result is a type, `argument N`,
    /// `promoted N`, `widest`, `common`, `typeof`, `columns` or `tabular`.
    pub(super) fn parse_all(text: &'static str) -> Vec<Self> {
        text.split(';').map(|signature| Self::parse(signature.trim())).collect()
    }

    fn parse(text: &'static str) -> Self {
        let (parameters, result) = text.rsplit_once("->").expect("a signature has a result");
        let parameters = parameters
            .trim()
            .strip_prefix('(')
            .and_then(|parameters| parameters.strip_suffix(')'))
            .expect("a signature has its parameters in parentheses");
        Self {
            parameters: split_list(parameters).map(Parameter::parse).collect(),
            result: ResultRule::parse(result.trim()),
        }
    }
}

/// The items between commas outside of parentheses.
fn split_list(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|item| !item.is_empty())
}

impl Parameter {
    fn parse(text: &'static str) -> Self {
        let (name, rest) = text.split_once(':').expect("a parameter has a type");
        let rest = rest.trim();
        let (rest, values) = match rest.split_once(" in(") {
            Some((rest, values)) => (rest, values.trim_end_matches(')').split(',').map(str::trim).collect()),
            None => (rest, Vec::new()),
        };
        let (mode, accepts) = match rest.split_once(' ') {
            Some((mode, accepts)) => (ParameterMode::parse(mode), accepts.trim()),
            None => (ParameterMode::Expression, rest),
        };
        let (name, occurs) = Occurs::parse(name.trim());
        Self { name, accepts: ParameterType::parse(accepts), mode, occurs, values }
    }
}

impl Occurs {
    fn parse(name: &'static str) -> (&'static str, Self) {
        if let Some(name) = name.strip_suffix('?') {
            return (name, Self::OPTIONAL);
        }
        if let Some(name) = name.strip_suffix('*') {
            return (name, Self { least: 0, most: usize::MAX });
        }
        let Some((name, count)) = name.split_once('+') else { return (name, Self::ONCE) };
        let number = |text: &str| text.parse::<usize>().expect("a count is a number");
        let occurs = match count.split_once('-') {
            Some((least, most)) => Self { least: number(least), most: number(most) },
            None if count.is_empty() => Self { least: 1, most: usize::MAX },
            None => Self { least: number(count), most: usize::MAX },
        };
        (name, occurs)
    }
}

impl ParameterMode {
    fn parse(text: &str) -> Self {
        match text {
            "constant" => Self::Constant,
            "literal" => Self::Literal,
            "column" => Self::Column,
            "table-column" => Self::ColumnOfTable,
            "star" => Self::Star,
            "or-star" => Self::StarAllowed,
            "aggregate" => Self::Aggregate,
            _ => panic!("no parameter mode `{text}`"),
        }
    }
}

impl ParameterType {
    fn parse(text: &str) -> Self {
        match text {
            "scalar" => Self::Scalar,
            "text" => Self::Text,
            "not-dynamic" => Self::NotDynamic,
            "not-bool" => Self::NotBool,
            "not-real-or-bool" => Self::NotRealOrBool,
            "number" => Self::Number,
            "number-or-bool" => Self::NumberOrBool,
            "integer" => Self::Integer,
            "summable" => Self::Summable,
            "orderable" => Self::Orderable,
            "string-or-dynamic" => Self::StringOrDynamic,
            "array" => Self::Array,
            "bag" => Self::Bag,
            "integer-or-array" => Self::IntegerOrArray,
            "string-or-array" => Self::StringOrArray,
            "common" => Self::Common,
            "common-orderable" => Self::CommonOrderable,
            "common-or-dynamic" => Self::CommonOrDynamic,
            "type" => Self::Type,
            "tabular" => Self::Tabular,
            "any" => Self::Any,
            declared => Self::Declared(declared.split('|').map(scalar_type).collect()),
        }
    }
}

impl ResultRule {
    fn parse(text: &str) -> Self {
        let position = |text: &str| text.parse::<usize>().expect("a position is a number");
        match text.split_once(' ') {
            Some(("argument", index)) => Self::Parameter(position(index)),
            Some(("promoted", index)) => Self::Promoted(position(index)),
            _ => match text {
                "widest" => Self::Widest,
                "common" => Self::Common,
                "typeof" => Self::TypeLiteral,
                "columns" => Self::Columns,
                "tabular" => Self::Tabular,
                declared => Self::Declared(scalar_type(declared)),
            },
        }
    }
}

fn scalar_type(name: &str) -> ScalarType {
    ScalarType::parse(name.trim()).unwrap_or_else(|| panic!("no type `{name}`"))
}

impl fmt::Display for ParameterType {
    /// As a message says what was expected.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declared(types) => {
                for (index, scalar_type) in types.iter().enumerate() {
                    let separator = match index {
                        0 => "",
                        _ if index + 1 == types.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{separator}{scalar_type}")?;
                }
                return Ok(());
            }
            Self::Scalar | Self::Text | Self::Common | Self::CommonOrDynamic => "scalar",
            Self::NotDynamic => "scalar other than dynamic",
            Self::NotBool => "scalar other than bool",
            Self::NotRealOrBool => "scalar other than real and bool",
            Self::Number => "number",
            Self::NumberOrBool => "number or bool",
            Self::Integer => "int or long",
            Self::Summable => "number, datetime or timespan",
            Self::Orderable | Self::CommonOrderable => "type with an order",
            Self::StringOrDynamic => "string or dynamic",
            Self::Array => "dynamic array",
            Self::Bag => "dynamic property bag",
            Self::IntegerOrArray => "int, long or dynamic array",
            Self::StringOrArray => "string or dynamic array",
            Self::Type => "type literal",
            Self::Tabular => "table",
            Self::Any => "anything",
        })
    }
}
