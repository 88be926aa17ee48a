//! Queries with a `¦` where the cursor is.

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_values::ScalarType;

use super::{Class, CompletionKind, Completions, classify, complete, hover, signature_help};
use crate::Schema;

struct Tables;

impl Schema for Tables {
    fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
        let columns: &[(&str, ScalarType)] = match name {
            "DeviceInfo" => &[
                ("Timestamp", ScalarType::Datetime),
                ("DeviceId", ScalarType::String),
                ("DeviceName", ScalarType::String),
                ("OSBuild", ScalarType::Long),
                ("IsOnline", ScalarType::Bool),
                ("Details", ScalarType::Dynamic),
            ],
            "AlertInfo" => &[("AlertId", ScalarType::String), ("DeviceId", ScalarType::String)],
            _ => return None,
        };
        Some(columns.iter().map(|(name, scalar_type)| (Arc::from(*name), *scalar_type)).collect())
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        vec!["AlertInfo".into(), "DeviceInfo".into()]
    }
}

/// The text without the cursor, and where the cursor was.
fn cursor(marked: &str) -> (String, u32) {
    let offset = marked.find('¦').expect("a cursor");
    (marked.replacen('¦', "", 1), u32::try_from(offset).expect("a short text"))
}

fn completions(marked: &str) -> Completions {
    let (text, offset) = cursor(marked);
    complete(&text, offset, &Tables)
}

/// The labels of one kind, in order.
fn labels(marked: &str, kind: CompletionKind) -> Vec<String> {
    completions(marked).items.into_iter().filter(|item| item.kind == kind).map(|item| item.label).collect()
}

#[track_caller]
fn offers(marked: &str, kind: CompletionKind, expected: &[&str]) {
    assert_eq!(labels(marked, kind), expected, "{marked}");
}

const ALL_COLUMNS: &[&str] = &["Timestamp", "DeviceId", "DeviceName", "OSBuild", "IsOnline", "Details"];

