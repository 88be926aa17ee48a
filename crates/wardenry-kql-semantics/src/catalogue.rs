//! Every function, aggregate, plugin and operator of the language, as data.
//!
//! The tables say how each is called, what comes out, what it does in one line and whether this product runs it. The
//! checker resolves calls with them, the editor completes and explains with them, and COMPAT.md is generated from them.
//!
//! [`Function::name`] is what a query writes; [`Function::canonical`] is the name under which a checked query calls the
//! kernel. They differ for older spellings that mean the same, perhaps with another limit or another order of arguments:
//! see [`Function::lower`].

mod compat;
mod entry;
mod functions;
mod hosted;
mod operators;
mod resolve;
mod scalar_operators;
mod signature;
mod tabular;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use compat::compat_markdown;
pub use hosted::{HOSTED_FUNCTIONS, HostedFunction, hosted_function};
pub use operators::{OperatorMismatch, between, binary, binary_name, list, list_name, unary, unary_name};
pub use resolve::{Argument, Mismatch, Resolution, ResultType};
pub use scalar_operators::{Operands, SCALAR_OPERATORS, ScalarOperator, scalar_operator};
pub use signature::{Occurs, Parameter, ParameterMode, ParameterType, ResultRule, Signature};
pub use tabular::{
    CHARTS, JOIN_KINDS, OperatorOption, OptionPlace, Place, TABULAR_OPERATORS, TabularOperator,
    tabular_operator,
};

/// A function, aggregate or plugin.
#[derive(Debug)]
pub struct Function {
    /// As a query writes it.
    pub name: &'static str,
    /// What the checked query calls.
    pub canonical: &'static str,
    pub kind: FunctionKind,
    pub category: Category,
    /// In the order in which they are tried.
    pub signatures: Vec<Signature>,
    pub result_name: ResultName,
    /// The columns of a function that returns several values, see [`Function::result_columns`].
    columns: &'static [(&'static str, wardenry_kql_values::ScalarType)],
    /// A call whose arguments are all constant is a constant.
    pub foldable: bool,
    /// An older spelling: still understood, no longer offered.
    pub deprecated: bool,
    /// One sentence without a full stop.
    pub about: &'static str,
    pub support: Support,
    order: &'static [usize],
    implied: Option<(usize, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    Scalar,
    /// Reads other rows in the order of its input: `prev`, `row_number`, ….
    Window,
    /// Stands for a table, a database or a cluster: `table("T")`, `database("d")`.
    Source,
    Aggregate,
    Plugin,
}

/// What a function is about, for tables and menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    Text,
    Conversion,
    Logic,
    Math,
    DateTime,
    Dynamic,
    Network,
    Encoding,
    Window,
    Series,
    Geospatial,
    Units,
    Graph,
    Sketch,
    Environment,
    Source,
    Aggregate,
    Plugin,
}

/// Whether this product runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Yes,
    /// With what is missing.
    Partial(&'static str),
    No,
}

impl Support {
    /// Whether queries with it run, even if not in every respect.
    pub const fn runs(self) -> bool {
        matches!(self, Self::Yes | Self::Partial(_))
    }
}

