use super::*;
use crate::test_incident::{alert, device, incident};

fn changed(change: impl FnOnce(&mut Incident)) -> Result<(), InconsistentIncident> {
    let mut incident = incident(7);
    incident.alerts = vec![alert("da1")];
    change(&mut incident);
    incident.check()
}

#[test]
fn a_sound_incident_passes() {
    assert_eq!(changed(|_| ()), Ok(()));
}

#[test]
fn redirection_and_status_belong_together() {
    let target = Some(IncidentId::from_number(8));
    assert_eq!(
        changed(|it| it.status = IncidentStatus::Redirected),
        Err(InconsistentIncident::RedirectedNowhere)
    );
    assert_eq!(
        changed(|it| it.redirected_to = target),
        Err(InconsistentIncident::RedirectWithoutStatus(IncidentStatus::Active))
    );
    let redirect = |to| {
        changed(|it| {
            it.status = IncidentStatus::Redirected;
            it.redirected_to = Some(IncidentId::from_number(to));
        })
    };
    assert_eq!(redirect(7), Err(InconsistentIncident::RedirectedToItself));
    assert_eq!(redirect(8), Ok(()));
}

#[test]
fn a_determination_needs_the_classification_that_it_belongs_to() {
    assert_eq!(
        changed(|it| it.determination = Some(Determination::Malware)),
        Err(InconsistentIncident::DeterminationAlone(Determination::Malware))
    );
    assert_eq!(
        changed(|it| {
            it.alerts[0].classification = Some(Classification::FalsePositive);
            it.alerts[0].determination = Some(Determination::Malware);
        }),
        Err(InconsistentIncident::UnsuitableDetermination(
            Determination::Malware,
            Classification::FalsePositive
        ))
    );
}

#[test]
fn times_run_forward() {
    assert_eq!(
        changed(|it| it.last_updated = Timestamp::UNIX_EPOCH),
        Err(InconsistentIncident::UpdatedBeforeCreated)
    );
    assert_eq!(
        changed(|it| it.alerts[0].last_activity = Timestamp::UNIX_EPOCH),
        Err(InconsistentIncident::ActivityBackwards("da1".to_owned()))
    );
}

#[test]
fn ids_do_not_repeat_and_evidence_lies_on_listed_devices() {
    assert_eq!(
        changed(|it| it.alerts.push(alert("da1"))),
        Err(InconsistentIncident::DuplicateAlert("da1".to_owned()))
    );
    let known = device('a');
    assert_eq!(
        changed(|it| it.alerts[0].devices.push(known.clone())),
        Err(InconsistentIncident::DuplicateDevice { alert: "da1".to_owned(), device: known.id })
    );
    let unknown = device('b').id;
    assert_eq!(
        changed(|it| it.alerts[0].entities[0].device_id = Some(unknown.clone())),
        Err(InconsistentIncident::UnlistedDevice { alert: "da1".to_owned(), position: 1, device: unknown })
    );
}
