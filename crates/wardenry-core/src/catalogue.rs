//! The built-in first-party resources: their application ids, every audience string by which clients
//! name them, their application permissions and their delegated permissions.
//!
//! Ids and values are those that two or more public sources agree on; where only one source exists,
//! the entry says so. Descriptions are our own words, shown on the consent page.

use uuid::Uuid;

use crate::id::{AppId, AppRoleId, ScopeId};

/// An application permission of a resource: what an app may do as itself, tenant-wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppRole {
    pub id: AppRoleId,
    /// The value in the `roles` claim.
    pub value: &'static str,
    pub display_name: &'static str,
    pub description: &'static str,
}

/// A delegated permission of a resource: what an app may do on behalf of a signed-in user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub id: ScopeId,
    /// The value in the `scp` claim.
    pub value: &'static str,
    pub display_name: &'static str,
    pub description: &'static str,
    /// Who may consent to it.
    pub consent: ScopeConsent,
}

/// Who may consent to a delegated permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeConsent {
    /// Administrators only (`type: Admin` on the wire).
    Admin,
    /// A user for themselves, too (`type: User` on the wire).
    User,
}

/// A first-party resource (API) that tenants can be licensed for.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    pub app_id: AppId,
    pub display_name: &'static str,
    /// Every identifier that selects this resource, the canonical one first. A trailing slash and the
    /// bare application id are accepted besides these.
    pub identifiers: &'static [&'static str],
    pub app_roles: &'static [AppRole],
    pub scopes: &'static [Scope],
}

impl Resource {
    /// The application permission with this value, for example `Incident.Read.All`.
    ///
    /// Public documentation spells the incident and alert permissions in the plural, too; both
    /// spellings find the singular role, which is the one that is issued.
    pub fn app_role(&self, value: &str) -> Option<&'static AppRole> {
        let value = canonical_permission(value);
        self.app_roles.iter().find(|role| role.value == value)
    }

    /// The application permission with this id.
    pub fn app_role_by_id(&self, id: AppRoleId) -> Option<&'static AppRole> {
        self.app_roles.iter().find(|role| role.id == id)
    }

    /// The delegated permission with this value, for example `Incident.Read`.
    pub fn scope(&self, value: &str) -> Option<&'static Scope> {
        let value = canonical_permission(value);
        self.scopes.iter().find(|scope| scope.value == value)
    }

    /// The delegated permission with this id.
    pub fn scope_by_id(&self, id: ScopeId) -> Option<&'static Scope> {
        self.scopes.iter().find(|scope| scope.id == id)
    }

    /// Whether this text names the resource: an identifier with or without one trailing slash, or
    /// the application id.
    pub fn is_named_by(&self, identifier: &str) -> bool {
        if identifier.parse() == Ok(self.app_id) {
            return true;
        }
        let bare = identifier.strip_suffix('/').unwrap_or(identifier);
        self.identifiers.iter().any(|known| known.eq_ignore_ascii_case(bare))
    }
}

/// Microsoft Threat Protection: the incidents and advanced hunting API of Microsoft 365 Defender.
pub const THREAT_PROTECTION: Resource = Resource {
    app_id: app_id("8ee8fdad-f234-4243-8f3b-15c294843740"),
    display_name: "Microsoft Threat Protection",
    identifiers: &[
        "https://api.security.microsoft.com",
        "https://security.microsoft.com/mtp",
        "https://api-gcc.security.microsoft.us",
        "https://api-gov.security.microsoft.us",
    ],
    app_roles: THREAT_PROTECTION_ROLES,
    scopes: THREAT_PROTECTION_SCOPES,
};

/// WindowsDefenderATP: the devices and device alerts API.
pub const DEFENDER_ATP: Resource = Resource {
    app_id: app_id("fc780465-2017-40d4-a0c5-307022471b92"),
    display_name: "WindowsDefenderATP",
    identifiers: &[
        "https://api.securitycenter.microsoft.com",
        "https://securitycenter.onmicrosoft.com/windowsatpservice",
        "https://api.securitycenter.windows.com",
        "https://api-gcc.securitycenter.microsoft.us",
        "https://api-gov.securitycenter.microsoft.us",
    ],
    app_roles: DEFENDER_ATP_ROLES,
    scopes: DEFENDER_ATP_SCOPES,
};

