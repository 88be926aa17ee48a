//! What an organisation sees of the tenants that use its applications, and may do in them.

use wardenry_core::calls::{LIST_INCIDENTS, RUN_ADVANCED_HUNTING};
use wardenry_core::catalogue::{DirectoryRole, THREAT_PROTECTION};
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_oauth::caller::Permissions;

use crate::world::{World, defender};

/// The names of the tenants in which the user may list incidents.
async fn reached(world: &World, user: &SignedInUser) -> Vec<String> {
    let found = world.directory.customers_within_reach(user, &LIST_INCIDENTS).await.unwrap();
    found.iter().map(|access| access.tenant.display_name.clone()).collect()
}

#[tokio::test]
async fn a_tenant_is_within_reach_from_its_consent_until_it_takes_it_back() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let analyst = world.user(world.harbour, "ines@harbour.example", &[DirectoryRole::SecurityReader]).await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await.app_id;
    assert_eq!(reached(&world, &analyst).await, [""; 0]);

    world.consent(&ada, app).await.unwrap();
    assert_eq!(reached(&world, &analyst).await, ["Alder"]);
    let within =
        async |call| world.directory.customer_within_reach(&analyst, world.alder, call).await.unwrap();
    let access = within(&LIST_INCIDENTS).await.unwrap();
    assert_eq!((access.caller.tenant(), access.caller.app(), access.app), (world.alder, app, app));
    let roles = vec!["Incident.Read.All".to_owned()];
    assert_eq!(*access.caller.permissions(), Permissions::Application { roles });
    assert!(within(&RUN_ADVANCED_HUNTING).await.is_none(), "hunting was not granted");

    let principal = world.principal_of(world.alder, app).await;
    let admin = world.operator.application_admin(world.alder);
    let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
    world.directory.update_service_principal(&admin, principal, off).await.unwrap();
    assert_eq!(reached(&world, &analyst).await, [""; 0]);
}

#[tokio::test]
async fn only_people_of_the_publisher_with_a_security_role_reach_customers() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await.app_id;
    world.consent(&ada, app).await.unwrap();
    let clerk = world.user(world.harbour, "cleo@harbour.example", &[]).await;
    let registrar =
        world.user(world.harbour, "rob@harbour.example", &[DirectoryRole::ApplicationAdministrator]).await;
    let other = world.user(world.birch, "bea@birch.example", &[DirectoryRole::GlobalAdministrator]).await;
    for user in [&clerk, &registrar, &other, &ada] {
        assert_eq!(reached(&world, user).await, [""; 0], "{}", user.name());
    }
}

#[tokio::test]
async fn the_publisher_sees_what_each_tenant_has_granted() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let application = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    let reader = world.operator.reader(world.harbour);
    assert!(world.directory.customers_of(&reader, &application).await.unwrap().is_empty());
    world.consent(&ada, application.app_id).await.unwrap();
    let customers = world.directory.customers_of(&reader, &application).await.unwrap();
    let seen: Vec<_> = customers
        .iter()
        .map(|customer| (customer.tenant.display_name.as_str(), customer.enabled, customer.granted.clone()))
        .collect();
    let granted = vec![(THREAT_PROTECTION.app_id, vec!["Incident.Read.All".to_owned()])];
    assert_eq!(seen, [("Alder", true, granted)]);
}
