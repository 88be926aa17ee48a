//! `extract_all`: what groups of a regular expression match, everywhere. [D extract-all-function.md]

use regex::Regex;

use super::arguments::{Texts, argument, dynamic_rows, kernel, push_json_text, refuse};
use super::patterns::{Pattern, PatternCache, as_written};
use crate::dynamic::Dynamic;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const EXTRACT_ALL: ScalarFunction = ScalarFunction { names: &["extract_all", "extractall"], bind };

/// The most groups that an expression may have.
const MAX_GROUPS: usize = 16;

/// An array of texts for one group, an array of arrays for several, and null if nothing matches.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let pattern = Pattern::bind(call, 0, as_written)?;
    if let Pattern::Constant(regex) = &pattern {
        check_groups(function, regex)?;
    }
    let with_groups = call.argument_types.len() > 2;
    Ok(kernel(function, move |arguments, rows| {
        let patterns = PatternCache::new(&pattern, as_written, arguments)?;
        let chosen =
            if with_groups { Some(Texts::raw(function, argument(function, arguments, 1)?)?) } else { None };
        let texts = Texts::raw(function, argument(function, arguments, if with_groups { 2 } else { 1 })?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            patterns.with(row, |regex| {
                check_groups(function, regex)?;
                let groups = groups(function, regex, chosen.as_ref().map(|chosen| chosen.get(row)))?;
                write_matches(regex, &groups, texts.get(row), json);
                Ok(!json.is_empty())
            })?
        })
    }))
}

fn check_groups(function: &'static str, regex: &Regex) -> Result<(), FunctionError> {
    match regex.captures_len() - 1 {
        0 => Err(refuse(function, "the regular expression needs at least one group in parentheses")),
        1..=MAX_GROUPS => Ok(()),
        more => Err(refuse(
            function,
            format!("the regular expression has {more} groups, and {MAX_GROUPS} are the most"),
        )),
    }
}

/// The groups of an array of numbers and names, or all of them.
fn groups(function: &'static str, regex: &Regex, chosen: Option<&str>) -> Result<Vec<usize>, FunctionError> {
    let Some(chosen) = chosen.map(Dynamic::new).filter(|chosen| chosen.is_array()) else {
        return Ok((1..regex.captures_len()).collect());
    };
    let group = |chosen: Dynamic<'_>| {
        let group = match chosen.as_str() {
            Some(name) => regex.capture_names().position(|known| known == Some(&*name)),
            None => chosen.as_i64().and_then(|number| usize::try_from(number).ok()),
        };
        let group = group.filter(|group| (1..regex.captures_len()).contains(group));
        let text = chosen.text();
        group.ok_or_else(|| refuse(function, format!("the regular expression has no group {text}")))
    };
    chosen.elements().map(group).collect()
}

fn write_matches(regex: &Regex, groups: &[usize], text: &str, json: &mut String) {
    for found in regex.captures_iter(text) {
        json.push(if json.is_empty() { '[' } else { ',' });
        let group = |group: usize| found.get(group).map_or("", |found| found.as_str());
        if let [only] = groups {
            push_json_text(json, group(*only));
            continue;
        }
        for (index, number) in groups.iter().enumerate() {
            json.push(if index == 0 { '[' } else { ',' });
            push_json_text(json, group(*number));
        }
        json.push_str(if groups.is_empty() { "[]" } else { "]" });
    }
    if !json.is_empty() {
        json.push(']');
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, dynamic, jsons, text, texts, try_call};

    /// kql-semantics §5.
    #[test]
    fn one_group_is_flat_and_several_are_nested() {
        let rows = texts(&["a1b2", "-"]);
        let all = |pattern: &str| call("extract_all", ScalarType::Dynamic, &[text(pattern), rows.clone()]);
        assert_eq!(all(r"(\d)"), jsons(&[r#"["1","2"]"#, "null"]));
        assert_eq!(all(r"([a-z])(\d)"), jsons(&[r#"[["a","1"],["b","2"]]"#, "null"]));
    }

    /// [D extract-all-function.md]
    #[test]
    fn groups_are_chosen_by_number_and_name() {
        let id = text("82b8be2d-dfa7");
        let all = |pattern: &str, groups: &str| {
            call("extract_all", ScalarType::Dynamic, &[text(pattern), dynamic(groups), id.clone()])
        };
        assert_eq!(all(r"(\w)(\w+)(\w)", "[1,3]"), jsons(&[r#"[["8","d"],["d","7"]]"#]));
        assert_eq!(all(r"(\w)(\w+)(\w)", "[2]"), jsons(&[r#"["2b8be2","fa"]"#]));
        let named = r"(?P<first>\w)(?P<middle>\w+)(?P<last>\w)";
        assert_eq!(all(named, r#"["first",2,"last"]"#), jsons(&[r#"[["8","2b8be2","d"],["d","fa","7"]]"#]));
    }

    /// kql-semantics §5.
    #[test]
    fn a_group_is_needed() {
        let error = try_call("extract_all", ScalarType::Dynamic, &[text(r"\d"), texts(&["a1"])])
            .expect_err("no group");
        assert_eq!(
            error.to_string(),
            "extract_all: the regular expression needs at least one group in parentheses"
        );
    }
}
