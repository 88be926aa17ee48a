//! Incidents of the Defender-shape API: list and get.

mod filter;
mod model;

use futures_util::Stream;
use wardenry_core::time::Timestamp;

pub use self::filter::IncidentFilter;
pub use self::model::{
    Alert, AlertStatus, Classification, Comment, Determination, Device, Entity, Incident, IncidentStatus,
    Severity,
};
use crate::client::Client;
use crate::error::{Error, Surface};
use crate::paging;
use crate::tenant::Tenant;

/// The most incidents that the API gives on one page.
const MAX_PAGE_SIZE: u32 = 100;

/// Which incidents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentQuery {
    pub filter: IncidentFilter,
    /// How many incidents to fetch at a time, 1 to 100; values outside are brought inside. `None` means 100.
    /// To end earlier, stop reading the stream.
    pub page_size: Option<u32>,
}

impl Client {
    /// The tenant's incidents in the server's order, newest first, with alerts, devices and entities.
    ///
    /// Pages are fetched as the stream is read. The stream ends after the first error.
    pub fn list_incidents(
        &self,
        tenant: &Tenant,
        query: &IncidentQuery,
    ) -> impl Stream<Item = Result<Incident, Error>> + use<> {
        use futures_util::{StreamExt as _, stream};

        let page_size = query.page_size.unwrap_or(MAX_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
        let first = self.api_url("/api/incidents").map(|mut url| {
            let filter = query.filter.to_odata();
            let filter = filter.map(|text| format!("&$filter={}", filter::encode(&text))).unwrap_or_default();
            url.set_query(Some(&format!("$top={page_size}{filter}")));
            url
        });
        match first {
            Ok(url) => paging::items(self.clone(), tenant.clone(), Surface::Defender, url).left_stream(),
            Err(error) => stream::iter([Err(error)]).right_stream(),
        }
    }

    /// One incident of the tenant.
    pub async fn get_incident(&self, tenant: &Tenant, incident_id: i64) -> Result<Incident, Error> {
        let url = self.api_url(&format!("/api/incidents/{incident_id}"))?;
        self.get(tenant, Surface::Defender, url).await
    }
}

impl Incident {
    /// The order in which incidents of several tenants are merged: by creation, newest first.
    pub fn recency(&self) -> (std::cmp::Reverse<Option<Timestamp>>, std::cmp::Reverse<i64>) {
        (std::cmp::Reverse(self.created_time), std::cmp::Reverse(self.incident_id))
    }
}
