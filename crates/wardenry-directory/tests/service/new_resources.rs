//! Resources that are new in the catalogue, in a folder from before.

use wardenry_core::catalogue::{THREAT_PROTECTION, WARDENRY};
use wardenry_core::id::TenantId;
use wardenry_directory::admin::Operator;
use wardenry_directory::store::{DirectoryStore as _, Page};

use crate::world::World;

/// The names of the resources that a tenant has, by age.
async fn resources(world: &World, tenant: TenantId) -> Vec<String> {
    let principals = world.store.service_principals(tenant, Page { skip: 0, take: 100 }).await.unwrap();
    let mut names: Vec<_> = principals.into_iter().map(|principal| principal.display_name).collect();
    names.sort();
    names
}

/// The world's tenants were made when there was no resource for bringing events in.
#[tokio::test]
async fn every_tenant_has_a_new_resource_once() {
    let world = World::new().await;
    let operator = Operator::of_the_data_folder();
    let offered = world.directory.offer_new_resources(&operator).await.unwrap();
    assert_eq!(offered, [&WARDENRY]);
    assert_eq!(
        resources(&world, world.alder).await,
        ["Microsoft Graph", "Microsoft Threat Protection", "Wardenry"]
    );
    // What a tenant was not licensed for stays so.
    assert_eq!(resources(&world, world.birch).await, ["Microsoft Graph", "Wardenry"]);
    let principal = world.principal_of(world.birch, WARDENRY.app_id).await;
    let event = world.audit(world.birch).await.pop().unwrap();
    assert_eq!(
        (event.action, event.target, event.detail),
        (
            "service_principal.create",
            format!("service principal {principal}"),
            format!("Wardenry ({})", WARDENRY.app_id)
        )
    );
    let log = world.audit(world.birch).await;
    let world = world.restart().await;
    assert_eq!(world.directory.offer_new_resources(&operator).await.unwrap(), [] as [&_; 0]);
    assert_eq!(world.audit(world.birch).await, log);
    assert_eq!(resources(&world, world.birch).await, ["Microsoft Graph", "Wardenry"]);
    assert!(!resources(&world, world.birch).await.contains(&THREAT_PROTECTION.display_name.to_owned()));
}
