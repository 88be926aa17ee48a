//! One app at one cloud: its tokens and its calls.

use std::fmt;
use std::sync::Arc;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use wardenry_core::catalogue::WARDENRY;
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;
use wardenry_oauth::EndpointVersion;

use crate::credential::Credential;
use crate::error::{ApiError, Error, ErrorKind, Surface, Unexpected};
use crate::tenant::Tenant;
use crate::token::{AccessToken, TokenRequest, TokenTarget};
use crate::token_cache::{Need, TokenCache, TokenKey};
use crate::transport::{Answer, Body, Bounds, Repeat, Request, Transport, https_url};

/// Who calls, and which cloud.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    pub cloud: CloudProfile,
    /// The app's client id.
    pub app: AppId,
    pub credential: Credential,
    /// The generation of token endpoint to ask.
    pub endpoint: EndpointVersion,
}

/// One app at one cloud. Every call names the tenant it is about. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    settings: ClientSettings,
    authority: Url,
    api_base: Option<Url>,
    graph_base: Url,
    transport: Transport,
    tokens: TokenCache,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud", &self.shared.settings.cloud.name)
            .field("app", &self.shared.settings.app)
            .finish_non_exhaustive()
    }
}

/// One call of an API.
pub(crate) struct Call<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) surface: Surface,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Body,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) repeat: Repeat,
    pub(crate) bounds: Bounds,
}

impl<'a> Call<'a> {
    /// Without a body; a read may be repeated, anything else only when the server refused it unread.
    pub(crate) fn new(tenant: &'a Tenant, surface: Surface, method: Method, url: Url) -> Self {
        let repeat = if method == Method::GET { Repeat::Safe } else { Repeat::IfRefused };
        let (body, idempotency_key, bounds) = (Body::Empty, None, Bounds::default());
        Self { tenant, surface, method, url, body, idempotency_key, repeat, bounds }
    }
}

impl Client {
    /// Fails when an address of the cloud is not `https`.
    pub fn new(settings: ClientSettings, transport: Transport, tokens: TokenCache) -> Result<Self, Error> {
        let cloud = &settings.cloud;
        let authority = https_url("the authority", &cloud.authority)?;
        let api_base = cloud.api_base.as_deref().map(|base| https_url("the API", base)).transpose()?;
        let graph_base = https_url("the Graph API", &cloud.graph_base)?;
        Ok(Self { shared: Arc::new(Shared { settings, authority, api_base, graph_base, transport, tokens }) })
    }

    /// The cloud that the client talks to.
    pub fn cloud(&self) -> &CloudProfile {
        &self.shared.settings.cloud
    }

    /// The app's client id.
    pub fn app(&self) -> AppId {
        self.shared.settings.app
    }

    /// An access token for a tenant, from the cache when it holds one.
    pub async fn token(&self, tenant: &Tenant, target: &TokenTarget) -> Result<AccessToken, Error> {
        let shared = Arc::clone(&self.shared);
        let (for_tenant, resource) = (tenant.clone(), self.resource(target));
        let request = move |need| async move {
            let repeat = match need {
                Need::None => Repeat::Safe,
                Need::Refresh => Repeat::Never,
            };
            shared.request_token(&for_tenant, &resource, repeat).await
        };
        self.shared.tokens.token(&self.key(tenant, target), request).await
    }

    /// An access token that was issued just now, past the cache: consent that was given or withdrawn a
    /// moment ago shows only in a new token.
    pub async fn fresh_token(&self, tenant: &Tenant, target: &TokenTarget) -> Result<AccessToken, Error> {
        self.shared.request_token(tenant, &self.resource(target), Repeat::Safe).await
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    /// An address of the Defender-shape API.
    pub(crate) fn api_url(&self, path: &str) -> Result<Url, Error> {
        let base = self.shared.api_base.as_ref();
        let base = base.ok_or_else(|| ErrorKind::NoApi { profile: self.cloud().name.clone() })?;
        Ok(with_path(base, path))
    }

    /// An address of the Graph-shape API, below its version.
    pub(crate) fn graph_url(&self, path: &str) -> Url {
        with_path(&self.shared.graph_base, &format!("/v1.0{path}"))
    }

    /// Calls an API with a token of the tenant and reads a successful answer as JSON.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        surface: Surface,
        url: Url,
    ) -> Result<T, Error> {
        let answer = self.call(Call::new(tenant, surface, Method::GET, url)).await?;
        read_json(&answer)
    }

