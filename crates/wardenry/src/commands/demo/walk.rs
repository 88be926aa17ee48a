//! The walk: every step of the partner flow, in the order of the public documentation.
//!
//! Each step checks what it has shown; the first one that does not do what it should ends the walk.

#[cfg(feature = "hunting")]
mod hunting;

use std::num::NonZeroUsize;
use std::sync::Arc;

use serde_json::{Value, json};
use wardenry_client::{
    Client, ClientSettings, Credential, EndpointVersion, IncidentQuery, Tenant, TokenCache, Transport,
    TransportOptions,
};
use wardenry_core::calls::{ApiCall, LIST_INCIDENTS};
use wardenry_core::catalogue::{Resource, THREAT_PROTECTION, WARDENRY};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::secret::SecretString;
use wardenry_fleet::{IncidentQueue, Member, list_incidents};
use wardenry_jose::{JwkSet, KeySet, UnverifiedJws};
use wardenry_oauth::token_check::{self, Check, IssuerPolicy, Verdict};

use super::browser::{Browser, Page, Seen};
use super::exchange::{Answer, Exchange, expect};
use super::narrator::Narrator;
use crate::commands::token;
use crate::failure::Failure;
use crate::host::Host;
use crate::output::{Cell, RED, Table, YELLOW};
use crate::server::RunningServer;
use crate::server::seeding::{ClientCredentials, Seeded, SeededTenant, SignIn};

const SCOPE: &str = "https://api.security.microsoft.com/.default";
const RESOURCE: &str = "https://api.security.microsoft.com";
const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
const LIST_CALL: &str = "GET /api/incidents";
const INCIDENT_ROLE: &str = "Incident.Read.All";

/// Who and what the walk is about.
struct Cast<'a> {
    partner: &'a SeededTenant,
    alder: &'a SeededTenant,
    birch: &'a SeededTenant,
    customers: Vec<&'a SeededTenant>,
}

/// The partner's registered app.
struct Connector {
    object_id: String,
    client_id: String,
    secret: SecretString,
}

struct Walk<'a> {
    host: &'a Host,
    exchange: Exchange,
    narrator: Narrator,
    cast: Cast<'a>,
}

/// Walks through the whole flow. Returns the link by which customers consent to the application that it made.
pub(super) async fn walk(host: &Host, server: &RunningServer, seeded: &Seeded) -> Result<String, Failure> {
    let missing = || Failure::new("the demo's scenario lacks a tenant or a sign-in");
    let customers: Vec<_> = seeded.customers().collect();
    let [alder, birch, ..] = customers[..] else { return Err(missing()) };
    let partner = seeded.partner().ok_or_else(missing)?;
    let cast = Cast { partner, alder, birch, customers };
    let mut walk = Walk { host, exchange: Exchange::with(server)?, narrator: Narrator::new(), cast };
    walk.introduce()?;
    let admin_token = walk.administrator_token().await?;
    let connector = walk.register(&admin_token).await?;
    walk.refused_before_consent(&connector).await?;
    walk.ordinary_user_is_stopped(&connector).await?;
    walk.administrator_consents(&connector).await?;
    let token = walk.tokens(&connector).await?;
    walk.incidents(&token).await?;
    walk.second_customer(&connector).await?;
    walk.queue(&connector, server).await?;
    #[cfg(feature = "hunting")]
    {
        walk.ingest(&connector).await?;
        walk.hunt_everywhere(&connector, server).await?;
        walk.hunt_refused().await?;
    }
    walk.revocation(&connector).await?;
    walk.narrator.line_break()?;
    walk.narrator.heading("Every step did what it should.")?;
    Ok(walk.consent_link(&connector))
}