/// Microsoft Graph: directory administration and the newer security API.
pub const GRAPH: Resource = Resource {
    app_id: app_id("00000003-0000-0000-c000-000000000000"),
    display_name: "Microsoft Graph",
    identifiers: &[
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
    ],
    app_roles: GRAPH_ROLES,
    scopes: GRAPH_SCOPES,
};

/// Wardenry: what has no counterpart among the vendor's APIs, which is bringing events in.
///
/// The vendor streams events out and takes none in, so there is no permission of its own to borrow: whoever may read
/// every table must not thereby be able to write into them.
pub const WARDENRY: Resource = Resource {
    app_id: app_id("3f0b7a52-6d1c-4e0e-9a3b-5c8e17d2a9f4"),
    display_name: "Wardenry",
    identifiers: &["api://wardenry"],
    app_roles: WARDENRY_ROLES,
    scopes: WARDENRY_SCOPES,
};

/// The portal as a client: the app that acts when somebody clicks.
pub const PORTAL: AppId = app_id("5b1f0c3e-2c47-4a86-9d0e-7f36c1b8e4d2");

/// All first-party resources.
pub const RESOURCES: [&Resource; 4] = [&THREAT_PROTECTION, &DEFENDER_ATP, &GRAPH, &WARDENRY];

/// The first-party resource with this application id.
pub fn resource_by_app_id(app_id: AppId) -> Option<&'static Resource> {
    RESOURCES.into_iter().find(|resource| resource.app_id == app_id)
}

/// The first-party resource that this identifier names (see [`Resource::is_named_by`]).
pub fn resource_by_identifier(identifier: &str) -> Option<&'static Resource> {
    RESOURCES.into_iter().find(|resource| resource.is_named_by(identifier))
}

/// The first-party resource with this display name, in either letter case.
pub fn resource_by_name(display_name: &str) -> Option<&'static Resource> {
    RESOURCES.into_iter().find(|resource| resource.display_name.eq_ignore_ascii_case(display_name))
}

/// Turns the plural spellings of public prose (`Incidents.Read.All`, `Alerts.ReadWrite.All`) into the
/// permission's real name. Everything else is returned as it is.
pub fn canonical_permission(value: &str) -> String {
    for (plural, singular) in [("Incidents.", "Incident."), ("Alerts.", "Alert.")] {
        if let Some(rest) = value.strip_prefix(plural) {
            return format!("{singular}{rest}");
        }
    }
    value.to_owned()
}

/// The directory roles that this implementation distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DirectoryRole {
    GlobalAdministrator,
    PrivilegedRoleAdministrator,
    ApplicationAdministrator,
    CloudApplicationAdministrator,
    SecurityReader,
}

impl DirectoryRole {
    /// All roles, the mightiest first.
    pub const ALL: [Self; 5] = [
        Self::GlobalAdministrator,
        Self::PrivilegedRoleAdministrator,
        Self::ApplicationAdministrator,
        Self::CloudApplicationAdministrator,
        Self::SecurityReader,
    ];

    /// The role's template id, the value in the `wids` claim.
    pub const fn template_id(self) -> Uuid {
        match self {
            Self::GlobalAdministrator => uuid::uuid!("62e90394-69f5-4237-9190-012177145e10"),
            Self::PrivilegedRoleAdministrator => uuid::uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"),
            Self::ApplicationAdministrator => uuid::uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
            Self::CloudApplicationAdministrator => uuid::uuid!("158c047a-c907-4556-b7ef-446551a6b5f7"),
            Self::SecurityReader => uuid::uuid!("5d6b6bb7-de71-4623-b4af-96380a352509"),
        }
    }

