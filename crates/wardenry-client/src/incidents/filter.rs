//! The `$filter` of the incident list, built rather than typed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wardenry_core::time::Timestamp;

use super::model::IncidentStatus;

/// The conditions that the API understands; all given ones must hold. Severity is not among them: the
/// API does not filter by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Any of these. Empty means every status.
    pub statuses: Vec<IncidentStatus>,
    /// Last changed at or after this instant.
    pub updated_since: Option<Timestamp>,
    /// Created at or after this instant.
    pub created_since: Option<Timestamp>,
    /// Assigned to this person.
    pub assigned_to: Option<String>,
}

impl IncidentFilter {
    /// The OData text, or `None` when there is no condition.
    pub(crate) fn to_odata(&self) -> Option<String> {
        let mut conditions = Vec::new();
        if let Some(since) = self.updated_since {
            conditions.push(format!("lastUpdateTime ge {since}"));
        }
        if let Some(since) = self.created_since {
            conditions.push(format!("createdTime ge {since}"));
        }
        if let Some(person) = &self.assigned_to {
            conditions.push(format!("assignedTo eq {}", quoted(person)));
        }
        let statuses: Vec<_> =
            self.statuses.iter().map(|status| format!("status eq {}", quoted(status.as_str()))).collect();
        match statuses.as_slice() {
            [] => {}
            [one] => conditions.push(one.clone()),
            several => conditions.push(format!("({})", several.join(" or "))),
        }
        (!conditions.is_empty()).then(|| conditions.join(" and "))
    }
}

/// An OData text literal: in single quotes, inner ones doubled.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Percent-encodes a query value. Spaces become `%20`, which every server reads alike.
pub(crate) fn encode(text: &str) -> String {
    const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b':')
        .remove(b'@')
        .remove(b'/');
    utf8_percent_encode(text, QUERY_VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_joined_and_texts_are_quoted() {
        assert_eq!(IncidentFilter::default().to_odata(), None);
        let filter = IncidentFilter {
            statuses: vec![IncidentStatus::Active, IncidentStatus::InProgress],
            updated_since: Some(Timestamp::parse("2026-02-03T07:15:00.5Z").unwrap()),
            created_since: None,
            assigned_to: Some("o'neil' or 1 eq 1".to_owned()),
        };
        let expected = "lastUpdateTime ge 2026-02-03T07:15:00.5Z and assignedTo eq 'o''neil'' or 1 eq 1' and \
                        (status eq 'Active' or status eq 'InProgress')";
        assert_eq!(filter.to_odata().as_deref(), Some(expected));
        let one = IncidentFilter { statuses: vec![IncidentStatus::Resolved], ..IncidentFilter::default() };
        assert_eq!(one.to_odata().as_deref(), Some("status eq 'Resolved'"));
    }

    #[test]
    fn query_values_are_encoded() {
        assert_eq!(encode("a ge 2026-01-01T00:00:00Z&b+'c'"), "a%20ge%202026-01-01T00:00:00Z%26b%2B%27c%27");
    }
}
