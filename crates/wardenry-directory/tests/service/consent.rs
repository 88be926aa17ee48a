//! Consent: who may give it, what it adds, what it leaves alone.

use wardenry_core::catalogue::{DirectoryRole, GRAPH, THREAT_PROTECTION};
use wardenry_core::id::{AppId, ScopeId};
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_directory::consent::{BrokenWish, ConsentLookup, ConsentRequest, ConsentSubject};
use wardenry_directory::model::{Application, OwnScope, RequiredResource};
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_oauth::answers::SignInAudience;
use wardenry_oauth::consent::{Beneficiaries, ConsentRefusal};

use crate::world::{World, defender, graph};

/// What an application asks the user's tenant for.
async fn asked(world: &World, user: &SignedInUser, app: AppId) -> ConsentRequest {
    match world.directory.consent_request(user, app, &ConsentSubject::WishList).await.unwrap() {
        ConsentLookup::Found(request) => request,
        other => panic!("{other:?}"),
    }
}

fn refusal(outcome: Result<(), DirectoryError>) -> ConsentRefusal {
    match outcome {
        Err(DirectoryError::Consent(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// That a consent has left no trace in Alder.
async fn assert_untouched(world: &World, application: &Application) {
    assert!(world.client(world.alder, application.app_id).await.principal.is_none());
}

#[tokio::test]
async fn an_administrators_consent_grants_exactly_the_wish_list_in_that_tenant() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world
        .application(vec![
            defender(&["Incident.Read.All", "AdvancedHunting.Read.All"], &["Incident.Read"]),
            graph(&["SecurityIncident.Read.All"], &["User.Read"]),
        ])
        .await
        .app_id;
    let before = asked(&world, &ada, app).await;
    assert!(!before.is_satisfied());
    assert_eq!(before.publisher.display_name, "Harbour");
    let wished: Vec<(String, bool)> =
        before.wishes.iter().map(|wish| (wish.value.clone(), wish.granted)).collect();
    let expected = [
        "Incident.Read.All",
        "AdvancedHunting.Read.All",
        "Incident.Read",
        "SecurityIncident.Read.All",
        "User.Read",
    ];
    assert_eq!(wished, expected.map(|value| (value.to_owned(), false)));

    world.consent(&ada, app).await.unwrap();
    let defender_roles = ["AdvancedHunting.Read.All", "Incident.Read.All"];
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, defender_roles);
    assert_eq!(world.roles(world.alder, app, &GRAPH).await, ["SecurityIncident.Read.All"]);
    let mut scopes: Vec<_> =
        world.grants(world.alder, app).await.into_iter().map(|grant| (grant.user, grant.scopes)).collect();
    scopes.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(scopes, [(None, vec!["Incident.Read".to_owned()]), (None, vec!["User.Read".to_owned()])]);
    assert!(asked(&world, &ada, app).await.is_satisfied());
    assert!(world.client(world.birch, app).await.principal.is_none());
    assert!(world.client(world.harbour, app).await.principal.is_none());
}

#[tokio::test]
async fn consent_adds_what_is_missing_and_removes_nothing() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let application = world.application(vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await;
    let app = application.app_id;
    world.consent(&ada, app).await.unwrap();
    let principal = world.principal_of(world.alder, app).await;
    let reader = world.operator.reader(world.alder);
    let first = world.directory.app_role_assignments(&reader, principal).await.unwrap();
    let first_grants = world.grants(world.alder, app).await;
    world.clock.advance(std::time::Duration::from_secs(60));

    // The registration asks for something else now; nothing changes in the tenant by that.
    world.wish(&application, vec![defender(&["AdvancedHunting.Read.All"], &["AdvancedHunting.Read"])]).await;
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, ["Incident.Read.All"]);
    assert!(!asked(&world, &ada, app).await.is_satisfied());

    world.consent(&ada, app).await.unwrap();
    let both = ["AdvancedHunting.Read.All", "Incident.Read.All"];
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, both);
    let second = world.directory.app_role_assignments(&reader, principal).await.unwrap();
    assert_eq!(second[..1], first, "the earlier grant is the same object");
    let grants = world.grants(world.alder, app).await;
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].id, first_grants[0].id);
    assert_eq!(grants[0].scopes, ["AdvancedHunting.Read", "Incident.Read"]);
}

#[tokio::test]
async fn a_second_consent_to_the_same_changes_nothing_and_is_not_logged() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    let (grants, events) = (world.grants(world.alder, app).await, world.audit(world.alder).await);
    world.consent(&ada, app).await.unwrap();
    assert_eq!(world.grants(world.alder, app).await, grants);
    assert_eq!(world.audit(world.alder).await, events);
}

