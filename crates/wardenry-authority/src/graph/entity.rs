//! Single objects of an answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;
use wardenry_web::origin::Origin;

/// An object of the wire: its members in order.
#[derive(Debug)]
pub(super) struct Entity(Vec<(&'static str, Value)>);

impl Entity {
    pub(super) fn new(members: Vec<(&'static str, Value)>) -> Self {
        Self(members)
    }

    /// Keeps the selected members only, as the live service does: not even the id is added.
    pub(super) fn select(mut self, selected: Option<&[&'static str]>) -> Self {
        if let Some(selected) = selected {
            self.0.retain(|(name, _)| selected.contains(name));
        }
        self
    }

    /// An answer with this object alone. `set` is what stands in the context for its collection.
    pub(super) fn into_answer(self, status: StatusCode, origin: &Origin, set: &str) -> Response {
        self.with_context(status, context(origin, &format!("{set}/$entity")))
    }

    /// The answer of an action that returns a value of this type.
    pub(super) fn into_value_answer(self, origin: &Origin, type_name: &str) -> Response {
        self.with_context(StatusCode::OK, context(origin, type_name))
    }

    fn with_context(mut self, status: StatusCode, context: String) -> Response {
        self.0.insert(0, ("@odata.context", context.into()));
        (status, Json(self)).into_response()
    }
}

/// The address that says what an answer consists of.
pub(super) fn context(origin: &Origin, what: &str) -> String {
    format!("{origin}/v1.0/$metadata#{what}")
}

/// An answer to the creation of an object, with its address.
pub(super) fn located(mut response: Response, location: &str) -> Response {
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
