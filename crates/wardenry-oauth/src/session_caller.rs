//! Callers that come from a browser's session instead of a token: what the portal does for the person who is signed in.
//!
//! The portal is a first-party client. It holds no permission of its own that a person could lend: for the person's own tenant
//! it carries the delegated permissions of the call at hand, so that the person's directory roles alone decide; for another
//! tenant it acts as an application of the person's organisation, and carries what that tenant has granted to the application.
//! The services check such a caller as they check one from a token.

use uuid::Uuid;
use wardenry_core::calls::ApiCall;
use wardenry_core::catalogue::{DirectoryRole, PORTAL};
use wardenry_core::id::TenantId;

use crate::answers::ClientAnswer;
use crate::caller::{Caller, Permissions};

/// The directory roles of which a person needs one to work in other tenants by the applications of their organisation.
pub const PARTNER_ROLES: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::SecurityReader];

/// A person with a running session. Whoever constructs one vouches for it; the directory does, from its sessions.
#[derive(Debug, Clone, Copy)]
pub struct SessionUser<'a> {
    pub tenant: TenantId,
    pub id: Uuid,
    pub name: &'a str,
    pub roles: &'a [DirectoryRole],
}

/// Why a person may not work in another tenant by an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoAccess {
    #[error("the application belongs to another organisation")]
    ForeignApplication,
    #[error(
        "none of your directory roles is {}, which working in customers' tenants takes",
        PARTNER_ROLES.map(DirectoryRole::display_name).join(" or ")
    )]
    UserRole,
    #[error("the application is switched off, here or by the other tenant")]
    Disabled,
    #[error("the other tenant has not consented to the application")]
    NoConsent,
}

impl SessionUser<'_> {
    /// The person as a caller in their own tenant.
    pub fn at_home(&self, call: &ApiCall) -> Caller {
        Caller {
            tenant: self.tenant,
            app: PORTAL,
            object_id: self.id,
            resource: call.resources[0],
            permissions: Permissions::Delegated {
                scopes: call.scopes.iter().map(|&scope| scope.to_owned()).collect(),
                directory_roles: self.roles.to_vec(),
                user_name: Some(self.name.to_owned()),
            },
        }
    }

    /// An application of the person's organisation as a caller in another tenant, with what the tenant has granted to it of
    /// the call's resource. `client` is what the directory answers about the application in that tenant.
    pub fn through(
        &self,
        client: &ClientAnswer,
        tenant: TenantId,
        call: &ApiCall,
    ) -> Result<Caller, NoAccess> {
        let resource = call.resources[0];
        if client.home_tenant != self.tenant {
            return Err(NoAccess::ForeignApplication);
        }
        if !self.roles.iter().any(|role| PARTNER_ROLES.contains(role)) {
            return Err(NoAccess::UserRole);
        }
        let principal = client.principal.as_ref().ok_or(NoAccess::NoConsent)?;
        if client.disabled || !principal.enabled {
            return Err(NoAccess::Disabled);
        }
        let granted = principal.app_roles.iter().find(|(app, _)| *app == resource.app_id);
        let roles = granted.map(|(_, roles)| roles.clone()).unwrap_or_default();
        Ok(Caller {
            tenant,
            app: client.app,
            object_id: principal.id.as_guid(),
            resource,
            permissions: Permissions::Application { roles },
        })
    }
}

#[cfg(test)]
mod tests {
    use wardenry_core::calls::{INGEST_EVENTS, LIST_INCIDENTS};
    use wardenry_core::catalogue::THREAT_PROTECTION;
    use wardenry_core::id::{AppId, ServicePrincipalId};
    use wardenry_core::time::Timestamp;

    use super::*;
    use crate::answers::{PrincipalFacts, SignInAudience};

    const HOME: TenantId = TenantId::from_guid(Uuid::from_u128(1));
    const CUSTOMER: TenantId = TenantId::from_guid(Uuid::from_u128(2));

    fn user(roles: &[DirectoryRole]) -> SessionUser<'_> {
        SessionUser { tenant: HOME, id: Uuid::from_u128(3), name: "ada@home.example", roles }
    }

    fn client() -> ClientAnswer {
        ClientAnswer {
            app: AppId::from_guid(Uuid::from_u128(4)),
            display_name: "Connector".into(),
            home_tenant: HOME,
            audience: SignInAudience::AzureADMultipleOrgs,
            disabled: false,
            secrets: Vec::new(),
            certificates: Vec::new(),
            principal: Some(PrincipalFacts {
                id: ServicePrincipalId::from_guid(Uuid::from_u128(5)),
                enabled: true,
                created: Timestamp::from_unix_secs(0),
                app_roles: vec![(THREAT_PROTECTION.app_id, vec!["Incident.Read.All".into()])],
                assigned_resources: Vec::new(),
            }),
        }
    }

    #[test]
    fn at_home_the_persons_roles_travel_with_the_delegated_permissions_of_one_call() {
        let caller = user(&[DirectoryRole::SecurityReader]).at_home(&LIST_INCIDENTS);
        assert_eq!((caller.tenant(), caller.object_id()), (HOME, Uuid::from_u128(3)));
        assert_eq!(caller.may(&LIST_INCIDENTS), Ok(()));
        assert!(caller.may(&INGEST_EVENTS).is_err());
        assert!(matches!(
            caller.permissions(),
            Permissions::Delegated { directory_roles, .. } if *directory_roles == [DirectoryRole::SecurityReader]
        ));
    }

    #[test]
    fn elsewhere_the_application_carries_what_the_tenant_has_granted_and_nothing_else() {
        let reader = [DirectoryRole::SecurityReader];
        let caller = user(&reader).through(&client(), CUSTOMER, &LIST_INCIDENTS).unwrap();
        assert_eq!(
            (caller.tenant(), caller.app(), caller.object_id()),
            (CUSTOMER, client().app, Uuid::from_u128(5))
        );
        let roles = vec!["Incident.Read.All".to_owned()];
        assert_eq!(*caller.permissions(), Permissions::Application { roles });
    }

    #[test]
    fn nobody_works_elsewhere_without_role_consent_and_an_application_of_their_own() {
        let reader = [DirectoryRole::SecurityReader];
        let through = |roles: &[DirectoryRole], client: ClientAnswer| {
            user(roles).through(&client, CUSTOMER, &LIST_INCIDENTS).map(|_| ())
        };
        assert_eq!(through(&[DirectoryRole::ApplicationAdministrator], client()), Err(NoAccess::UserRole));
        let foreign = ClientAnswer { home_tenant: CUSTOMER, ..client() };
        assert_eq!(through(&reader, foreign), Err(NoAccess::ForeignApplication));
        assert_eq!(through(&reader, ClientAnswer { disabled: true, ..client() }), Err(NoAccess::Disabled));
        assert_eq!(through(&reader, ClientAnswer { principal: None, ..client() }), Err(NoAccess::NoConsent));
        let mut off = client();
        off.principal.as_mut().unwrap().enabled = false;
        assert_eq!(through(&reader, off), Err(NoAccess::Disabled));
    }
}
