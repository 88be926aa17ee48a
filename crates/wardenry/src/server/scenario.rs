//! Scenario files: a world to start a development server with, in TOML.
//!
//! A file is read and checked as a whole before anything is written. Errors name the file, the line and
//! the field, and say what was expected.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Deserializer, de};
use wardenry_core::catalogue::{self, DirectoryRole, Resource};
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::secret::SecretString;
use wardenry_directory::consent::wish_for;
use wardenry_directory::model::RequiredResource;
use wardenry_incidents::scenario::IncidentSeed;
use wardenry_oauth::answers::SignInAudience;

use crate::failure::Failure;

/// The demo's tenants, people and applications.
const DEMO_WORLD: &str = include_str!("../../../../scenarios/demo.toml");
/// The demo's incidents, by tenant.
const DEMO_INCIDENTS: &str = include_str!("../../../../scenarios/demo-incidents.toml");

/// A world.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    #[serde(default)]
    pub(crate) tenants: Vec<TenantSeed>,
    #[serde(default)]
    pub(crate) consents: Vec<ConsentSeed>,
    /// Incidents by tenant name.
    #[serde(default)]
    pub(crate) incidents: BTreeMap<String, Vec<IncidentSeed>>,
    /// Whether the customers have events to hunt in. Only the built-in world's do.
    #[serde(skip)]
    pub(crate) has_stories: bool,
}

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantSeed {
    /// A random one when absent.
    pub(crate) id: Option<TenantId>,
    pub(crate) name: String,
    /// What the tenant is in the partner flow, if anything.
    pub(crate) part: Option<Part>,
    pub(crate) domains: Vec<String>,
    #[serde(default = "worldwide")]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) licensed: Vec<LicensedResource>,
    #[serde(default)]
    pub(crate) users: Vec<UserSeed>,
    #[serde(default)]
    pub(crate) applications: Vec<ApplicationSeed>,
}

/// A tenant's part in the partner flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Partner,
    Customer,
}

/// A person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSeed {
    pub(crate) user_name: String,
    pub(crate) display_name: String,
    #[serde(deserialize_with = "secret")]
    pub(crate) password: SecretString,
    #[serde(default)]
    pub(crate) roles: Vec<RoleName>,
}

/// An app registration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationSeed {
    pub(crate) name: String,
    /// A random one when absent.
    pub(crate) app_id: Option<AppId>,
    #[serde(default = "one_organisation")]
    pub(crate) audience: Audience,
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
    #[serde(default)]
    pub(crate) permissions: Vec<PermissionSeed>,
    /// Granted its permissions in its own tenant from the start, to administer the tenant with.
    #[serde(default)]
    pub(crate) automation: bool,
}

/// Permissions of one resource on an application's wish list.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawPermissions")]
pub(crate) struct PermissionSeed(pub(crate) RequiredResource);

/// A consent that has been given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentSeed {
    /// The application's name.
    pub(crate) application: String,
    /// The user who consents, for the whole organisation where the user may.
    pub(crate) user: Option<String>,
    /// Instead of a user, the tenant (by name) in which everything is granted.
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct LicensedResource(pub(crate) &'static Resource);

#[derive(Debug, Clone, Copy)]
pub(crate) struct RoleName(pub(crate) DirectoryRole);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Audience(pub(crate) SignInAudience);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPermissions {
    resource: LicensedResource,
    #[serde(default)]
    application: Vec<String>,
    #[serde(default)]
    delegated: Vec<String>,
}

fn worldwide() -> String {
    "WW".to_owned()
}

fn one_organisation() -> Audience {
    Audience(SignInAudience::AzureADMyOrg)
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::new)
}

/// Reads a name by a look-up; the error lists what there is.
fn named<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    find: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    find(&name).ok_or_else(|| de::Error::custom(format!("'{name}' is not one of: {}", known.join(", "))))
}

impl<'de> Deserialize<'de> for LicensedResource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known = catalogue::RESOURCES.map(|resource| resource.display_name);
        named(deserializer, catalogue::resource_by_name, &known).map(Self)
    }
}

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known = DirectoryRole::ALL.map(DirectoryRole::display_name);
        named(deserializer, DirectoryRole::by_display_name, &known).map(Self)
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let audiences = [SignInAudience::AzureADMyOrg, SignInAudience::AzureADMultipleOrgs];
        let find = |name: &str| audiences.into_iter().find(|audience| audience.as_str() == name);
        named(deserializer, find, &audiences.map(SignInAudience::as_str)).map(Self)
    }
}

