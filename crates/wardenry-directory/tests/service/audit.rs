//! Every change leaves its event: who, what, to what; never a secret.

use serde_json::json;
use uuid::Uuid;
use wardenry_core::calls;
use wardenry_core::catalogue::{DirectoryRole, THREAT_PROTECTION};
use wardenry_core::id::UserId;
use wardenry_core::time::Clock as _;
use wardenry_directory::admin::{
    ApplicationAdmin, GrantAdmin, NewCertificate, NewPassword, ServicePrincipalPatch,
};
use wardenry_directory::audit::{AuditFilter, AuditReader};
use wardenry_directory::client_address;
use wardenry_directory::model::Actor;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_jose::{Certificate, SigningKey, ThumbprintHeader};
use wardenry_oauth::caller::Caller;
use wardenry_oauth::token_check::{self, IssuerPolicy};

use crate::world::{ALL, PASSWORD, World, defender};

/// A caller with a token of Alder whose claims are these besides the usual ones.
async fn caller(world: &World, claims: serde_json::Value) -> Caller {
    let keys = SigningKeys::load(&world.directory).await.unwrap();
    let now = world.clock.now();
    let mut all = json!({
        "aud": "https://graph.microsoft.com",
        "iss": format!("https://localhost/{}/", world.alder),
        "tid": world.alder,
        "ver": "1.0",
        "nbf": now.unix_secs(),
        "exp": now.unix_secs() + 600,
        "appid": "99999999-0000-4000-8000-000000000001",
        "oid": "99999999-0000-4000-8000-000000000002",
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let token = keys.ring().signing().sign(&all, ThumbprintHeader::Present);
    let issuers = IssuerPolicy::of_server(["https://localhost".to_owned()]);
    let ring = keys.ring();
    token_check::authenticate(&token, ring.verification(), &issuers, &calls::CREATE_APPLICATION, now).unwrap()
}

#[tokio::test]
async fn every_action_is_written_down_with_its_target() {
    let world = World::new().await;
    let directory = &world.directory;
    let admin = world.operator.application_admin(world.alder);
    let grants = world.operator.grant_admin(world.alder);
    let ada = world.administrator().await;
    let foreign = world.application(vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await;

    let patch = ApplicationPatch { display_name: Some("Own".to_owned()), ..ApplicationPatch::default() };
    let own = directory.create_application(&admin, patch).await.unwrap();
    directory.update_application(&admin, own.id, ApplicationPatch::default()).await.unwrap();
    let (password, secret) = directory.add_password(&admin, own.id, NewPassword::default()).await.unwrap();
    directory.remove_password(&admin, own.id, password.key_id).await.unwrap();
    let generated = SigningKey::generate(world.clock.now()).unwrap();
    let certificate = Certificate::from_der(&generated.certificate).unwrap();
    let thumbprint = certificate.sha256_thumbprint().to_owned();
    let new = NewCertificate { display_name: None, certificate, start: None, end: None };
    let certificate = directory.add_certificate(&admin, own.id, new).await.unwrap();
    directory.remove_certificate(&admin, own.id, certificate.key_id).await.unwrap();
    let patch = ServicePrincipalPatch::default();
    let principal = directory.create_service_principal(&admin, own.app_id, patch.clone()).await.unwrap();
    directory.update_service_principal(&admin, principal.id, patch).await.unwrap();
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    let role = THREAT_PROTECTION.app_role("Incident.Read.All").unwrap().id;
    let assignment = directory.assign_app_role(&grants, principal.id, resource, role).await.unwrap();
    directory.remove_app_role_assignment(&grants, principal.id, &assignment.id).await.unwrap();
    directory.delete_service_principal(&admin, principal.id).await.unwrap();
    directory.delete_application(&admin, own.id).await.unwrap();
    world.consent(&ada, foreign.app_id).await.unwrap();
    let session = directory.start_session(&ada).await.unwrap();
    directory.end_session(&session).await.unwrap();

    let own_app = format!("application {}", own.app_id);
    let own_principal = format!("service principal {}", principal.id);
    let own_named = format!("Own ({})", own.app_id);
    let user = format!("user {}", ada.id());
    let expected = [
        ("tenant.create", format!("tenant {}", world.alder), "Alder".to_owned()),
        ("user.create", user.clone(), "ada@alder.example".to_owned()),
        ("application.create", own_app.clone(), "Own".to_owned()),
        ("application.update", own_app.clone(), "Own".to_owned()),
        (
            "application.password.add",
            own_app.clone(),
            format!("key {} until 2029-01-14T08:00:00Z", password.key_id),
        ),
        ("application.password.remove", own_app.clone(), format!("key {}", password.key_id)),
        (
            "application.certificate.add",
            own_app.clone(),
            format!("key {} thumbprint {thumbprint}", certificate.key_id),
        ),
        ("application.certificate.remove", own_app.clone(), format!("key {}", certificate.key_id)),
        ("service_principal.create", own_principal.clone(), own_named.clone()),
        ("service_principal.update", own_principal.clone(), own_named.clone()),
        (
            "app_role_assignment.add",
            own_principal.clone(),
            "Incident.Read.All on Microsoft Threat Protection to Own".to_owned(),
        ),
        (
            "app_role_assignment.remove",
            own_principal.clone(),
            "Incident.Read.All on Microsoft Threat Protection from Own".to_owned(),
        ),
        ("service_principal.delete", own_principal, own_named),
        ("application.delete", own_app, "Own".to_owned()),
        (
            "consent.grant",
            format!("application {}", foreign.app_id),
            "Harbour Watch: Incident.Read.All, Incident.Read".to_owned(),
        ),
        ("session.start", user.clone(), String::new()),
        ("session.end", user, String::new()),
    ];
    let events = world.audit(world.alder).await;
    let written: Vec<_> =
        events.iter().map(|event| (event.action, event.target.clone(), event.detail.clone())).collect();
    assert_eq!(written, expected);
    assert!(events.iter().all(|event| event.tenant == world.alder && event.at == world.clock.now()));
    let ids: std::collections::BTreeSet<Uuid> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events.len());
    // Of two events it is known that the user did them.
    let ada_did: Vec<_> = events
        .iter()
        .filter(|event| event.actor == Actor::User { id: ada.id(), name: "ada@alder.example".to_owned() })
        .map(|event| event.action)
        .collect();
    assert_eq!(ada_did, ["consent.grant", "session.start"]);

    let all = format!("{events:?}");
    for planted in [secret.expose(), &secret.expose()[10..30], session.expose(), PASSWORD, "$argon2"] {
        assert!(!all.contains(planted), "{planted}");
    }
}

#[tokio::test]
async fn the_actor_is_the_app_or_the_user_of_the_token() {
    let world = World::new().await;
    let named =
        |name: &str| ApplicationPatch { display_name: Some(name.to_owned()), ..ApplicationPatch::default() };
    let call = &calls::CREATE_APPLICATION;
    let app = caller(&world, json!({"roles": ["Application.ReadWrite.OwnedBy"]})).await;
    let admin = ApplicationAdmin::of(&app, call).unwrap();
    let made = world.directory.create_application(&admin, named("By an app")).await.unwrap();
    assert_eq!(made.owner, Some(app.app()));
    let user = json!({
        "scp": "Application.ReadWrite.All",
        "wids": [DirectoryRole::GlobalAdministrator.template_id()],
        "upn": "ada@alder.example",
    });
    let user = caller(&world, user).await;
    let admin = ApplicationAdmin::of(&user, call).unwrap();
    let made = world.directory.create_application(&admin, named("By a user")).await.unwrap();
    assert_eq!(made.owner, None);
    let actors: Vec<_> = world
        .audit(world.alder)
        .await
        .into_iter()
        .filter(|event| event.action == "application.create")
        .map(|event| (event.detail, event.actor))
        .collect();
    let expected = [
        ("By an app".to_owned(), Actor::App { app: app.app(), principal: app.object_id() }),
        (
            "By a user".to_owned(),
            Actor::User { id: UserId::from_guid(user.object_id()), name: "ada@alder.example".to_owned() },
        ),
    ];
    assert_eq!(actors, expected);
    // The right to make applications is no right to grant.
    assert!(GrantAdmin::of(&app, &calls::CREATE_APP_ROLE_ASSIGNMENT).is_err());
}

#[tokio::test]
async fn what_is_refused_leaves_no_event() {
    let world = World::new().await;
    let admin = world.operator.application_admin(world.alder);
    let nameless = ApplicationPatch { display_name: Some(String::new()), ..ApplicationPatch::default() };
    assert!(world.directory.create_application(&admin, nameless).await.is_err());
    let bob = world.user(world.alder, "bob@alder.example", &[]).await;
    let foreign = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    assert!(world.consent(&bob, foreign.app_id).await.is_err());
    let actions: Vec<_> = world.audit(world.alder).await.into_iter().map(|event| event.action).collect();
    assert_eq!(actions, ["tenant.create", "user.create"]);
}

#[tokio::test]
async fn an_event_tells_from_where_the_request_came() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let address = "::ffff:192.0.2.7".parse().unwrap();
    let session = client_address::scope(address, world.directory.start_session(&ada)).await.unwrap();
    world.directory.end_session(&session).await.unwrap();
    let events = world.audit(world.alder).await;
    let written: Vec<_> = events.iter().skip(2).map(|event| (event.action, event.address)).collect();
    // An IPv4 address is written as one, however the socket was opened.
    let canonical = Some("192.0.2.7".parse().unwrap());
    assert_eq!(written, [("session.start", canonical), ("session.end", None)]);
}

#[tokio::test]
async fn the_log_is_read_by_two_roles_and_of_their_own_tenant() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let reader = AuditReader::of(&ada).unwrap();
    let filter = AuditFilter { action: "create".to_owned(), ..AuditFilter::default() };
    let found = world.directory.audit_events(&reader, &filter, ALL).await.unwrap();
    let found: Vec<_> = found.iter().map(|event| (event.tenant, event.action)).collect();
    assert_eq!(found, [(world.alder, "user.create"), (world.alder, "tenant.create")]);
    for (role, may) in DirectoryRole::ALL.into_iter().zip([true, false, false, false, true]) {
        let name = format!("{}@alder.example", role.display_name().replace(' ', "-").to_lowercase());
        let user = world.user(world.alder, &name, &[role]).await;
        assert_eq!(AuditReader::of(&user).is_ok(), may, "{role:?}");
    }
}
