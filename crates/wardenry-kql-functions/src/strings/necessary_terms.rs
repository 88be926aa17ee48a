//! Which terms a text must have for a condition on it to be true: what an index of terms is asked for.

use wardenry_kql_values::{ScalarType, Value};

use super::needle::Place;
use super::needle_list::push_dynamic_terms;
use super::search_operators::Operator;
use super::terms::is_term_char;
use crate::dynamic::{Dynamic, Kind};

/// Longer lists are not worth the look-ups.
const MOST_ALTERNATIVES: usize = 1000;

/// The terms of a text, in its own case. Whether a text has a term is a question of letters without their case, see
/// [`necessary_terms`].
pub fn terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_term_char(c)).filter(|run| !run.is_empty())
}

/// What `function`, of a text and these constants, needs to be true: the text has all terms of one of these lists, in whatever case. `None` if
/// nothing is known, or no term is needed. `constants` are those of all arguments, the text among them.
pub fn necessary_terms(function: &str, constants: &[Option<Value>]) -> Option<Vec<Vec<String>>> {
    let constants: Vec<&Value> = constants.get(1..)?.iter().map(Option::as_ref).collect::<Option<_>>()?;
    let lists: Vec<Vec<String>> = match function {
        "has_any" => texts_of(&constants).iter().map(|text| whole(text, Place::Term)).collect(),
        "has_all" => vec![texts_of(&constants).iter().flat_map(|text| whole(text, Place::Term)).collect()],
        "in" | "in~" => items_of(&constants)?.iter().map(|text| whole(text, Place::Whole)).collect(),
        _ => {
            let operator = Operator::known(function).filter(|operator| !operator.negated)?;
            let [needle] = constants[..] else { return None };
            vec![whole(&needle.text(), operator.place)]
        }
    };
    let tells =
        !lists.is_empty() && lists.len() <= MOST_ALTERNATIVES && lists.iter().all(|list| !list.is_empty());
    tells.then_some(lists)
}

/// Whether the text of a value of this type, as `tostring()` has it, may have a term. Of texts and of dynamic values nothing is known.
pub fn may_have_term(scalar_type: ScalarType, term: &str) -> bool {
    /// Of dates, times and whole numbers no term is longer.
    const LONGEST: usize = 20;
    let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(term));
    let begins_with_digit = term.starts_with(|c: char| c.is_ascii_digit());
    match scalar_type {
        ScalarType::Bool => is_one_of(&["true", "false"]),
        ScalarType::Int | ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
            begins_with_digit && term.len() <= LONGEST
        }
        ScalarType::Real => begins_with_digit || is_one_of(&["nan", "inf", "infinity"]),
        ScalarType::Decimal => begins_with_digit,
        ScalarType::Guid => term.chars().all(|c| c.is_ascii_hexdigit()),
        ScalarType::String | ScalarType::Dynamic => true,
    }
}

/// The terms of a needle that are terms of each text in which it stands at such a place: not those at its ends that may go on there.
fn whole(needle: &str, place: Place) -> Vec<String> {
    let (ends_before, ends_behind) = match place {
        Place::Term | Place::Whole => (true, true),
        Place::TermStart | Place::Start => (true, false),
        Place::TermEnd | Place::End => (false, true),
        Place::Anywhere => (false, false),
    };
    let bounds = needle.as_bytes().as_ptr_range();
    let is_whole = |term: &&str| {
        let ends = term.as_bytes().as_ptr_range();
        (ends_before || ends.start != bounds.start) && (ends_behind || ends.end != bounds.end)
    };
    terms(needle).filter(is_whole).map(str::to_owned).collect()
}

fn texts_of(constants: &[&Value]) -> Vec<String> {
    let mut texts = Vec::new();
    for constant in constants {
        match constant {
            Value::Dynamic(Some(json)) => push_dynamic_terms(json, &mut texts),
            Value::Dynamic(None) => {}
            other => texts.push(other.text()),
        }
    }
    texts
}

