//! Texts that nobody wrote: arbitrary characters, arbitrary words of the language, and queries of the cases
//! with pieces taken out, put in and swapped. The seeds are fixed, so that a failure comes again.

use wardenry_diagnostic::terminal::Terminal;
use wardenry_diagnostic::{html, json};
use wardenry_kql_syntax::dump::dump;
use wardenry_kql_syntax::lexer::lex;
use wardenry_kql_syntax::walk::walk;
use wardenry_kql_syntax::{format, parse};

use crate::documents::cases;

/// A generator that is the same everywhere: xorshift with 64 bits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or(0) % bound.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const WORDS: &[&str] = &[
    "T",
    "a",
    "b",
    "['c d']",
    "*",
    "|",
    "|",
    "|",
    ",",
    ",",
    ";",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    "..",
    "=",
    "==",
    "=~",
    "!=",
    "<",
    ">",
    "<>",
    "+",
    "-",
    "-",
    "/",
    "%",
    ":",
    "=>",
    "@",
    "!",
    "&&",
    "||",
    "?",
    "1",
    "2.5",
    "1d",
    "\"s\"",
    "'t'",
    "h'u'",
    "@\"v\"",
    "```w\n```",
    "datetime(2024)",
    "long(1)",
    "dynamic(",
    "typeof(",
    "true",
    "null",
    "// c\n",
    "\n",
    "\n\n",
    "let",
    "set",
    "declare",
    "query_parameters",
    "pattern",
    "view",
    "where",
    "project",
    "extend",
    "summarize",
    "by",
    "join",
    "on",
    "kind",
    "=inner",
    "union",
    "mv-expand",
    "mv-apply",
    "to",
    "limit",
    "take",
    "sort",
    "asc",
    "desc",
    "nulls",
    "first",
    "top",
    "top-nested",
    "of",
    "with",
    "others",
    "make-series",
    "default",
    "from",
    "step",
    "in",
    "range",
    "parse",
    "parse-kv",
    "as",
    "evaluate",
    "invoke",
    "render",
    "partition",
    "fork",
    "facet",
    "find",
    "search",
    "scan",
    "order",
    "output",
    "optional",
    "print",
    "datatable",
    "externaldata",
    "and",
    "or",
    "not",
    "has",
    "has_any",
    "between",
    "contains",
    "matches regex",
    "!in",
    "in~",
    "make-graph",
    "-->",
    "graph-match",
    "-[",
    "]->",
    "macro-expand",
    "entity_group",
    "hint.x",
    "SELECT",
    "FROM",
    "is",
    "“",
    "é",
    "\u{a0}",
    "\u{1b}",
    "$left",
    "count",
    "count()",
    "id",
    "project-reorder",
    "granny-asc",
    "f(",
    "reduce",
    "getschema",
    "serialize",
    "restrict",
    "access",
    "alias",
    "database",
];

/// Reads a text in every way, and formats it if it may be.
fn examine(text: &str) {
    let lexed = lex(text);
    let mut end = 0;
    for token in &lexed.tokens {
        assert!(end <= token.span.start && token.span.start <= token.span.end, "{text:?}");
        assert!(text.get(token.span.range()).is_some(), "{text:?}");
        end = token.span.end;
    }

    let parsed = parse(text);
    for diagnostic in &parsed.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some(), "{text:?}: {diagnostic:?}");
        for annotation in &diagnostic.annotations {
            assert!(text.get(annotation.span.range()).is_some(), "{text:?}: {diagnostic:?}");
        }
        assert!(diagnostic.fix.is_none() || diagnostic.fixed(text).is_some(), "{text:?}: {diagnostic:?}");
    }
    let mut nodes = 0;
    walk(&parsed.query, &mut |_| nodes += 1);
    assert_eq!(nodes > 0, !parsed.query.statements.is_empty(), "{text:?}");
    let tree = dump(&parsed.query);
    if tree.contains("<bogus>") {
        assert!(parsed.has_errors(), "{text:?}: something was not read, and nothing was said");
    }
    let shown = Terminal { name: None, color: false }.render(text, &parsed.diagnostics);
    assert!(shown.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    drop(html::render(text, &parsed.diagnostics));
    drop(json::render(text, &parsed.diagnostics));

    match format(text) {
        Ok(formatted) => {
            assert_eq!(dump(&parse(&formatted).query), tree, "{text:?} became {formatted:?}");
            assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()), "{text:?} is not stable");
        }
        Err(diagnostics) => assert_eq!(diagnostics, parsed.diagnostics),
    }
}

#[test]
fn arbitrary_characters() {
    let mut random = Random(0x5eed_0001);
    let alphabet: Vec<char> =
        "abdehT019.,;:|()[]{}+-*/%=<>!~@#$^&?_\\\"'`\u{a0}\u{200b}“”é字\u{1f600}\u{0}\u{7f}\u{202e}\t\r\n "
            .chars()
            .collect();
    for _ in 0..3_000 {
        let length = random.below(60);
        let text: String = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
        examine(&text);
    }
}

#[test]
fn arbitrary_words() {
    let mut random = Random(0x5eed_0002);
    for _ in 0..6_000 {
        let length = random.below(30);
        let mut text = String::new();
        if random.below(2) == 0 {
            text.push_str("T | ");
        }
        for _ in 0..length {
            text.push_str(random.pick(WORDS));
            if random.below(5) > 0 {
                text.push(' ');
            }
        }
        examine(&text);
    }
}

#[test]
fn cases_with_changes() {
    let mut random = Random(0x5eed_0003);
    let queries: Vec<String> =
        cases("cases").into_iter().chain(cases("formatting")).map(|case| case.query).collect();
    for _ in 0..6_000 {
        let query = &queries[random.below(queries.len())];
        let tokens = lex(query).tokens;
        let mut pieces: Vec<&str> = Vec::new();
        let mut end = 0;
        for token in &tokens {
            let range = token.span.range();
            pieces.extend([&query[end..range.start], &query[range.clone()]]);
            end = range.end;
        }
        for _ in 0..=random.below(3) {
            if pieces.is_empty() {
                break;
            }
            let (at, other) = (random.below(pieces.len()), random.below(pieces.len()));
            match random.below(5) {
                0 => pieces[at] = "",
                1 => pieces.swap(at, other),
                2 => pieces[at] = random.pick(WORDS),
                3 => pieces.insert(at, pieces[other]),
                // Comments where there is a gap.
                _ if pieces[at].trim().is_empty() => {
                    pieces[at] = random.pick(&[" // c\n", "\n// c\n", "\n\n// c\n\n// d\n"]);
                }
                _ => pieces.truncate(at),
            }
        }
        examine(&pieces.concat());
    }
}
