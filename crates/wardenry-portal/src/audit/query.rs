//! What of the log is looked at, as it stands in the address.

use std::time::Duration;

use url::form_urlencoded;
use wardenry_core::time::Timestamp;
use wardenry_directory::audit::AuditFilter;

/// The most characters of a condition. Names and targets are shorter.
const MAX_TEXT: usize = 256;

/// The parameters of the page and of its exports.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(crate) struct AuditQuery {
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) q: String,
    /// Days such as `2027-01-15`, both included.
    pub(super) from: String,
    pub(super) until: String,
    pub(super) page: u32,
}

impl AuditQuery {
    /// What the store is asked for. A day that is none lets everything through.
    pub(super) fn filter(&self) -> AuditFilter {
        AuditFilter {
            actor: bounded(&self.actor),
            action: bounded(&self.action),
            text: bounded(&self.q),
            target: String::new(),
            from: day(&self.from),
            until: day(&self.until).map(|day| day.plus(Duration::from_secs(24 * 3600))),
        }
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.filter() != AuditFilter::default()
    }

    /// The same conditions, as the query of an address.
    pub(super) fn address(&self, path: &str, page: u32) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let filter = self.filter();
        for (name, value) in [
            ("actor", filter.actor.as_str()),
            ("action", &filter.action),
            ("q", &filter.text),
            ("from", self.first_day()),
            ("until", self.last_day()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if page > 0 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The first day, if it is one.
    pub(super) fn first_day(&self) -> &str {
        day(&self.from).map_or("", |_| &self.from)
    }

    /// The last day, if it is one.
    pub(super) fn last_day(&self) -> &str {
        day(&self.until).map_or("", |_| &self.until)
    }
}

fn bounded(text: &str) -> String {
    text.trim().chars().take(MAX_TEXT).collect()
}

/// The beginning of a day.
fn day(text: &str) -> Option<Timestamp> {
    (text.len() == 10).then(|| Timestamp::parse(&format!("{text}T00:00:00Z")).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_again_what_it_was_read_from() {
        let query = AuditQuery {
            actor: " petra@ ".to_owned(),
            q: "a&b".to_owned(),
            from: "2027-01-15".to_owned(),
            until: "tomorrow".to_owned(),
            ..AuditQuery::default()
        };
        let expected = "/portal/audit?actor=petra%40&q=a%26b&from=2027-01-15&page=2";
        assert_eq!(query.address("/portal/audit", 2), expected);
        assert_eq!(AuditQuery::default().address("/portal/audit", 0), "/portal/audit");
    }

    #[test]
    fn days_are_included_and_texts_bounded() {
        let query = AuditQuery {
            from: "2027-01-15".to_owned(),
            until: "2027-01-15".to_owned(),
            action: "x".repeat(10_000),
            ..AuditQuery::default()
        };
        let filter = query.filter();
        let (from, until) = (filter.from.unwrap(), filter.until.unwrap());
        assert_eq!(until.since(from), Duration::from_secs(24 * 3600));
        assert_eq!(filter.action.len(), MAX_TEXT);
    }
}