/// The texts of a list that has nothing else.
fn items_of(constants: &[&Value]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for constant in constants {
        match constant {
            Value::String(text) => texts.push(text.to_string()),
            Value::Dynamic(Some(json)) if Dynamic::new(json).is_array() => {
                for element in Dynamic::new(json).elements() {
                    texts.push((element.kind() == Kind::String).then(|| element.to_text().into_owned())?);
                }
            }
            _ => return None,
        }
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::strings::calling::{Argument, call, dynamic, text, texts};
    use crate::strings::folding::{fold, fold_text};

    fn lists(function: &str, constants: &[Value]) -> Option<Vec<Vec<String>>> {
        let constants: Vec<_> = std::iter::once(None).chain(constants.iter().cloned().map(Some)).collect();
        necessary_terms(function, &constants)
    }

    fn of(function: &str, needle: &str) -> Option<Vec<Vec<String>>> {
        lists(function, &[Value::String(needle.into())])
    }

    #[test]
    fn terms_that_cannot_go_on() {
        let one =
            |terms: &[&str]| Some(vec![terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>()]);
        assert_eq!(of("has", "cmd.exe /c"), one(&["cmd", "exe", "c"]));
        assert_eq!(of("has_cs", "Größe x"), one(&["Größe", "x"]));
        assert_eq!(of("hasprefix", "cmd.ex"), one(&["cmd"]));
        assert_eq!(of("hasprefix", "cmd."), one(&["cmd"]));
        assert_eq!(of("hasprefix", "cmd"), None);
        assert_eq!(of("hassuffix", "md.exe"), one(&["exe"]));
        assert_eq!(of("contains", r"m32\cmd.ex"), one(&["cmd"]));
        assert_eq!(of("contains", "cmd"), None);
        assert_eq!(of("startswith", r"C:\Win"), one(&["C"]));
        assert_eq!(of("endswith", "x.exe"), one(&["exe"]));
        assert_eq!(of("=~", "a b"), one(&["a", "b"]));
        assert_eq!(of("has", "..."), None);
        assert_eq!(of("!has", "cmd"), None);
        assert_eq!(of("strcat", "cmd"), None);
    }

    #[test]
    fn lists_are_alternatives() {
        let two = Some(vec![vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]]);
        let array = Value::Dynamic(Some(r#"["a b", "c"]"#.into()));
        let texts = [Value::String("a b".into()), Value::String("c".into())];
        assert_eq!(lists("has_any", std::slice::from_ref(&array)), two);
        assert_eq!(lists("has_any", &texts), two);
        assert_eq!(lists("in~", std::slice::from_ref(&array)), two);
        assert_eq!(lists("in", &texts), two);
        let all = Some(vec![vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]]);
        assert_eq!(lists("has_all", &[array]), all);
        // A text without terms may be any text.
        assert_eq!(lists("has_any", &[texts[0].clone(), Value::String("-".into())]), None);
        assert_eq!(lists("in~", &[Value::Dynamic(Some("[1]".into()))]), None);
        assert_eq!(lists("in", &[]), None);
    }

    /// A letter and one that differs in case only are letters both, or neither is.
    #[test]
    fn case_does_not_make_terms() {
        let wrong = ('\0'..=char::MAX).filter(|c| is_term_char(*c) != is_term_char(fold(*c)));
        assert_eq!(wrong.collect::<String>(), "");
    }

    /// Whatever a function finds has the terms that it is said to need.
    #[test]
    fn nothing_that_is_found_lacks_them() {
        const PARTS: [&str; 24] = [
            "a", "B", "ab", "k", "\u{212A}", "s", "ſ", "ß", "é", "É", "1", "_", ".", " ", "\\", "-",
            "\u{301}", "İ", "ı", "Σ", "ς", "²", "\u{345}", "🚀",
        ];
        const FUNCTIONS: [&str; 18] = [
            "has",
            "has_cs",
            "hasprefix",
            "hasprefix_cs",
            "hassuffix",
            "hassuffix_cs",
            "contains",
            "contains_cs",
            "startswith",
            "startswith_cs",
            "endswith",
            "endswith_cs",
            "=~",
            "has_any",
            "has_all",
            "in~",
            "in",
            "has",
        ];
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut told = 0;
        for _ in 0..60_000 {
            let mut made =
                |most: usize| (0..=random(most)).map(|_| PARTS[random(PARTS.len())]).collect::<String>();
            let (whole_text, other) = (made(12), made(3));
            // Needles are pieces of the text, in the other case, so that they are often found.
            let starts: Vec<_> = whole_text.char_indices().map(|(at, _)| at).collect();
            let start = starts[random(starts.len())];
            let rest: Vec<_> = whole_text[start..].chars().collect();
            let piece = &rest[..=random(rest.len())];
            let needle: String = match random(3) {
                0 => piece.iter().collect(),
                1 => piece.iter().flat_map(|c| c.to_uppercase()).collect(),
                _ => piece.iter().map(|c| fold(*c)).collect(),
            };
            let function = FUNCTIONS[random(FUNCTIONS.len())];
            let needle = if random(4) == 0 { whole_text.clone() } else { needle };
            let needles: Vec<&str> =
                if function.contains("any") || function.contains("all") || function.starts_with("in") {
                    vec![&needle, &other]
                } else {
                    vec![&needle]
                };
            let constants: Vec<_> = needles.iter().map(|needle| Value::String((*needle).into())).collect();
            let Some(lists) = lists(function, &constants) else { continue };
            let mut arguments = vec![texts(&[&whole_text])];
            arguments.extend(needles.iter().map(|needle| text(needle)));
            if call(function, ScalarType::Bool, &arguments) != [Value::Bool(Some(true))] {
                continue;
            }
            told += 1;
            let there: HashSet<String> = terms(&whole_text).map(fold_text).collect();
            let has_all = |list: &Vec<String>| list.iter().all(|term| there.contains(&fold_text(term)));
            assert!(lists.iter().any(has_all), "{whole_text:?} {function} {needles:?}: {lists:?}");
        }
        assert!(told > 5_000, "{told}");
    }

    #[test]
    fn terms_of_other_types() {
        for (value, expected) in [
            (Value::Long(Some(i64::MIN)), "9223372036854775808"),
            (Value::Int(Some(-5)), "5"),
            (Value::Bool(Some(true)), "true"),
            (Value::Real(Some(-1e300)), ""),
            (Value::Real(Some(f64::NAN)), "nan"),
            (Value::Real(Some(f64::NEG_INFINITY)), ""),
            (Value::Real(Some(1.5e-9)), ""),
            (Value::Datetime(Some(638_528_400_123_456_789)), "01T12"),
            (Value::Timespan(Some(i64::MIN)), "10675199"),
            (Value::Guid(Some(0xdead_beef << 96)), "deadbeef"),
        ] {
            let of = value.scalar_type();
            let found = call("tostring", ScalarType::String, &[Argument::Column(of, vec![value.clone()])]);
            let Value::String(found) = &found[0] else { panic!("{found:?} is no text") };
            for term in terms(found) {
                assert!(may_have_term(of, term), "{found} has {term}");
            }
            assert!(
                expected.is_empty() || found.to_lowercase().contains(&expected.to_lowercase()),
                "{found}"
            );
            assert!(!may_have_term(of, "needle"), "{found}");
        }
        assert!(may_have_term(ScalarType::String, "needle"));
    }

    /// A dynamic value is searched as `tostring()` has it.
    #[test]
    fn terms_of_dynamic_values() {
        for (json, needle) in [(r#"{"a": "x\ty"}"#, "ty"), (r#""x\ty""#, "y"), ("[1.50]", "1")] {
            let has = call("has", ScalarType::Bool, &[dynamic(json), text(needle)]);
            assert_eq!(has, [Value::Bool(Some(true))], "{json}");
            assert!(terms(&Dynamic::new(json).to_text()).any(|term| term == needle), "{json}");
        }
    }
}
