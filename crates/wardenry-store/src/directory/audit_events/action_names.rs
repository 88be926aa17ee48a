//! Names of actions as the `&'static str` that the model wants.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Far more than there are actions. It bounds the memory that an odd database can take.
const MOST_NAMES: usize = 1024;

/// Longer than any action's name.
const LONGEST_NAME_BYTES: usize = 128;

/// Every name that was read so far, each kept once and for ever.
static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The name as a text that lives as long as the process.
///
/// A log may hold actions of other releases, so no fixed list can serve. `None` for a name that is too
/// long, or when there are too many: this is not our log.
pub(super) fn intern(name: &str) -> Option<&'static str> {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return Some(known);
    }
    if name.len() > LONGEST_NAME_BYTES || names.len() >= MOST_NAMES {
        return None;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME_BYTES, intern};

    #[test]
    fn one_name_is_kept_once() {
        let first = intern("application.password.add").unwrap();
        let second = intern(&String::from("application.password.add")).unwrap();
        assert_eq!(first, "application.password.add");
        assert!(std::ptr::eq(first, second));
    }

    #[test]
    fn an_endless_name_is_refused() {
        assert_eq!(intern(&"x".repeat(LONGEST_NAME_BYTES + 1)), None);
    }
}
