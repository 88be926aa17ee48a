//! The properties of a service principal in request bodies.

use wardenry_directory::admin::ServicePrincipalPatch;

use super::super::body::JsonObject;
use super::super::error::GraphError;

/// Members that follow from the application or are set by the service.
const READ_ONLY: [&str; 4] = ["id", "appDisplayName", "appOwnerOrganizationId", "deletedDateTime"];
/// Credentials stand at the application here, never at a principal.
const NOT_SETTABLE: [&str; 2] = ["passwordCredentials", "keyCredentials"];

/// Reads the members that are there.
pub(super) fn read(body: &JsonObject) -> Result<ServicePrincipalPatch, GraphError> {
    body.refuse_read_only(&READ_ONLY)?;
    for name in NOT_SETTABLE {
        if !body.objects(name)?.unwrap_or_default().is_empty() {
            return Err(body.invalid(name, "credentials are registered for the application"));
        }
    }
    Ok(ServicePrincipalPatch {
        enabled: body.flag("accountEnabled")?,
        assignment_required: body.flag("appRoleAssignmentRequired")?,
        tags: body.texts("tags")?,
    })
}
