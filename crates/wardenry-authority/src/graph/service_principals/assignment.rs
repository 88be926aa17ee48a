//! App role assignments as they travel.

use std::collections::HashMap;

use serde_json::json;
use wardenry_core::id::ServicePrincipalId;
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::AppRoleAssignment;

use super::super::entity::Entity;
use super::super::exchange::Exchange;

/// The members of [`Names::entity`], which can be selected.
pub(super) const PROPERTIES: [&str; 8] = [
    "id",
    "appRoleId",
    "createdDateTime",
    "principalDisplayName",
    "principalId",
    "principalType",
    "resourceDisplayName",
    "resourceId",
];

/// The display names of the principals on both sides of assignments.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<ServicePrincipalId, String>);

impl Names {
    /// Looks up the names for these assignments, each principal once.
    pub(super) async fn of(
        exchange: &Exchange,
        reader: &DirectoryReader,
        assignments: &[AppRoleAssignment],
    ) -> Result<Self, DirectoryError> {
        let mut names = Self::default();
        for id in assignments.iter().flat_map(|assignment| [assignment.principal, assignment.resource]) {
            if names.0.contains_key(&id) {
                continue;
            }
            match exchange.directory().service_principal(reader, id).await {
                Ok(principal) => {
                    names.0.insert(id, principal.display_name);
                }
                // Deleted since the assignments were read.
                Err(DirectoryError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(names)
    }

    pub(super) fn entity(&self, assignment: &AppRoleAssignment) -> Entity {
        Entity::new(vec![
            ("id", json!(assignment.id)),
            ("appRoleId", json!(assignment.role)),
            ("createdDateTime", json!(assignment.created)),
            ("principalDisplayName", json!(self.0.get(&assignment.principal))),
            ("principalId", json!(assignment.principal)),
            ("principalType", json!("ServicePrincipal")),
            ("resourceDisplayName", json!(self.0.get(&assignment.resource))),
            ("resourceId", json!(assignment.resource)),
        ])
    }
}