#[tokio::test]
async fn who_may_consent_follows_from_the_role_and_the_permission() {
    use DirectoryRole::{
        ApplicationAdministrator, CloudApplicationAdministrator, GlobalAdministrator,
        PrivilegedRoleAdministrator, SecurityReader,
    };
    let world = World::new().await;
    let roles = [
        ("global", Some(GlobalAdministrator)),
        ("privileged", Some(PrivilegedRoleAdministrator)),
        ("application", Some(ApplicationAdministrator)),
        ("cloud", Some(CloudApplicationAdministrator)),
        ("reader", Some(SecurityReader)),
        ("nobody", None),
    ];
    let mut users = Vec::new();
    for (name, role) in roles {
        users.push(world.user(world.alder, &format!("{name}@alder.example"), role.as_slice()).await);
    }
    let (refused, partly) = (ConsentRefusal::NeedsAdministrator, ConsentRefusal::RoleNotSufficient);
    let all = || [None, None, None, None, Some(refused.clone()), Some(refused.clone())];
    let mut but_application_administrators = all();
    but_application_administrators[2..4].fill(Some(partly));
    let cases = [
        (defender(&["Incident.Read.All"], &[]), all()),
        (graph(&["SecurityIncident.Read.All"], &[]), but_application_administrators),
        (graph(&[], &["SecurityIncident.Read.All"]), all()),
    ];
    for (wish, expected) in cases {
        for (user, expected) in users.iter().zip(expected) {
            let application = world.application(vec![wish.clone()]).await;
            let outcome = world.consent(user, application.app_id).await;
            match expected {
                None => outcome.unwrap(),
                Some(expected) => {
                    assert_eq!(refusal(outcome), expected, "{}", user.name());
                    assert_untouched(&world, &application).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_user_consents_alone_to_what_users_may_grant() {
    let world = World::new().await;
    let bob = world.user(world.alder, "bob@alder.example", &[]).await;
    let eve = world.user(world.alder, "eve@alder.example", &[]).await;
    let application = world.application(vec![graph(&[], &["User.Read"])]).await;
    let app = application.app_id;
    let subject = ConsentSubject::WishList;
    let for_all = world.directory.grant_consent(&bob, app, &subject, Beneficiaries::Organisation).await;
    assert_eq!(refusal(for_all), ConsentRefusal::NeedsAdministrator);
    assert_untouched(&world, &application).await;
    world.directory.grant_consent(&bob, app, &subject, Beneficiaries::User).await.unwrap();
    let grants = world.grants(world.alder, app).await;
    let shown: Vec<_> = grants.iter().map(|grant| (grant.user, grant.scopes.clone())).collect();
    assert_eq!(shown, [(Some(bob.id()), vec!["User.Read".to_owned()])]);
    assert!(asked(&world, &bob, app).await.is_satisfied());
    assert!(!asked(&world, &eve, app).await.is_satisfied(), "it holds for the one user only");
    // Incident.Read is for administrators, also for oneself alone.
    let application = world.application(vec![defender(&[], &["Incident.Read"])]).await;
    let alone = world.directory.grant_consent(&bob, application.app_id, &subject, Beneficiaries::User).await;
    assert_eq!(refusal(alone), ConsentRefusal::NeedsAdministrator);
    assert_untouched(&world, &application).await;
}

#[tokio::test]
async fn named_scopes_are_granted_alone() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await.app_id;
    let subject = ConsentSubject::Scopes(vec![
        "https://api.security.microsoft.com/AdvancedHunting.Read".to_owned(),
        "User.Read".to_owned(),
    ]);
    world.directory.grant_consent(&ada, app, &subject, Beneficiaries::Organisation).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, Vec::<String>::new());
    let mut scopes: Vec<_> =
        world.grants(world.alder, app).await.into_iter().flat_map(|grant| grant.scopes).collect();
    scopes.sort();
    assert_eq!(scopes, ["AdvancedHunting.Read", "User.Read"]);
    let unknown = ConsentSubject::Scopes(vec!["https://graph.microsoft.com/No.Such".to_owned()]);
    let broken = world.directory.consent_request(&ada, app, &unknown).await.unwrap();
    let ConsentLookup::Broken(broken) = broken else { panic!("{broken:?}") };
    let expected =
        BrokenWish { resource: "https://graph.microsoft.com".to_owned(), permission: "No.Such".to_owned() };
    assert_eq!(broken, expected);
}

#[tokio::test]
async fn a_missing_licence_stops_the_whole_consent() {
    let world = World::new().await;
    let ben = world.user(world.birch, "ben@birch.example", &[DirectoryRole::GlobalAdministrator]).await;
    let app = world
        .application(vec![defender(&["Incident.Read.All"], &[]), graph(&["SecurityIncident.Read.All"], &[])])
        .await
        .app_id;
    let expected = ConsentRefusal::NotLicensed { resources: vec!["Microsoft Threat Protection".to_owned()] };
    assert_eq!(refusal(world.consent(&ben, app).await), expected);
    assert!(world.client(world.birch, app).await.principal.is_none());
}

#[tokio::test]
async fn a_resource_that_the_tenant_has_switched_off_is_as_good_as_missing() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await.app_id;
    let admin = world.operator.application_admin(world.alder);
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
    world.directory.update_service_principal(&admin, resource, off).await.unwrap();
    assert!(matches!(refusal(world.consent(&ada, app).await), ConsentRefusal::NotLicensed { .. }));
}

#[tokio::test]
async fn applications_that_cannot_be_consented_to_are_not_found() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let unknown: AppId = "99999999-0000-4000-8000-000000000001".parse().unwrap();
    let single = {
        let patch = ApplicationPatch {
            display_name: Some("Harbour's own".to_owned()),
            audience: Some(SignInAudience::AzureADMyOrg),
            ..ApplicationPatch::default()
        };
        let admin = world.operator.application_admin(world.harbour);
        world.directory.create_application(&admin, patch).await.unwrap().app_id
    };
    for app in [unknown, single] {
        let lookup = world.directory.consent_request(&ada, app, &ConsentSubject::WishList).await.unwrap();
        assert!(matches!(lookup, ConsentLookup::UnknownApplication), "{lookup:?}");
        let outcome = world.consent(&ada, app).await;
        assert!(matches!(outcome, Err(DirectoryError::NotFound { .. })), "{outcome:?}");
    }
    let application = world
        .application(vec![RequiredResource { resource: unknown, app_roles: Vec::new(), scopes: Vec::new() }])
        .await;
    let subject = ConsentSubject::WishList;
    let lookup = world.directory.consent_request(&ada, application.app_id, &subject).await.unwrap();
    assert!(matches!(lookup, ConsentLookup::Broken(_)), "{lookup:?}");
    assert!(world.consent(&ada, application.app_id).await.is_err());
    assert_untouched(&world, &application).await;
}

#[tokio::test]
async fn what_was_not_shown_is_not_granted() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let bob = world.user(world.alder, "bob@alder.example", &[DirectoryRole::GlobalAdministrator]).await;
    let application = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    let app = application.app_id;
    let shown = asked(&world, &ada, app).await.fingerprint(&ada);
    let accept = async |user: &SignedInUser| {
        let (subject, everybody) = (ConsentSubject::WishList, Beneficiaries::Organisation);
        world.directory.grant_shown_consent(user, app, &subject, everybody, &shown).await
    };
    world.wish(&application, vec![defender(&["Incident.ReadWrite.All"], &[])]).await;
    assert!(matches!(accept(&ada).await, Err(DirectoryError::ConsentChanged)));
    world.wish(&application, vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await;
    assert!(matches!(accept(&ada).await, Err(DirectoryError::ConsentChanged)));
    world.wish(&application, vec![defender(&["Incident.Read.All"], &[])]).await;
    assert!(
        matches!(accept(&bob).await, Err(DirectoryError::ConsentChanged)),
        "it was shown to somebody else"
    );
    assert_untouched(&world, &application).await;
    accept(&ada).await.unwrap();
    accept(&ada).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, ["Incident.Read.All"]);
}

#[tokio::test]
async fn another_tenants_own_application_is_not_shown_as_a_resource() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let secret = ApplicationPatch {
        display_name: Some("Project Nightfall".to_owned()),
        scopes: Some(vec![OwnScope {
            id: ScopeId::from_guid(uuid::Uuid::from_u128(9)),
            value: "Nightfall.Read".to_owned(),
            display_name: "Read".to_owned(),
            description: "Read".to_owned(),
            admin_only: false,
            enabled: true,
        }]),
        ..ApplicationPatch::default()
    };
    let admin = world.operator.application_admin(world.birch);
    let resource = world.directory.create_application(&admin, secret).await.unwrap();
    let wish = RequiredResource {
        resource: resource.app_id,
        app_roles: Vec::new(),
        scopes: resource.scopes.iter().map(|scope| scope.id).collect(),
    };
    let app = world.application(vec![wish]).await.app_id;
    let lookup = world.directory.consent_request(&ada, app, &ConsentSubject::WishList).await.unwrap();
    let ConsentLookup::Broken(broken) = lookup else { panic!("{lookup:?}") };
    assert_eq!(broken, BrokenWish { resource: resource.app_id.to_string(), permission: "any".to_owned() });
}