    /// The role's name as people know it.
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global Administrator",
            Self::PrivilegedRoleAdministrator => "Privileged Role Administrator",
            Self::ApplicationAdministrator => "Application Administrator",
            Self::CloudApplicationAdministrator => "Cloud Application Administrator",
            Self::SecurityReader => "Security Reader",
        }
    }

    /// The role with this display name, in either letter case.
    pub fn by_display_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.display_name().eq_ignore_ascii_case(name))
    }

    /// The role with this template id.
    pub fn by_template_id(id: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.template_id() == id)
    }
}

const fn app_id(guid: &str) -> AppId {
    AppId::from_guid(guid_literal(guid))
}

const fn role(
    id: &str,
    value: &'static str,
    display_name: &'static str,
    description: &'static str,
) -> AppRole {
    AppRole { id: AppRoleId::from_guid(guid_literal(id)), value, display_name, description }
}

const fn admin_scope(
    id: &str,
    value: &'static str,
    display_name: &'static str,
    description: &'static str,
) -> Scope {
    Scope {
        id: ScopeId::from_guid(guid_literal(id)),
        value,
        display_name,
        description,
        consent: ScopeConsent::Admin,
    }
}

const fn user_scope(
    id: &str,
    value: &'static str,
    display_name: &'static str,
    description: &'static str,
) -> Scope {
    Scope { consent: ScopeConsent::User, ..admin_scope(id, value, display_name, description) }
}

const fn guid_literal(text: &str) -> Uuid {
    match Uuid::try_parse(text) {
        Ok(guid) => guid,
        Err(_) => panic!("a GUID literal of the catalogue is malformed"),
    }
}

const THREAT_PROTECTION_ROLES: &[AppRole] = &[
    role(
        "a9790345-4595-42e4-971a-ccdc79f19b7c",
        "Incident.Read.All",
        "Read all incidents",
        "Reads every incident of the organisation with its alerts, devices and entities.",
    ),
    role(
        "8d90f441-09cf-4fdc-ab45-e874fa3a28e8",
        "Incident.ReadWrite.All",
        "Read and change all incidents",
        "Reads every incident, and changes status, owner, classification, tags and comments.",
    ),
    role(
        "7734e8e5-8dde-42fc-b5ae-6eafea078693",
        "AdvancedHunting.Read.All",
        "Run advanced hunting queries",
        "Queries every hunting table of the organisation: devices, mail, identities, cloud apps.",
    ),
    role(
        "a7deff90-e2f5-4e4e-83a3-2c74e7002e28",
        "CustomDetections.ReadWrite.All",
        "Read and change custom detections",
        "Creates, changes and deletes the organisation's custom detection rules.",
    ),
];

const THREAT_PROTECTION_SCOPES: &[Scope] = &[
    admin_scope(
        "12c153a4-4204-4224-aa3c-4626e2f47c2b",
        "Incident.Read",
        "Read incidents",
        "Reads the incidents that the signed-in user may see.",
    ),
    admin_scope(
        "2af415cc-88cf-4146-a0c8-444c3a80d5db",
        "Incident.ReadWrite",
        "Read and change incidents",
        "Reads and changes the incidents that the signed-in user may see and change.",
    ),
    admin_scope(
        "15f11de4-5113-4268-a2d1-0bad43d781f9",
        "AdvancedHunting.Read",
        "Run advanced hunting queries",
        "Queries the hunting tables that the signed-in user may see.",
    ),
    admin_scope(
        "ddbb8d0c-c86b-4ece-bcb7-0f031a9cf103",
        "CustomDetections.ReadWrite",
        "Read and change custom detections",
        "Manages custom detection rules on behalf of the signed-in user.",
    ),
];

