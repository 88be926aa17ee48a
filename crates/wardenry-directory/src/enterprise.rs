//! What the applications in a tenant may do, for those who look after the tenant, and taking single permissions back.

use wardenry_core::id::{AppId, ServicePrincipalId, UserId};

use crate::admin::{DirectoryReader, GrantAdmin};
use crate::audit::AuditFilter;
use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::{AuditEvent, DelegatedGrant, ServicePrincipal};
use crate::store::{Change, Page};

/// The most consents that are told of one application, the newest.
const MAX_CONSENTS: u32 = 50;

/// The action under which a consent stands in the audit log.
pub(crate) const CONSENT: &str = "consent.grant";

/// How an application is named as the target of an event.
pub(crate) fn application_target(app: AppId) -> String {
    format!("application {app}")
}

impl Directory {
    /// The delegated permissions that were granted to a client principal.
    pub async fn delegated_grants(
        &self,
        reader: &DirectoryReader,
        client: ServicePrincipalId,
    ) -> Result<Vec<DelegatedGrant>, DirectoryError> {
        self.service_principal(reader, client).await?;
        Ok(self.store.delegated_grants_of(reader.tenant(), client).await?)
    }

    /// Who has consented to an application in the reader's tenant, and when; the newest first.
    pub async fn consents_to(
        &self,
        reader: &DirectoryReader,
        app: AppId,
    ) -> Result<Vec<AuditEvent>, DirectoryError> {
        let filter = AuditFilter {
            action: CONSENT.to_owned(),
            target: application_target(app),
            ..AuditFilter::default()
        };
        let newest = Page { skip: 0, take: MAX_CONSENTS };
        Ok(self.store.find_audit_events(reader.tenant(), &filter, newest).await?)
    }

    /// The user principal name of a user of the reader's tenant; `None` when there is no such user any more.
    pub async fn user_name(
        &self,
        reader: &DirectoryReader,
        id: UserId,
    ) -> Result<Option<String>, DirectoryError> {
        Ok(self.store.user(reader.tenant(), id).await?.map(|user| user.user_name))
    }

    /// Takes one scope out of a delegated grant of this client; a grant without scopes is removed.
    pub async fn revoke_scope(
        &self,
        admin: &GrantAdmin,
        client: ServicePrincipalId,
        grant: &str,
        scope: &str,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let tenant = admin.tenant();
        let grants = self.store.delegated_grants_of(tenant, client).await?;
        let mut found = grants
            .into_iter()
            .find(|held| held.id == grant && held.scopes.iter().any(|held| held == scope))
            .ok_or_else(|| DirectoryError::not_found("delegated grant", grant))?;
        found.scopes.retain(|held| held != scope);
        let name = |principal: Option<ServicePrincipal>| {
            principal.map(|found| found.display_name).unwrap_or_default()
        };
        let client = name(self.store.service_principal(tenant, client).await?);
        let resource = name(self.store.service_principal(tenant, found.resource).await?);
        let deed = Deed {
            tenant,
            actor: admin.actor(),
            action: "delegated_grant.revoke",
            target: format!("service principal {}", found.client),
            detail: format!("{scope} on {resource} from {client}"),
        };
        let change = if found.scopes.is_empty() {
            Change::RemoveDelegatedGrant { tenant, id: found.id }
        } else {
            Change::PutDelegatedGrant(found)
        };
        self.commit(writing, vec![change], deed).await
    }
}
