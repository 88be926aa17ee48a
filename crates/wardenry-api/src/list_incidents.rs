//! `GET /api/incidents`: the caller's tenant's incidents, newest first, with their alerts, devices and
//! entities.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use wardenry_core::calls::LIST_INCIDENTS;
use wardenry_web::origin::Origin;

use crate::ApiState;
use crate::error::DefenderError;
use crate::incident_wire::IncidentWire;
use crate::odata::{Collection, ListOptions, json_answer};

/// Lists incidents. Takes `$filter`, `$top` (1 to 100, the default) and `$skip`; `@odata.nextLink` leads
/// on while incidents follow.
pub(crate) async fn list_incidents(
    State(state): State<ApiState>,
    origin: Origin,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DefenderError> {
    let reader = state.incident_reader(&headers, &LIST_INCIDENTS)?;
    let options = ListOptions::parse(query.as_deref())?;
    let page = state.incidents.list(&reader, &options.page_request()).await?;
    let wire = |incident| IncidentWire::of(incident, reader.tenant(), &state.portal);
    json_answer(&Collection {
        context: format!("{origin}/api/$metadata#Incidents"),
        value: page.incidents.iter().map(wire).collect(),
        next_link: page.has_more.then(|| options.next_link(&origin, uri.path(), query.as_deref())),
    })
}
