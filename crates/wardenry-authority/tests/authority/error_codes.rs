//! Every code of the table that a request can reach, with the `error` value and the status it comes with.

use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::{AppId, AppRoleId};
use wardenry_directory::admin::{NewPassword, ServicePrincipalPatch};
use wardenry_directory::model::RequiredResource;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::{Change, DirectoryStore as _, Page};
use wardenry_oauth::answers::SignInAudience;
use wardenry_oauth::error::Code;

use crate::answer::Answer;
use crate::browser::{Browser, HtmlForm, documentation_link};
use crate::client_key::{ClientKey, ask, claims};
use crate::world::{
    ADMIN, CONNECTOR, CUSTOMER, Form, MTP, NOW, ORDINARY, PASSWORD, World, registration, web_redirects,
};

/// Codes that no request can reach, each with its reason. This list may only become shorter.
const UNREACHABLE: [(Code, &str); 2] = [
    (Code::InvalidScopeFormat, "belongs to the redemption of codes, which is not offered"),
    (Code::Throttled, "token requests have no quota"),
];

/// How a refusal arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As a JSON body.
    Json,
    /// As a page that names the code.
    Page,
    /// In a redirect to the application.
    Reply,
    /// As the sign-in page with a sentence.
    SignIn,
}

use Way::{Json, Page as OnPage, Reply, SignIn};

#[rustfmt::skip]
const EXPECTED: &[(Code, Way, u16, &str)] = &[
    (Code::SelectAccount, Reply, 303, "interaction_required"),
    (Code::RedirectUriMismatch, OnPage, 400, "invalid_request"),
    (Code::UserNotInTenant, OnPage, 400, "invalid_request"),
    (Code::AssertionMalformed, Json, 400, "invalid_request"),
    (Code::AssertionIssuerMismatch, Json, 401, "invalid_client"),
    (Code::UnknownInstance, Json, 400, "invalid_instance"),
    (Code::MalformedInstance, Json, 400, "invalid_request"),
    (Code::AccountLocked, SignIn, 429, "invalid_grant"),
    (Code::AccountDisabled, SignIn, 400, "invalid_grant"),
    (Code::NotSignedIn, Reply, 303, "login_required"),
    (Code::NoTenant, Json, 400, "invalid_request"),
    (Code::InvalidCredentials, SignIn, 400, "invalid_grant"),
    (Code::SingleTenantApplication, OnPage, 400, "invalid_request"),
    (Code::ConsentRequired, Reply, 303, "consent_required"),
    (Code::ConsentDeclined, Reply, 303, "access_denied"),
    (Code::ApplicationMisconfigured, OnPage, 400, "invalid_client"),
    (Code::UnsupportedGrantType, Json, 400, "unsupported_grant_type"),
    (Code::UnsupportedResponseMode, OnPage, 400, "invalid_request"),
    (Code::InvalidScope, Json, 400, "invalid_scope"),
    (Code::AdminConsentRequired, OnPage, 403, "access_denied"),
    (Code::AdminMayNotGrant, OnPage, 403, "access_denied"),
    (Code::TenantNotFound, Json, 400, "invalid_request"),
    (Code::Transient, Json, 503, "temporarily_unavailable"),
    (Code::ResourceNotFound, Json, 400, "invalid_resource"),
    (Code::NoRedirectUri, OnPage, 400, "invalid_request"),
    (Code::AssignmentRequired, Json, 400, "invalid_grant"),
    (Code::ServiceNotEnabled, OnPage, 400, "invalid_client"),
    (Code::ResponseTypeNotEnabled, Reply, 303, "unsupported_response_type"),
    (Code::ApplicationNotFound, Json, 400, "unauthorized_client"),
    (Code::SeveralResources, Json, 400, "invalid_request"),
    (Code::NoResource, Json, 400, "invalid_request"),
    (Code::AssertionTimeRange, Json, 401, "invalid_client"),
    (Code::AssertionSignature, Json, 401, "invalid_client"),
    (Code::MalformedClientId, Json, 400, "unauthorized_client"),
    (Code::ParameterMissing, Json, 400, "invalid_request"),
    (Code::InvalidTenantName, Json, 400, "invalid_request"),
    (Code::PostRequired, Json, 405, "invalid_request"),
    (Code::NoReplyAddress, OnPage, 400, "invalid_request"),
    (Code::ResourceParameterOnV2, Json, 400, "invalid_request"),
    (Code::ScopeNotDefault, Json, 400, "invalid_scope"),
    (Code::ApplicationDisabled, Json, 400, "unauthorized_client"),
    (Code::InvalidSecret, Json, 401, "invalid_client"),
    (Code::CredentialMissing, Json, 401, "invalid_client"),
    (Code::SecretExpired, Json, 401, "invalid_client"),
    (Code::PrincipalMissing, Json, 401, "invalid_client"),
    (Code::GrantNeedsTenant, Json, 400, "invalid_request"),
    (Code::MalformedRequest, Json, 400, "invalid_request"),
];

