use super::super::entry::{Entry, function};

pub(in super::super) const LOGIC: &[Entry] = &[
    function(
        "iff",
        "(condition: bool, then: common-or-dynamic, else: common-or-dynamic) -> common",
        "One value or the other, by a condition",
    )
    .also(&["iif"]),
    function(
        "case",
        "(condition+: bool, then+: common-or-dynamic, else: common-or-dynamic) -> common",
        "The value behind the first condition that holds",
    ),
];