const DEFENDER_ATP_ROLES: &[AppRole] = &[
    role(
        "93489bf5-0fbc-4f2d-b901-33f2fe08ff05",
        "AdvancedQuery.Read.All",
        "Run advanced queries",
        "Queries the device tables of the organisation.",
    ),
    role(
        "71fe6b80-7034-4028-9ed8-0f316df9c3ff",
        "Alert.Read.All",
        "Read all alerts",
        "Reads every device alert of the organisation.",
    ),
    role(
        "0f7000ec-157b-497f-b70e-ef0b0584f140",
        "Alert.ReadWrite.All",
        "Read and change all alerts",
        "Reads, creates and changes every device alert.",
    ),
    role(
        "ea8291d3-4b9a-44b5-bc3a-6cea3026dc79",
        "Machine.Read.All",
        "Read all devices",
        "Reads every device and every device action of the organisation.",
    ),
    role(
        "aa027352-232b-4ed4-b963-a705fc4d6d2c",
        "Machine.ReadWrite.All",
        "Read and change all devices",
        "Reads every device and changes tags and other device properties.",
    ),
    role(
        "7e4e1300-e1b9-4102-88ba-f0cb6e6d5974",
        "Machine.Isolate",
        "Isolate devices",
        "Cuts devices off the network and releases them again.",
    ),
    role(
        "8788f1a9-beca-4e26-ba58-10513f3b896f",
        "File.Read.All",
        "Read file profiles",
        "Reads what is known of files in the organisation.",
    ),
    role(
        "47bf842d-354b-49ef-b741-3a6dd815bc13",
        "Ip.Read.All",
        "Read IP address profiles",
        "Reads what is known of IP addresses seen in the organisation.",
    ),
    role(
        "721af526-ffa8-42d7-9b84-1a56244dd99d",
        "Url.Read.All",
        "Read URL profiles",
        "Reads what is known of URLs and domains seen in the organisation.",
    ),
    role(
        "a833834a-4cf1-4732-8acf-bbcfa13fb610",
        "User.Read.All",
        "Read user profiles",
        "Reads alerts and devices related to users of the organisation.",
    ),
    role(
        "528ca142-c849-4a5b-935e-10b8b9c38a84",
        "Ti.Read.All",
        "Read all indicators",
        "Reads every threat indicator of the organisation.",
    ),
    role(
        "fc511a58-3adf-4d71-af24-00f13e35e479",
        "Ti.ReadWrite.All",
        "Read and change all indicators",
        "Reads, creates and deletes every threat indicator.",
    ),
    role(
        "41269fc5-d04d-4bfd-bce7-43a51cea049a",
        "Vulnerability.Read.All",
        "Read vulnerabilities",
        "Reads vulnerability findings of the organisation.",
    ),
    role(
        "37f71c98-d198-41ae-964d-2c49aab74926",
        "Software.Read.All",
        "Read the software inventory",
        "Reads the software found on the organisation's devices.",
    ),
    role(
        "02b005dd-f804-43b4-8fc7-078460413f74",
        "Score.Read.All",
        "Read exposure scores",
        "Reads the exposure and configuration scores of the organisation.",
    ),
    role(
        "6443965c-7dd2-4cfd-b38f-bb7772bee163",
        "SecurityRecommendation.Read.All",
        "Read security recommendations",
        "Reads the security recommendations for the organisation.",
    ),
    role(
        "227f2ea0-c2c2-4428-b7af-9ff40f1a720e",
        "SecurityConfiguration.Read.All",
        "Read security configuration",
        "Reads the security configuration of the organisation's devices.",
    ),
    role(
        "6a33eedf-ba73-4e5a-821b-f057ef63853a",
        "RemediationTasks.Read.All",
        "Read remediation tasks",
        "Reads the remediation tasks of the organisation.",
    ),
];

const DEFENDER_ATP_SCOPES: &[Scope] = &[
    admin_scope(
        "1fb6e712-1bd9-4184-b1c0-5e71e759196b",
        "AdvancedQuery.Read",
        "Run advanced queries",
        "Queries the device tables that the signed-in user may see.",
    ),
    admin_scope(
        "b2069dc0-9fe9-4e6d-9aca-ccf3dd503819",
        "Alert.Read",
        "Read alerts",
        "Reads the device alerts that the signed-in user may see.",
    ),
    admin_scope(
        "fbd3d33a-b1f5-4573-906c-51b39682fbcf",
        "Machine.Read",
        "Read devices",
        "Reads the devices that the signed-in user may see.",
    ),
];

