//! How much harm a permission can do in the wrong hands.

use crate::consent::PermissionKind;

/// The harm that a permission can do, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    ReadsAsUser,
    ChangesAsUser,
    ReadsEverybody,
    ChangesEverybody,
}

/// Parts of the values of permissions that change something.
const CHANGES: [&str; 8] =
    ["ReadWrite", "Write", "Isolate", "Collect", "Offboard", "Scan", "StopAndQuarantine", "LiveResponse"];

impl Risk {
    /// The harm of a permission with this value.
    pub fn of(kind: PermissionKind, value: &str) -> Self {
        let changes = CHANGES.iter().any(|word| value.contains(word));
        match (kind, changes) {
            (PermissionKind::Application, true) => Self::ChangesEverybody,
            (PermissionKind::Application, false) => Self::ReadsEverybody,
            (PermissionKind::Delegated, true) => Self::ChangesAsUser,
            (PermissionKind::Delegated, false) => Self::ReadsAsUser,
        }
    }

    /// For people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::ReadsAsUser => "reads what the user may read",
            Self::ChangesAsUser => "changes what the user may change",
            Self::ReadsEverybody => "reads data of everybody",
            Self::ChangesEverybody => "changes data of everybody",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_that_writes_is_worst() {
        use PermissionKind::{Application, Delegated};
        for (kind, value, risk) in [
            (Delegated, "Incident.Read", Risk::ReadsAsUser),
            (Delegated, "Incident.ReadWrite", Risk::ChangesAsUser),
            (Application, "Incident.Read.All", Risk::ReadsEverybody),
            (Application, "Machine.Isolate", Risk::ChangesEverybody),
        ] {
            assert_eq!(Risk::of(kind, value), risk, "{value}");
        }
        assert!(Risk::ChangesAsUser < Risk::ReadsEverybody);
    }
}
