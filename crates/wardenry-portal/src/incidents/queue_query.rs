//! What the address of the queue says: filters, order, page. Everything is optional, and what cannot be read counts as absent, so
//! that an old link still shows a queue.

use std::fmt::Write as _;
use std::time::Duration;

use url::form_urlencoded::Serializer;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_incidents::filter::{Comparison, Equality, Filter};
use wardenry_incidents::model::{IncidentStatus, Severity};
use wardenry_incidents::queue::{QueueOrder, QueueRequest};

/// The lines of a page.
pub(super) const PAGE_LINES: u32 = 100;
/// The pages that can be turned to.
pub(super) const MAX_PAGE: u32 = 10_000;
/// The longest text that is searched for, in characters.
const MAX_TEXT: usize = 200;

/// Times that are offered: the field's value, the words, and how long they reach back.
pub(super) const TIMES: [(&str, &str, Duration); 4] = [
    ("1d", "Last 24 hours", Duration::from_secs(86_400)),
    ("7d", "Last 7 days", Duration::from_secs(7 * 86_400)),
    ("30d", "Last 30 days", Duration::from_secs(30 * 86_400)),
    ("180d", "Last 180 days", Duration::from_secs(180 * 86_400)),
];

/// The names of the orders in addresses, with the headings of their columns.
pub(super) const ORDERS: [(&str, QueueOrder, &str); 5] = [
    ("name", QueueOrder::Name, "Incident"),
    ("severity", QueueOrder::Severity, "Severity"),
    ("status", QueueOrder::Status, "Status"),
    ("created", QueueOrder::Created, "Created"),
    ("updated", QueueOrder::LastUpdated, "Last update"),
];

/// The fields of the address, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(crate) struct QueueQuery {
    pub(super) q: String,
    /// A word of the status, or `open` for what is not closed.
    pub(super) status: String,
    pub(super) severity: String,
    /// A sign-in name, `me` or `nobody`.
    pub(super) owner: String,
    pub(super) time: String,
    pub(super) tid: String,
    /// A name of [`ORDERS`], with `-` before it when it is turned around.
    pub(super) sort: String,
    pub(super) page: String,
    /// `lines`: only the table, for live updates.
    pub(super) part: String,
}

impl QueueQuery {
    /// The page's number, from 0.
    pub(super) fn page(&self) -> u32 {
        self.page.parse::<u32>().map_or(0, |page| page.saturating_sub(1)).min(MAX_PAGE - 1)
    }

