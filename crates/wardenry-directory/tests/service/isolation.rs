//! An authorization object for one tenant finds nothing of another.

use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::{NewPassword, ServicePrincipalPatch};
use wardenry_directory::registration::ApplicationPatch;

use crate::world::{ALL, World, defender};

fn is_missing<T: std::fmt::Debug>(outcome: Result<T, DirectoryError>) {
    assert!(matches!(outcome, Err(DirectoryError::NotFound { .. })), "{outcome:?}");
}

#[tokio::test]
async fn objects_of_another_tenant_are_not_there() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let application = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    world.consent(&ada, application.app_id).await.unwrap();
    let principal = world.principal_of(world.alder, application.app_id).await;
    let directory = &world.directory;
    let alder = world.operator.reader(world.alder);
    let assignment = directory.app_role_assignments(&alder, principal).await.unwrap().remove(0);

    let (reader, admin) = (world.operator.reader(world.birch), world.operator.application_admin(world.birch));
    let grants = world.operator.grant_admin(world.birch);
    is_missing(directory.application(&reader, application.id).await);
    is_missing(directory.application_by_app_id(&reader, application.app_id).await);
    is_missing(directory.service_principal(&reader, principal).await);
    is_missing(directory.service_principal_by_app_id(&reader, application.app_id).await);
    is_missing(directory.app_role_assignments(&reader, principal).await);
    is_missing(directory.app_role_assigned_to(&reader, principal, ALL).await);
    is_missing(directory.update_application(&admin, application.id, ApplicationPatch::default()).await);
    is_missing(directory.delete_application(&admin, application.id).await);
    is_missing(directory.add_password(&admin, application.id, NewPassword::default()).await);
    is_missing(directory.update_service_principal(&admin, principal, ServicePrincipalPatch::default()).await);
    is_missing(directory.delete_service_principal(&admin, principal).await);
    is_missing(directory.remove_app_role_assignment(&grants, principal, &assignment.id).await);
    let role = THREAT_PROTECTION.app_role("Incident.Read.All").unwrap().id;
    let crossing = directory.assign_app_role(&grants, principal, assignment.resource, role).await;
    assert!(matches!(crossing, Err(DirectoryError::Invalid { .. })), "{crossing:?}");
    assert_eq!(directory.applications(&reader, ALL).await.unwrap().len(), 0);
    assert_eq!(directory.service_principals(&reader, ALL).await.unwrap().len(), 1, "Graph alone");
    assert_eq!(world.roles(world.alder, application.app_id, &THREAT_PROTECTION).await, ["Incident.Read.All"]);
    let birch: Vec<_> = world.audit(world.birch).await.into_iter().map(|event| event.action).collect();
    assert_eq!(birch, ["tenant.create"]);
}

#[tokio::test]
async fn a_principal_of_a_first_party_resource_cannot_be_deleted() {
    let world = World::new().await;
    let admin = world.operator.application_admin(world.alder);
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    let refused = world.directory.delete_service_principal(&admin, resource).await;
    assert!(matches!(refused, Err(DirectoryError::OutOfReach(_))), "{refused:?}");
    assert_eq!(world.principal_of(world.alder, THREAT_PROTECTION.app_id).await, resource);
}
