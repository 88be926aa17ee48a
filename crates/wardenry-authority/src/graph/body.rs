//! Request bodies: strict JSON, read member by member, with errors that name the member.

use std::fmt::Display;
use std::str::FromStr;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use http::header;
use serde_json::{Map, Value};
use wardenry_core::time::Timestamp;
use wardenry_web::limits::MAX_JSON_BYTES;

use super::error::GraphError;

/// A body that has not been read yet: callers are identified before they can make the server read.
#[derive(Debug)]
pub(super) struct UnreadBody {
    is_json: bool,
    body: Body,
}

impl<S: Sync> FromRequest<S> for UnreadBody {
    type Rejection = GraphError;

    async fn from_request(request: Request, _: &S) -> Result<Self, GraphError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        let is_json = media_type.trim().eq_ignore_ascii_case("application/json");
        Ok(Self { is_json, body: request.into_body() })
    }
}

impl UnreadBody {
    /// Reads the body as one JSON object.
    pub(super) async fn read(self) -> Result<JsonObject, GraphError> {
        if !self.is_json {
            return Err(GraphError::unsupported_media_type());
        }
        let bytes = to_bytes(self.body, MAX_JSON_BYTES)
            .await
            .map_err(|_| GraphError::body_too_large(MAX_JSON_BYTES))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            GraphError::bad_request(format!("The request body is not valid JSON ({place})."))
        })?;
        match value {
            Value::Object(members) => Ok(JsonObject { path: String::new(), members }),
            _ => Err(GraphError::bad_request("The request body must be a JSON object.")),
        }
    }
}

/// A JSON object of the body, with its place for messages.
#[derive(Debug, Clone)]
pub(super) struct JsonObject {
    path: String,
    members: Map<String, Value>,
}

impl JsonObject {
    /// Whether the member is there with anything but null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether the member is there, be it with null.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The whole name of a member, such as `web.redirectUris`.
    pub(super) fn name_of(&self, member: &str) -> String {
        if self.path.is_empty() { member.to_owned() } else { format!("{}.{member}", self.path) }
    }

    /// An error about a member.
    pub(super) fn invalid(&self, member: &str, problem: impl Display) -> GraphError {
        GraphError::property(&self.name_of(member), problem)
    }

    /// Insists on a member.
    pub(super) fn required<T>(&self, member: &str, value: Option<T>) -> Result<T, GraphError> {
        value.ok_or_else(|| {
            GraphError::bad_request(format!("The property '{}' is required.", self.name_of(member)))
        })
    }

    /// Refuses members that a client cannot set.
    pub(super) fn refuse_read_only(&self, names: &[&str]) -> Result<(), GraphError> {
        match names.iter().find(|name| self.has(name)) {
            Some(name) => Err(GraphError::bad_request(format!(
                "The property '{}' is read-only and cannot be set.",
                self.name_of(name)
            ))),
            None => Ok(()),
        }
    }

    /// A text that cannot be null.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, GraphError> {
        self.typed(name, Value::as_str, "must be a text")
    }

    /// A text that has to be there.
    pub(super) fn required_text(&self, name: &str) -> Result<String, GraphError> {
        self.required(name, self.text(name)?).map(str::to_owned)
    }

    /// A text for which null is the same as nothing.
    pub(super) fn nullable_text(&self, name: &str) -> Result<Option<&str>, GraphError> {
        if self.has(name) { self.text(name) } else { Ok(None) }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, GraphError> {
        self.typed(name, Value::as_bool, "must be true or false")
    }

    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, GraphError> {
        let read = |value: &Value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()
        };
        self.typed(name, read, "must be a list of texts")
    }

    /// A GUID for which null is the same as nothing.
    pub(super) fn id<Id: FromStr>(&self, name: &str) -> Result<Option<Id>, GraphError> {
        let Some(text) = self.nullable_text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.invalid(name, "must be a GUID"))
    }

    /// An instant for which null is the same as nothing.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, GraphError> {
        let Some(text) = self.nullable_text(name)? else { return Ok(None) };
        Timestamp::parse(text).map(Some).map_err(|error| self.invalid(name, error))
    }

    /// A number for which null is the same as nothing.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, GraphError> {
        if self.has(name) { self.typed(name, Value::as_u64, "must be a number") } else { Ok(None) }
    }

    /// An object for which null is the same as nothing.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, GraphError> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => {
                Ok(Some(Self { path: self.name_of(name), members: members.clone() }))
            }
            Some(_) => Err(self.invalid(name, "must be an object")),
        }
    }

    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, GraphError> {
        let read = |value: &Value| {
            let items = value.as_array()?.iter().enumerate();
            let object = |(index, item): (usize, &Value)| {
                let path = format!("{}[{index}]", self.name_of(name));
                Some(Self { path, members: item.as_object()?.clone() })
            };
            items.map(object).collect::<Option<Vec<_>>>()
        };
        self.typed(name, read, "must be a list of objects")
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
        problem: &str,
    ) -> Result<Option<T>, GraphError> {
        let Some(value) = self.members.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.invalid(name, problem))
    }
}