#[test]
fn every_code_is_reached_or_says_why_not() {
    for code in Code::ALL {
        let reached = EXPECTED.iter().filter(|(expected, ..)| expected == code).count();
        let excused = UNREACHABLE.iter().filter(|(excused, _)| excused == code).count();
        assert_eq!(reached + excused, 1, "{code:?}");
    }
}

#[tokio::test]
async fn every_code_comes_with_its_error_and_status() {
    let world = World::with_users().await;
    let key = ClientKey::registered(&world).await;
    for (code, way, status, error) in EXPECTED {
        if *code == Code::Transient {
            continue;
        }
        let answer = Attempts { world: &world, key: &key }.at(*code).await;
        assert_arrived(&answer, *code, *way, *status, error);
    }
    // The last one, because nothing works after it.
    world.store.clone().close().await;
    let (_, way, status, error) = EXPECTED.iter().find(|(code, ..)| *code == Code::Transient).unwrap();
    // About a client that nobody has asked about yet: other answers are remembered.
    let form = world.v2_form().set("client_id", "77777777-2222-4333-8444-555555555555");
    let answer = world.v2_token(&form).await;
    assert_arrived(&answer, Code::Transient, *way, *status, error);
}

fn assert_arrived(answer: &Answer, code: Code, way: Way, status: u16, error: &str) {
    let number = code.number();
    match way {
        Json => assert_eq!(answer.refused(), (status, number, error.to_owned()), "{code:?}"),
        OnPage => {
            assert_eq!(answer.refused_page(), (status, number), "{code:?}");
            assert_eq!(code.error(), error);
        }
        Reply => {
            let reply = answer.redacted_reply();
            assert_eq!(answer.status.as_u16(), status);
            assert_eq!(reply[0], ("error".to_owned(), error.to_owned()), "{code:?}");
            assert_eq!(reply[1], ("error_description".to_owned(), format!("AADSTS{number}")), "{code:?}");
        }
        SignIn => {
            assert_eq!((answer.status.as_u16(), answer.heading()), (status, "Sign in"), "{code:?}");
            assert!(answer.text.contains(code.title()), "{code:?}: {}", answer.text);
            assert_eq!(code.error(), error);
        }
    }
    if way != Reply {
        assert_eq!(code.status(), status, "{code:?}: the table says what is sent");
    }
}

/// A request for each code, in a world where nobody has consented to the connector.
struct Attempts<'w> {
    world: &'w World,
    key: &'w ClientKey,
}

