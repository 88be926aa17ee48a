//! Permissions by their names.

use std::collections::BTreeSet;

use serde_json::json;
use wardenry_client::{Application, ApplicationRef, RequiredResourceAccess, ResourceAccess};
use wardenry_core::catalogue::{RESOURCES, Resource, resource_by_identifier, resource_by_name};
use wardenry_core::id::AppRoleId;

use super::app_arg::Directory;
use crate::failure::Failure;

/// Which API's permissions are meant, and of which kind.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct PermissionArgs {
    /// The API that defines the permission, by name, identifier or client id. Needed only where several
    /// APIs have a permission of that name.
    #[arg(long, value_name = "API", value_parser = parse_resource)]
    api: Option<&'static Resource>,

    /// Delegated permissions, for acting on behalf of a signed-in user. [default: application permissions]
    #[arg(long)]
    delegated: bool,
}

fn parse_resource(text: &str) -> Result<&'static Resource, String> {
    resource_by_name(text).or_else(|| resource_by_identifier(text)).ok_or_else(|| {
        let names: Vec<_> = RESOURCES.iter().map(|resource| resource.display_name).collect();
        format!("known are: {}", names.join(", "))
    })
}

impl PermissionArgs {
    /// The wish-list entries for permissions by name.
    pub(super) fn resolve(
        &self,
        names: &[String],
    ) -> Result<Vec<(&'static Resource, ResourceAccess)>, Failure> {
        names.iter().map(|name| self.resolve_one(name)).collect()
    }

    fn resolve_one(&self, name: &str) -> Result<(&'static Resource, ResourceAccess), Failure> {
        let apis = RESOURCES.into_iter().filter(|resource| self.api.is_none_or(|api| *resource == api));
        let found: Vec<_> =
            apis.filter_map(|resource| Some((resource, self.access(resource, name)?))).collect();
        match found.as_slice() {
            [(resource, access)] => Ok((*resource, access.clone())),
            [] => {
                let kind = if self.delegated { "a delegated" } else { "an application" };
                let mut failure = Failure::new(format!("no API has {kind} permission {name:?}"));
                failure = failure.hint(format!("known are: {}", self.similar(name).join(", ")));
                let other = Self { delegated: !self.delegated, ..self.clone() };
                if RESOURCES.into_iter().any(|resource| other.access(resource, name).is_some()) {
                    failure = failure.hint(if self.delegated {
                        "it is an application permission: leave --delegated out"
                    } else {
                        "it is a delegated permission: add --delegated"
                    });
                }
                Err(failure)
            }
            several => {
                let names: Vec<_> = several.iter().map(|(resource, _)| resource.display_name).collect();
                Err(Failure::new(format!("several APIs have a permission {name:?}"))
                    .hint(format!("say which one is meant: --api '{}'", names.join("' or '"))))
            }
        }
    }

    /// The permissions of this kind on the same subject (the part before the first dot); all when there are none.
    fn similar(&self, name: &str) -> Vec<&'static str> {
        let subject = |name: &str| {
            let subject = name.split('.').next().unwrap_or_default().to_lowercase();
            subject.trim_end_matches('s').to_owned()
        };
        let apis = RESOURCES.into_iter().filter(|resource| self.api.is_none_or(|api| *resource == api));
        let known: BTreeSet<&'static str> = apis
            .flat_map(|resource| -> Vec<&'static str> {
                if self.delegated {
                    resource.scopes.iter().map(|scope| scope.value).collect()
                } else {
                    resource.app_roles.iter().map(|role| role.value).collect()
                }
            })
            .collect();
        let near: Vec<_> = known.iter().copied().filter(|value| subject(value) == subject(name)).collect();
        if near.is_empty() { known.into_iter().collect() } else { near }
    }

    fn access(&self, resource: &Resource, name: &str) -> Option<ResourceAccess> {
        Some(if self.delegated {
            let id = AppRoleId::from_guid(resource.scope(name)?.id.as_guid());
            ResourceAccess { id, kind: "Scope".to_owned() }
        } else {
            ResourceAccess { id: resource.app_role(name)?.id, kind: "Role".to_owned() }
        })
    }
}

