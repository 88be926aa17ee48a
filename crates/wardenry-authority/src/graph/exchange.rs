//! One request and what a handler needs to serve it.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use http::{HeaderMap, Uri};
use wardenry_core::calls::ApiCall;
use wardenry_core::id::AppId;
use wardenry_directory::Directory;
use wardenry_directory::admin::{ApplicationAdmin, DirectoryReader, GrantAdmin};
use wardenry_oauth::caller::Caller;
use wardenry_web::origin::Origin;

use super::error::GraphError;
use super::query::{EntityQuery, ListQuery};
use crate::state::Authority;

/// A request without its body. Authorization objects come from here and nowhere else.
#[derive(Debug)]
pub(super) struct Exchange {
    authority: Authority,
    headers: HeaderMap,
    uri: Uri,
    origin: Origin,
    params: Vec<(String, String)>,
}

/// How the path addresses an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKey<Id> {
    /// `/{id}` or `('{id}')`.
    Id(Id),
    /// `(appId='{app id}')`.
    AppId(AppId),
}

impl Exchange {
    /// The verified caller, for a call that its token allows.
    pub(super) fn caller(&self, call: &'static ApiCall) -> Result<Caller, GraphError> {
        let gate = &self.authority.gate;
        gate.authenticate(&self.headers, call).map_err(|refusal| GraphError::bearer(gate, &refusal))
    }

    pub(super) fn reader(&self, call: &'static ApiCall) -> Result<DirectoryReader, GraphError> {
        Ok(DirectoryReader::of(&self.caller(call)?, call)?)
    }

    /// An administrator of applications, and the right to look them up that comes with it.
    pub(super) fn application_admin(
        &self,
        call: &'static ApiCall,
    ) -> Result<(ApplicationAdmin, DirectoryReader), GraphError> {
        let caller = self.caller(call)?;
        Ok((ApplicationAdmin::of(&caller, call)?, DirectoryReader::of(&caller, call)?))
    }

    /// An administrator of grants, and the right to look up what they are about that comes with it.
    pub(super) fn grant_admin(
        &self,
        call: &'static ApiCall,
    ) -> Result<(GrantAdmin, DirectoryReader), GraphError> {
        let caller = self.caller(call)?;
        Ok((GrantAdmin::of(&caller, call)?, DirectoryReader::of(&caller, call)?))
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.authority.directory
    }

    /// The server's address as the client used it.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path and query as they came.
    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The OData options of a request for one object with these properties.
    pub(super) fn entity_query(&self, properties: &[&'static str]) -> Result<EntityQuery, GraphError> {
        EntityQuery::read(self.uri.query().unwrap_or_default(), properties)
    }

    /// The OData options of a request for a list of objects with these properties.
    pub(super) fn list_query(&self, properties: &[&'static str]) -> Result<ListQuery, GraphError> {
        ListQuery::read(self.uri.query().unwrap_or_default(), properties)
    }

    /// The object that the path addresses.
    pub(super) fn key<Id: FromStr>(&self) -> Result<ObjectKey<Id>, GraphError> {
        let (text, parsed) = match (self.param("id"), self.param("key")) {
            (Some(id), _) => (id, id.parse().ok().map(ObjectKey::Id)),
            (None, Some(key)) => (key, parse_key(key)),
            (None, None) => ("", None),
        };
        parsed.ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            GraphError::bad_request(format!(
                "'{shown}' is no object id; address an object by /{{id}} or by (appId='{{app id}}')."
            ))
        })
    }

    /// A variable segment of the path, percent-decoded.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }
}

/// What stands after the opening parenthesis.
fn parse_key<Id: FromStr>(text: &str) -> Option<ObjectKey<Id>> {
    let inside = text.strip_suffix(')')?;
    let quoted = |text: &str| Some(text.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned());
    match inside.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("appId") => {
            quoted(value)?.parse().ok().map(ObjectKey::AppId)
        }
        Some(_) => None,
        None => quoted(inside)?.parse().ok().map(ObjectKey::Id),
    }
}

impl FromRequestParts<Authority> for Exchange {
    type Rejection = GraphError;

    async fn from_request_parts(parts: &mut Parts, authority: &Authority) -> Result<Self, GraphError> {
        let params = RawPathParams::from_request_parts(parts, authority)
            .await
            .map_err(|_| GraphError::bad_request("The path is not valid percent-encoded UTF-8."))?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let origin = Origin::from_request_parts(parts, authority)
            .await
            .unwrap_or_else(|_| authority.origins.preferred().clone());
        Ok(Self {
            authority: authority.clone(),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
            origin,
            params,
        })
    }
}

#[cfg(test)]
mod tests {
    use wardenry_core::id::ApplicationId;

    use super::*;

    #[test]
    fn keys_in_parentheses_are_object_ids_or_named_app_ids() {
        const GUID: &str = "8ee8fdad-f234-4243-8f3b-15c294843740";
        let parse = |text: &str| parse_key::<ApplicationId>(text);
        assert_eq!(parse(&format!("'{GUID}')")), Some(ObjectKey::Id(GUID.parse().unwrap())));
        assert_eq!(parse(&format!("appId='{GUID}')")), Some(ObjectKey::AppId(GUID.parse().unwrap())));
        assert_eq!(parse(&format!("appid = '{GUID}' )")), Some(ObjectKey::AppId(GUID.parse().unwrap())));
        for text in [
            format!("{GUID})"),
            format!("'{GUID}'"),
            format!("id='{GUID}')"),
            "appId='x')".into(),
            "')".into(),
            String::new(),
        ] {
            assert_eq!(parse(&text), None, "{text}");
        }
    }
}
