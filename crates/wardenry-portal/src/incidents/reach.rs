//! Whose incidents the visitor may read: their own organisation's by their directory roles, customers' by the applications that
//! these have consented to.

use wardenry_core::calls::LIST_INCIDENTS;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::TenantId;
use wardenry_incidents::{IncidentReader, READER_ROLES};

use crate::failure::Failure;
use crate::state::Portal;
use crate::visitor::Visitor;

/// A tenant whose incidents the visitor may read.
#[derive(Debug, Clone)]
pub(super) struct Readable {
    pub(super) tenant: TenantId,
    pub(super) name: String,
    pub(super) reader: IncidentReader,
}

/// All of them, the visitor's own organisation first, then customers by name. Never empty.
pub(super) async fn all(portal: &Portal, visitor: &Visitor) -> Result<Vec<Readable>, Failure> {
    let mut readable: Vec<Readable> = at_home(visitor).into_iter().collect();
    for access in portal.directory.customers_within_reach(&visitor.user, &LIST_INCIDENTS).await? {
        if let Ok(reader) = IncidentReader::of(&access.caller) {
            let (tenant, name) = (access.tenant.id, access.tenant.display_name.clone());
            readable.push(Readable { tenant, name, reader });
        }
    }
    if readable.is_empty() { Err(forbidden()) } else { Ok(readable) }
}

/// One of them.
pub(super) async fn one(portal: &Portal, visitor: &Visitor, tenant: TenantId) -> Result<Readable, Failure> {
    if tenant == visitor.user.tenant() {
        return at_home(visitor).ok_or_else(forbidden);
    }
    let found = portal.directory.customer_within_reach(&visitor.user, tenant, &LIST_INCIDENTS).await?;
    let access = found.ok_or(Failure::NotFound)?;
    let reader = IncidentReader::of(&access.caller).map_err(|_| Failure::NotFound)?;
    Ok(Readable { tenant, name: access.tenant.display_name.clone(), reader })
}

fn at_home(visitor: &Visitor) -> Option<Readable> {
    let reader = IncidentReader::of(&visitor.user.caller(&LIST_INCIDENTS)).ok()?;
    let (tenant, name) = (visitor.user.tenant(), visitor.tenant.display_name.clone());
    Some(Readable { tenant, name, reader })
}

fn forbidden() -> Failure {
    let roles = READER_ROLES.map(DirectoryRole::display_name).join(" or ");
    Failure::Forbidden(format!("reading incidents takes the role {roles}"))
}