/// The name that an unnamed column gets from a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultName {
    /// None: the column is `Column1`, `Column2`, ….
    None,
    /// The name of the first argument, if that has one.
    FirstArgument,
    /// The name of the argument, if there is just one and it has a name.
    OnlyArgument,
    /// The text of the first argument, a column's name.
    FirstArgumentValue,
    /// The prefix, `_`, and the name of the first argument if it has one: `sum_x`, `count_`.
    Prefix(&'static str),
    /// The name of the first argument, `_`, and the suffix; without such a name the second text.
    Suffix(&'static str, &'static str),
    /// Always this.
    Fixed(&'static str),
    /// A rule of its own: `arg_max`, `take_any`, `percentile`, functions that return several values.
    Special,
}

impl Function {
    /// Finds the signature that a call means.
    pub fn resolve(&self, arguments: &[Argument<'_>]) -> Result<Resolution, Mismatch> {
        resolve::resolve(self, arguments)
    }

    /// The name of an unnamed column that holds a call of this function; `first` is the name that the first argument would
    /// give. `None` where the column is to be numbered, and for [`ResultName::Special`].
    pub fn default_name(&self, first: Option<&str>, argument_count: usize) -> Option<String> {
        match self.result_name {
            ResultName::None | ResultName::Special => None,
            ResultName::FirstArgument | ResultName::FirstArgumentValue => first.map(str::to_owned),
            ResultName::OnlyArgument => first.filter(|_| argument_count == 1).map(str::to_owned),
            ResultName::Prefix(prefix) => Some(format!("{prefix}_{}", first.unwrap_or_default())),
            ResultName::Suffix(suffix, unnamed) => {
                Some(first.map_or_else(|| unnamed.to_owned(), |first| format!("{first}_{suffix}")))
            }
            ResultName::Fixed(name) => Some(name.to_owned()),
        }
    }

    /// The columns that a function yields which returns several values, for example `series_stats`: names and types.
    /// `first` is the name that the first argument would give. Empty for all other functions.
    pub fn result_columns(&self, first: &str) -> Vec<(String, wardenry_kql_values::ScalarType)> {
        self.columns.iter().map(|(name, scalar_type)| (name.replace("{}", first), *scalar_type)).collect()
    }

    /// The arguments of the canonical function, from those of this spelling: `replace(regex, with, text)` has them in another
    /// order than `replace_regex`, and `makeset(x)` means `make_set(x, 128)`.
    pub fn lower<T>(&self, arguments: Vec<T>, constant: impl FnOnce(i64) -> T) -> Vec<T> {
        let mut arguments = arguments;
        if let Some((position, value)) = self.implied
            && arguments.len() == position
        {
            arguments.push(constant(value));
        }
        if self.order.len() != arguments.len() {
            return arguments;
        }
        let mut taken: Vec<Option<T>> = arguments.into_iter().map(Some).collect();
        self.order.iter().filter_map(|&position| taken.get_mut(position).and_then(Option::take)).collect()
    }
}

#[derive(Debug, Default)]
struct Catalogue {
    functions: Vec<Function>,
    /// By kind of place and name, the index.
    scalars: HashMap<&'static str, usize>,
    aggregates: HashMap<&'static str, usize>,
    plugins: HashMap<&'static str, usize>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue::default();
    for (category, entries) in functions::TABLES {
        for entry in *entries {
            for function in entry.functions(*category) {
                let index = catalogue.functions.len();
                let names = match function.kind {
                    FunctionKind::Aggregate => &mut catalogue.aggregates,
                    FunctionKind::Plugin => &mut catalogue.plugins,
                    FunctionKind::Scalar | FunctionKind::Window | FunctionKind::Source => {
                        &mut catalogue.scalars
                    }
                };
                names.insert(function.name, index);
                catalogue.functions.push(function);
            }
        }
    }
    catalogue
});

/// The function of a name, older names included. Names are case-sensitive.
pub fn scalar(name: &str) -> Option<&'static Function> {
    CATALOGUE.scalars.get(name).map(|&index| &CATALOGUE.functions[index])
}

/// The aggregate of a name, older names included.
pub fn aggregate(name: &str) -> Option<&'static Function> {
    CATALOGUE.aggregates.get(name).map(|&index| &CATALOGUE.functions[index])
}

/// The plugin of a name.
pub fn plugin(name: &str) -> Option<&'static Function> {
    CATALOGUE.plugins.get(name).map(|&index| &CATALOGUE.functions[index])
}

/// All functions, aggregates and plugins, older names included, in the order of the tables.
pub fn functions() -> &'static [Function] {
    &CATALOGUE.functions
}