/// Adds entries to a wish list; those that are there already stay once.
pub(super) fn add(wishes: &mut Vec<RequiredResourceAccess>, new: Vec<(&'static Resource, ResourceAccess)>) {
    for (resource, access) in new {
        let of_resource = wishes.iter_mut().find(|wish| wish.resource_app_id == resource.app_id);
        match of_resource {
            Some(wish) if wish.resource_access.contains(&access) => {}
            Some(wish) => wish.resource_access.push(access),
            None => wishes.push(RequiredResourceAccess {
                resource_app_id: resource.app_id,
                resource_access: vec![access],
            }),
        }
    }
}

/// Takes entries off a wish list and tells how many were there.
pub(super) fn remove(
    wishes: &mut Vec<RequiredResourceAccess>,
    unwanted: &[(&'static Resource, ResourceAccess)],
) -> usize {
    let count = |wishes: &[RequiredResourceAccess]| {
        wishes.iter().map(|wish| wish.resource_access.len()).sum::<usize>()
    };
    let before = count(wishes);
    for (resource, access) in unwanted {
        for wish in wishes.iter_mut().filter(|wish| wish.resource_app_id == resource.app_id) {
            wish.resource_access.retain(|known| known != access);
        }
    }
    wishes.retain(|wish| !wish.resource_access.is_empty());
    before - count(wishes)
}

/// Replaces an application's wish list.
pub(super) async fn save(
    directory: &Directory,
    app: &Application,
    wishes: &[RequiredResourceAccess],
) -> Result<(), Failure> {
    let changes = json!({"requiredResourceAccess": wishes});
    let application = ApplicationRef::ObjectId(app.id);
    Ok(directory.client.update_application(&directory.tenant, application, &changes).await?)
}

/// Each wish as (API, permission, kind), by name where the catalogue knows it.
pub(super) fn names(wishes: &[RequiredResourceAccess]) -> Vec<(String, String, &'static str)> {
    let mut names = Vec::new();
    for wish in wishes {
        let resource = RESOURCES.into_iter().find(|resource| resource.app_id == wish.resource_app_id);
        let api =
            resource.map_or_else(|| wish.resource_app_id.to_string(), |found| found.display_name.to_owned());
        for access in &wish.resource_access {
            let is_scope = access.kind == "Scope";
            let name = resource.and_then(|resource| {
                if is_scope {
                    let id = wardenry_core::id::ScopeId::from_guid(access.id.as_guid());
                    resource.scope_by_id(id).map(|scope| scope.value)
                } else {
                    resource.app_role_by_id(access.id).map(|role| role.value)
                }
            });
            let name = name.map_or_else(|| access.id.to_string(), str::to_owned);
            names.push((api.clone(), name, if is_scope { "delegated" } else { "application" }));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(name: &str, delegated: bool, api: Option<&str>) -> Result<String, Failure> {
        let api = api.map(|api| parse_resource(api).unwrap());
        let found = PermissionArgs { api, delegated }.resolve(&[name.to_owned()])?;
        Ok(format!("{} {}", found[0].0.display_name, found[0].1.kind))
    }

    #[test]
    fn permissions_are_found_by_name_where_only_one_api_has_them() {
        assert_eq!(resolved("Incident.Read.All", false, None).unwrap(), "Microsoft Threat Protection Role");
        assert_eq!(resolved("Incidents.Read", true, None).unwrap(), "Microsoft Threat Protection Scope");
        assert!(resolved("User.Read.All", false, None).is_err(), "two APIs have it");
        assert_eq!(
            resolved("User.Read.All", false, Some("windowsdefenderatp")).unwrap(),
            "WindowsDefenderATP Role"
        );
        assert!(resolved("Incident.Read", false, None).is_err());
        assert!(resolved("Nope", false, None).is_err());
    }

    #[test]
    fn an_unknown_permission_brings_the_known_ones_to_mind() {
        let hints = |name, delegated, api| resolved(name, delegated, api).unwrap_err().hints();
        let near = "known are: Incident.Read.All, Incident.ReadWrite.All";
        assert_eq!(hints("Incident.Read.Al", false, None), [near]);
        assert_eq!(hints("incidents.reed", false, None), [near]);
        assert_eq!(
            hints("Incident.Read.All", true, None),
            [
                "known are: Incident.Read, Incident.ReadWrite",
                "it is an application permission: leave --delegated out"
            ]
        );
        let all = hints("Nope", false, Some("windowsdefenderatp")).concat();
        assert!(all.contains("Machine.Read.All") && !all.contains("Incident.Read.All"), "{all}");
    }

    #[test]
    fn a_wish_list_holds_every_wish_once() {
        let args = PermissionArgs { api: None, delegated: false };
        let wanted = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            args.resolve(&names).unwrap()
        };
        let mut wishes = Vec::new();
        add(&mut wishes, wanted(&["Incident.Read.All", "Machine.Read.All"]));
        add(&mut wishes, wanted(&["Incident.Read.All", "AdvancedHunting.Read.All"]));
        let shown: Vec<_> = names(&wishes).into_iter().map(|(_, name, _)| name).collect();
        assert_eq!(shown, ["Incident.Read.All", "AdvancedHunting.Read.All", "Machine.Read.All"]);
        assert_eq!(remove(&mut wishes, &wanted(&["Machine.Read.All", "Alert.Read.All"])), 1);
        assert_eq!(wishes.len(), 1);
    }
}
