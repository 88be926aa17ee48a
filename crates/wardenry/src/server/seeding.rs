//! Bringing a scenario's world into a data folder.

use std::path::Path;

use wardenry_core::id::{AppId, ApplicationId, ServicePrincipalId, TenantId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_directory::admin::{NewPassword, NewTenant, NewUser, Operator, ServicePrincipalPatch};
use wardenry_directory::consent::ConsentSubject;
use wardenry_directory::model::{Application, RequiredResource};
use wardenry_directory::registration::{ApplicationPatch, RedirectUrisPatch};
use wardenry_directory::store::Page;
use wardenry_directory::{Directory, DirectoryError};
use wardenry_incidents::IncidentSeeder;
use wardenry_oauth::consent::{Beneficiaries, is_consent_administrator};

use super::assembly::Platform;
use super::scenario::{ApplicationSeed, ConsentSeed, Part, Scenario, TenantSeed};
use crate::failure::Failure;

/// The name of the secrets that are made at each start for the environment file.
const SECRET_NAME: &str = "development server";

/// What of a seeded world a developer needs to get in.
#[derive(Debug)]
pub(crate) struct Seeded {
    pub(crate) tenants: Vec<SeededTenant>,
    /// The partner's application, if the scenario has one.
    pub(crate) client: Option<ClientCredentials>,
}

#[derive(Debug)]
pub(crate) struct SeededTenant {
    pub(crate) id: TenantId,
    pub(crate) name: String,
    pub(crate) part: Option<Part>,
    /// The first user who may consent for the organisation.
    pub(crate) administrator: Option<SignIn>,
    /// The first user who may not.
    pub(crate) ordinary_user: Option<SignIn>,
    pub(crate) automation: Option<ClientCredentials>,
}

#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) user_name: String,
    pub(crate) password: SecretString,
}

#[derive(Debug)]
pub(crate) struct ClientCredentials {
    pub(crate) app_id: AppId,
    pub(crate) secret: SecretString,
}

impl Seeded {
    pub(crate) fn partner(&self) -> Option<&SeededTenant> {
        self.tenants.iter().find(|tenant| tenant.part == Some(Part::Partner))
    }

    pub(crate) fn customers(&self) -> impl Iterator<Item = &SeededTenant> {
        self.tenants.iter().filter(|tenant| tenant.part == Some(Part::Customer))
    }
}

/// Reads a scenario and brings its world into the platform.
///
/// A data folder that already has tenants keeps them: the scenario's tenants have to be among them, and
/// only fresh secrets are made, since the old ones cannot be read back.
pub(crate) async fn seed(platform: &Platform, scenario: Scenario) -> Result<Seeded, Failure> {
    let operator = Operator::of_the_data_folder();
    let directory = &platform.directory;
    let fresh = directory.is_empty(&operator).await?;
    let now = directory.clock().now();
    let mut tenants = Vec::new();
    let mut client = None;
    let mut registered: Vec<(String, Application)> = Vec::new();
    for seed in &scenario.tenants {
        let id = if fresh {
            make_tenant(directory, &operator, seed).await?
        } else {
            find_tenant(directory, seed).await?
        };
        let mut automation = None;
        for application in &seed.applications {
            let made = if fresh {
                make_application(directory, &operator, id, application).await?
            } else {
                find_application(directory, &operator, id, application).await?
            };
            let secret = fresh_secret(directory, &operator, id, made.id).await?;
            let credentials = ClientCredentials { app_id: made.app_id, secret };
            if application.automation {
                automation.get_or_insert(credentials);
            } else if seed.part == Some(Part::Partner) {
                client.get_or_insert(credentials);
            }
            registered.push((application.name.clone(), made));
        }
        tenants.push(seeded_tenant(seed, id, automation));
    }
    if fresh {
        for consent in &scenario.consents {
            let application =
                registered.iter().find(|(name, _)| *name == consent.application).map(|(_, made)| made);
            let tenant =
                consent.tenant.as_ref().and_then(|name| tenants.iter().find(|tenant| tenant.name == *name));
            if let Some(application) = application {
                give_consent(directory, &operator, consent, application, tenant.map(|tenant| tenant.id))
                    .await?;
            }
        }
        seed_incidents(platform, &tenants, &scenario, now).await?;
        #[cfg(feature = "hunting")]
        if scenario.has_stories {
            super::stories::seed(platform, &tenants, now).await?;
        }
    }
    Ok(Seeded { tenants, client })
}

