use wardenry_core::time::Timestamp;
use wardenry_incidents::model::IncidentStatus;

use super::*;

fn parsed(text: &str) -> Filter {
    parse_filter(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    let message = parse_filter(text).unwrap_err().to_string();
    message.strip_prefix("the $filter is not understood at ").unwrap().to_owned()
}

fn active() -> Filter {
    Filter::Status(Equality::Equal, IncidentStatus::Active)
}

fn of_ana() -> Filter {
    Filter::AssignedTo(Comparison::Equal, "ana".to_owned())
}

fn unowned() -> Filter {
    Filter::Unassigned(Equality::Equal)
}

#[test]
fn every_property_and_operator_has_its_meaning() {
    let time = Timestamp::parse("2024-05-01T10:00:00.1234567Z").unwrap();
    for (text, expected) in [
        (
            "lastUpdateTime ge 2024-05-01T10:00:00.1234567Z",
            Filter::LastUpdated(Comparison::GreaterOrEqual, time),
        ),
        ("createdTime gt 2024-05-01T10:00:00.1234567Z", Filter::Created(Comparison::Greater, time)),
        ("createdTime lt 2024-05-01T10:00:00.1234567Z", Filter::Created(Comparison::Less, time)),
        ("createdTime le 2024-05-01T10:00:00.1234567Z", Filter::Created(Comparison::LessOrEqual, time)),
        ("CREATEDTIME EQ 2024-05-01t10:00:00.1234567z", Filter::Created(Comparison::Equal, time)),
        ("createdTime ne 2024-05-01T10:00:00.1234567Z", Filter::Created(Comparison::NotEqual, time)),
        ("2024-05-01T10:00:00.1234567Z le createdTime", Filter::Created(Comparison::GreaterOrEqual, time)),
        ("status eq 'Active'", active()),
        ("Status eq 'ACTIVE'", active()),
        ("status ne 'inprogress'", Filter::Status(Equality::NotEqual, IncidentStatus::InProgress)),
        ("assignedTo eq 'ana'", of_ana()),
        ("assignedTo ge 'O''Hara'", Filter::AssignedTo(Comparison::GreaterOrEqual, "O'Hara".to_owned())),
        ("assignedTo eq ''", Filter::AssignedTo(Comparison::Equal, String::new())),
        ("assignedto eq null", unowned()),
        ("null ne assignedTo", Filter::Unassigned(Equality::NotEqual)),
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn and_binds_tighter_than_or_and_not_applies_to_what_follows() {
    let (a, b, c) = ("status eq 'Active'", "assignedTo eq 'ana'", "assignedTo eq null");
    for (text, expected) in [
        (format!("{a} and {b} and {c}"), active().and(of_ana()).and(unowned())),
        (format!("{a} or {b} and {c}"), active().or(of_ana().and(unowned()))),
        (format!("({a} or {b}) and {c}"), active().or(of_ana()).and(unowned())),
        (format!("not {a} and {b}"), active().negated().and(of_ana())),
        (format!("not({a} and {b})"), active().and(of_ana()).negated()),
        (format!("NOT not {a} OR {b}"), active().negated().negated().or(of_ana())),
        (format!("  ((  {a}  ))  "), active()),
    ] {
        assert_eq!(parsed(&text), expected, "{text}");
    }
}

#[test]
fn other_properties_are_refused_with_those_that_work() {
    let message = "is not a property that can be filtered by; those are lastUpdateTime, createdTime, status and \
                   assignedTo (a text stands in single quotes)";
    assert_eq!(refusal("severity eq 'High'"), format!("position 1: \"severity\" {message}"));
    assert_eq!(
        refusal("status eq 'Active' and alerts/title eq 'x'"),
        format!("position 24: \"alerts/title\" {message}")
    );
    assert_eq!(refusal("status eq Active"), format!("position 11: \"Active\" {message}"));
    assert_eq!(refusal("contains(assignedTo,'x')"), "position 20: the character ',' has no meaning here");
    assert_eq!(
        refusal("tolower(assignedTo) eq 'x'"),
        "position 1: functions such as tolower are not supported"
    );
}

#[test]
fn broken_grammar_is_refused_at_its_place() {
    for (text, expected) in [
        ("status", "position 7: expected eq, ne, gt, ge, lt or le, found the end"),
        ("status eq", "position 10: expected a property or a literal, found the end"),
        ("status is 'Active'", "position 8: expected eq, ne, gt, ge, lt or le, found is"),
        ("status in ('Active')", "position 8: expected eq, ne, gt, ge, lt or le, found in"),
        ("status eq 'Active' status", "position 20: expected and, or, or the end, found status"),
        ("status eq 'Active' and", "position 23: expected a property or a literal, found the end"),
        ("(status eq 'Active'", "position 20: expected and, or, or a closing parenthesis, found the end"),
        ("status eq 'Active')", "position 19: expected and, or, or the end, found a closing parenthesis"),
        ("()", "position 2: expected a property or a literal, found a closing parenthesis"),
        ("status eq status", "position 1: a comparison takes one property and one literal"),
        ("1 eq 1", "position 1: a comparison takes one property and one literal"),
        ("status eq 'Active", "position 11: the text that begins here has no closing quote"),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn literals_of_another_type_are_refused() {
    for (text, expected) in [
        (
            "createdTime gt '2024-05-01T10:00:00Z'",
            "position 16: createdTime is compared with a date and time without quotes, not with '2024-05-01T10:00:00Z'",
        ),
        (
            "createdTime gt 2024-05-01T10:00:00",
            "position 16: \"2024-05-01T10:00:00\" is not a date and time of the form 2026-01-31T08:09:10Z",
        ),
        (
            "lastUpdateTime eq null",
            "position 19: lastUpdateTime is compared with a date and time without quotes, not with null",
        ),
        ("status eq 1", "position 11: status is compared with a text in single quotes, not with 1"),
        ("status eq null", "position 11: status is compared with a text in single quotes, not with null"),
        (
            "status eq 'Closed'",
            "position 11: \"Closed\" is not a status; those are Active, InProgress, Resolved and Redirected",
        ),
        ("status gt 'Active'", "position 11: status can be compared with eq and ne only"),
        ("assignedTo lt null", "position 15: assignedTo can be compared with eq and ne only"),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn size_depth_and_number_are_bounded() {
    let nested = |depth: usize| format!("{}{}{}", "(".repeat(depth), "assignedTo eq null", ")".repeat(depth));
    assert_eq!(parsed(&nested(32)), unowned());
    assert_eq!(refusal(&nested(33)), "position 34: it is nested deeper than 32 levels");
    assert_eq!(refusal(&"not ".repeat(500)), "position 133: it is nested deeper than 32 levels");
    let many = |count: usize| vec!["assignedTo eq null"; count].join(" or ");
    assert!(parse_filter(&many(100)).is_ok());
    assert_eq!(refusal(&many(101)), "position 2201: it has more than 100 comparisons");
    assert_eq!(refusal(&many(400)), "position 1: it is longer than 4096 bytes");
}

/// Every prefix of every sample, and every sample with one character changed, is answered without a panic.
#[test]
fn no_text_is_a_panic() {
    let sample =
        "not (createdTime gt 2024-05-01T10:00:00.1Z or assignedTo eq 'O''Hara') and status ne 'Active'";
    for end in 0..=sample.len() {
        drop(parse_filter(&sample[..end]));
    }
    for at in 0..sample.len() {
        for letter in ["'", "(", ")", " ", "é", "\0", "1", "T", "-"] {
            drop(parse_filter(&format!("{}{letter}{}", &sample[..at], &sample[at + 1..])));
        }
    }
}