    /// The order, and whether it is turned around.
    pub(super) fn order(&self) -> (QueueOrder, bool) {
        let (name, reversed) = match self.sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (self.sort.as_str(), false),
        };
        let found = ORDERS.iter().find(|(known, ..)| *known == name);
        found.map_or((QueueOrder::Created, false), |(_, order, _)| (*order, reversed))
    }

    /// The tenant that the queue is narrowed to.
    pub(super) fn tenant(&self) -> Option<TenantId> {
        self.tid.parse().ok()
    }

    /// Whether anything narrows the queue.
    pub(super) fn is_narrowed(&self) -> bool {
        [&self.q, &self.status, &self.severity, &self.owner, &self.time, &self.tid]
            .iter()
            .any(|field| !field.trim().is_empty())
    }

    /// What is asked of the store. `me` is the visitor's sign-in name.
    pub(super) fn request(&self, me: &str, now: Timestamp) -> QueueRequest {
        let (order, reversed) = self.order();
        let filter = self.conditions(me, now).into_iter().reduce(Filter::and);
        QueueRequest { filter, order, reversed, skip: self.page() * PAGE_LINES, top: PAGE_LINES }
    }

    fn conditions(&self, me: &str, now: Timestamp) -> Vec<Filter> {
        let mut conditions = Vec::new();
        let text: String = self.q.trim().chars().take(MAX_TEXT).collect();
        if !text.is_empty() {
            conditions.push(Filter::Mentions(text));
        }
        if self.status == "open" {
            let not = |status| Filter::Status(Equality::NotEqual, status);
            conditions.push(not(IncidentStatus::Resolved).and(not(IncidentStatus::Redirected)));
        } else if let Ok(status) = self.status.parse() {
            conditions.push(Filter::Status(Equality::Equal, status));
        }
        if let Ok(severity) = self.severity.parse::<Severity>() {
            conditions.push(Filter::Severity(Equality::Equal, severity));
        }
        match self.owner.trim() {
            "" => {}
            "nobody" => conditions.push(Filter::Unassigned(Equality::Equal)),
            "me" => conditions.push(Filter::AssignedTo(Comparison::Equal, me.to_owned())),
            name => conditions.push(Filter::AssignedTo(Comparison::Equal, name.to_owned())),
        }
        if let Some((.., reach)) = TIMES.iter().find(|(known, ..)| *known == self.time) {
            conditions.push(Filter::Created(Comparison::GreaterOrEqual, now.minus(*reach)));
        }
        conditions
    }

    /// The address with these fields.
    pub(super) fn address(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("q", &self.q),
            ("status", &self.status),
            ("severity", &self.severity),
            ("owner", &self.owner),
            ("time", &self.time),
            ("tid", &self.tid),
            ("sort", &self.sort),
            ("page", &self.page),
            ("part", &self.part),
        ] {
            if !value.trim().is_empty() {
                query.append_pair(name, value.trim());
            }
        }
        let mut address = "/portal/incidents".to_owned();
        let query = query.finish();
        if !query.is_empty() {
            let _infallible = write!(address, "?{query}");
        }
        address
    }

    /// The same on another page.
    pub(super) fn on_page(&self, page: u32) -> Self {
        let page = if page == 0 { String::new() } else { (page + 1).to_string() };
        Self { page, part: String::new(), ..self.clone() }
    }

    /// The same in another order, from the first page; the order that it has already is turned around.
    pub(super) fn sorted_by(&self, name: &str, order: QueueOrder) -> Self {
        let sort = if self.order() == (order, false) { format!("-{name}") } else { name.to_owned() };
        Self { sort, page: String::new(), part: String::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    #[test]
    fn an_address_without_fields_asks_for_the_newest_of_everything() {
        let request = QueueQuery::default().request("ana@example.org", NOW);
        let expected =
            QueueRequest { filter: None, order: QueueOrder::Created, reversed: false, skip: 0, top: 100 };
        assert_eq!(request, expected);
        assert_eq!(QueueQuery::default().address(), "/portal/incidents");
    }

    #[test]
    fn fields_narrow_together_and_nonsense_narrows_nothing() {
        let query = QueueQuery {
            severity: "high".to_owned(),
            owner: "me".to_owned(),
            time: "1d".to_owned(),
            status: "nonsense".to_owned(),
            sort: "-updated".to_owned(),
            page: "3".to_owned(),
            ..QueueQuery::default()
        };
        let filter = Filter::Severity(Equality::Equal, Severity::High)
            .and(Filter::AssignedTo(Comparison::Equal, "ana@example.org".to_owned()))
            .and(Filter::Created(Comparison::GreaterOrEqual, NOW.minus(Duration::from_secs(86_400))));
        let expected = QueueRequest {
            filter: Some(filter),
            order: QueueOrder::LastUpdated,
            reversed: true,
            skip: 200,
            top: 100,
        };
        assert_eq!(query.request("ana@example.org", NOW), expected);
        for page in ["0", "-1", "x", "99999999999999"] {
            assert_eq!(QueueQuery { page: page.to_owned(), ..QueueQuery::default() }.page(), 0, "{page}");
        }
    }

    #[test]
    fn addresses_keep_what_narrows_and_say_the_page_from_one() {
        let query = QueueQuery { q: "a&b".to_owned(), ..QueueQuery::default() };
        assert_eq!(query.on_page(1).address(), "/portal/incidents?q=a%26b&page=2");
        assert_eq!(query.on_page(1).on_page(0).address(), "/portal/incidents?q=a%26b");
        let sorted = query.on_page(4).sorted_by("severity", QueueOrder::Severity);
        assert_eq!(sorted.address(), "/portal/incidents?q=a%26b&sort=severity");
        assert_eq!(sorted.sorted_by("severity", QueueOrder::Severity).sort, "-severity");
    }
}
