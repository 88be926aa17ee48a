//! Passwords, throttling, disabled accounts, sessions.

use std::time::Duration;

use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::secret::SecretString;
use wardenry_core::time::Clock as _;
use wardenry_directory::model::{Actor, AuditEvent, User};
use wardenry_directory::sign_in::{SESSION_LIFETIME, SignInError, SignedInUser};
use wardenry_directory::store::{Change, DirectoryStore as _};

use crate::world::{PASSWORD, World};

async fn attempt(world: &World, name: &str, password: &str, address: &str) -> Result<SignedInUser, String> {
    match world.directory.sign_in(name, &password.into(), address).await {
        Ok(user) => Ok(user),
        Err(SignInError::Invalid) => Err("invalid".to_owned()),
        Err(SignInError::Throttled) => Err("throttled".to_owned()),
        Err(SignInError::Disabled) => Err("disabled".to_owned()),
        Err(error) => panic!("{error:?}"),
    }
}

/// Changes a user in the database, as another part of the product would.
async fn change_user(world: &World, user: &SignedInUser, change: impl FnOnce(&mut User)) {
    let mut stored = world.store.user(user.tenant(), user.id()).await.unwrap().unwrap();
    change(&mut stored);
    let event = AuditEvent {
        id: user.id().as_guid(),
        tenant: user.tenant(),
        at: world.clock.now(),
        actor: Actor::System,
        action: "user.update",
        target: format!("user {}", user.id()),
        detail: String::new(),
        address: None,
    };
    world.store.commit(&[Change::PutUser(stored)], &event).await.unwrap();
}

#[tokio::test]
async fn only_name_and_password_together_sign_in() {
    let world = World::new().await;
    let ada = world.administrator().await;
    assert_eq!(attempt(&world, " ADA@Alder.example ", PASSWORD, "::1").await, Ok(ada));
    for (name, password) in [
        ("ada@alder.example", "wrong"),
        ("ada@alder.example", ""),
        ("bob@alder.example", PASSWORD),
        ("ada@birch.example", PASSWORD),
        ("", ""),
    ] {
        assert_eq!(attempt(&world, name, password, "::1").await, Err("invalid".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn ten_failures_close_an_account_for_ten_minutes_even_to_the_right_password() {
    let world = World::new().await;
    world.administrator().await;
    for name in ["ada@alder.example", "nobody@alder.example"] {
        for _ in 0..10 {
            assert_eq!(attempt(&world, name, "wrong", "::1").await, Err("invalid".to_owned()));
        }
        assert_eq!(attempt(&world, name, PASSWORD, "::2").await, Err("throttled".to_owned()), "{name}");
    }
    world.clock.advance(Duration::from_secs(599));
    assert_eq!(attempt(&world, "ada@alder.example", PASSWORD, "::1").await, Err("throttled".to_owned()));
    world.clock.advance(Duration::from_secs(1));
    assert!(attempt(&world, "ada@alder.example", PASSWORD, "::1").await.is_ok());
}

#[tokio::test]
async fn a_disabled_account_is_told_so_only_to_those_who_know_the_password() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let session = world.directory.start_session(&ada).await.unwrap();
    change_user(&world, &ada, |user| user.enabled = false).await;
    assert_eq!(attempt(&world, "ada@alder.example", PASSWORD, "::1").await, Err("disabled".to_owned()));
    assert_eq!(attempt(&world, "ada@alder.example", "wrong", "::1").await, Err("invalid".to_owned()));
    assert_eq!(world.directory.session_user(&session).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_lives_for_a_day_and_not_longer() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let session = world.directory.start_session(&ada).await.unwrap();
    let almost = SESSION_LIFETIME.saturating_sub(Duration::from_secs(1));
    world.clock.advance(almost);
    assert_eq!(world.directory.session_user(&session).await.unwrap(), Some(ada));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.directory.session_user(&session).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_ends_when_it_is_ended_and_leaves_others_alone() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let one = world.directory.start_session(&ada).await.unwrap();
    let other = world.directory.start_session(&ada).await.unwrap();
    world.directory.end_session(&one).await.unwrap();
    world.directory.end_session(&one).await.unwrap();
    assert_eq!(world.directory.session_user(&one).await.unwrap(), None);
    assert_eq!(world.directory.session_user(&other).await.unwrap(), Some(ada));
    let made_up = SecretString::from("x");
    assert_eq!(world.directory.session_user(&made_up).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_has_the_roles_of_the_moment() {
    let world = World::new().await;
    let ada = world.administrator().await;
    let session = world.directory.start_session(&ada).await.unwrap();
    change_user(&world, &ada, |user| user.roles = vec![DirectoryRole::SecurityReader]).await;
    let user = world.directory.session_user(&session).await.unwrap().unwrap();
    assert_eq!(user.roles(), [DirectoryRole::SecurityReader]);
}
