use super::*;
use crate::test_incident::incident;

fn owned_by(owner: Option<&str>) -> Incident {
    Incident { assigned_to: owner.map(str::to_owned), ..incident(1) }
}

#[test]
fn times_compare_to_the_tick() {
    let at = incident(1).created;
    let later = Timestamp::from_unix_ticks(at.unix_ticks() + 1);
    for (comparison, same, before_later) in [
        (Comparison::Equal, true, false),
        (Comparison::NotEqual, false, true),
        (Comparison::Greater, false, false),
        (Comparison::GreaterOrEqual, true, false),
        (Comparison::Less, false, true),
        (Comparison::LessOrEqual, true, true),
    ] {
        assert_eq!(Filter::Created(comparison, at).matches(&incident(1)), same, "{comparison:?}");
        assert_eq!(Filter::Created(comparison, later).matches(&incident(1)), before_later, "{comparison:?}");
        let mirrored = comparison.mirrored();
        assert_eq!(mirrored.holds(&later, &at), before_later, "{comparison:?} mirrored");
    }
}

#[test]
fn owners_compare_without_letter_case() {
    let filter = Filter::AssignedTo(Comparison::Equal, "Ana@Example.org".to_owned());
    assert!(filter.matches(&owned_by(Some("ana@example.ORG"))));
    assert!(!filter.matches(&owned_by(Some("bo@example.org"))));
    assert!(Filter::AssignedTo(Comparison::Greater, "ANA".to_owned()).matches(&owned_by(Some("bo"))));
}

#[test]
fn an_absent_owner_is_unequal_to_every_name_and_in_no_order_with_it() {
    let nobody = owned_by(None);
    for comparison in Comparison::ALL {
        let filter = Filter::AssignedTo(comparison, "ana".to_owned());
        let expected = comparison == Comparison::NotEqual;
        assert_eq!(filter.matches(&nobody), expected, "{comparison:?}");
        assert_eq!(filter.negated().matches(&nobody), !expected, "not {comparison:?}");
    }
    assert!(Filter::Unassigned(Equality::Equal).matches(&nobody));
    assert!(Filter::Unassigned(Equality::NotEqual).matches(&owned_by(Some("ana"))));
}

#[test]
fn connectives_have_their_usual_meaning() {
    let yes = || Filter::Status(Equality::NotEqual, IncidentStatus::Redirected);
    let no = || yes().negated();
    let subject = incident(1);
    assert!(yes().and(yes()).matches(&subject) && !yes().and(no()).matches(&subject));
    assert!(no().or(yes()).matches(&subject) && !no().or(no()).matches(&subject));
}