/// Says where everything is and how it stands, before the server stays up.
pub(super) fn invite(server: &RunningServer, seeded: &Seeded, consent_link: &str) -> Result<(), Failure> {
    let (narrator, origin) = (Narrator::new(), server.origin());
    narrator.line_break()?;
    narrator.heading(&format!("The server stays up at {origin} until you press Ctrl-C."))?;
    narrator.paragraph("Open the portal in a browser, which will ask about the certificate:")?;
    let mut pages = Table::new(&["look at", "address"]);
    let mut page =
        |what: &str, address: String| pages.push([what.to_owned(), address].map(Cell::from).to_vec());
    page("the portal", format!("{origin}/portal"));
    page("incidents of all customers", format!("{origin}/portal/incidents"));
    #[cfg(feature = "hunting")]
    page("hunting", format!("{origin}/portal/hunting"));
    page("the app registration", format!("{origin}/portal/registrations"));
    page("the consent page", consent_link.to_owned());
    narrator.coloured_block(&pages.render())?;
    narrator.paragraph(
        "People who can sign in; customers' administrators see their own incidents and the consent page:",
    )?;
    let mut table = Table::new(&["tenant", "user name", "password", "may consent"]);
    for tenant in &seeded.tenants {
        for (sign_in, may) in [(&tenant.administrator, "yes"), (&tenant.ordinary_user, "no")] {
            if let Some(SignIn { user_name, password }) = sign_in {
                let row =
                    [tenant.name.clone(), user_name.clone(), password.expose().to_owned(), may.to_owned()];
                table.push(row.map(Cell::from).to_vec());
            }
        }
    }
    narrator.coloured_block(&table.render())?;
    narrator.paragraph(
        "Alder Foods has withdrawn the incident permission and may consent again; Birch Clinics has consented; Cedar Freight has \
         not been asked.",
    )?;
    if let Some(ca) = &server.ca_file {
        narrator.paragraph(&format!("The certificate is trusted through: {}", ca.display()))?;
    }
    narrator.paragraph(
        "For the command line, start a server that tells it where it is: `wardenry serve --dev --seed demo --env-file lab.env`, \
         then `wardenry incidents list --all-tenants --env-file lab.env`.",
    )
}

