//! Texts that somebody made to hurt: they cost time in proportion to their length, and the stack holds.

use wardenry_kql_syntax::dump::dump;
use wardenry_kql_syntax::{MAX_DEPTH, MAX_DIAGNOSTICS, MAX_TEXT_BYTES, codes, format, parse};

/// What stands for a million of something, kept small enough for a test without optimisation.
const MANY: usize = 40_000;

/// The codes of a text's diagnostics.
fn codes_of(text: &str) -> Vec<&'static str> {
    parse(text).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn nesting_ends_in_one_diagnostic() {
    let openings = [
        "(",
        "print (",
        "print f(",
        "print [",
        "print a[",
        "print not(",
        "print -(",
        "print 1 + (",
        "print dynamic([",
        "print dynamic({\"a\":",
        "print dynamic(dynamic(",
        "print x in (",
        "print a == 1 and (",
        "print toscalar(T | where ",
        "print iff(a, b, ",
        "let f = () { ",
        "T | join (",
        "union (",
        "T | fork (fork ",
        "T | mv-apply a on (mv-apply b on ",
        "T | partition by a (partition by b ",
        "T | where a between (1 .. ",
        "datatable(a:long)[(",
        "not ",
        "print not x and not ",
        "T | facet by a with (facet by b with ",
        "macro-expand g as x (",
        "print a in ((",
    ];
    for opening in openings {
        let codes = codes_of(&opening.repeat(MANY / opening.len()));
        assert!(codes.len() <= MAX_DIAGNOSTICS + 1, "{opening}: {} diagnostics", codes.len());
        assert!(
            codes.len() == 1 || !codes.contains(&codes::TOO_DEEP) || opening != "(",
            "{opening}: {codes:?}"
        );
    }
    assert_eq!(codes_of(&format!("print {}1{}", "(".repeat(MANY), ")".repeat(MANY))), [codes::TOO_DEEP]);
    assert_eq!(codes_of(&format!("print {}1{}", "f(".repeat(MANY), ")".repeat(MANY))), [codes::TOO_DEEP]);
}

#[test]
fn chains_are_bounded_or_balanced() {
    assert_eq!(codes_of(&format!("print {}1", "1 + ".repeat(MANY))), [codes::TOO_DEEP]);
    assert_eq!(codes_of(&format!("print {}1", "1 * ".repeat(MANY))), [codes::TOO_DEEP]);
    assert_eq!(codes_of(&format!("print a{}", ".a".repeat(MANY))), [codes::TOO_DEEP]);
    assert_eq!(codes_of(&format!("print a{}", "[0]".repeat(MANY))), [codes::TOO_DEEP]);
    assert_eq!(codes_of(&format!("print {}true", "true and ".repeat(MANY))), [""; 0]);
    assert_eq!(codes_of(&format!("T | where {}a == 1", "a == 2 or ".repeat(MANY))), [""; 0]);
    assert_eq!(codes_of(&format!("print {}1", "1, ".repeat(MANY))), [""; 0]);
    assert_eq!(codes_of(&format!("T{}", " | where a".repeat(MANY))), [""; 0]);
    // Chains in chains add up.
    let mut text = "1".to_owned();
    for _ in 0..MAX_DEPTH / 2 {
        text = format!("({text}{})", " + 1".repeat(MAX_DEPTH as usize / 2));
    }
    assert_eq!(codes_of(&format!("print {text}")), [codes::TOO_DEEP]);
}

#[test]
fn long_texts_take_linear_time() {
    let pieces = [
        "\"",
        "'",
        "`",
        "```",
        "~~~",
        "@\"",
        "h",
        "\\",
        "“",
        "„",
        "é ",
        "é",
        "datetime(",
        "datetime(a ",
        "int(x",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "| ",
        "|",
        "; ",
        ", ",
        ". ",
        "..",
        "1",
        "1.",
        "1d",
        "a",
        "a ",
        "a*",
        "a-",
        "-a",
        "!",
        "!in ",
        "= ",
        "== ",
        "//",
        "// \n",
        "/",
        "\u{a0}",
        "\u{200b}",
        "let ",
        "T\n",
        "T\n| where ",
        "select ",
        "(a, b) = ",
        "(a, ",
        "['a'] ",
        "a = ",
        "in (",
        "and ",
        "or ",
        "not ",
        "asc ",
        "by ",
        "dynamic({",
        "x is null ",
        "between (",
        "1 .. ",
        "a\n(",
        "f(x ",
        "\"a\" \"b\" ",
        "T | parse x with ",
        "* ",
        "set a = 1;",
        "declare pattern p {",
        "hint.x = ",
        "kind=a ",
        "mv-expand-",
    ];
    for piece in pieces {
        for prefix in ["", "T | where ", "T | ", "print f(", "let f = () { "] {
            let text = format!("{prefix}{}", piece.repeat(MANY / 2 / piece.len()));
            let parsed = parse(&text);
            assert!(parsed.diagnostics.len() <= 2 * MAX_DIAGNOSTICS, "{prefix}{piece}");
        }
    }
}

#[test]
fn a_text_of_more_than_the_limit_is_refused_unread() {
    assert_eq!(codes_of(&" ".repeat(MAX_TEXT_BYTES + 1)), [codes::TEXT_TOO_LONG]);
    assert_eq!(codes_of(&" ".repeat(MAX_TEXT_BYTES)), [""; 0]);
}

#[test]
fn the_depth_that_is_allowed_is_read_and_written() {
    // A call costs an argument's two levels, so does a parenthesis.
    for (open, close) in
        [("(", ")"), ("f(", ")"), ("a[", "]"), ("dynamic([", "])"), ("toscalar(T | where ", ")")]
    {
        let depth = 60;
        let text = format!("print {}1{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(codes_of(&text), [""; 0], "{open}");
        let formatted = format(&text).expect("the text has no errors");
        assert_eq!(dump(&parse(&formatted).query), dump(&parse(&text).query), "{open}");
    }
    let most = MAX_DEPTH as usize / 2 - 4;
    let text = format!("print {}1{}", "(".repeat(most), ")".repeat(most));
    assert!(format(&text).is_ok_and(|formatted| dump(&parse(&formatted).query) == dump(&parse(&text).query)));
}

#[test]
fn long_texts_are_formatted() {
    for piece in ["a == 2 or ", "a == 2 and b or ", "f(a, b) == \"x\" and "] {
        let text = format!("T | where {}a == 1", piece.repeat(MANY / piece.len()));
        let formatted = format(&text).expect("the text has no errors");
        assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()));
    }
    for (start, piece, end) in
        [("print ", "1, ", "1"), ("print dynamic([", "\"a\", ", "1])"), ("T | where a in (", "b, ", "c)")]
    {
        let text = format!("{start}{}{end}", piece.repeat(MANY / piece.len()));
        let formatted = format(&text).expect("the text has no errors");
        assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()));
    }
}
