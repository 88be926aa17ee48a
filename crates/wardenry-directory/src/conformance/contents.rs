//! Everything that can be seen in a store, to compare before and after.

use crate::model::{AppRoleAssignment, AuditEvent, DelegatedGrant, ServicePrincipal, Tenant, User};
use crate::store::DirectoryStore;

use super::forms::{self, ApplicationForm, SigningKeyForm};
use super::samples::{ALL, digest};

/// How many of the sample sessions are looked for; sessions cannot be listed.
const SESSIONS: u8 = 8;

#[derive(Debug, PartialEq)]
pub(super) struct Contents {
    tenants: Vec<Tenant>,
    users: Vec<User>,
    applications: Vec<ApplicationForm>,
    principals: Vec<ServicePrincipal>,
    assignments: Vec<AppRoleAssignment>,
    grants: Vec<DelegatedGrant>,
    live_sessions: Vec<u8>,
    signing_keys: Vec<SigningKeyForm>,
    audit_events: Vec<AuditEvent>,
}

/// Reads all tenants with all that is in them. Compares equal to a later reading if nothing has changed.
pub(super) async fn contents(store: &dyn DirectoryStore) -> Contents {
    let tenants = store.tenants(ALL).await.unwrap();
    let mut contents = Contents {
        tenants: tenants.clone(),
        users: Vec::new(),
        applications: Vec::new(),
        principals: Vec::new(),
        assignments: Vec::new(),
        grants: Vec::new(),
        live_sessions: Vec::new(),
        signing_keys: forms::signing_keys(&store.signing_keys().await.unwrap()),
        audit_events: Vec::new(),
    };
    for Tenant { id: tenant, .. } in tenants {
        contents.users.extend(store.users(tenant, ALL).await.unwrap());
        contents.applications.extend(forms::applications(&store.applications(tenant, ALL).await.unwrap()));
        contents.audit_events.extend(store.audit_events(tenant, ALL).await.unwrap());
        let principals = store.service_principals(tenant, ALL).await.unwrap();
        for principal in &principals {
            let assignments = store.app_role_assignments_of(tenant, principal.id).await.unwrap();
            contents.assignments.extend(assignments);
            contents.grants.extend(store.delegated_grants_of(tenant, principal.id).await.unwrap());
        }
        contents.principals.extend(principals);
    }
    for n in 0..SESSIONS {
        if store.session(&digest(n)).await.unwrap().is_some() {
            contents.live_sessions.push(n);
        }
    }
    contents
}
