//! Many at the same time.

use crate::model::{Application, PasswordCredential, ServicePrincipal, Tenant, User};
use crate::store::{Change, DirectoryStore, Unique};

use super::outcome::{Outcome, apply, attempt};
use super::samples::{
    ALL, app_id, application, application_id, key_id, password, principal, tenant, tenant_id, user,
};

/// How often the commits that race with readers are repeated.
const ROUNDS: u8 = 40;

/// A name that several people ask for at once goes to one of them.
pub async fn one_of_many_takes_a_name(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    let claim = |n| {
        let user_name = "admin@alpha.example".to_owned();
        [Change::PutUser(User { user_name, ..user(tenant_id(1), n) })]
    };
    let claims = [claim(1), claim(2), claim(3), claim(4)];
    let outcomes = all_at_once(store, &claims).await;
    let users = store.users(tenant_id(1), ALL).await.unwrap();
    assert_eq!(users.len(), 1);
    for (n, outcome) in (1..).zip(outcomes) {
        let won = users[0].id == user(tenant_id(1), n).id;
        assert_eq!(outcome, if won { Outcome::Done } else { Outcome::Exists(Unique::UserName) });
    }
}

/// Two administrators who consent at once make one service principal.
pub async fn one_of_many_makes_the_service_principal(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    let consent = |n| {
        let principal = ServicePrincipal { app_id: app_id(9), ..principal(tenant_id(1), n) };
        [Change::PutServicePrincipal(principal)]
    };
    let outcomes = all_at_once(store, &[consent(1), consent(2), consent(3), consent(4)]).await;
    let made = store.service_principals(tenant_id(1), ALL).await.unwrap();
    assert_eq!(made.len(), 1);
    for (n, outcome) in (1..).zip(outcomes) {
        let won = made[0].id == principal(tenant_id(1), n).id;
        assert_eq!(outcome, if won { Outcome::Done } else { Outcome::Exists(Unique::ServicePrincipal) });
    }
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap().len(), 2);
}

/// Commits that have nothing to do with one another do not fail for being at the same time.
pub async fn commits_of_different_things_all_succeed(store: &dyn DirectoryStore) {
    for round in 0..10_u8 {
        let put = |n: u8| [Change::PutTenant(tenant(4 * round + n))];
        let outcomes = all_at_once(store, &[put(0), put(1), put(2), put(3)]).await;
        assert_eq!(outcomes, [Outcome::Done, Outcome::Done, Outcome::Done, Outcome::Done]);
    }
    let expected: Vec<Tenant> = (0..40).map(tenant).collect();
    assert_eq!(store.tenants(ALL).await.unwrap(), expected);
}

/// Once a commit has returned, no reader may answer from before: a revoked grant is revoked.
pub async fn a_finished_commit_is_seen_by_every_reader(store: &dyn DirectoryStore) {
    for n in 1..=ROUNDS {
        let expected = tenant(n);
        apply(store, &[Change::PutTenant(expected.clone())]).await;
        let domain = &expected.domains[0];
        let (a, b, c, d) = tokio::join!(
            store.tenant(expected.id),
            store.tenant_by_domain(domain),
            store.tenant(expected.id),
            store.tenant_by_domain(domain),
        );
        for found in [a, b, c, d] {
            assert_eq!(found.unwrap().as_ref(), Some(&expected));
        }
    }
}

/// Two tenants are renamed together; no listing has the one renamed and the other not.
pub async fn nobody_sees_half_a_commit(store: &dyn DirectoryStore) {
    let renamed = |round: u8| {
        [1, 2].map(|n| {
            let display_name = format!("Round {round}");
            let domains = (0..round % 3).map(|d| format!("d{d}.t{n}.r{round}.example")).collect();
            Change::PutTenant(Tenant { display_name, domains, ..tenant(n) })
        })
    };
    apply(store, &renamed(0)).await;
    let write = async {
        for round in 1..=ROUNDS {
            apply(store, &renamed(round)).await;
        }
    };
    let read = async {
        for _ in 0..u32::from(ROUNDS) * 4 {
            let seen = store.tenants(ALL).await.unwrap();
            assert_eq!(seen[0].display_name, seen[1].display_name);
            assert_eq!(seen[0].domains.len(), seen[1].domains.len());
        }
    };
    tokio::join!(write, read);
}

/// A secret is exchanged and the application renamed after it; whoever looks the application up finds
/// exactly the secret that its name tells of.
pub async fn an_application_and_its_credentials_are_of_one_moment(store: &dyn DirectoryStore) {
    let id = application_id(1);
    let named = |n: u8| Application { display_name: n.to_string(), ..application(tenant_id(1), 1) };
    let secret = |n: u8| PasswordCredential { hint: n.to_string(), ..password(n) };
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutApplication(named(0)),
            Change::AddPassword { application: id, credential: secret(0) },
        ],
    )
    .await;
    let write = async {
        for n in 1..=ROUNDS {
            let exchange = [
                Change::AddPassword { application: id, credential: secret(n) },
                Change::RemovePassword { application: id, key_id: key_id(n - 1) },
                Change::PutApplication(named(n)),
            ];
            apply(store, &exchange).await;
        }
    };
    let read = async {
        for _ in 0..u32::from(ROUNDS) * 4 {
            let seen = store.application_by_app_id(app_id(1)).await.unwrap().unwrap();
            let hints: Vec<&str> = seen.passwords.iter().map(|password| password.hint.as_str()).collect();
            assert_eq!(hints, [seen.display_name.as_str()]);
        }
    };
    tokio::join!(write, read);
}

/// Starts four commits before any of them has finished.
async fn all_at_once<const N: usize>(store: &dyn DirectoryStore, commits: &[[Change; N]; 4]) -> [Outcome; 4] {
    let [a, b, c, d] = commits;
    tokio::join!(attempt(store, a), attempt(store, b), attempt(store, c), attempt(store, d)).into()
}