#[test]
fn tables_at_the_start() {
    use CompletionKind::{Keyword, Table, TabularOperator};
    offers("¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("¦", Keyword, &["let", "set", "declare"]);
    offers("Dev¦", Table, &["DeviceInfo"]);
    offers("¦", TabularOperator, &["datatable", "externaldata", "find", "print", "range", "search", "union"]);
    offers("let x = 5;\n¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("let x = ¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("DeviceInfo | join kind=inner (¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("DeviceInfo | join (¦) on DeviceId", Table, &["AlertInfo", "DeviceInfo"]);
    offers("DeviceInfo | union ¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("union AlertInfo, ¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("search in (¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("let x = toscalar(¦", Table, &["AlertInfo", "DeviceInfo"]);
    offers("DeviceInfo | where DeviceId in (¦", Table, &["AlertInfo", "DeviceInfo"]);
}

#[test]
fn operators_behind_a_pipe() {
    use CompletionKind::TabularOperator;
    offers(
        "DeviceInfo | pro¦",
        TabularOperator,
        &["project", "project-away", "project-keep", "project-rename", "project-reorder"],
    );
    offers("DeviceInfo | project-a¦", TabularOperator, &["project-away"]);
    offers(
        "DeviceInfo | project-¦",
        TabularOperator,
        &["project-away", "project-keep", "project-rename", "project-reorder"],
    );
    offers("DeviceInfo | su¦ | take 5", TabularOperator, &["summarize"]);
    offers("DeviceInfo\n| where OSBuild > 1\n| sor¦", TabularOperator, &["sort"]);
    offers("DeviceInfo | mv-apply x = Details on (su¦", TabularOperator, &["summarize"]);
    offers(
        "DeviceInfo | partition by DeviceId (to¦)",
        TabularOperator,
        &["top", "top-hitters", "top-nested"],
    );
    assert_eq!(completions("DeviceInfo | project-a¦").replace, Span::new(13, 22));
    assert_eq!(completions("DeviceInfo | su¦ | take 5").replace, Span::new(13, 15));
}

#[test]
fn columns_in_expressions() {
    use CompletionKind::Column;
    offers("DeviceInfo | where ¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | where Dev¦", Column, &["DeviceId", "DeviceName"]);
    offers("DeviceInfo | where OSBuild > 1 and ¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | where isempty(¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | where (OSBuild == 1 or ¦)", Column, ALL_COLUMNS);
    offers("DeviceInfo | project DeviceId, Os = OSBuild | where ¦", Column, &["DeviceId", "Os"]);
    offers("DeviceInfo | summarize count() by ¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | sort by ¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | extend x = ¦\n| take 3", Column, ALL_COLUMNS);
    offers("DeviceInfo | project-away ¦", Column, ALL_COLUMNS);
    offers("let T = DeviceInfo | project DeviceId; T | where ¦", Column, &["DeviceId"]);
    offers("let f = (n:long) { DeviceInfo | where ¦ }; f(1)", Column, ALL_COLUMNS);
    offers("let f = (T:(a:long, b:string)) { T | where ¦ }; f(1)", Column, &["a", "b"]);
    offers("DeviceInfo | join (AlertInfo | where ¦) on DeviceId", Column, &["AlertId", "DeviceId"]);
    offers("DeviceInfo | where Details.¦", Column, &[]);
}

#[test]
fn columns_that_operators_make() {
    use CompletionKind::Column;
    offers(
        "DeviceInfo | summarize n = count(), arg_max(Timestamp, *) by DeviceId | where ¦",
        Column,
        &["DeviceId", "n", "Timestamp", "DeviceName", "OSBuild", "IsOnline", "Details"],
    );
    offers(
        "DeviceInfo | summarize dcount(DeviceId), make_set(OSBuild) by bin(Timestamp, 1d) | sort by ¦",
        Column,
        &["Timestamp", "dcount_DeviceId", "set_OSBuild"],
    );
    offers(
        "DeviceInfo | project DeviceId | extend x = 1, tolong(DeviceId) | where ¦",
        Column,
        &["DeviceId", "x"],
    );
    offers(
        "DeviceInfo | project DeviceId | join kind=inner AlertInfo on DeviceId | where ¦",
        Column,
        &["DeviceId", "AlertId", "DeviceId1"],
    );
    offers(
        "DeviceInfo | project Details | mv-expand with_itemindex=i d = Details | where ¦",
        Column,
        &["Details", "d", "i"],
    );
    offers(
        "DeviceInfo | project Details | mv-apply e = Details to typeof(long) on (where ¦)",
        Column,
        &["Details", "e"],
    );
    offers(
        "DeviceInfo | project Details | mv-apply e = Details on (extend f = 1 | summarize max(¦)) | take 1",
        Column,
        &["Details", "e", "f"],
    );
    offers("DeviceInfo | project DeviceId | partition by DeviceId (where ¦)", Column, &["DeviceId"]);
    offers(
        "DeviceInfo | project DeviceId | parse DeviceId with a:long \"-\" b | where ¦",
        Column,
        &["DeviceId", "a", "b"],
    );
    offers(
        "let f = (T:(x:long)) { T | extend y = x }; f(range x from 1 to 3 step 1) | where ¦",
        Column,
        &["x", "y"],
    );
    offers(
        "let f = () { DeviceInfo | project DeviceId }; let g = () { f() | where ¦ }",
        Column,
        &["DeviceId"],
    );
    offers("range n from 1 to 5 step 1 | where ¦", Column, &["n"]);
    offers("print a = 1, b = \"x\" | where ¦", Column, &["a", "b"]);
    offers("datatable (a:long, b:string) [1, \"x\"] | where ¦", Column, &["a", "b"]);
    // What is wrong elsewhere does not hide what is known.
    offers("DeviceInfo | project DeviceId | where nosuch > 1 | where ¦ | take", Column, &["DeviceId"]);
    offers("let broken = ; DeviceInfo | project DeviceId | where ¦", Column, &["DeviceId"]);
    offers("AlertInfo | where ¦\nDeviceInfo | where x", Column, &["AlertId", "DeviceId"]);
}

#[test]
fn keys_of_a_join() {
    use CompletionKind::{Column, Keyword};
    offers("DeviceInfo | join kind=inner (AlertInfo | where 1 == 1) on ¦", Column, &["DeviceId"]);
    offers("DeviceInfo | join kind=inner (AlertInfo) on ¦", Keyword, &["$left", "$right"]);
    offers("DeviceInfo | join AlertInfo on $left.¦", Column, ALL_COLUMNS);
    offers("DeviceInfo | join (AlertInfo) on $left.DeviceId == $right.¦", Column, &["AlertId", "DeviceId"]);
    offers("DeviceInfo | join (AlertInfo) ¦", Keyword, &["on"]);
}

#[test]
fn options_and_their_values() {
    use CompletionKind::{Option, OptionValue};
    offers("DeviceInfo | lookup ¦", Option, &["kind", "hint.strategy"]);
    offers("DeviceInfo | lookup kind=¦", OptionValue, &["leftouter", "inner"]);
    offers(
        "DeviceInfo | join kind=left¦",
        OptionValue,
        &["leftouter", "leftsemi", "leftanti", "leftantisemi"],
    );
    offers("union isfuzzy=¦", OptionValue, &["true", "false"]);
    offers("DeviceInfo | render t¦", OptionValue, &["table", "timechart", "timepivot", "treemap"]);
    offers("DeviceInfo | render timechart with (x¦", Option, &["xtitle", "xcolumn", "xaxis", "xmin", "xmax"]);
    offers("DeviceInfo | render timechart with (title=\"a\", yaxis=¦", OptionValue, &["linear", "log"]);
}

#[test]
fn operators_by_the_type_of_the_operand() {
    use CompletionKind::{Keyword, Operator};
    offers(
        "DeviceInfo | where OSBuild ¦",
        Operator,
        &["==", "!=", "<", "<=", ">", ">=", "between", "!between", "+", "-", "*", "/", "%", "in", "!in"],
    );
    offers("DeviceInfo | where IsOnline ¦", Operator, &["==", "!=", "and", "or"]);
    offers(
        "DeviceInfo | where DeviceName st¦",
        Operator,
        &["startswith", "!startswith", "startswith_cs", "!startswith_cs"],
    );
    offers("DeviceInfo | where OSBuild > 1 ¦", Operator, &["+", "-", "*", "/", "%", "and", "or"]);
    offers("DeviceInfo | where DeviceName has \"x\" ¦", Operator, &["and", "or"]);
    offers("DeviceInfo | where DeviceName in (\"x\", \"y\") ¦", Operator, &["and", "or"]);
    offers("DeviceInfo | where OSBuild > 1 and IsOnline ¦", Operator, &["==", "!=", "and", "or"]);
    offers("DeviceInfo | where (OSBuild > 1 ¦", Operator, &["+", "-", "*", "/", "%", "and", "or"]);
    offers("DeviceInfo | where not(IsOnline ¦", Operator, &["==", "!=", "and", "or"]);
    offers("DeviceInfo | summarize count() by DeviceName ¦", Keyword, &[]);
    offers("DeviceInfo | summarize n = count() ¦", Keyword, &["by"]);
    offers("DeviceInfo | sort by OSBuild ¦", Keyword, &["asc", "desc", "nulls"]);
    offers("DeviceInfo | sort by OSBuild asc ¦", Keyword, &["nulls"]);
    offers("DeviceInfo | sort by OSBuild asc nulls ¦", Keyword, &["first", "last"]);
}

#[test]
fn functions_where_they_may_be_called() {
    use CompletionKind::{Aggregate, Function, Plugin};
    offers(
        "DeviceInfo | summarize make_l¦",
        Aggregate,
        &["make_list", "make_list_if", "make_list_with_nulls"],
    );
    offers("DeviceInfo | summarize sum(make_l¦", Aggregate, &[]);
    offers("DeviceInfo | summarize count() by make_l¦", Aggregate, &[]);
    offers(
        "DeviceInfo | where startof¦",
        Function,
        &["startofday", "startofweek", "startofmonth", "startofyear"],
    );
    offers("DeviceInfo | evaluate bag¦", Plugin, &["bag_unpack"]);
    offers("let big = (n:long) { n > 5 }; DeviceInfo | where big¦", Function, &["big"]);
    // Older spellings are understood, and not offered.
    offers("DeviceInfo | summarize makeset¦", Aggregate, &[]);
    assert_eq!(completions("DeviceInfo | where now¦").items[0].insert, "now(");
}

#[test]
fn variables_and_types() {
    use CompletionKind::{Type, Variable};
    offers("let a = 1; let b = 2; DeviceInfo | where OSBuild > ¦", Variable, &["b", "a"]);
    offers(
        "let f = (n:long, s:string = \"x\") { DeviceInfo | where OSBuild > ¦ }; f(1)",
        Variable,
        &["s", "n"],
    );
    offers("let a = 1; let b = ¦", Variable, &["a"]);
    let types =
        &["bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"];
    offers("DeviceInfo | extend x = typeof(¦", Type, types);
    offers("let f = (n:¦", Type, types);
    offers("datatable (a:¦", Type, types);
    offers("datatable (a:d¦)[]", Type, &["decimal", "datetime", "dynamic"]);
}

#[test]
fn nothing_in_texts_and_comments() {
    assert_eq!(completions("DeviceInfo | where DeviceName == \"a¦b\"").items, []);
    assert_eq!(completions("DeviceInfo | where DeviceName == \"a¦").items, []);
    assert_eq!(completions("DeviceInfo // De¦").items, []);
}

#[test]
fn odd_names_are_put_in_brackets() {
    struct Odd;
    impl Schema for Odd {
        fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
            (name == "T").then(|| Arc::from([(Arc::from("it's odd"), ScalarType::Long)]))
        }

        fn table_names(&self) -> Vec<Arc<str>> {
            vec!["T".into()]
        }
    }
    let (text, offset) = cursor("T | where ¦");
    let inserts: Vec<String> = complete(&text, offset, &Odd)
        .items
        .into_iter()
        .filter(|item| item.kind == CompletionKind::Column)
        .map(|item| item.insert)
        .collect();
    assert_eq!(inserts, [r"['it\'s odd']"]);
}

#[track_caller]
fn explains(marked: &str, expected: Option<(&str, &str)>) {
    let (text, offset) = cursor(marked);
    let actual = hover(&text, offset, &Tables);
    assert_eq!(actual.as_ref().map(|hover| (hover.code.as_str(), hover.text.as_str())), expected, "{marked}");
}

#[test]
fn hovers_explain() {
    explains("DeviceInfo | where OS¦Build > 1", Some(("OSBuild: long", "A column")));
    explains("Alert¦Info", Some(("AlertInfo (AlertId: string, DeviceId: string)", "A table")));
    explains(
        "DeviceInfo | wh¦ere OSBuild > 1",
        Some(("where predicate", "Keeps the rows that fulfil a condition.")),
    );
    explains(
        "DeviceInfo | project-a¦way OSBuild",
        Some(("project-away column, …", "Leaves columns out; names may have wildcards.")),
    );
    explains(
        "DeviceInfo | where DeviceName h¦as \"x\"",
        Some(("has", "Has a term: letters and digits, with anything else around them.")),
    );
    explains(
        "DeviceInfo | where strl¦en(DeviceName) > 1",
        Some(("strlen(text: string) -> long", "The number of code points of a text.")),
    );
    explains(
        "DeviceInfo | summarize make¦set(DeviceName)",
        Some((
            "makeset(expr: scalar, max_size?: long) -> dynamic",
            "As make_set, with a limit of 128 values. Newer name: `make_set`.",
        )),
    );
    explains(
        "DeviceInfo | join ki¦nd=inner (AlertInfo) on DeviceId",
        Some((
            "kind = innerunique | inner | leftouter | rightouter | fullouter | leftsemi | rightsemi | leftanti | \
             rightanti | anti | leftantisemi | rightantisemi",
            "An option",
        )),
    );
    explains(
        "let a = (n:long) { n }; DeviceInfo | where a¦(1) == 1",
        Some(("let a = (…) { … }", "A name of this query")),
    );
    explains("DeviceInfo | where nosuch¦ > 1", None);
    explains("DeviceInfo // AlertIn¦fo", None);
    explains("DeviceInfo | where DeviceName == \"AlertIn¦fo\"", None);
}

#[test]
fn functions_of_the_hunting_service() {
    offers("DeviceInfo | invoke ¦", CompletionKind::Function, &["FileProfile", "DeviceFromIP", "SeenBy"]);
    explains(
        "DeviceInfo | invoke Device¦FromIP()",
        Some((
            "invoke DeviceFromIP([address column], [time])",
            "Adds the devices that had an address at a time.",
        )),
    );
}

#[test]
fn hovers_know_the_types_of_variables() {
    explains("let a = 1d; print ¦a", Some(("a: timespan", "A name of this query")));
    explains(
        "let T = AlertInfo | project AlertId; T¦ | take 1",
        Some(("T (AlertId: string)", "A name of this query")),
    );
    explains(
        "DeviceInfo | where Details.na¦me == 1",
        Some(("Details.name: dynamic", "A member of a dynamic value")),
    );
    explains("DeviceInfo | summarize n = count() by DeviceId | where n¦ > 1", Some(("n: long", "A column")));
}

#[track_caller]
fn calls(marked: &str, expected: Option<(&str, Option<&str>)>) {
    let (text, offset) = cursor(marked);
    let help = signature_help(&text, offset);
    let actual = help.as_ref().map(|help| {
        let signature = &help.signatures[help.active_signature];
        let parameter =
            help.active_parameter.map(|index| &signature.label[signature.parameters[index].clone()]);
        (signature.label.as_str(), parameter)
    });
    assert_eq!(actual, expected, "{marked}");
}

#[test]
fn signatures_of_calls() {
    let substring = "substring(text: scalar, start: long, length?: long) -> string";
    calls("print substring(¦", Some((substring, Some("text: scalar"))));
    calls("print substring(\"a\", ¦", Some((substring, Some("start: long"))));
    calls("print substring(\"a\", 1, ¦)", Some((substring, Some("length?: long"))));
    calls("print substring(\"a\", 1, 2, ¦)", Some((substring, None)));
    calls("print substring(strcat(\"a\", ¦", Some(("strcat(arg…: scalar) -> string", Some("arg…: scalar"))));
    calls("print substring((1 + ¦", Some((substring, Some("text: scalar"))));
    let case = "case(predicate…: bool, then…: scalar, otherwise: scalar) -> as the arguments";
    calls("print case(¦", Some((case, Some("predicate…: bool"))));
    calls("print case(true, ¦", Some((case, Some("then…: scalar"))));
    calls(
        "DeviceInfo | summarize count(), dcount(DeviceName, ¦",
        Some(("dcount(expr: scalar, accuracy?: scalar) -> long", Some("accuracy?: scalar"))),
    );
    calls(
        "let f = (n:long, T:(x:long)) { T }; f(1, ¦",
        Some(("f(n: long, T: (x:long))", Some("T: (x:long)"))),
    );
    calls("DeviceInfo | where ¦", None);
    calls("DeviceInfo | where (¦", None);
    calls("DeviceInfo | join (AlertInfo | take ¦", None);
    calls("DeviceInfo | where nosuch(¦", None);
}

#[test]
fn colours() {
    let text = "let n = 5; // five\nDeviceInfo | where DeviceName has \"x\" and OSBuild > n\n\
                | join kind=inner (AlertInfo) on DeviceId | summarize dcount(AlertId) by bin(Timestamp, 1d)\n\
                | project-away dcount_AlertId | render timechart";
    let classified: Vec<(&str, Class)> =
        classify(text, &Tables).into_iter().map(|piece| (&text[piece.span.range()], piece.class)).collect();
    assert_eq!(
        classified,
        [
            ("let", Class::Keyword),
            ("n", Class::Variable),
            ("=", Class::Operator),
            ("5", Class::Literal),
            ("// five", Class::Comment),
            ("DeviceInfo", Class::Table),
            ("where", Class::Keyword),
            ("DeviceName", Class::Column),
            ("has", Class::Operator),
            ("\"x\"", Class::String),
            ("and", Class::Operator),
            ("OSBuild", Class::Column),
            (">", Class::Operator),
            ("n", Class::Variable),
            ("join", Class::Keyword),
            ("kind", Class::Option),
            ("=", Class::Operator),
            ("inner", Class::Option),
            ("AlertInfo", Class::Table),
            ("on", Class::Keyword),
            ("DeviceId", Class::Column),
            ("summarize", Class::Keyword),
            ("dcount", Class::Function),
            ("AlertId", Class::Column),
            ("by", Class::Keyword),
            ("bin", Class::Function),
            ("Timestamp", Class::Column),
            ("1d", Class::Literal),
            ("project-away", Class::Keyword),
            ("dcount_AlertId", Class::Column),
            ("render", Class::Keyword),
            ("timechart", Class::Option),
        ]
    );
}

/// Whatever the text and the place: an answer, and spans that lie in the text.
#[test]
fn any_text_has_answers() {
    let texts = [
        "let f = (T:(x:long), m:long = 10) { T | where x > m | mv-apply e = d to typeof(long) on (where e > 1) };\nf(A) | join kind=inner (B | take 5) on $left.x == $right.y | render timechart with (title=\"é\", xcolumn=x)",
        ")))]]}}}((([[{{{||||;;;,,,===\"",
        "| | where | by , on ( kind = ) let let = = ; { } ] hint.strategy=",
        "DeviceInfo | where [\"a b\"] == 'x\n and `~~~ ```",
        "é¥ | where ü == \u{a0} | 日本 has '語",
    ];
    for text in texts {
        for (offset, _) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
            // Also the text as it was when it ended here.
            for text in [text, &text[..offset]] {
                let at = u32::try_from(offset).expect("a short text");
                let completions = complete(text, at, &Tables);
                assert!(text.get(completions.replace.range()).is_some(), "{text} at {offset}");
                if let Some(hover) = hover(text, at, &Tables) {
                    assert!(hover.span.touches(at), "{text} at {offset}");
                }
                if let Some(help) = signature_help(text, at) {
                    assert!(help.active_signature < help.signatures.len(), "{text} at {offset}");
                }
            }
            let mut end = 0;
            for piece in classify(&text[..offset], &Tables) {
                assert!(piece.span.start >= end && piece.span.end as usize <= offset, "{text} at {offset}");
                end = piece.span.end;
            }
        }
    }
}

/// The work grows with the text, not with its square or with the depth of its brackets.
#[test]
fn large_texts_have_answers() {
    let open = "(".repeat(200_000);
    let chain = "DeviceInfo ".to_owned() + &"| where OSBuild > 1 ".repeat(20_000);
    let lets = "let a = 1; ".repeat(20_000);
    for text in [open, chain, lets] {
        let end = u32::try_from(text.len()).expect("a text of less than 4 GiB");
        assert_eq!(complete(&text, end, &Tables).replace.end, end);
        assert_eq!(signature_help(&text, end), None);
        assert_eq!(hover(&text, end, &Tables), None);
        assert!(!classify(&text, &Tables).iter().any(|piece| piece.span.end > end));
    }
}