const GRAPH_ROLES: &[AppRole] = &[
    role(
        "45cc0394-e837-488b-a098-1918f48d186c",
        "SecurityIncident.Read.All",
        "Read all security incidents",
        "Reads every security incident of the organisation.",
    ),
    role(
        "34bf0e97-1971-4929-b999-9e2442d941d7",
        "SecurityIncident.ReadWrite.All",
        "Read and change all security incidents",
        "Reads and changes every security incident of the organisation.",
    ),
    role(
        "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5",
        "SecurityAlert.Read.All",
        "Read all security alerts",
        "Reads every security alert of the organisation.",
    ),
    role(
        "ed4fca05-be46-441f-9803-1873825f8fdb",
        "SecurityAlert.ReadWrite.All",
        "Read and change all security alerts",
        "Reads and changes every security alert of the organisation.",
    ),
    role(
        "dd98c7f5-2d42-42d3-a0e4-633161547251",
        "ThreatHunting.Read.All",
        "Run hunting queries",
        "Queries every hunting table of the organisation.",
    ),
    role(
        "673a007a-9e0f-4c97-b066-3c0164486909",
        "CustomDetection.Read.All",
        "Read custom detections",
        "Reads the organisation's custom detection rules.",
    ),
    role(
        "e0fd9c8d-a12e-4cc9-9827-20c8c3cd6fb8",
        "CustomDetection.ReadWrite.All",
        "Read and change custom detections",
        "Creates, changes and deletes the organisation's custom detection rules.",
    ),
    role(
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
        "Application.Read.All",
        "Read all applications",
        "Reads every application and service principal of the organisation.",
    ),
    role(
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
        "Application.ReadWrite.All",
        "Read and change all applications",
        "Creates, changes and deletes applications, their credentials and service principals.",
    ),
    role(
        "18a4783c-866b-4cc7-a460-3d5e5662c884",
        "Application.ReadWrite.OwnedBy",
        "Manage applications that this app owns",
        "Creates applications, and changes or deletes those that it created.",
    ),
    role(
        "06b708a9-e830-4db3-a914-8e69da51d44f",
        "AppRoleAssignment.ReadWrite.All",
        "Grant and revoke application permissions",
        "Grants any application any application permission of the organisation, and revokes it.",
    ),
    role(
        "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Grant and revoke delegated permissions",
        "Grants any application any delegated permission of the organisation, and revokes it.",
    ),
    role(
        "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        "Directory.Read.All",
        "Read the directory",
        "Reads users, applications and service principals of the organisation.",
    ),
    role(
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
        "Directory.ReadWrite.All",
        "Read and change the directory",
        "Reads and changes users, applications and service principals of the organisation.",
    ),
    role(
        "df021288-bdef-4463-88db-98f22de89214",
        "User.Read.All",
        "Read all users",
        "Reads the profile of every user of the organisation.",
    ),
];

const GRAPH_SCOPES: &[Scope] = &[
    admin_scope(
        "b9abcc4f-94fc-4457-9141-d20ce80ec952",
        "SecurityIncident.Read.All",
        "Read security incidents",
        "Reads the security incidents that the signed-in user may see.",
    ),
    admin_scope(
        "128ca929-1a19-45e6-a3b8-435ec44a36ba",
        "SecurityIncident.ReadWrite.All",
        "Read and change security incidents",
        "Reads and changes the security incidents that the signed-in user may change.",
    ),
    admin_scope(
        "b152eca8-ea73-4a48-8c98-1a6742673d99",
        "ThreatHunting.Read.All",
        "Run hunting queries",
        "Queries the hunting tables that the signed-in user may see.",
    ),
    admin_scope(
        "bc257fb8-46b4-4b15-8713-01e91bfbe4ea",
        "SecurityAlert.Read.All",
        "Read security alerts",
        "Reads the security alerts that the signed-in user may see.",
    ),
    admin_scope(
        "471f2a7f-2a42-4d45-a2bf-594d0838070d",
        "SecurityAlert.ReadWrite.All",
        "Read and change security alerts",
        "Reads and changes the security alerts that the signed-in user may change.",
    ),
    user_scope(
        "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
        "User.Read",
        "Sign you in and read your profile",
        "Signs the user in and reads the user's own profile.",
    ),
];

