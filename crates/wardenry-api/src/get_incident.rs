//! `GET /api/incidents/{id}`: one incident of the caller's tenant.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use wardenry_core::calls::GET_INCIDENT;
use wardenry_incidents::model::IncidentId;
use wardenry_web::origin::Origin;

use crate::ApiState;
use crate::error::{DefenderError, ErrorCode};
use crate::incident_wire::IncidentWire;
use crate::odata::{Entity, json_answer};

/// Gets an incident. Another tenant's incident is answered like one that does not exist.
pub(crate) async fn get_incident(
    State(state): State<ApiState>,
    origin: Origin,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, DefenderError> {
    let reader = state.incident_reader(&headers, &GET_INCIDENT)?;
    let id = incident_id(id.as_ref().map_or("", |Path(id)| id))?;
    let Some(incident) = state.incidents.get(&reader, id).await? else { return Err(unknown(id)) };
    json_answer(&Entity {
        context: format!("{origin}/api/$metadata#Incidents/$entity"),
        value: IncidentWire::of(&incident, reader.tenant(), &state.portal),
    })
}

fn unknown(id: impl std::fmt::Display) -> DefenderError {
    DefenderError::new(ErrorCode::ResourceNotFound, format!("There is no incident {id} in this tenant."))
}

/// Reads the id. A number that no incident can have is one that does not exist; anything else is malformed.
fn incident_id(text: &str) -> Result<IncidentId, DefenderError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DefenderError::new(ErrorCode::InvalidInput, "The id of an incident is a whole number."));
    }
    let number = text.parse().map_err(|_| unknown(text.chars().take(40).collect::<String>()))?;
    Ok(IncidentId::from_number(number))
}
