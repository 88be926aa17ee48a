//! Finds functions by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::{
    ScalarFunction, conversions, datetime, dynamic, encoding, math, network, operators, series, sketches,
    strings,
};

const MODULES: &[&[ScalarFunction]] = &[
    conversions::FUNCTIONS,
    datetime::FUNCTIONS,
    dynamic::FUNCTIONS,
    encoding::FUNCTIONS,
    math::FUNCTIONS,
    network::FUNCTIONS,
    operators::FUNCTIONS,
    series::FUNCTIONS,
    sketches::FUNCTIONS,
    strings::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static ScalarFunction>> = LazyLock::new(|| {
    scalar_functions().flat_map(|function| function.names.iter().map(move |name| (*name, function))).collect()
});

/// The function or operator of a canonical name.
pub fn scalar(name: &str) -> Option<&'static ScalarFunction> {
    BY_NAME.get(name).copied()
}

/// All of them.
pub fn scalar_functions() -> impl Iterator<Item = &'static ScalarFunction> {
    MODULES.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_is_served_twice() {
        let mut seen = BTreeSet::new();
        let again: Vec<_> = scalar_functions()
            .flat_map(|function| function.names)
            .filter(|name| !seen.insert(**name))
            .collect();
        assert_eq!(again, Vec::<&&str>::new());
    }
}
