//! The demo's own requests, each told as it is made.

use std::path::PathBuf;

use anyhow::Context as _;
use reqwest::redirect;
use serde_json::Value;

use super::narrator::Narrator;
use crate::failure::Failure;
use crate::server::RunningServer;

/// An answer, with its body as JSON where it is JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// Sends requests to the demo's server.
pub(super) struct Exchange {
    pub(super) http: reqwest::Client,
    pub(super) origin: String,
    pub(super) ca: Option<PathBuf>,
}

impl Exchange {
    pub(super) fn with(server: &RunningServer) -> Result<Self, Failure> {
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent("wardenry-demo");
        if let Some(ca) = &server.ca_file {
            let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
            let certificate =
                reqwest::Certificate::from_pem(&pem).context("the local authority cannot be read")?;
            builder = builder.tls_certs_only([certificate]);
        }
        let http = builder.build().context("the HTTP client cannot be set up")?;
        Ok(Self { http, origin: server.origin().to_owned(), ca: server.ca_file.clone() })
    }

    /// Posts a form and tells it.
    pub(super) async fn post_form(
        &self,
        narrator: &Narrator,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.origin);
        let arguments: Vec<_> =
            fields.iter().map(|(name, value)| format!("--data-urlencode {name}={value}")).collect();
        narrator.request("POST", &url, &arguments, self.ca.as_deref())?;
        self.answer(narrator, self.http.post(url).form(fields)).await
    }

    /// Gets with a bearer token and tells it.
    pub(super) async fn get(&self, narrator: &Narrator, path: &str, token: &str) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.origin);
        let arguments = [format!("-H Authorization: Bearer {token}")];
        narrator.request("GET", &url, &arguments, self.ca.as_deref())?;
        self.answer(narrator, self.http.get(url).bearer_auth(token)).await
    }

    /// Sends JSON with a bearer token and tells the request; the answer is the caller's to tell.
    pub(super) async fn send(
        &self,
        narrator: &Narrator,
        method: reqwest::Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.origin);
        let mut arguments = vec![format!("-H Authorization: Bearer {token}")];
        let mut request = self.http.request(method.clone(), url.clone()).bearer_auth(token);
        if let Some(body) = body {
            arguments.push("-H Content-Type: application/json".to_owned());
            arguments.push(format!("--data {body}"));
            request = request.json(body);
        }
        narrator.request(method.as_str(), &url, &arguments, self.ca.as_deref())?;
        self.quietly(request).await
    }

    async fn answer(&self, narrator: &Narrator, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let answer = self.quietly(request).await?;
        narrator.answer(answer.status, &answer.body)?;
        Ok(answer)
    }

    /// Sends a request that is not part of the story.
    pub(super) async fn quietly(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await.context("the demo's server does not answer")?;
        let status = response.status().as_u16();
        let text = response.text().await.context("the answer did not arrive whole")?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// A text inside of the body.
    pub(super) fn text(&self, pointer: &str) -> Result<&str, Failure> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.ok_or_else(|| Failure::new(format!("the answer has no text at {pointer}")))
    }
}

/// Fails the walk unless something holds.
pub(super) fn expect(holds: bool, what: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::new(format!("this step did not do what it should: {what}"))) }
}
