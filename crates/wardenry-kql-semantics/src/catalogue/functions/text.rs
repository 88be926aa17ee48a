use super::super::entry::{Entry, function};

pub(in super::super) const TEXT: &[Entry] =
    &[function("strcat", "(value+1-64: text) -> string", "Puts the texts of its arguments together")];