impl TryFrom<RawPermissions> for PermissionSeed {
    type Error = String;

    fn try_from(raw: RawPermissions) -> Result<Self, String> {
        let resource = raw.resource.0;
        let unknown = |value: &&String, known: bool| (!known).then(|| (*value).clone());
        let bad_role =
            raw.application.iter().find_map(|value| unknown(&value, resource.app_role(value).is_some()));
        let bad_scope =
            raw.delegated.iter().find_map(|value| unknown(&value, resource.scope(value).is_some()));
        if let Some(bad) = bad_role {
            let known: Vec<_> = resource.app_roles.iter().map(|role| role.value).collect();
            return Err(format!(
                "{} has no application permission '{bad}'; it has: {}",
                resource.display_name,
                known.join(", ")
            ));
        }
        if let Some(bad) = bad_scope {
            let known: Vec<_> = resource.scopes.iter().map(|scope| scope.value).collect();
            return Err(format!(
                "{} has no delegated permission '{bad}'; it has: {}",
                resource.display_name,
                known.join(", ")
            ));
        }
        let texts =
            |values: &[String]| values.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
        let (roles, scopes) = (texts(&raw.application), texts(&raw.delegated));
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        wish_for(resource, &roles, &scopes).map(Self).ok_or_else(|| "names an unknown permission".to_owned())
    }
}

impl Scenario {
    /// The built-in world: a partner, its application, and three customers, of which two have consented.
    pub(crate) fn demo() -> Result<Self, Failure> {
        let mut world = Self::parse(DEMO_WORLD, "the built-in scenario")?;
        world.incidents = parse(DEMO_INCIDENTS, "the built-in incidents")?;
        world.has_stories = true;
        world.check("the built-in scenario")?;
        Ok(world)
    }

    /// The built-in world with nothing to hunt in yet: it is there sooner.
    fn demo_without_events() -> Result<Self, Failure> {
        Ok(Self { has_stories: false, ..Self::demo()? })
    }

    /// The built-in world before the partner has registered anything.
    pub(crate) fn demo_before_registration() -> Result<Self, Failure> {
        let mut world = Self::demo()?;
        world.consents.clear();
        for tenant in &mut world.tenants {
            tenant.applications.retain(|application| application.automation);
        }
        Ok(world)
    }

    /// Reads a scenario by name (`demo`, `demo-without-events`) or from a file.
    pub(crate) fn load(name: &Path) -> Result<Self, Failure> {
        match name.to_str() {
            Some("demo") => return Self::demo(),
            Some("demo-without-events") => return Self::demo_without_events(),
            _ => {}
        }
        let text =
            std::fs::read_to_string(name).with_context(|| format!("cannot read {}", name.display()))?;
        let scenario = Self::parse(&text, &name.display().to_string())?;
        scenario.check(&name.display().to_string())?;
        Ok(scenario)
    }

    fn parse(text: &str, source: &str) -> Result<Self, Failure> {
        parse(text, source)
    }

    /// Checks what holds between the parts.
    fn check(&self, source: &str) -> Result<(), Failure> {
        let fail = |problem: String| Err(Failure::new(format!("{source}: {problem}")));
        let tenants: Vec<_> = self.tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        if let Some(unknown) = self.incidents.keys().find(|name| !tenants.contains(&name.as_str())) {
            return fail(format!(
                "incidents: there is no tenant '{unknown}'; there are: {}",
                tenants.join(", ")
            ));
        }
        let applications: Vec<_> = self.applications().map(|application| application.name.as_str()).collect();
        for consent in &self.consents {
            if !applications.contains(&consent.application.as_str()) {
                return fail(format!(
                    "consents: there is no application '{}'; there are: {}",
                    consent.application,
                    applications.join(", ")
                ));
            }
            match (&consent.user, &consent.tenant) {
                (Some(user), None) if self.users().any(|known| known.user_name == *user) => {}
                (Some(user), None) => return fail(format!("consents: there is no user '{user}'")),
                (None, Some(tenant)) if tenants.contains(&tenant.as_str()) => {}
                (None, Some(tenant)) => return fail(format!("consents: there is no tenant '{tenant}'")),
                _ => return fail("consents: name either a user or a tenant".to_owned()),
            }
        }
        if self.tenants.iter().filter(|tenant| tenant.part == Some(Part::Partner)).count() > 1 {
            return fail("tenants: there can be only one partner".to_owned());
        }
        Ok(())
    }

