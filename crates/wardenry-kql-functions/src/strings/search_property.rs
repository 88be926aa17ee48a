//! The search operators against an implementation that is slow and plain, over random texts.

use wardenry_kql_values::ScalarType;

use super::calling::{bools, call, text, texts};
use super::folding::fold;

/// Marsaglia's xorshift: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).expect("a small number")).expect("a small number")
    }

    fn text(&mut self, max_len: usize) -> String {
        const CHARACTERS: &[char] = &[
            'a', 'A', 'b', 'B', 'k', 'K', 's', 'S', '1', '_', '.', ' ', '-', '{', 'é', 'É', 'ß', 'ſ',
            '\u{212A}', 'σ', 'ς', '中', '😀', '\u{301}', '²',
        ];
        // Few different characters make many hits; ASCII alone takes the fast ways.
        let (from, count) =
            [(0, 4), (0, 14), (2, 8), (0, CHARACTERS.len()), (12, CHARACTERS.len() - 12)][self.below(5)];
        (0..self.below(max_len)).map(|_| CHARACTERS[from + self.below(count)]).collect()
    }
}

/// Whether the needle stands in the text, at a place that the operator allows.
fn stands(operator: &str, text: &str, needle: &str) -> bool {
    let (name, folded) = match operator.strip_suffix("_cs") {
        Some(name) => (name, false),
        None => (operator, true),
    };
    let characters = |text: &str| text.chars().map(|c| if folded { fold(c) } else { c }).collect::<Vec<_>>();
    let (text, needle) = (characters(text), characters(needle));
    if name == "=~" {
        return text == needle;
    }
    let bounded = |end: Option<&char>, beside: Option<&char>| {
        !end.is_some_and(|c| c.is_alphanumeric()) || !beside.is_some_and(|c| c.is_alphanumeric())
    };
    (0..=text.len()).any(|start| {
        let end = start + needle.len();
        if text.get(start..end) != Some(&needle[..]) {
            return false;
        }
        let before = start.checked_sub(1).map(|before| &text[before]);
        let starts_term = bounded(needle.first(), before);
        let ends_term = bounded(needle.last(), text.get(end));
        match name {
            "contains" => true,
            "has" => starts_term && ends_term,
            "hasprefix" => starts_term,
            "hassuffix" => ends_term,
            "startswith" => start == 0,
            "endswith" => end == text.len(),
            other => panic!("no such operator: {other}"),
        }
    })
}

const OPERATORS: &[&str] = &[
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
];

/// Rows of which many are longer than a view holds, so that they lie one after the other in a buffer.
fn rows(random: &mut Random) -> Vec<String> {
    (0..40).map(|_| random.text(60)).collect()
}

/// A needle, mostly a piece of one of the rows.
fn needle(random: &mut Random, rows: &[String]) -> String {
    if random.below(4) == 0 {
        return random.text(4);
    }
    let row: Vec<char> = rows[random.below(rows.len())].chars().collect();
    let start = random.below(row.len() + 1);
    let swapped =
        |c: &char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    row[start..].iter().take(1 + random.below(5)).map(swapped).collect()
}

#[test]
fn searches_find_what_a_plain_search_finds() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..150 {
        let rows = rows(&mut random);
        let needle = needle(&mut random, &rows);
        let column: Vec<&str> = rows.iter().map(String::as_str).collect();
        for operator in OPERATORS {
            let expected: Vec<bool> = column.iter().map(|row| stands(operator, row, &needle)).collect();
            let found = call(operator, ScalarType::Bool, &[texts(&column), text(&needle)]);
            assert_eq!(found, bools(&expected), "{operator} {needle:?} in {rows:?}");
            let needles = vec![needle.as_str(); column.len()];
            let found = call(operator, ScalarType::Bool, &[texts(&column), texts(&needles)]);
            assert_eq!(found, bools(&expected), "{operator} with a column of {needle:?} in {rows:?}");
        }
    }
}

#[test]
fn lists_find_what_their_needles_find() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for round in 0..60 {
        let rows = rows(&mut random);
        // Some lists are long enough for the automaton.
        let count = if round % 2 == 0 { 1 + random.below(5) } else { 40 };
        let needles: Vec<String> = (0..count).map(|_| needle(&mut random, &rows)).collect();
        let column: Vec<&str> = rows.iter().map(String::as_str).collect();
        let arguments: Vec<_> =
            [texts(&column)].into_iter().chain(needles.iter().map(|needle| text(needle))).collect();
        let has = |row: &str, needle: &String| stands("has", row, needle);
        let any: Vec<bool> = column.iter().map(|row| needles.iter().any(|needle| has(row, needle))).collect();
        let all: Vec<bool> = column.iter().map(|row| needles.iter().all(|needle| has(row, needle))).collect();
        assert_eq!(
            call("has_any", ScalarType::Bool, &arguments),
            bools(&any),
            "any of {needles:?} in {rows:?}"
        );
        assert_eq!(
            call("has_all", ScalarType::Bool, &arguments),
            bools(&all),
            "all of {needles:?} in {rows:?}"
        );
    }
}
