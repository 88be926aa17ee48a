//! Compiles regular expressions, and sees which of them are plain text.
//!
//! The syntax is that of the `regex` crate. [D regex.md], kql-semantics §5.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::arguments::{Texts, constant_text};
use super::finder::Case;
use crate::{FunctionError, ScalarCall};

/// How many expressions that come from a column are kept.
const MAX_CACHED: usize = 64;

/// Compiles an expression. A faulty or too large one is refused with the reason.
pub(crate) fn compile(
    function: &'static str,
    pattern: &str,
    max_bytes: usize,
) -> Result<Regex, FunctionError> {
    let build = |pattern: &str| {
        RegexBuilder::new(pattern).octal(true).size_limit(max_bytes).dfa_size_limit(max_bytes).build()
    };
    // Queries written for the engine's earlier syntax have `[` in a class as it is, where a class in the class begins now.
    let compiled = build(pattern).or_else(|error| match with_plain_brackets(pattern) {
        Some(plain) if matches!(error, regex::Error::Syntax(_)) => build(&plain).map_err(|_| error),
        _ => Err(error),
    });
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => FunctionError::Limit {
            function,
            message: format!("the regular expression takes more than {limit} bytes when compiled"),
        },
        other => FunctionError::Argument {
            function,
            message: format!("the regular expression is faulty: {other}"),
        },
    })
}

/// The pattern with each `[` in a class escaped, except in `[:name:]`; nothing if there is none.
fn with_plain_brackets(pattern: &str) -> Option<String> {
    let mut plain = String::with_capacity(pattern.len() + 4);
    let mut in_class = false;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                plain.push(character);
                plain.extend(characters.next());
                continue;
            }
            '[' if in_class && characters.peek() != Some(&':') => plain.push('\\'),
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        plain.push(character);
    }
    (plain != pattern).then_some(plain)
}

/// The expression of a call site: compiled once if it is constant, else kept for the rows that have the same one.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Constant(Regex),
    Column { function: &'static str, index: usize, max_bytes: usize },
}

impl Pattern {
    /// The expression in the argument at `index`. `wrap` changes what is compiled, for example to anchor it.
    pub(crate) fn bind(
        call: &ScalarCall<'_>,
        index: usize,
        wrap: fn(&str) -> String,
    ) -> Result<Self, FunctionError> {
        let max_bytes = call.context.regex_size;
        match constant_text(call.constants, index) {
            Some(pattern) => Ok(Self::Constant(compile(call.name, &wrap(&pattern), max_bytes)?)),
            None => Ok(Self::Column { function: call.name, index, max_bytes }),
        }
    }
}

/// Expressions that a column gives, each compiled once for a batch.
#[derive(Debug)]
pub(crate) struct PatternCache<'a> {
    pattern: &'a Pattern,
    texts: Option<Texts>,
    wrap: fn(&str) -> String,
    compiled: RefCell<HashMap<String, Rc<Regex>>>,
}

impl<'a> PatternCache<'a> {
    pub(crate) fn new(
        pattern: &'a Pattern,
        wrap: fn(&str) -> String,
        arguments: &[datafusion_expr::ColumnarValue],
    ) -> Result<Self, FunctionError> {
        let texts = match pattern {
            Pattern::Constant(_) => None,
            Pattern::Column { function, index, .. } => {
                Some(Texts::raw(function, super::arguments::argument(function, arguments, *index)?)?)
            }
        };
        Ok(Self { pattern, texts, wrap, compiled: RefCell::default() })
    }

    /// Calls `matching` with the expression of a row.
    pub(crate) fn with<R>(&self, row: usize, matching: impl FnOnce(&Regex) -> R) -> Result<R, FunctionError> {
        let (function, max_bytes) = match self.pattern {
            Pattern::Constant(regex) => return Ok(matching(regex)),
            Pattern::Column { function, max_bytes, .. } => (function, *max_bytes),
        };
        let text = self.texts.as_ref().map_or("", |texts| texts.get(row));
        let known = self.compiled.borrow().get(text).cloned();
        let regex = match known {
            Some(regex) => regex,
            None => {
                let regex = Rc::new(compile(function, &(self.wrap)(text), max_bytes)?);
                let mut compiled = self.compiled.borrow_mut();
                if compiled.len() >= MAX_CACHED {
                    compiled.clear();
                }
                compiled.insert(text.to_owned(), Rc::clone(&regex));
                regex
            }
        };
        Ok(matching(&regex))
    }
}

/// The expression as it is.
pub(crate) fn as_written(pattern: &str) -> String {
    pattern.to_owned()
}

/// The text that an expression means, if it means one text only: then a plain search does.
///
/// `.*` at an end of a search says nothing, and many authors write it.
pub(crate) fn literal(pattern: &str) -> Option<(String, Case)> {
    let (case, pattern) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (Case::Insensitive, rest),
        None => (Case::Sensitive, pattern),
    };
    let pattern = pattern.strip_prefix(".*").unwrap_or(pattern);
    let pattern = pattern.strip_suffix(".*").unwrap_or(pattern);
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                let escaped = characters.next()?;
                // `\<` and `\>` are the ends of words.
                if !escaped.is_ascii_punctuation() || matches!(escaped, '<' | '>') {
                    return None;
                }
                text.push(escaped);
            }
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            other => text.push(other),
        }
    }
    Some((text, case))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_plain_texts() {
        let plain = |text: &str, case| Some((text.to_owned(), case));
        assert_eq!(literal(r"cmd\.exe"), plain("cmd.exe", Case::Sensitive));
        assert_eq!(literal(r"(?i).*power-shell.*"), plain("power-shell", Case::Insensitive));
        assert_eq!(literal(r"a\.*"), None);
        assert_eq!(literal(r"\bword"), None);
        assert_eq!(literal("a|b"), None);
        assert_eq!(literal(r"\<a"), None);
    }

    #[test]
    fn older_forms_of_expressions_compile() {
        let matches = |pattern: &str, text: &str| {
            compile("matches regex", pattern, 1 << 20)
                .map(|regex| regex.is_match(text))
                .map_err(|error| error.to_string())
        };
        assert_eq!(matches(r#"^[[",\]]+$"#, "[\",]"), Ok(true));
        assert_eq!(matches(r"\0", "a\0b"), Ok(true));
        assert_eq!(matches(r"^[a-z&&[^b]]$", "b"), Ok(false));
        assert!(matches("(a", "a").is_err_and(|error| error.contains("is faulty")));
    }
}
