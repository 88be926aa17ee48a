//! Random texts, on which this module and `serde_json` must agree.

use std::hint::black_box;

use serde_json::Value;

use super::locate::{Step, enter, start, whole};
use super::{Dynamic, Kind, is_json};

/// A generator with a fixed seed (xorshift), so that a failure comes back.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).expect("usize fits")).expect("below a usize")
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn blank(&mut self, out: &mut String) {
        if self.below(4) == 0 {
            out.push_str(self.pick(&[" ", "\n", "\t", "\r\n", "  "]));
        }
    }

    fn string(&mut self, out: &mut String) {
        out.push('"');
        for _ in 0..self.below(12) {
            out.push_str(self.pick(&[
                "a",
                "b",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                " ",
                "é",
                "😀",
                "\\\"",
                "\\\\",
                "\\/",
                "\\n",
                "\\u0041",
                "\\ud83d\\ude00",
                "\\u00e9",
                "longer text without escapes",
            ]));
        }
        out.push('"');
    }

    fn value(&mut self, out: &mut String, depth: usize) {
        self.blank(out);
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => out.push_str(self.pick(&["true", "false"])),
            1 => out.push_str("null"),
            2 => out.push_str(self.pick(&[
                "0",
                "-1",
                "42",
                "9223372036854775807",
                "-9223372036854775808",
                "100",
            ])),
            3 => out.push_str(self.pick(&["0.5", "-1.25", "1e3", "2E-2", "1.50", "12345.0"])),
            4 => self.string(out),
            5 | 6 => {
                out.push('{');
                for index in 0..self.below(5) {
                    if index > 0 {
                        out.push(',');
                    }
                    self.blank(out);
                    out.push_str(self.pick(&[
                        "\"a\"",
                        "\"b\"",
                        "\"a b\"",
                        "\"\\u0061\"",
                        "\"c\\n\"",
                        "\"é\"",
                        "\"d\"",
                    ]));
                    self.blank(out);
                    out.push(':');
                    self.value(out, depth - 1);
                }
                out.push('}');
            }
            _ => {
                out.push('[');
                for index in 0..self.below(5) {
                    if index > 0 {
                        out.push(',');
                    }
                    self.value(out, depth - 1);
                }
                self.blank(out);
                out.push(']');
            }
        }
        self.blank(out);
    }

    fn text(&mut self) -> String {
        let mut out = String::new();
        self.value(&mut out, 4);
        out
    }

    /// Cuts, doubles or replaces a few bytes.
    fn mutate(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(2) {
            let at = self.below(chars.len() + 1);
            match self.below(3) {
                0 if at < chars.len() => {
                    chars.remove(at);
                }
                1 => chars.insert(
                    at,
                    self.pick(&['"', '\\', '{', '}', '[', ']', ',', ':', '0', 'u', '.', '-', '\u{1}', 'é']),
                ),
                _ => chars.truncate(at),
            }
        }
        chars.into_iter().collect()
    }
}

/// Whether this module's reading of a value is `serde_json`'s. `serde_json` keeps the last of repeated names, so that
/// bags are compared only if their names are distinct.
fn agree(ours: Dynamic<'_>, theirs: &Value) -> bool {
    match theirs {
        Value::Null => ours.kind() == Kind::Null,
        Value::Bool(value) => ours.as_bool() == Some(*value),
        Value::Number(number) => match number.as_i64() {
            Some(value) => ours.as_i64() == Some(value),
            None => ours.as_f64() == number.as_f64(),
        },
        Value::String(text) => ours.as_str().as_deref() == Some(text.as_str()),
        Value::Array(elements) => {
            ours.is_array()
                && ours.elements().count() == elements.len()
                && ours.elements().zip(elements).all(|(ours, theirs)| agree(ours, theirs))
        }
        Value::Object(members) => {
            ours.is_bag()
                && (ours.members().count() != members.len()
                    || ours.members().zip(members).all(|((key, ours), (name, theirs))| {
                        key.is(name) && key.name() == name.as_str() && agree(ours, theirs)
                    }))
        }
    }
}

