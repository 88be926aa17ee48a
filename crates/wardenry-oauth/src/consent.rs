//! What a consent grants, and who may give it.
//!
//! Application permissions always need an administrator; delegated ones only when the scope says so.
//! Consent adds what is missing and removes nothing. It needs every resource that the application asks
//! for to exist in the tenant.

use uuid::Uuid;
use wardenry_core::catalogue::{DirectoryRole, GRAPH};
use wardenry_core::id::{AppId, ServicePrincipalId};

use crate::error::{Code, OAuthError};

/// The two kinds of permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionKind {
    /// An app role, for the app acting as itself.
    Application,
    /// A scope, for the app acting on behalf of a user.
    Delegated,
}

/// A permission that an application asks for, as the tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedPermission {
    pub kind: PermissionKind,
    /// The id of the app role or scope.
    pub id: Uuid,
    pub value: String,
    pub display_name: String,
    pub description: String,
    /// Whether a user may not consent to it alone. Always true for application permissions.
    pub admin_only: bool,
    pub resource: AppId,
    pub resource_name: String,
    /// The resource's principal in the tenant; `None` when the tenant is not licensed for it.
    pub resource_principal: Option<ServicePrincipalId>,
    /// Whether the tenant has granted it already.
    pub granted: bool,
}

/// For whom delegated permissions are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beneficiaries {
    /// The signed-in user alone.
    User,
    /// Everybody in the organisation. Needs an administrator.
    Organisation,
}

/// Why a consent cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentRefusal {
    /// The user is no administrator, but some of these permissions need one.
    NeedsAdministrator,
    /// The user is an administrator whose role does not cover some of these permissions.
    RoleNotSufficient,
    /// The tenant is not licensed for these resources.
    NotLicensed { resources: Vec<String> },
}

impl ConsentRefusal {
    /// The refusal as a protocol error.
    pub fn to_error(&self) -> OAuthError {
        match self {
            Self::NeedsAdministrator => OAuthError::of(Code::AdminConsentRequired),
            Self::RoleNotSufficient => OAuthError::of(Code::AdminMayNotGrant),
            Self::NotLicensed { resources } => OAuthError::new(
                Code::ServiceNotEnabled,
                format!("The tenant is not licensed for: {}.", resources.join(", ")),
            ),
        }
    }
}

/// Whether a person with these directory roles may grant a permission to an application.
///
/// Global and Privileged Role Administrators may grant everything; the application administrators
/// everything but application permissions of Microsoft Graph, with which they could raise themselves.
pub fn may_grant(roles: &[DirectoryRole], kind: PermissionKind, resource: AppId, admin_only: bool) -> bool {
    let holds = |wanted: &[DirectoryRole]| roles.iter().any(|role| wanted.contains(role));
    if holds(&[DirectoryRole::GlobalAdministrator, DirectoryRole::PrivilegedRoleAdministrator]) {
        return true;
    }
    if holds(&[DirectoryRole::ApplicationAdministrator, DirectoryRole::CloudApplicationAdministrator]) {
        return kind == PermissionKind::Delegated || resource != GRAPH.app_id;
    }
    kind == PermissionKind::Delegated && !admin_only
}

/// Whether any of these roles can consent for an organisation at all.
pub fn is_consent_administrator(roles: &[DirectoryRole]) -> bool {
    roles.iter().any(|role| *role != DirectoryRole::SecurityReader)
}

/// Decides whether the signed-in user may give the consent that the application asks for.
pub fn decide(
    roles: &[DirectoryRole],
    wishes: &[WishedPermission],
    beneficiaries: Beneficiaries,
) -> Result<(), ConsentRefusal> {
    let administrator = is_consent_administrator(roles);
    if beneficiaries == Beneficiaries::Organisation && !administrator {
        return Err(ConsentRefusal::NeedsAdministrator);
    }
    let covered = |wish: &WishedPermission| may_grant(roles, wish.kind, wish.resource, wish.admin_only);
    if !wishes.iter().all(covered) {
        return Err(if administrator {
            ConsentRefusal::RoleNotSufficient
        } else {
            ConsentRefusal::NeedsAdministrator
        });
    }
    let mut unlicensed: Vec<_> = wishes
        .iter()
        .filter(|wish| wish.resource_principal.is_none())
        .map(|wish| wish.resource_name.clone())
        .collect();
    unlicensed.sort();
    unlicensed.dedup();
    if unlicensed.is_empty() { Ok(()) } else { Err(ConsentRefusal::NotLicensed { resources: unlicensed }) }
}

#[cfg(test)]
mod tests {
    use wardenry_core::catalogue::{Resource, THREAT_PROTECTION};

    use super::*;

    fn wish(kind: PermissionKind, resource: &Resource, admin_only: bool) -> WishedPermission {
        WishedPermission {
            kind,
            id: Uuid::from_u128(1),
            value: "X.Read".into(),
            display_name: String::new(),
            description: String::new(),
            admin_only,
            resource: resource.app_id,
            resource_name: resource.display_name.into(),
            resource_principal: Some(ServicePrincipalId::from_guid(Uuid::from_u128(2))),
            granted: false,
        }
    }

    #[test]
    fn each_role_covers_what_the_documentation_says() {
        use Beneficiaries::{Organisation, User};
        use ConsentRefusal::{NeedsAdministrator, RoleNotSufficient};
        use DirectoryRole::{ApplicationAdministrator, CloudApplicationAdministrator, GlobalAdministrator};
        use DirectoryRole::{PrivilegedRoleAdministrator, SecurityReader};
        let defender_role = wish(PermissionKind::Application, &THREAT_PROTECTION, true);
        let graph_role = wish(PermissionKind::Application, &GRAPH, true);
        let admin_scope = wish(PermissionKind::Delegated, &GRAPH, true);
        let user_scope = wish(PermissionKind::Delegated, &GRAPH, false);
        for (roles, wish, beneficiaries, expected) in [
            (&[GlobalAdministrator][..], &graph_role, Organisation, Ok(())),
            (&[PrivilegedRoleAdministrator][..], &graph_role, Organisation, Ok(())),
            (&[ApplicationAdministrator][..], &defender_role, Organisation, Ok(())),
            (&[CloudApplicationAdministrator][..], &admin_scope, Organisation, Ok(())),
            (&[ApplicationAdministrator][..], &graph_role, Organisation, Err(RoleNotSufficient)),
            (&[SecurityReader][..], &defender_role, User, Err(NeedsAdministrator)),
            (&[][..], &defender_role, User, Err(NeedsAdministrator)),
            (&[][..], &admin_scope, User, Err(NeedsAdministrator)),
            (&[][..], &user_scope, User, Ok(())),
            (&[][..], &user_scope, Organisation, Err(NeedsAdministrator)),
        ] {
            let decided = decide(roles, std::slice::from_ref(wish), beneficiaries);
            assert_eq!(decided, expected, "{roles:?} {:?} {beneficiaries:?}", wish.kind);
        }
    }

    #[test]
    fn unlicensed_resources_are_named_once_each() {
        let missing = WishedPermission {
            resource_principal: None,
            ..wish(PermissionKind::Application, &THREAT_PROTECTION, true)
        };
        let refused = decide(
            &[DirectoryRole::GlobalAdministrator],
            &[missing.clone(), missing],
            Beneficiaries::Organisation,
        )
        .unwrap_err();
        assert_eq!(
            refused,
            ConsentRefusal::NotLicensed { resources: vec!["Microsoft Threat Protection".into()] }
        );
        assert_eq!(refused.to_error().code(), Code::ServiceNotEnabled);
    }
}