    /// Sends a JSON body and reads a successful answer as JSON.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        surface: Surface,
        url: Url,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = Body::Json(to_json(body)?);
        let answer = self.call(Call { body, ..Call::new(tenant, surface, Method::POST, url) }).await?;
        read_json(&answer)
    }

    /// Sends a JSON body, or none, and expects success without looking at the answer's body.
    pub(crate) async fn act(
        &self,
        tenant: &Tenant,
        surface: Surface,
        method: Method,
        url: Url,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<(), Error> {
        let body = body.map(to_json).transpose()?.map_or(Body::Empty, Body::Json);
        self.call(Call { body, ..Call::new(tenant, surface, method, url) }).await.map(drop)
    }

    /// A token that the API refuses (HTTP 401) is forgotten and the call made once more with a new one:
    /// the authority may have changed its keys or the tenant its consent.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Answer, Error> {
        let Call { tenant, surface, .. } = call;
        let target = match surface {
            Surface::Defender => TokenTarget::Defender,
            Surface::Graph => TokenTarget::Graph,
            // The vendor streams events out and takes none in, so that this is a resource of our own.
            Surface::Ingest => TokenTarget::Resource(WARDENRY.identifiers[0].to_owned()),
        };
        let mut token = self.token(tenant, &target).await?;
        let mut has_new_token = false;
        loop {
            let request = Request {
                method: call.method.clone(),
                url: call.url.clone(),
                bearer: Some(token.secret()),
                body: call.body.clone(),
                idempotency_key: call.idempotency_key,
                repeat: call.repeat,
                bounds: call.bounds,
            };
            let answer = self.shared.transport.send(request).await?;
            if answer.is_success() {
                return Ok(answer);
            }
            if answer.status != 401 || has_new_token {
                let Answer { status, headers, body, retry_after, .. } = &answer;
                return Err(
                    ErrorKind::Api(ApiError::read(surface, *status, headers, body, *retry_after)).into()
                );
            }
            self.shared.tokens.forget(&self.key(tenant, &target), &token);
            token = self.token(tenant, &target).await?;
            has_new_token = true;
        }
    }

    fn resource(&self, target: &TokenTarget) -> String {
        match target {
            TokenTarget::Defender => self.cloud().api_resource.clone(),
            TokenTarget::Graph => self.cloud().graph_resource.clone(),
            TokenTarget::Resource(identifier) => identifier.clone(),
        }
    }

    fn key(&self, tenant: &Tenant, target: &TokenTarget) -> TokenKey {
        TokenKey {
            authority: self.shared.authority.to_string(),
            tenant: tenant.name().clone(),
            app: self.app(),
            resource: self.resource(target),
            version: self.shared.settings.endpoint,
        }
    }
}

impl Shared {
    async fn request_token(
        &self,
        tenant: &Tenant,
        resource: &str,
        repeat: Repeat,
    ) -> Result<AccessToken, Error> {
        let request = TokenRequest {
            authority: &self.authority,
            version: self.settings.endpoint,
            tenant,
            app: self.settings.app,
            credential: &self.settings.credential,
            resource,
            repeat,
        };
        request.send(&self.transport).await
    }
}

fn with_path(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

pub(crate) fn to_json(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| {
        // Only a map with keys that are no texts has no JSON form; none of the bodies has one.
        let reason = Unexpected::Json(error);
        ErrorKind::Unexpected { origin: "the request body".to_owned(), status: 0, reason }.into()
    })
}

pub(crate) fn read_json<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        let reason = Unexpected::Json(error);
        ErrorKind::Unexpected { origin: answer.origin.clone(), status: answer.status, reason }.into()
    })
}
