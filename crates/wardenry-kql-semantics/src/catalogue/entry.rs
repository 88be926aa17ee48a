//! How a table states a function.

use wardenry_kql_values::ScalarType;

use super::{Category, Function, FunctionKind, ResultName, Signature, Support};

/// A line of a table: a function with its other spellings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    name: &'static str,
    canonical: &'static str,
    kind: FunctionKind,
    signatures: &'static str,
    about: &'static str,
    result_name: ResultName,
    columns: &'static [(&'static str, ScalarType)],
    foldable: bool,
    deprecated: bool,
    support: Support,
    synonyms: &'static [&'static str],
    older: &'static [&'static str],
    order: &'static [usize],
    implied: Option<(usize, i64)>,
}

/// A scalar function: its name, its signatures (see [`Signature::parse_all`]), what it does.
pub(super) const fn function(name: &'static str, signatures: &'static str, about: &'static str) -> Entry {
    Entry {
        name,
        canonical: name,
        kind: FunctionKind::Scalar,
        signatures,
        about,
        result_name: ResultName::None,
        columns: &[],
        foldable: true,
        deprecated: false,
        support: Support::Yes,
        synonyms: &[],
        older: &[],
        order: &[],
        implied: None,
    }
}

/// An aggregate, whose column is named after it and its argument.
pub(super) const fn aggregate(name: &'static str, signatures: &'static str, about: &'static str) -> Entry {
    let mut entry = function(name, signatures, about);
    entry.kind = FunctionKind::Aggregate;
    entry.result_name = ResultName::Prefix(name);
    entry.foldable = false;
    entry
}

pub(super) const fn plugin(name: &'static str, signatures: &'static str, about: &'static str) -> Entry {
    let mut entry = function(name, signatures, about);
    entry.kind = FunctionKind::Plugin;
    entry.foldable = false;
    entry
}

pub(super) const fn window(name: &'static str, signatures: &'static str, about: &'static str) -> Entry {
    let mut entry = function(name, signatures, about);
    entry.kind = FunctionKind::Window;
    entry.foldable = false;
    entry
}

pub(super) const fn source(name: &'static str, signatures: &'static str, about: &'static str) -> Entry {
    let mut entry = function(name, signatures, about);
    entry.kind = FunctionKind::Source;
    entry.foldable = false;
    entry
}

impl Entry {
    /// A column made by it takes the name of the first argument.
    pub(super) const fn transparent(mut self) -> Self {
        self.result_name = ResultName::FirstArgument;
        self
    }

    pub(super) const fn named(mut self, result_name: ResultName) -> Self {
        self.result_name = result_name;
        self
    }

    /// It returns several values, in columns of these names; `{}` stands for the name of the first argument.
    pub(super) const fn columns(mut self, columns: &'static [(&'static str, ScalarType)]) -> Self {
        self.columns = columns;
        self.result_name = ResultName::Special;
        self
    }

    /// It is no constant even if its arguments are.
    pub(super) const fn volatile(mut self) -> Self {
        self.foldable = false;
        self
    }

    pub(super) const fn unsupported(mut self) -> Self {
        self.support = Support::No;
        self
    }

    /// Other names in good standing.
    pub(super) const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.synonyms = names;
        self
    }

    /// Older names for the very same.
    pub(super) const fn formerly(mut self, names: &'static [&'static str]) -> Self {
        self.older = names;
        self
    }

    /// An older function that is another one with differences.
    pub(super) const fn now(mut self, canonical: &'static str) -> Self {
        self.canonical = canonical;
        self.deprecated = true;
        self
    }

    /// Where the canonical function finds its arguments among ours.
    pub(super) const fn reordered(mut self, order: &'static [usize]) -> Self {
        self.order = order;
        self
    }

    /// The value of the argument at a position, where a call leaves it out.
    pub(super) const fn implying(mut self, position: usize, value: i64) -> Self {
        self.implied = Some((position, value));
        self
    }

    /// The function under each of its names.
    pub(super) fn functions(&self, category: Category) -> impl Iterator<Item = Function> {
        let names = std::iter::once((self.name, self.deprecated))
            .chain(self.synonyms.iter().map(|name| (*name, false)))
            .chain(self.older.iter().map(|name| (*name, true)));
        names.map(move |(name, deprecated)| Function {
            name,
            canonical: self.canonical,
            kind: self.kind,
            category,
            signatures: Signature::parse_all(self.signatures),
            result_name: self.result_name,
            columns: self.columns,
            foldable: self.foldable,
            deprecated,
            about: self.about,
            support: self.support,
            order: self.order,
            implied: self.implied,
        })
    }
}