#[test]
fn the_validator_agrees_with_serde_json() {
    let mut random = Random(0x5EED_0001);
    for _ in 0..20_000 {
        let text = random.text();
        assert!(is_json(&text), "{text:?}");
        let mutated = random.mutate(&text);
        // `serde_json` refuses halves of surrogate pairs, which the grammar allows.
        if !mutated.contains("\\ud") {
            let theirs = serde_json::from_str::<Value>(&mutated).is_ok();
            assert_eq!(is_json(&mutated), theirs, "{mutated:?}");
        }
        // Whatever the text is, nothing panics or fails to end.
        let broken = Dynamic::new(&mutated);
        black_box((broken.kind(), broken.as_str(), broken.compact(), broken.canonical()));
        black_box((broken.elements().count(), broken.members().count(), broken.element(-2)));
    }
}

#[test]
fn values_agree_with_serde_json() {
    let mut random = Random(0x5EED_0002);
    for _ in 0..10_000 {
        let text = random.text();
        let theirs: Value = serde_json::from_str(&text).expect("generated text is JSON");
        assert!(agree(Dynamic::new(&text), &theirs), "{text:?}");
        let compact = Dynamic::new(&text).compact().into_owned();
        assert_eq!(
            serde_json::from_str::<Value>(&compact).expect("compact text is JSON"),
            theirs,
            "{text:?}"
        );
        assert_eq!(Dynamic::new(&compact).compact(), compact, "compact text stays as it is");
    }
}

#[test]
fn paths_agree_with_serde_json() {
    let mut random = Random(0x5EED_0003);
    let mut found = 0;
    for _ in 0..20_000 {
        let text = random.text();
        let document: Value = serde_json::from_str(&text).expect("generated text is JSON");
        let mut theirs = Some(&document);
        let mut steps = Vec::new();
        for _ in 0..=random.below(3) {
            if random.below(2) == 0 {
                let name = random.pick(&["a", "b", "a b", "c\n", "é"]);
                steps.push(Step::Member(name));
                theirs = theirs.and_then(|value| value.get(name));
            } else {
                let index = random.pick(&[0_i64, 1, 2, -1, -2]);
                steps.push(Step::Index(index));
                theirs = theirs.and_then(Value::as_array).and_then(|elements| {
                    let length = i64::try_from(elements.len()).expect("short");
                    elements.get(usize::try_from(if index < 0 { length + index } else { index }).ok()?)
                });
            }
        }
        let ours = steps
            .iter()
            .try_fold(start(&text), |at, step| enter(&text, at, *step))
            .and_then(|at| whole(&text, at))
            .map(|(start, end)| Dynamic::new(&text[start..end]));
        // Repeated names are read differently on purpose.
        if serde_json::to_string(&document).expect("a value is JSON").len()
            == Dynamic::new(&text).compact().len()
        {
            found += usize::from(ours.is_some());
            assert_eq!(ours.is_some(), theirs.is_some(), "{text:?} {steps:?}");
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                assert!(agree(ours, theirs), "{text:?} {steps:?}");
            }
        }
    }
    assert!(found > 200, "the texts have what the paths look for: {found}");
}

#[test]
fn deep_text_is_no_json() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(is_json(&nested(256)));
    assert!(!is_json(&("[".repeat(257) + "1" + &"]".repeat(257))));
    assert!(!is_json(&"[".repeat(1_000_000)));
    assert!(!is_json(&"{\"a\":".repeat(1_000_000)));
    // Nothing recurses over text that was never validated.
    let deep = nested(1_000_000);
    assert_eq!(Dynamic::new(&deep).compact(), deep);
    assert_eq!(Dynamic::new(&deep).canonical(), deep);
}