const WARDENRY_ROLES: &[AppRole] = &[role(
    "b1d6f3c8-27a4-4f4b-8a57-9e60c2d4e713",
    "Event.Write.All",
    "Send events",
    "Adds events to every hunting table of the organisation. Reads nothing.",
)];

const WARDENRY_SCOPES: &[Scope] = &[admin_scope(
    "5a9c04e7-81fb-4d2e-b3c6-f07d6e92a1b8",
    "Event.Write",
    "Send events",
    "Adds events to the hunting tables on behalf of the signed-in administrator.",
)];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_audience_of_the_public_samples_finds_its_resource() {
        for (identifier, resource) in [
            ("https://api.security.microsoft.com", &THREAT_PROTECTION),
            ("https://api.security.microsoft.com/", &THREAT_PROTECTION),
            ("https://security.microsoft.com/mtp", &THREAT_PROTECTION),
            ("8ee8fdad-f234-4243-8f3b-15c294843740", &THREAT_PROTECTION),
            ("https://api.securitycenter.microsoft.com", &DEFENDER_ATP),
            ("https://securitycenter.onmicrosoft.com/windowsatpservice", &DEFENDER_ATP),
            ("https://api.securitycenter.windows.com", &DEFENDER_ATP),
            ("https://graph.microsoft.com", &GRAPH),
            ("api://wardenry", &WARDENRY),
        ] {
            assert_eq!(resource_by_identifier(identifier), Some(resource), "{identifier}");
        }
        assert_eq!(resource_by_identifier("https://api.security.microsoft.com//"), None);
        assert_eq!(resource_by_identifier("https://api.security.microsoft.com.evil.example"), None);
        assert_eq!(resource_by_identifier(""), None);
    }

    #[test]
    fn identifiers_and_permissions_are_unambiguous() {
        let mut identifiers = HashSet::new();
        for resource in RESOURCES {
            let mut ids = HashSet::new();
            let mut values = HashSet::new();
            assert!(identifiers.insert(resource.app_id.to_string()));
            for identifier in resource.identifiers {
                assert!(!identifier.ends_with('/'), "{identifier}");
                assert!(identifiers.insert((*identifier).to_owned()), "{identifier}");
            }
            for role in resource.app_roles {
                assert!(ids.insert(role.id.as_guid()) && values.insert(role.value), "{}", role.value);
            }
            values.clear();
            for scope in resource.scopes {
                assert!(ids.insert(scope.id.as_guid()) && values.insert(scope.value), "{}", scope.value);
            }
        }
    }

    #[test]
    fn plural_spellings_find_the_singular_permission() {
        assert_eq!(THREAT_PROTECTION.app_role("Incidents.Read.All").unwrap().value, "Incident.Read.All");
        assert_eq!(THREAT_PROTECTION.scope("Incidents.Read").unwrap().value, "Incident.Read");
        assert_eq!(DEFENDER_ATP.app_role("Alerts.ReadWrite.All").unwrap().value, "Alert.ReadWrite.All");
        assert_eq!(THREAT_PROTECTION.app_role("incident.read.all"), None);
    }

    #[test]
    fn directory_roles_are_found_by_name_and_template() {
        for role in DirectoryRole::ALL {
            assert_eq!(DirectoryRole::by_display_name(&role.display_name().to_lowercase()), Some(role));
            assert_eq!(DirectoryRole::by_template_id(role.template_id()), Some(role));
        }
        assert_eq!(DirectoryRole::by_display_name("Janitor"), None);
    }
}