impl Walk<'_> {
    fn introduce(&self) -> Result<(), Failure> {
        self.narrator.heading("A partner's app gets into its customers' tenants")?;
        let names: Vec<_> = self.cast.customers.iter().map(|tenant| tenant.name.as_str()).collect();
        self.narrator.paragraph(&format!(
            "{} is a security partner; {} are its customers. Everything below happens on this machine, against {}.",
            self.cast.partner.name,
            names.join(", "),
            self.exchange.origin
        ))
    }

    /// The partner's own automation, with which the app is registered.
    async fn administrator_token(&mut self) -> Result<String, Failure> {
        let Some(automation) = &self.cast.partner.automation else {
            return Err(Failure::new("the demo's partner has no automation application"));
        };
        self.narrator.step(
            "The partner's automation gets a token for Microsoft Graph",
            "Registrations are managed through the Graph shape. The automation app of the partner's own tenant may do that.",
        )?;
        let secret = automation.secret.expose();
        self.narrator.name("ADMIN_SECRET", secret, &format!("'{secret}'"))?;
        let answer =
            self.token(self.cast.partner, automation, "/oauth2/v2.0/token", ("scope", GRAPH_SCOPE)).await?;
        expect(answer.status == 200, "the automation app gets a token")?;
        let token = answer.text("/access_token")?.to_owned();
        self.narrator.name("ADMIN_TOKEN", &token, "…  # the access_token above")?;
        self.narrator.shown("the token is for Microsoft Graph in the partner's tenant")?;
        Ok(token)
    }

    async fn register(&mut self, admin: &str) -> Result<Connector, Failure> {
        self.narrator.step(
            "Register a multi-tenant application",
            "AzureADMultipleOrgs lets other organisations consent to it; the redirect URI is the one that the public documentation registers.",
        )?;
        let body = json!({
            "displayName": "Harbour Watch connector",
            "signInAudience": "AzureADMultipleOrgs",
            "web": {"redirectUris": ["https://portal.azure.com"]},
        });
        let post = reqwest::Method::POST;
        let created = self
            .exchange
            .send(&self.narrator, post.clone(), "/v1.0/applications", admin, Some(&body))
            .await?;
        let told = ["id", "appId", "displayName", "signInAudience", "publisherDomain", "web"];
        self.narrator.members(created.status, &created.body, &told)?;
        expect(created.status == 201, "the application is created")?;
        let (object_id, client_id) = (created.text("/id")?.to_owned(), created.text("/appId")?.to_owned());
        self.narrator.shown(&format!("the application (client) id is {client_id}"))?;

        self.narrator.step(
            "Choose API permissions",
            "Two application permissions of Microsoft Threat Protection, and one of this server to send events. This is a wish list: it grants nothing anywhere.",
        )?;
        let wish = |resource: &Resource, values: &[&str]| {
            let roles = values.iter().filter_map(|value| resource.app_role(value));
            let roles: Vec<_> = roles.map(|role| json!({"id": role.id, "type": "Role"})).collect();
            json!({"resourceAppId": resource.app_id, "resourceAccess": roles})
        };
        let body = json!({
            "requiredResourceAccess": [
                wish(&THREAT_PROTECTION, &[INCIDENT_ROLE, "AdvancedHunting.Read.All"]),
                wish(&WARDENRY, &["Event.Write.All"]),
            ],
        });
        let path = format!("/v1.0/applications/{object_id}");
        let patched =
            self.exchange.send(&self.narrator, reqwest::Method::PATCH, &path, admin, Some(&body)).await?;
        self.narrator.status(patched.status)?;
        expect(patched.status == 204, "the permissions are set")?;

        self.narrator.step("Add a client secret", "Its value is shown once, here, and kept nowhere.")?;
        let body = json!({"passwordCredential": {"displayName": "first secret"}});
        let path = format!("/v1.0/applications/{object_id}/addPassword");
        let added = self.exchange.send(&self.narrator, post, &path, admin, Some(&body)).await?;
        self.narrator.answer(added.status, &added.body)?;
        expect(added.status == 200, "a secret is made")?;
        let secret = SecretString::from(added.text("/secretText")?);
        expect(
            wardenry_directory::is_generated_secret(secret.expose()),
            "the secret has the recognisable form",
        )?;
        self.narrator.name("CLIENT_ID", &client_id, &client_id)?;
        self.narrator.name("CLIENT_SECRET", secret.expose(), &format!("'{}'", secret.expose()))?;
        Ok(Connector { object_id, client_id, secret })
    }

    async fn refused_before_consent(&mut self, connector: &Connector) -> Result<(), Failure> {
        let alder = self.cast.alder;
        self.narrator.step(
            &format!("Ask for a token for {}, before anybody there has consented", alder.name),
            "The app is real and the secret is right, but this tenant has no service principal for it.",
        )?;
        let answer = self.connector_token(connector, alder, "/oauth2/v2.0/token", ("scope", SCOPE)).await?;
        expect(answer.status == 401, "the request is refused with 401")?;
        expect(answer.body["error_codes"] == json!([7000229]), "the refusal is AADSTS7000229")?;
        self.narrator.shown("refused with AADSTS7000229: no consent yet")
    }

    async fn ordinary_user_is_stopped(&mut self, connector: &Connector) -> Result<(), Failure> {
        let alder = self.cast.alder;
        let user =
            alder.ordinary_user.as_ref().ok_or_else(|| Failure::new("the demo lacks an ordinary user"))?;
        self.narrator.step(
            "An ordinary user opens the consent link",
            "The link is the public documentation's own, without redirect URI and state.",
        )?;
        let link = self.consent_link(connector);
        self.narrator.block(&format!("\n{link}\nsigned in as {}\n", user.user_name))?;
        let mut browser = Browser::new(&self.exchange);
        let page = page(browser.open_signed_in(&link, &user.user_name, user.password.expose()).await?)?;
        self.narrator.status(page.status)?;
        self.narrator.block(&page.text())?;
        expect(page.status == 403 && !page.has_form("/consent"), "the user is stopped")?;
        self.narrator.shown("stopped: the page says who can consent")
    }

    async fn administrator_consents(&mut self, connector: &Connector) -> Result<(), Failure> {
        let alder = self.cast.alder;
        self.narrator.step(
            &format!("{}'s Global Administrator opens the same link and accepts", alder.name),
            "Accepting makes the service principal in the customer's tenant and grants it the permissions.",
        )?;
        let (shown, landed) = self.consent(connector, alder).await?;
        self.narrator.block(&shown)?;
        self.narrator.block(&format!("\n[Accept] leads to {landed}"))?;
        self.narrator.shown("consent is given; the browser is back at the registered address with a code")
    }

    async fn tokens(&mut self, connector: &Connector) -> Result<String, Failure> {
        let alder = self.cast.alder;
        self.narrator.step("The same token request again, v2 endpoint", "Numbers are numbers here.")?;
        let v2 = self.connector_token(connector, alder, "/oauth2/v2.0/token", ("scope", SCOPE)).await?;
        expect(v2.status == 200 && v2.body["expires_in"] == json!(3599), "the v2 token is issued")?;
        self.narrator.step(
            "And on the v1 endpoint, as older samples do",
            "Numbers are texts here, and the resource is repeated.",
        )?;
        let v1 = self.connector_token(connector, alder, "/oauth2/token", ("resource", RESOURCE)).await?;
        expect(v1.status == 200 && v1.body["expires_in"] == json!("3599"), "the v1 token is issued")?;

        self.narrator.step(
            "What the token says",
            "Its signature is checked with the authority's published keys; the claims that matter:",
        )?;
        let token = v2.text("/access_token")?.to_owned();
        let claims = self.verified_claims(&token).await?;
        let told = ["aud", "iss", "tid", "appid", "oid", "roles", "exp"];
        let told: serde_json::Map<_, _> =
            told.iter().map(|name| ((*name).to_owned(), claims[*name].clone())).collect();
        self.narrator.block(&format!("{:#}", Value::Object(told)))?;
        expect(claims["tid"] == json!(alder.id), "the token is for this customer's tenant")?;
        expect(
            claims["roles"] == json!([INCIDENT_ROLE, "AdvancedHunting.Read.All"]),
            "roles are exactly what the tenant granted",
        )?;
        self.narrator.name("TOKEN", &token, "…  # the access_token of the v2 answer")?;
        self.narrator.shown("roles are exactly what this tenant consented to")?;
        Ok(token)
    }

    async fn incidents(&mut self, token: &str) -> Result<(), Failure> {
        self.narrator.step(
            &format!("Read {}'s incidents", self.cast.alder.name),
            "The Defender shape, with OData filters. Each incident carries its alerts with devices and entities.",
        )?;
        let path = "/api/incidents?$filter=status%20eq%20'Active'&$top=2";
        let answer = self.exchange.get(&self.narrator, path, token).await?;
        expect(answer.status == 200, "incidents are served")?;
        let incidents = answer.body["value"].as_array().map_or(0, Vec::len);
        expect(incidents > 0, "there are active incidents")?;
        let alerts = answer.body.pointer("/value/0/alerts").and_then(Value::as_array).map_or(0, Vec::len);
        expect(alerts > 0, "an incident has its alerts")?;
        self.narrator.shown(&format!("{incidents} active incidents; the first has {alerts} alerts"))
    }

    async fn second_customer(&mut self, connector: &Connector) -> Result<(), Failure> {
        let birch = self.cast.birch;
        self.narrator.step(
            &format!("{} consents, too", birch.name),
            "The same link, another tenant's administrator.",
        )?;
        let (_, landed) = self.consent(connector, birch).await?;
        self.narrator.block(&format!("[Accept] leads to {landed}"))?;
        self.narrator.shown(&format!("{} has its own service principal and its own grants", birch.name))
    }

    async fn queue(&mut self, connector: &Connector, server: &RunningServer) -> Result<(), Failure> {
        self.narrator.step(
            "One queue over all customers",
            "What `wardenry incidents list --all-tenants` does: all tenants at once, an honest outcome for each.",
        )?;
        let queue = self.fleet_queue(connector, server).await?;
        self.narrator.coloured_block(&queue_table(&queue).render())?;
        for outcome in &queue.outcomes {
            let line = match &outcome.result {
                Ok(count) => format!("{}: {count} of the incidents shown", outcome.member.label()),
                Err(error) if error.is_not_consented() => {
                    format!("{}: not consented yet", outcome.member.label())
                }
                Err(error) => format!("{}: {error}", outcome.member.label()),
            };
            self.narrator.block(&line)?;
        }
        let (consented, refused): (Vec<_>, Vec<_>) =
            queue.outcomes.iter().partition(|outcome| outcome.result.is_ok());
        expect(consented.len() == 2, "two customers contribute")?;
        let honest = refused
            .iter()
            .all(|outcome| outcome.result.as_ref().is_err_and(wardenry_client::Error::is_not_consented));
        expect(refused.len() == 1 && honest, "the third is shown as not consented")?;
        self.narrator.shown("a partial result that says so; the command would end with exit code 3")
    }

    async fn revocation(&mut self, connector: &Connector) -> Result<(), Failure> {
        let alder = self.cast.alder;
        let Some(automation) = &alder.automation else {
            return Err(Failure::new("the demo's customer has no automation application"));
        };
        self.narrator.step(
            &format!("{} withdraws the incident permission", alder.name),
            "The customer's own automation finds the partner's service principal in its tenant and deletes the grant.",
        )?;
        let secret = automation.secret.expose();
        self.narrator.name("ALDER_ADMIN_SECRET", secret, &format!("'{secret}'"))?;
        let answer = self.token(alder, automation, "/oauth2/v2.0/token", ("scope", GRAPH_SCOPE)).await?;
        expect(answer.status == 200, "the customer's automation gets a token")?;
        let admin = answer.text("/access_token")?.to_owned();
        self.narrator.name("ALDER_ADMIN_TOKEN", &admin, "…  # the access_token above")?;
        let path = format!("/v1.0/servicePrincipals(appId='{}')/appRoleAssignments", connector.client_id);
        let found = self.exchange.get(&self.narrator, &path, &admin).await?;
        expect(found.status == 200, "the customer sees what it has granted")?;
        let role =
            THREAT_PROTECTION.app_role(INCIDENT_ROLE).map(|role| role.id.to_string()).unwrap_or_default();
        let granted = found.body["value"].as_array().into_iter().flatten();
        let assignment = granted
            .filter(|assignment| assignment["appRoleId"] == json!(role))
            .find_map(|assignment| Some((assignment["principalId"].as_str()?, assignment["id"].as_str()?)))
            .ok_or_else(|| Failure::new("the grant is not listed"))?;
        let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignments/{}", assignment.0, assignment.1);
        let deleted =
            self.exchange.send(&self.narrator, reqwest::Method::DELETE, &path, &admin, None).await?;
        self.narrator.status(deleted.status)?;
        expect(deleted.status == 204, "the grant is deleted")?;

        self.narrator
            .step("The same call, with a new token", "The app still gets a token, but without the role.")?;
        let answer = self.connector_token(connector, alder, "/oauth2/v2.0/token", ("scope", SCOPE)).await?;
        expect(answer.status == 200, "a token is still issued")?;
        let token = answer.text("/access_token")?.to_owned();
        self.narrator.name("NEW_TOKEN", &token, "…  # the access_token above")?;
        let refused = self.exchange.get(&self.narrator, "/api/incidents", &token).await?;
        expect(refused.status == 403, "the call is refused with 403")?;
        self.explain("NEW_TOKEN", &token, LIST_CALL, &LIST_INCIDENTS).await?;
        let before = self.exchange.quietly(self.exchange.http.get(self.application_url(connector))).await?;
        expect(before.status == 401, "and nobody reads the registration without a token")?;
        self.narrator.shown("refused and explained; the customer is in control")
    }

    /// What `wardenry token explain` says of a token, shown by the name of its variable, and a call.
    async fn explain(
        &self,
        variable: &str,
        token: &str,
        call_name: &str,
        call: &'static ApiCall,
    ) -> Result<(), Failure> {
        let keys = self.published_keys().await?;
        let issuers = IssuerPolicy::of_server([self.exchange.origin.clone()]);
        let verdicts = token_check::explain(token, &keys, &issuers, call, self.host.clock.now());
        self.narrator.line_break()?;
        self.narrator
            .block(&format!("$ echo \"${variable}\" | wardenry token explain --call '{call_name}'"))?;
        self.narrator.coloured_block(&token::explain::human(call_name, false, &verdicts))?;
        let failed: Vec<_> =
            verdicts.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Passed(_))).collect();
        let only_permission = matches!(failed[..], [(Check::Permission, Verdict::Failed(_))]);
        expect(only_permission, "only the permission is missing")
    }

    async fn token(
        &self,
        tenant: &SeededTenant,
        client: &ClientCredentials,
        endpoint: &str,
        target: (&str, &str),
    ) -> Result<Answer, Failure> {
        let client_id = client.app_id.to_string();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &client_id),
            ("client_secret", client.secret.expose()),
            target,
        ];
        self.exchange.post_form(&self.narrator, &format!("/{}{endpoint}", tenant.id), &fields).await
    }

    async fn connector_token(
        &self,
        connector: &Connector,
        tenant: &SeededTenant,
        endpoint: &str,
        target: (&str, &str),
    ) -> Result<Answer, Failure> {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", connector.client_id.as_str()),
            ("client_secret", connector.secret.expose()),
            target,
        ];
        self.exchange.post_form(&self.narrator, &format!("/{}{endpoint}", tenant.id), &fields).await
    }

    fn consent_link(&self, connector: &Connector) -> String {
        format!(
            "{}/common/oauth2/authorize?prompt=consent&client_id={}&response_type=code&sso_reload=true",
            self.exchange.origin, connector.client_id
        )
    }

    fn application_url(&self, connector: &Connector) -> String {
        format!("{}/v1.0/applications/{}", self.exchange.origin, connector.object_id)
    }

    /// An administrator opens the link and accepts. Returns the page's text and where the browser landed.
    async fn consent(
        &self,
        connector: &Connector,
        tenant: &SeededTenant,
    ) -> Result<(String, String), Failure> {
        let admin =
            tenant.administrator.as_ref().ok_or_else(|| Failure::new("the demo lacks an administrator"))?;
        let mut browser = Browser::new(&self.exchange);
        let link = self.consent_link(connector);
        let page = page(browser.open_signed_in(&link, &admin.user_name, admin.password.expose()).await?)?;
        expect(page.status == 200 && page.has_form("/consent"), "the administrator is asked to consent")?;
        match browser.submit(&page, "/consent", &[("decision", "accept")]).await? {
            Seen::Redirect(url) => {
                let code = url.query_pairs().any(|(name, _)| name == "code");
                expect(
                    url.host_str() == Some("portal.azure.com") && code,
                    "the browser returns with a code",
                )?;
                let landed: String = url.as_str().chars().take(72).collect();
                Ok((page.text(), format!("{landed}…")))
            }
            Seen::Page(page) => Err(Failure::new(format!("consent ended with a page: {}", page.text()))),
        }
    }

    async fn published_keys(&self) -> Result<KeySet, Failure> {
        let url = format!("{}/common/discovery/v2.0/keys", self.exchange.origin);
        let answer = self.exchange.quietly(self.exchange.http.get(url)).await?;
        let document: JwkSet = serde_json::from_value(answer.body)?;
        expect(document.keys.len() >= 2, "two or more keys are published")?;
        Ok(KeySet::from_jwks(&document))
    }

    async fn verified_claims(&self, token: &str) -> Result<Value, Failure> {
        let verified = self.published_keys().await?.verify(UnverifiedJws::parse(token)?)?;
        Ok(Value::Object(verified.into_claims()))
    }

    /// The customers, as the partner's client asks them.
    fn members(&self, connector: &Connector, server: &RunningServer) -> Result<Vec<Member>, Failure> {
        let options = TransportOptions {
            extra_roots_pem: server.ca_file.as_ref().map(std::fs::read).transpose()?,
            ..TransportOptions::default()
        };
        let transport =
            Transport::new(&options, Arc::clone(&self.host.clock), Arc::clone(&self.host.entropy))?;
        let settings = ClientSettings {
            cloud: CloudProfile::self_hosted(&self.exchange.origin),
            app: connector.client_id.parse()?,
            credential: Credential::Secret(connector.secret.clone()),
            endpoint: EndpointVersion::V2,
        };
        let client = Client::new(settings, transport, TokenCache::new(Arc::clone(&self.host.clock)))?;
        let members = self.cast.customers.iter().map(|customer| Member {
            tenant: Tenant::with_id(customer.id).with_display_name(customer.name.clone()),
            client: client.clone(),
        });
        Ok(members.collect())
    }

    async fn fleet_queue(
        &self,
        connector: &Connector,
        server: &RunningServer,
    ) -> Result<IncidentQueue, Failure> {
        let members = self.members(connector, server)?;
        let limit = NonZeroUsize::new(8);
        let concurrency = NonZeroUsize::new(4).unwrap_or(NonZeroUsize::MIN);
        Ok(list_incidents(members, &IncidentQuery::default(), None, limit, concurrency).await)
    }
}

fn page(seen: Seen) -> Result<Page, Failure> {
    match seen {
        Seen::Page(page) => Ok(page),
        Seen::Redirect(url) => Err(Failure::new(format!("the browser was sent to {url} instead of a page"))),
    }
}

fn queue_table(queue: &IncidentQueue) -> Table {
    let mut table = Table::new(&["tenant", "id", "severity", "status", "incident"]);
    for queued in &queue.incidents {
        let incident = &queued.incident;
        let severity = incident.severity.to_string();
        let style = if severity == "High" { RED } else { YELLOW };
        table.push(vec![
            queued.tenant.label().into(),
            incident.incident_id.to_string().into(),
            Cell::styled(severity, style),
            incident.status.to_string().into(),
            incident.incident_name.clone().into(),
        ]);
    }
    table
}
