//! The Defender-shape API: `/api/…`, and the same again under `/api/v1.0/…`. With the feature `hunting` also hunting in the
//! Graph shape, and the way in for events.
//!
//! One file per endpoint, named like its handler. A handler takes the bearer token to the gate, asks the
//! service with the proof that it gets, and builds the wire form. Facts about the surface are in the doc
//! comments where they matter; what the public documentation leaves open is decided there, too.
//!
//! [`router`] is the entry, `hunting::router` the one of what needs the query engine. They expect to be served inside
//! [`wardenry_web::app::wrap`], which brings paths into the spelling of the routes and settles the request's id and
//! origin. The crate knows no SQL and no templates.

mod error;
mod get_incident;
#[cfg(feature = "hunting")]
pub mod hunting;
mod incident_wire;
mod list_incidents;
mod odata;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{any, get};
use http::HeaderMap;
use wardenry_core::calls::ApiCall;
use wardenry_incidents::{IncidentReader, Incidents};
use wardenry_web::bearer::BearerGate;

use crate::error::{DefenderError, ErrorCode};

/// What the endpoints work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ApiState {
    pub incidents: Incidents,
    pub gate: Arc<BearerGate>,
    /// The address of the portal without a trailing slash, for the links inside of answers.
    pub portal: Arc<str>,
}

impl ApiState {
    /// Settles who calls and that the caller may read incidents.
    fn incident_reader(
        &self,
        headers: &HeaderMap,
        call: &'static ApiCall,
    ) -> Result<IncidentReader, DefenderError> {
        let caller = self
            .gate
            .authenticate(headers, call)
            .map_err(|refusal| DefenderError::refused(&self.gate, &refusal))?;
        IncidentReader::of(&caller).map_err(|refusal| DefenderError::forbidden(&refusal))
    }
}

/// The prefixes of the surface. The version may be left out; there is only this one.
const PREFIXES: [&str; 2] = ["/api", "/api/v1.0"];

/// The routes of the surface. Everything below `/api` is answered here, unknown paths included.
pub fn router(state: ApiState) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        // A trailing slash changes nothing.
        for slash in ["", "/"] {
            router = router
                .route(&format!("{prefix}/incidents{slash}"), get(list_incidents::list_incidents))
                .route(&format!("{prefix}/incidents/{{id}}{slash}"), get(get_incident::get_incident));
        }
    }
    for path in ["/api", "/api/", "/api/{*path}"] {
        router = router.route(path, any(unknown_path));
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(error::render))
        .with_state(state)
}

async fn unknown_path() -> DefenderError {
    DefenderError::new(ErrorCode::NotFound, "There is no resource with this path.")
}

async fn method_not_allowed() -> DefenderError {
    DefenderError::new(
        ErrorCode::MethodNotAllowed,
        "The resource does not take this method; the Allow header names those that it takes.",
    )
}
