//! Hunting queries, in the Defender shape and in the Graph shape.
//!
//! Both give the same rows; they differ in address, token, permission and in the names around the rows. The
//! vendor is retiring the Defender shape of hunting on its own clouds.

mod answer;
mod column;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use wardenry_core::cloud::CloudProfile;

pub use self::column::{ColumnType, HuntingColumn};
use crate::client::{Call, Client, to_json};
use crate::error::{Error, ErrorKind, Surface, Unexpected};
use crate::tenant::Tenant;
use crate::transport::{Body, Bounds, Repeat};

/// The longest time for one attempt: a query may run for 200 seconds, and its rows have to travel.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest answer that is read. The service itself stops at 124 MB.
const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;
/// How long to come back after refusals for want of quota, unless the request says otherwise.
const PATIENCE: Duration = Duration::from_secs(90);

/// The wire shape of a hunting call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HuntingShape {
    /// `POST /api/advancedhunting/run`, permission `AdvancedHunting.Read.All`.
    Defender,
    /// `POST /v1.0/security/runHuntingQuery`, permission `ThreatHunting.Read.All` of Graph.
    Graph,
}

impl HuntingShape {
    /// The shape to use at a cloud: Graph on the vendor's clouds, where the other is being retired, and
    /// Defender on a Wardenry server, which has both and gives figures of what a query used up in this one.
    pub fn of_cloud(cloud: &CloudProfile) -> Self {
        if is_vendors(cloud) { Self::Graph } else { Self::Defender }
    }

    /// Whether the vendor is retiring this shape at the cloud.
    pub fn is_being_retired_at(self, cloud: &CloudProfile) -> bool {
        self == Self::Defender && is_vendors(cloud)
    }
}

fn is_vendors(cloud: &CloudProfile) -> bool {
    CloudProfile::built_in(&cloud.name).is_some()
}

/// What to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HuntingRequest {
    /// The query, in KQL.
    pub query: String,
    pub shape: HuntingShape,
    /// The time to look at, in ISO 8601: a duration back from now, or an interval. Graph only; the Defender shape has
    /// no such member and leaves the time to the query.
    pub timespan: Option<String>,
    /// How long after the first attempt a refusal for want of quota may still be answered by another one.
    pub patience: Duration,
}

impl HuntingRequest {
    pub fn new(shape: HuntingShape, query: impl Into<String>) -> Self {
        Self { query: query.into(), shape, timespan: None, patience: PATIENCE }
    }
}

/// Rows and what they mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HuntingResult {
    pub columns: Vec<HuntingColumn>,
    /// Each as long as the columns; a member that a row lacks is null. A bool is a JSON bool, however it travelled.
    pub rows: Vec<Vec<Value>>,
    /// What the query used up. The Graph shape does not say.
    pub statistics: Option<HuntingStatistics>,
}

/// What a query used up, as far as the service said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HuntingStatistics {
    pub execution_secs: Option<f64>,
    /// CPU time, `hh:mm:ss.fffffff`.
    pub cpu: Option<String>,
    pub peak_memory_bytes: Option<u64>,
    /// Everything, as it came.
    pub all: Map<String, Value>,
}

impl Client {
    /// Runs a hunting query in a tenant.
    ///
    /// A refusal for want of quota is waited out as the server asks, within the request's patience. A query that may have
    /// run is not repeated: running costs the tenant's quota.
    pub async fn hunt(&self, tenant: &Tenant, request: &HuntingRequest) -> Result<HuntingResult, Error> {
        let (surface, url) = match request.shape {
            HuntingShape::Defender => (Surface::Defender, self.api_url("/api/advancedhunting/run")?),
            HuntingShape::Graph => (Surface::Graph, self.graph_url("/security/runHuntingQuery")),
        };
        let mut body = json!({"Query": request.query});
        if let (HuntingShape::Graph, Some(timespan)) = (request.shape, &request.timespan) {
            body["Timespan"] = timespan.as_str().into();
        }
        let answer = self
            .call(Call {
                body: Body::Json(to_json(&body)?),
                repeat: Repeat::IfNotRun,
                bounds: Bounds {
                    timeout: Some(ATTEMPT_TIMEOUT),
                    patience: Some(request.patience),
                    max_answer_bytes: Some(MAX_ANSWER_BYTES),
                },
                ..Call::new(tenant, surface, Method::POST, url)
            })
            .await?;
        answer::read(&answer.body).map_err(|error| {
            let reason = Unexpected::Json(error);
            ErrorKind::Unexpected { origin: answer.origin.clone(), status: answer.status, reason }.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_clouds_get_the_shape_that_stays() {
        for name in CloudProfile::built_in_names() {
            let cloud = CloudProfile::built_in(name).unwrap();
            assert_eq!(HuntingShape::of_cloud(&cloud), HuntingShape::Graph, "{name}");
            assert!(HuntingShape::Defender.is_being_retired_at(&cloud), "{name}");
            assert!(!HuntingShape::Graph.is_being_retired_at(&cloud), "{name}");
        }
        let own = CloudProfile::self_hosted("https://localhost:8443");
        assert_eq!(HuntingShape::of_cloud(&own), HuntingShape::Defender);
        assert!(!HuntingShape::Defender.is_being_retired_at(&own));
    }
}