/// Loads a scenario by name or path and seeds it.
pub(crate) async fn seed_from(platform: &Platform, name: &Path) -> Result<Seeded, Failure> {
    seed(platform, Scenario::load(name)?).await
}

async fn make_tenant(
    directory: &Directory,
    operator: &Operator,
    seed: &TenantSeed,
) -> Result<TenantId, Failure> {
    let in_tenant = |error: DirectoryError| in_scenario(&format!("tenant '{}'", seed.name), error);
    let new = NewTenant {
        id: seed.id,
        display_name: seed.name.clone(),
        domains: seed.domains.clone(),
        region: seed.region.clone(),
        licensed: seed.licensed.iter().map(|licensed| licensed.0).collect(),
    };
    let tenant = directory.create_tenant(operator, new).await.map_err(in_tenant)?;
    for user in &seed.users {
        let new = NewUser {
            user_name: user.user_name.clone(),
            display_name: user.display_name.clone(),
            password: user.password.clone(),
            roles: user.roles.iter().map(|role| role.0).collect(),
        };
        let made = directory.create_user(operator, tenant.id, new).await;
        made.map_err(|error| in_scenario(&format!("user '{}'", user.user_name), error))?;
    }
    Ok(tenant.id)
}

async fn find_tenant(directory: &Directory, seed: &TenantSeed) -> Result<TenantId, Failure> {
    let mismatch = || {
        Failure::new(format!("the data folder has other tenants, and no '{}' among them", seed.name))
            .hint("start with an empty data folder to load this scenario")
    };
    let domain = seed.domains.first().ok_or_else(mismatch)?;
    let segment = wardenry_oauth::tenant_segment::TenantSegment::Domain(domain.to_lowercase());
    Ok(directory.tenant(&segment).await?.ok_or_else(mismatch)?.id)
}

async fn make_application(
    directory: &Directory,
    operator: &Operator,
    tenant: TenantId,
    seed: &ApplicationSeed,
) -> Result<Application, Failure> {
    let in_application = |error: DirectoryError| in_scenario(&format!("application '{}'", seed.name), error);
    let properties = ApplicationPatch {
        display_name: Some(seed.name.clone()),
        audience: Some(seed.audience.0),
        redirect_uris: RedirectUrisPatch {
            web: Some(seed.redirect_uris.clone()),
            ..RedirectUrisPatch::default()
        },
        required_resources: Some(seed.permissions.iter().map(|permission| permission.0.clone()).collect()),
        ..ApplicationPatch::default()
    };
    let admin = operator.application_admin(tenant);
    let made = match seed.app_id {
        Some(app_id) => directory.create_application_with_id(operator, tenant, app_id, properties).await,
        None => directory.create_application(&admin, properties).await,
    }
    .map_err(in_application)?;
    let principal = directory
        .create_service_principal(&admin, made.app_id, ServicePrincipalPatch::default())
        .await
        .map_err(in_application)?;
    if seed.automation {
        assign_all(directory, operator, tenant, principal.id, &made.required_resources)
            .await
            .map_err(in_application)?;
    }
    Ok(made)
}

async fn find_application(
    directory: &Directory,
    operator: &Operator,
    tenant: TenantId,
    seed: &ApplicationSeed,
) -> Result<Application, Failure> {
    let all = directory.applications(&operator.reader(tenant), Page { skip: 0, take: 1000 }).await?;
    all.into_iter().find(|application| application.display_name == seed.name).ok_or_else(|| {
        Failure::new(format!("the data folder has no application '{}'", seed.name))
            .hint("start with an empty data folder to load this scenario")
    })
}