    fn applications(&self) -> impl Iterator<Item = &ApplicationSeed> {
        self.tenants.iter().flat_map(|tenant| &tenant.applications)
    }

    fn users(&self) -> impl Iterator<Item = &UserSeed> {
        self.tenants.iter().flat_map(|tenant| &tenant.users)
    }
}

fn parse<T: de::DeserializeOwned>(text: &str, source: &str) -> Result<T, Failure> {
    toml::from_str(text).map_err(|error| Failure::new(format!("{source}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let scenario = toml::from_str::<Scenario>(text);
        match scenario {
            Err(error) => error.to_string(),
            Ok(scenario) => format!("{:?}", scenario.check("test").unwrap_err()),
        }
    }

    #[test]
    fn the_built_in_world_has_a_partner_and_three_customers() {
        let demo = Scenario::demo().unwrap();
        let names: Vec<_> = demo.tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        assert_eq!(names, ["Harbour Watch", "Alder Foods", "Birch Clinics", "Cedar Freight"]);
        assert_eq!(
            demo.incidents.keys().collect::<Vec<_>>(),
            ["Alder Foods", "Birch Clinics", "Cedar Freight"]
        );
        assert_eq!(demo.consents.len(), 2);
        let before = Scenario::demo_before_registration().unwrap();
        assert!(
            before.consents.is_empty() && before.applications().all(|application| application.automation)
        );
    }

    #[cfg(feature = "hunting")]
    #[test]
    fn the_customers_of_the_stories_are_those_of_the_built_in_world() {
        let demo = Scenario::demo().unwrap();
        let customers = demo.tenants.iter().filter(|tenant| tenant.part == Some(Part::Customer));
        let of_world: Vec<_> = customers
            .map(|tenant| {
                let id = tenant.id.map(|id| id.to_string()).unwrap_or_default();
                (tenant.name.clone(), id, tenant.domains.clone())
            })
            .collect();
        let of_stories = wardenry_stories::Customer::ALL
            .map(|its| (its.name.to_owned(), its.tenant.to_owned(), vec![its.domain.to_owned()]));
        assert_eq!(of_world, of_stories);
    }

    #[test]
    fn the_documented_world_is_a_scenario() {
        let page = include_str!("../../../../docs/scenarios.md");
        let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let scenario = Scenario::parse(example, "docs/scenarios.md").unwrap();
        scenario.check("docs/scenarios.md").unwrap();
        assert_eq!((scenario.tenants.len(), scenario.consents.len(), scenario.incidents.len()), (2, 1, 1));
    }

    #[test]
    fn a_refusal_names_the_line_and_what_was_expected() {
        let tenant = "[[tenants]]\nname = 'A'\ndomains = ['a.example']\n";
        for (text, expected) in [
            ("[[tenants]]\nnam = 'A'", ["line 2", "unknown field `nam`"]),
            (
                &format!("{tenant}licensed = ['Minesweeper']"),
                ["line 4", "'Minesweeper' is not one of: Microsoft Threat Protection"],
            ),
            (&format!("{tenant}part = 'uncle'"), ["line 4", "expected `partner` or `customer`"]),
            (
                &format!(
                    "{tenant}[[tenants.applications]]\nname = 'X'\npermissions = [{{ resource = 'Microsoft Graph', application = ['Fly'] }}]"
                ),
                [
                    "line 6",
                    "Microsoft Graph has no application permission 'Fly'; it has: SecurityIncident.Read.All",
                ],
            ),
            (
                &format!("{tenant}[[consents]]\napplication = 'X'\nuser = 'u'"),
                ["consents", "there is no application 'X'"],
            ),
            ("[incidents]\nB = []", ["incidents", "there is no tenant 'B'"]),
        ] {
            let refusal = refusal(text);
            for part in expected {
                assert!(refusal.contains(part), "{refusal}");
            }
        }
    }
}
