//! What those who look after a tenant see of its applications, and single permissions taken back.

use std::time::Duration;

use wardenry_core::catalogue::{DirectoryRole, THREAT_PROTECTION};
use wardenry_directory::model::Actor;

use crate::world::{World, defender};

#[tokio::test]
async fn a_consent_is_told_with_who_gave_it() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    let other = world.application(vec![defender(&["Incident.Read.All"], &[])]).await;
    world.consent(&ada, app.app_id).await.unwrap();
    world.consent(&ada, other.app_id).await.unwrap();
    let reader = world.operator.reader(world.alder);
    let consents = world.directory.consents_to(&reader, app.app_id).await.unwrap();
    let told: Vec<_> = consents.into_iter().map(|event| (event.actor, event.detail)).collect();
    let by_ada = Actor::User { id: ada.id(), name: "ada@alder.example".to_owned() };
    assert_eq!(told, [(by_ada, "Harbour Watch: Incident.Read.All".to_owned())]);
    let elsewhere = world.operator.reader(world.birch);
    assert!(world.directory.consents_to(&elsewhere, app.app_id).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_scope_is_taken_back_and_a_grant_without_scopes_is_gone() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let app = world.application(vec![defender(&[], &["Incident.Read", "AdvancedHunting.Read"])]).await;
    world.consent(&ada, app.app_id).await.unwrap();
    let client = world.principal_of(world.alder, app.app_id).await;
    let grant = world.grants(world.alder, app.app_id).await.remove(0);
    let admin = world.operator.grant_admin(world.alder);
    let revoke = async |scope: &str| world.directory.revoke_scope(&admin, client, &grant.id, scope).await;
    revoke("Incident.Read").await.unwrap();
    assert_eq!(world.grants(world.alder, app.app_id).await[0].scopes, ["AdvancedHunting.Read"]);
    assert!(revoke("Incident.Read").await.is_err());
    // Neither another tenant's administrator nor another client's address reaches it.
    let foreign = world.operator.grant_admin(world.birch);
    assert!(world.directory.revoke_scope(&foreign, client, &grant.id, "AdvancedHunting.Read").await.is_err());
    let resource = world.principal_of(world.alder, THREAT_PROTECTION.app_id).await;
    assert!(world.directory.revoke_scope(&admin, resource, &grant.id, "AdvancedHunting.Read").await.is_err());
    revoke("AdvancedHunting.Read").await.unwrap();
    assert!(world.grants(world.alder, app.app_id).await.is_empty());
    let event = world.audit(world.alder).await.pop().unwrap();
    assert_eq!(
        (event.action, event.target, event.detail),
        (
            "delegated_grant.revoke",
            format!("service principal {client}"),
            "AdvancedHunting.Read on Microsoft Threat Protection from Harbour Watch".to_owned()
        )
    );
}

#[tokio::test]
async fn the_last_token_is_written_down_once_a_minute() {
    let world = World::new().await;
    let app = world.application(Vec::new()).await.app_id;
    let reader = world.operator.reader(world.alder);
    let first = world.directory.clock().now();
    world.directory.note_token(world.alder, app).unwrap().await.unwrap();
    world.clock.advance(Duration::from_secs(59));
    assert!(world.directory.note_token(world.alder, app).is_none());
    assert_eq!(world.directory.last_tokens(&reader).await.unwrap(), [(app, first)]);
    // Another tenant's token is another matter.
    world.directory.note_token(world.birch, app).unwrap().await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    world.directory.note_token(world.alder, app).unwrap().await.unwrap();
    assert_eq!(
        world.directory.last_tokens(&reader).await.unwrap(),
        [(app, first.plus(Duration::from_secs(60)))]
    );
    let user = world.user(world.alder, "bob@alder.example", &[DirectoryRole::SecurityReader]).await;
    assert_eq!(
        world.directory.user_name(&reader, user.id()).await.unwrap().as_deref(),
        Some("bob@alder.example")
    );
}