/// Makes a secret for the environment file, and removes the one of the previous start.
async fn fresh_secret(
    directory: &Directory,
    operator: &Operator,
    tenant: TenantId,
    application: ApplicationId,
) -> Result<SecretString, Failure> {
    let admin = operator.application_admin(tenant);
    let known = directory.application(&operator.reader(tenant), application).await?;
    for old in known.passwords.iter().filter(|old| old.display_name.as_deref() == Some(SECRET_NAME)) {
        directory.remove_password(&admin, application, old.key_id).await?;
    }
    let new = NewPassword { display_name: Some(SECRET_NAME.to_owned()), ..NewPassword::default() };
    Ok(directory.add_password(&admin, application, new).await?.1)
}

async fn give_consent(
    directory: &Directory,
    operator: &Operator,
    consent: &ConsentSeed,
    application: &Application,
    tenant: Option<TenantId>,
) -> Result<(), Failure> {
    let in_consent =
        |error: DirectoryError| in_scenario(&format!("consent to '{}'", consent.application), error);
    if let Some(user) = &consent.user {
        let user = directory.act_as(operator, user).await.map_err(in_consent)?;
        let administrator = is_consent_administrator(user.roles());
        let beneficiaries = if administrator { Beneficiaries::Organisation } else { Beneficiaries::User };
        let granted = directory
            .grant_consent(&user, application.app_id, &ConsentSubject::WishList, beneficiaries)
            .await;
        return granted.map_err(in_consent);
    }
    let Some(tenant) = tenant else { return Ok(()) };
    let admin = operator.application_admin(tenant);
    let principal = directory
        .create_service_principal(&admin, application.app_id, ServicePrincipalPatch::default())
        .await
        .map_err(in_consent)?;
    assign_all(directory, operator, tenant, principal.id, &application.required_resources)
        .await
        .map_err(in_consent)
}

async fn assign_all(
    directory: &Directory,
    operator: &Operator,
    tenant: TenantId,
    client: ServicePrincipalId,
    wishes: &[RequiredResource],
) -> Result<(), DirectoryError> {
    let reader = operator.reader(tenant);
    let grants = operator.grant_admin(tenant);
    for wish in wishes {
        let resource = directory.service_principal_by_app_id(&reader, wish.resource).await?;
        for role in &wish.app_roles {
            directory.assign_app_role(&grants, client, resource.id, *role).await?;
        }
    }
    Ok(())
}

async fn seed_incidents(
    platform: &Platform,
    tenants: &[SeededTenant],
    scenario: &Scenario,
    now: Timestamp,
) -> Result<(), Failure> {
    for (name, seeds) in &scenario.incidents {
        let Some(tenant) = tenants.iter().find(|tenant| tenant.name == *name) else { continue };
        let seeder = IncidentSeeder::for_scenario_of(tenant.id);
        let mut incidents = Vec::with_capacity(seeds.len());
        for seed in seeds {
            let incident =
                seed.at(now).map_err(|error| Failure::new(format!("incidents of '{name}': {error}")))?;
            incidents.push(incident);
        }
        platform.incidents.seed(&seeder, &incidents).await?;
    }
    Ok(())
}

fn seeded_tenant(seed: &TenantSeed, id: TenantId, automation: Option<ClientCredentials>) -> SeededTenant {
    let sign_in = |administrator: bool| {
        let fits = |roles: Vec<_>| is_consent_administrator(&roles) == administrator;
        let user = seed.users.iter().find(|user| fits(user.roles.iter().map(|role| role.0).collect()));
        user.map(|user| SignIn { user_name: user.user_name.to_lowercase(), password: user.password.clone() })
    };
    SeededTenant {
        id,
        name: seed.name.clone(),
        part: seed.part,
        administrator: sign_in(true),
        ordinary_user: sign_in(false),
        automation,
    }
}

fn in_scenario(place: &str, error: DirectoryError) -> Failure {
    Failure::from(anyhow::Error::new(error).context(format!("scenario: {place} cannot be made")))
}
