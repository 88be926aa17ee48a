//! Revocation by the customer: what the service answers changes with the write, never later.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_core::id::AppRoleId;
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::DirectoryStore as _;
use wardenry_oauth::tenant_segment::TenantSegment;

use crate::world::{World, defender};

fn incident_read() -> AppRoleId {
    THREAT_PROTECTION.app_role("Incident.Read.All").unwrap().id
}

#[tokio::test]
async fn a_removed_assignment_is_gone_from_the_next_answer() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let roles = ["AdvancedHunting.Read.All", "Incident.Read.All"];
    let application = world.application(vec![defender(&roles, &[])]).await;
    let app = application.app_id;
    world.consent(&ada, app).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, roles);

    let principal = world.principal_of(world.alder, app).await;
    let reader = world.operator.reader(world.alder);
    let assignments = world.directory.app_role_assignments(&reader, principal).await.unwrap();
    let incident = assignments.iter().find(|assignment| assignment.role == incident_read()).unwrap();
    let admin = world.operator.grant_admin(world.alder);
    world.directory.remove_app_role_assignment(&admin, principal, &incident.id).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, ["AdvancedHunting.Read.All"]);

    // The publisher's registration has no say in it, and a new consent brings it back.
    world.wish(&application, vec![defender(&["Incident.Read.All"], &[])]).await;
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, ["AdvancedHunting.Read.All"]);
    world.consent(&ada, app).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, roles);
}

#[tokio::test]
async fn a_deleted_principal_takes_every_grant_along() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &["Incident.Read"])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    let before = world.client(world.alder, app).await.principal.as_ref().unwrap().id;
    let admin = world.operator.application_admin(world.alder);
    world.directory.delete_service_principal(&admin, before).await.unwrap();
    assert!(world.client(world.alder, app).await.principal.is_none());
    // Letting it in again grants nothing by itself.
    let patch = ServicePrincipalPatch::default();
    let again = world.directory.create_service_principal(&admin, app, patch).await.unwrap();
    assert_ne!(again.id, before);
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, Vec::<String>::new());
    assert_eq!(world.grants(world.alder, app).await, []);
}

#[tokio::test]
async fn switching_off_shows_at_once_on_either_side() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let application = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    let app = application.app_id;
    world.consent(&ada, app).await.unwrap();
    let enabled = async || world.client(world.alder, app).await.principal.as_ref().unwrap().enabled;
    assert!(enabled().await);
    let admin = world.operator.application_admin(world.alder);
    let principal = world.principal_of(world.alder, app).await;
    let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
    world.directory.update_service_principal(&admin, principal, off.clone()).await.unwrap();
    assert!(!enabled().await);

    let resource = async || {
        let found = world.directory.resource(world.alder, THREAT_PROTECTION.identifiers[0]).await;
        found.unwrap().unwrap().enabled
    };
    assert!(resource().await);
    let principal = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    world.directory.update_service_principal(&admin, principal, off).await.unwrap();
    assert!(!resource().await);

    assert!(!world.client(world.alder, app).await.disabled);
    let off = ApplicationPatch { disabled: Some(true), ..ApplicationPatch::default() };
    let publisher = world.operator.application_admin(world.harbour);
    world.directory.update_application(&publisher, application.id, off).await.unwrap();
    assert!(world.client(world.alder, app).await.disabled);
    world.directory.delete_application(&publisher, application.id).await.unwrap();
    assert!(world.directory.client(world.alder, app).await.unwrap().is_none());
}

#[tokio::test]
async fn the_tenants_answer_is_remembered_under_each_of_its_names() {
    let world = World::new().await;
    let by = async |segment: &str| {
        let segment = TenantSegment::parse(segment).unwrap();
        world.directory.tenant(&segment).await.unwrap().map(|tenant| tenant.id)
    };
    for _ in 0..2 {
        assert_eq!(by("alder.example").await, Some(world.alder));
        assert_eq!(by(&world.alder.to_string()).await, Some(world.alder));
        assert_eq!(by("cedar.example").await, None);
        assert_eq!(by("common").await, None);
    }
}

/// Readers keep the cache busy while one writer grants and revokes; whatever the writer has done is what
/// the next answer says.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_brings_an_old_answer_back() {
    const ROUNDS: usize = 40;
    let world = Arc::new(World::new().await);
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["AdvancedHunting.Read.All"], &[])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..6)
        .map(|_| {
            let (world, done) = (Arc::clone(&world), Arc::clone(&done));
            tokio::spawn(async move {
                let mut reads = 0_u32;
                while !done.load(Ordering::SeqCst) {
                    assert!(world.client(world.alder, app).await.principal.is_some());
                    reads += 1;
                    tokio::task::yield_now().await;
                }
                reads
            })
        })
        .collect();
    let admin = world.operator.grant_admin(world.alder);
    let client = world.principal_of(world.alder, app).await;
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    for round in 0..ROUNDS {
        let assignment =
            world.directory.assign_app_role(&admin, client, resource, incident_read()).await.unwrap();
        let roles = world.roles(world.alder, app, &THREAT_PROTECTION).await;
        assert_eq!(roles, ["AdvancedHunting.Read.All", "Incident.Read.All"], "round {round}");
        world.directory.remove_app_role_assignment(&admin, client, &assignment.id).await.unwrap();
        let roles = world.roles(world.alder, app, &THREAT_PROTECTION).await;
        assert_eq!(roles, ["AdvancedHunting.Read.All"], "round {round}");
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_resource_that_is_switched_off_gives_no_permissions_to_any_token() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, ["Incident.Read.All"]);
    let admin = world.operator.application_admin(world.alder);
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    for (enabled, expected) in [(false, &[][..]), (true, &["Incident.Read.All"][..])] {
        let patch = ServicePrincipalPatch { enabled: Some(enabled), ..ServicePrincipalPatch::default() };
        world.directory.update_service_principal(&admin, resource, patch).await.unwrap();
        assert_eq!(world.roles(world.alder, app, &THREAT_PROTECTION).await, expected, "{enabled}");
    }
}

/// Polls a piece of work a number of times and then drops it, as when a client goes away.
async fn abandoned_after(polls: usize, work: impl Future) {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}

#[tokio::test]
async fn a_change_whose_client_goes_away_is_felt_if_it_happens() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    let principal = world.principal_of(world.alder, app).await;
    let admin = world.operator.application_admin(world.alder);
    for polls in 1..30 {
        let answered = world.client(world.alder, app).await.principal.as_ref().unwrap().enabled;
        let patch = ServicePrincipalPatch { enabled: Some(!answered), ..ServicePrincipalPatch::default() };
        abandoned_after(polls, world.directory.update_service_principal(&admin, principal, patch)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let answered = world.client(world.alder, app).await.principal.as_ref().unwrap().enabled;
        let stored = world.store.service_principal(world.alder, principal).await.unwrap().unwrap();
        assert_eq!(answered, stored.enabled, "abandoned after {polls} polls");
    }
}