impl Attempts<'_> {
    async fn at(&self, code: Code) -> Answer {
        let world = self.world;
        let form = world.v2_form();
        let v1 = format!("/{CUSTOMER}/oauth2/authorize?client_id={CONNECTOR}&response_type=code");
        match code {
            Code::SelectAccount => {
                let link = v1.replace(&CUSTOMER.to_string(), "harbour.example") + "&prompt=none";
                self.as_user(ADMIN, &link).await
            }
            Code::RedirectUriMismatch => world.get(&format!("{v1}&redirect_uri=https://evil.example")).await,
            Code::UserNotInTenant => {
                self.as_user(ADMIN, &v1.replace(&CUSTOMER.to_string(), "harbour.example")).await
            }
            Code::AssertionMalformed => ask(world, "nonsense").await,
            Code::AssertionIssuerMismatch => self.asserted("sub", serde_json::json!("x")).await,
            Code::UnknownInstance => self.instance("https://evil.example/common").await,
            Code::MalformedInstance => self.instance("nonsense").await,
            Code::AccountLocked => {
                for _ in 0..10 {
                    self.sign_in("locked@alder.example", "wrong").await;
                }
                self.sign_in("locked@alder.example", "wrong").await
            }
            Code::AccountDisabled => {
                world.add_user("dora@alder.example", &[]).await;
                let mut user = world.store.user_by_name("dora@alder.example").await.unwrap().unwrap();
                user.enabled = false;
                let events = world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1 }).await.unwrap();
                let mut event = events.into_iter().next().unwrap();
                event.id = user.id.as_guid();
                world.store.commit(&[Change::PutUser(user)], &event).await.unwrap();
                self.sign_in("dora@alder.example", PASSWORD).await
            }
            Code::NotSignedIn => world.get(&format!("{v1}&prompt=none")).await,
            Code::NoTenant => world.post("/common/oauth2/v2.0/token", form.encoded()).await,
            Code::InvalidCredentials => self.sign_in(ADMIN, "wrong").await,
            Code::SingleTenantApplication => {
                let single = ApplicationPatch {
                    audience: Some(SignInAudience::AzureADMyOrg),
                    ..registration("Single", &["https://single.example/"])
                };
                world.get(&self.link_of(single).await).await
            }
            Code::ConsentRequired => self.as_user(ADMIN, &format!("{v1}&prompt=none")).await,
            Code::ConsentDeclined => {
                let mut browser = Browser::new(world);
                let page = browser.open_as(ADMIN, &documentation_link()).await;
                browser.decline(&page).await
            }
            Code::ApplicationMisconfigured => {
                let role = AppRoleId::from_guid(uuid::Uuid::from_u128(1));
                let wish = RequiredResource {
                    resource: wardenry_core::catalogue::GRAPH.app_id,
                    app_roles: vec![role],
                    scopes: vec![],
                };
                let broken = ApplicationPatch {
                    required_resources: Some(vec![wish]),
                    ..registration("Broken", &["https://broken.example/"])
                };
                self.as_user(ADMIN, &self.link_of(broken).await).await
            }
            Code::UnsupportedGrantType => self.token(form.set("grant_type", "password")).await,
            Code::UnsupportedResponseMode => world.get(&format!("{v1}&response_mode=smoke")).await,
            Code::InvalidScope => self.token(form.set("scope", "openid")).await,
            Code::AdminConsentRequired => self.as_user(ORDINARY, &documentation_link()).await,
            Code::AdminMayNotGrant => {
                world.add_user("anna@alder.example", &[DirectoryRole::ApplicationAdministrator]).await;
                let graph = crate::world::wishes(&wardenry_core::catalogue::GRAPH, &["User.Read.All"], &[]);
                let asks_graph = ApplicationPatch {
                    required_resources: Some(vec![graph]),
                    ..registration("Asks Graph", &["https://graph.example/"])
                };
                self.as_user("anna@alder.example", &self.link_of(asks_graph).await).await
            }
            Code::TenantNotFound => world.post("/nobody.example/oauth2/token", form.encoded()).await,
            Code::ResourceNotFound => {
                let form = self.present().await.set("scope", "https://nowhere.example/.default");
                self.token(form).await
            }
            Code::NoRedirectUri => {
                let none =
                    ApplicationPatch { redirect_uris: web_redirects(&[]), ..registration("Nowhere", &[]) };
                world.get(&self.link_of(none).await).await
            }
            Code::AssignmentRequired => {
                let resource = world.register(registration("Picky", &[])).await.app_id;
                let principal = world.let_in(CUSTOMER, resource).await;
                let required = ServicePrincipalPatch {
                    assignment_required: Some(true),
                    ..ServicePrincipalPatch::default()
                };
                world.patch_principal(CUSTOMER, principal, required).await;
                self.token(self.present().await.set("scope", &format!("{resource}/.default"))).await
            }
            Code::ServiceNotEnabled => {
                let roles = [DirectoryRole::GlobalAdministrator];
                world.add_user("petra@harbour.example", &roles).await;
                self.as_user("petra@harbour.example", &documentation_link()).await
            }
            Code::ResponseTypeNotEnabled => {
                world.get(&v1.replace("response_type=code", "response_type=token")).await
            }
            Code::ApplicationNotFound => {
                let unknown = "99999999-2222-4333-8444-555555555555";
                self.token(form.set("client_id", unknown)).await
            }
            Code::SeveralResources => self.token(form.set("scope", "a/.default b/.default")).await,
            Code::NoResource => self.token(form.set("scope", "/.default")).await,
            Code::AssertionTimeRange => self.asserted("exp", serde_json::json!(NOW.unix_secs() - 3600)).await,
            Code::AssertionSignature => ask(world, &ClientKey::generate().assertion()).await,
            Code::MalformedClientId => self.token(form.set("client_id", "x")).await,
            Code::ParameterMissing => self.token(form.without("scope")).await,
            Code::InvalidTenantName => world.post("/nobody/oauth2/token", form.encoded()).await,
            Code::PostRequired => world.get("/alder.example/oauth2/token").await,
            Code::NoReplyAddress => {
                let several = ["https://one.example/", "https://two.example/"];
                let app = world.register(registration("Several", &several)).await.app_id;
                world.get(&format!("/common/adminconsent?client_id={app}")).await
            }
            Code::ResourceParameterOnV2 => self.token(form.set("resource", MTP)).await,
            Code::ScopeNotDefault => self.token(form.set("scope", "Incident.Read.All")).await,
            Code::ApplicationDisabled => {
                let form = self.present().await;
                let app: AppId = form.get("client_id").parse().unwrap();
                let principal = world.principal(CUSTOMER, app).await.unwrap();
                let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
                world.patch_principal(CUSTOMER, principal, off).await;
                self.token(form).await
            }
            Code::InvalidSecret => self.token(form.set("client_secret", "wrong")).await,
            Code::CredentialMissing => self.token(form.without("client_secret")).await,
            Code::SecretExpired => {
                let day = std::time::Duration::from_secs(86_400);
                let past = NewPassword {
                    display_name: None,
                    start: Some(NOW.minus(2 * day)),
                    end: Some(NOW.minus(day)),
                };
                let secret = world.add_secret(world.connector.id, past).await;
                self.token(form.set("client_secret", &secret)).await
            }
            Code::PrincipalMissing => self.token(form).await,
            Code::GrantNeedsTenant => world.post("/consumers/oauth2/token", form.encoded()).await,
            Code::MalformedRequest => {
                world.post(&format!("/{CUSTOMER}/oauth2/token"), "grant_type=x&grant_type=x").await
            }
            other => panic!("no request for {other:?}"),
        }
    }

    async fn token(&self, form: Form) -> Answer {
        self.world.v2_token(&form).await
    }

    async fn instance(&self, endpoint: &str) -> Answer {
        self.world.get(&format!("/common/discovery/instance?authorization_endpoint={endpoint}")).await
    }

    async fn asserted(&self, claim: &str, value: serde_json::Value) -> Answer {
        let mut claims = claims();
        claims[claim] = value;
        let header = serde_json::json!({"alg": "RS256", "x5t": self.key.x5t()});
        ask(self.world, &self.key.sign(&header, &claims)).await
    }

    async fn sign_in(&self, user_name: &str, password: &str) -> Answer {
        let mut browser = Browser::new(self.world);
        let page = browser.open(&documentation_link()).await;
        let form = HtmlForm::of(&page).filled(&[("user_name", user_name), ("password", password)]);
        browser.post("/sign-in", &form.encoded(), &http::HeaderMap::new()).await
    }

    async fn as_user(&self, user_name: &str, link: &str) -> Answer {
        let mut browser = Browser::new(self.world);
        // Signed in beforehand, so that `prompt=none` finds a session.
        browser.open_as(user_name, &documentation_link()).await;
        browser.open(link).await
    }

    /// Registers an application and returns the documentation's link for it.
    async fn link_of(&self, properties: ApplicationPatch) -> String {
        let app = self.world.register(properties).await.app_id;
        documentation_link().replace(&CONNECTOR.to_string(), &app.to_string())
    }

    /// A good token request of an application of its own that the customer has let in.
    async fn present(&self) -> Form {
        let application = self.world.register(registration("Present", &[])).await;
        self.world.let_in(CUSTOMER, application.app_id).await;
        let secret = self.world.add_secret(application.id, NewPassword::default()).await;
        self.world.v2_form().set("client_id", &application.app_id.to_string()).set("client_secret", &secret)
    }
}
