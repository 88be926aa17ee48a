//! One queue of incidents over several tenants.

use std::num::NonZeroUsize;

use futures_util::{StreamExt as _, TryStreamExt as _};
use wardenry_client::{Client, Error, Incident, IncidentQuery, Severity, Tenant};

use crate::fan_out::{Outcome, fan_out};

/// A tenant and the client that reaches it.
#[derive(Debug, Clone)]
pub struct Member {
    pub tenant: Tenant,
    pub client: Client,
}

/// An incident and whose it is. Incident ids are unique within a tenant only.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuedIncident {
    pub tenant: Tenant,
    pub incident: Incident,
}

/// The incidents of several tenants in one order, and what came of each tenant.
#[derive(Debug)]
pub struct IncidentQueue {
    /// Newest first, by creation.
    pub incidents: Vec<QueuedIncident>,
    /// One for every tenant asked, in the order asked; the number of incidents that it contributed.
    pub outcomes: Vec<Outcome<Tenant, usize, Error>>,
    /// Whether there are more incidents than were asked for.
    pub is_truncated: bool,
}

/// Lists the incidents of every member at once and merges them, newest first.
///
/// At most `limit` incidents are returned altogether. The API does not filter by severity, so that
/// `at_least` is applied here, to what arrives.
pub async fn list_incidents(
    members: Vec<Member>,
    query: &IncidentQuery,
    at_least: Option<&Severity>,
    limit: Option<NonZeroUsize>,
    concurrency: NonZeroUsize,
) -> IncidentQueue {
    let outcomes = fan_out(members, concurrency, |member: Member| async move {
        let wanted =
            |incident: &Incident| at_least.is_none_or(|least| incident.severity.rank() >= least.rank());
        let incidents = member.client.list_incidents(&member.tenant, query);
        let incidents = incidents.try_filter(|incident| std::future::ready(wanted(incident)));
        // One more than wanted, to know whether there are more.
        let enough = limit.map_or(usize::MAX, |limit| limit.get().saturating_add(1));
        incidents.take(enough).try_collect::<Vec<_>>().await
    })
    .await;
    merge(outcomes.into_iter().map(|outcome| (outcome.member.tenant, outcome.result)), limit)
}

fn merge(
    results: impl Iterator<Item = (Tenant, Result<Vec<Incident>, Error>)>,
    limit: Option<NonZeroUsize>,
) -> IncidentQueue {
    let mut incidents = Vec::new();
    let mut outcomes = Vec::new();
    for (tenant, result) in results {
        let found = result.map(|found| {
            incidents.extend(
                found.into_iter().map(|incident| QueuedIncident { tenant: tenant.clone(), incident }),
            );
        });
        outcomes.push(Outcome { member: tenant, result: found.map(|()| 0) });
    }
    incidents.sort_by(|a, b| {
        let order = a.incident.recency().cmp(&b.incident.recency());
        order.then_with(|| a.tenant.name().cmp(b.tenant.name()))
    });
    let limit = limit.map_or(usize::MAX, NonZeroUsize::get);
    let is_truncated = incidents.len() > limit;
    incidents.truncate(limit);
    for outcome in &mut outcomes {
        if let Ok(count) = &mut outcome.result {
            *count = incidents.iter().filter(|queued| queued.tenant == outcome.member).count();
        }
    }
    IncidentQueue { incidents, outcomes, is_truncated }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incidents(of: &[(i64, &str)]) -> Vec<Incident> {
        let incident = |(id, created): &(i64, &str)| {
            let wire = format!(r#"{{"incidentId":{id},"createdTime":"2026-02-{created}T00:00:00Z"}}"#);
            serde_json::from_str(&wire).unwrap()
        };
        of.iter().map(incident).collect()
    }

    fn merged(limit: Option<usize>) -> (Vec<(String, i64)>, Vec<Option<usize>>, bool) {
        let tenant = |name: &str| Tenant::parse(name).unwrap();
        let results = [
            (tenant("birch.example"), Ok(incidents(&[(2, "03"), (1, "01")]))),
            (tenant("alder.example"), Ok(incidents(&[(2, "03"), (1, "02")]))),
            (tenant("cedar.example"), Ok(Vec::new())),
        ];
        let queue = merge(results.into_iter(), limit.and_then(NonZeroUsize::new));
        let shown = queue.incidents.iter().map(|q| (q.tenant.label(), q.incident.incident_id)).collect();
        let outcomes = queue.outcomes.iter().map(|outcome| outcome.result.as_ref().ok().copied()).collect();
        (shown, outcomes, queue.is_truncated)
    }

    #[test]
    fn tenants_are_merged_newest_first() {
        let all = [("alder.example", 2), ("birch.example", 2), ("alder.example", 1), ("birch.example", 1)];
        let all = all.map(|(tenant, id)| (tenant.to_owned(), id)).to_vec();
        assert_eq!(merged(None), (all.clone(), vec![Some(2), Some(2), Some(0)], false));
        assert_eq!(merged(Some(4)), (all.clone(), vec![Some(2), Some(2), Some(0)], false));
        assert_eq!(merged(Some(3)), (all[..3].to_vec(), vec![Some(1), Some(2), Some(0)], true));
    }
}
