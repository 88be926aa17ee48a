//! What devices, accounts and applications there are, told again and again.

use serde_json::json;

use crate::calendar::{DAY, HOUR};
use crate::event::Event;
use crate::fleet::{Device, Kind, Person};
use crate::random::Random;
use crate::stream::{SLOT, World};

/// An application with rights in the tenant.
pub(crate) struct App {
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    pub(crate) principal: &'static str,
    pub(crate) publisher: &'static str,
    pub(crate) level: &'static str,
    pub(crate) permissions: &'static [&'static str],
    pub(crate) users: i64,
    /// How long it has been there at the end.
    pub(crate) age: i64,
    pub(crate) is_admin_consented: bool,
}

const APPS: [App; 3] = [
    App {
        name: "Room Planner",
        id: "b1f0a3c2-1111-4a52-9e0e-5f6c7d8e9001",
        principal: "c1f0a3c2-1111-4a52-9e0e-5f6c7d8e9001",
        publisher: "Fieldnote Software",
        level: "Low",
        permissions: &["Calendars.Read", "User.Read"],
        users: 31,
        age: 400 * DAY,
        is_admin_consented: true,
    },
    App {
        name: "Signature Sync",
        id: "b1f0a3c2-2222-4a52-9e0e-5f6c7d8e9002",
        principal: "c1f0a3c2-2222-4a52-9e0e-5f6c7d8e9002",
        publisher: "Fieldnote Software",
        level: "Medium",
        permissions: &["MailboxSettings.ReadWrite", "User.Read"],
        users: 18,
        age: 210 * DAY,
        is_admin_consented: true,
    },
    App {
        name: "Survey Box",
        id: "b1f0a3c2-3333-4a52-9e0e-5f6c7d8e9003",
        principal: "c1f0a3c2-3333-4a52-9e0e-5f6c7d8e9003",
        publisher: "",
        level: "Low",
        permissions: &["User.Read", "offline_access"],
        users: 4,
        age: 90 * DAY,
        is_admin_consented: false,
    },
];

pub(super) fn slot(world: &World, start: i64, events: &mut Vec<Event>) {
    let due = |key: u64, every: i64| {
        let phase = Random::of(&[40, key]).range(0, every / SLOT) * SLOT;
        (start.rem_euclid(every) == phase).then_some(start + Random::of(&[41, key]).range(0, SLOT))
    };
    for device in &world.fleet.devices {
        if let Some(at) = due(device.key, 4 * HOUR) {
            events.push(device_info(world, device, at));
        }
        if let Some(at) = due(device.key ^ 1, 12 * HOUR) {
            events.push(network_info(world, device, at));
        }
    }
    for person in &world.fleet.people {
        if let Some(at) = due(person.key, DAY) {
            events.push(identity_info(world, person, at));
        }
    }
    for app in &APPS {
        if let Some(at) = due(crate::random::key(app.id), DAY) {
            events.push(app.seen(world, at));
        }
    }
}

fn of_device(table: &'static str, at: i64, device: &Device) -> Event {
    Event::new(table, at).with_texts([("DeviceId", &device.id), ("DeviceName", &device.name)])
}

fn device_info(world: &World, device: &Device, at: i64) -> Event {
    let owner = device.owner.and_then(|number| world.fleet.people.get(number));
    let logged_on = owner.map_or_else(
        || json!([]),
        |person| json!([{"UserName": person.account, "DomainName": world.customer.netbios, "Sid": person.sid}]),
    );
    let is_server = matches!(device.kind, Kind::Server | Kind::Linux);
    of_device("DeviceInfo", at, device)
        .with_texts([
            ("ClientVersion", "10.8760.22621.3527"),
            ("PublicIP", world.customer.public_ip),
            ("OSArchitecture", "64-bit"),
            ("OSPlatform", &device.platform),
            ("JoinType", if is_server { "Domain joined" } else { "Hybrid Azure AD joined" }),
            ("AadDeviceId", &device.aad_id),
            ("OSVersion", if device.kind == Kind::Computer { "10.0" } else { &device.version }),
            ("OSVersionInfo", &device.version),
            ("MachineGroup", &device.group),
            ("OnboardingStatus", "Onboarded"),
            ("DeviceCategory", "Endpoint"),
            ("DeviceType", if is_server { "Server" } else { "Workstation" }),
            ("DeviceSubtype", if is_server { "Server" } else { "Workstation" }),
            ("Model", if is_server { "Virtual machine" } else { "Slate 14" }),
            ("Vendor", "Northforge"),
            ("OSDistribution", if device.kind == Kind::Linux { "Ubuntu" } else { "" }),
            ("SensorHealthState", "Active"),
            ("ExposureLevel", if is_server { "Medium" } else { "Low" }),
            ("AssetValue", if is_server { "High" } else { "Normal" }),
            ("ConnectivityType", "Streamlined"),
            ("DiscoverySources", "[\"MDE\"]"),
        ])
        .with_json_text("LoggedOnUsers", &logged_on)
        .with("OSBuild", device.build)
        .with("IsAzureADJoined", !is_server)
        .with("IsInternetFacing", device.name.starts_with("srv-rds"))
        .with("IsExcluded", false)
        .with("IsTransient", false)
}

fn network_info(world: &World, device: &Device, at: i64) -> Event {
    let gateway = format!("{}.1", world.customer.network);
    of_device("DeviceNetworkInfo", at, device)
        .with_texts([
            ("NetworkAdapterName", "{Ethernet}"),
            ("MacAddress", &device.mac),
            ("NetworkAdapterType", "Ethernet"),
            ("NetworkAdapterStatus", "Up"),
            ("TunnelType", "None"),
            ("NetworkAdapterVendor", "Northforge"),
            ("IPv4Dhcp", &gateway),
            ("OnboardingStatus", "Onboarded"),
            ("NetworkAdapterDnsSuffix", world.customer.domain),
        ])
        .with_json_text(
            "ConnectedNetworks",
            &json!([{"Name": world.customer.domain, "Category": "DomainAuthenticated", "IsConnectedToInternet": true}]),
        )
        .with_json_text("DnsAddresses", &json!([format!("{}.10", world.customer.network)]))
        .with_json_text("DefaultGateways", &json!([gateway]))
        .with_json_text(
            "IPAddresses",
            &json!([{"IPAddress": device.ip, "SubnetPrefix": 24, "AddressType": "Private"}]),
        )
}

fn identity_info(world: &World, person: &Person, at: i64) -> Event {
    let customer = world.customer;
    Event::new("IdentityInfo", at)
        .with_texts([
            ("AccountObjectId", &person.object_id),
            ("AccountUpn", &person.upn),
            ("OnPremSid", &person.sid),
            ("AccountDisplayName", &person.display_name),
            ("AccountName", &person.account),
            ("AccountDomain", customer.domain),
            ("Type", if person.is_service { "ServiceAccount" } else { "User" }),
            ("DistinguishedName", &format!("CN={},OU={},DC=corp", person.display_name, person.department)),
            ("GivenName", &person.given_name),
            ("Surname", &person.surname),
            ("Department", person.department),
            ("JobTitle", if person.is_service { "" } else { "Associate" }),
            ("EmailAddress", &person.upn),
            ("SipProxyAddress", &person.upn),
            ("City", customer.city),
            ("Country", customer.country),
            ("CompanyName", customer.name),
            ("TenantId", customer.tenant),
            ("SourceSystem", "Hybrid"),
            ("TenantMembershipType", "Member"),
            ("RiskLevel", "None"),
            ("ChangeSource", "System-UserPersistence"),
            ("BlastRadius", "Low"),
        ])
        .with("IsAccountEnabled", true)
        .with("CriticalityLevel", 4)
        .with_time("CreatedDateTime", world.now - 500 * DAY)
        .with("AssignedRoles", json!([]))
        .with("PrivilegedEntraPimRoles", json!([]))
        .with("GroupMembership", json!([person.department]))
        .with("SourceProviders", json!(["ActiveDirectory", "AzureActiveDirectory"]))
        .with("Tags", json!([]))
        .with("OtherMailAddresses", json!([]))
}

impl App {
    pub(crate) fn seen(&self, world: &World, at: i64) -> Event {
        Event::new("OAuthAppInfo", at)
            .with_texts([
                ("OAuthAppId", self.id),
                ("ServicePrincipalId", self.principal),
                ("AppName", self.name),
                ("AppStatus", "Enabled"),
                ("PrivilegeLevel", self.level),
                ("AppOrigin", "External"),
                ("AppOwnerTenantId", "5e1b7a90-77aa-4c1d-8f10-9d2c3b4a5000"),
            ])
            .with_time("AddedOnTime", world.now - self.age)
            .with_time("LastModifiedTime", world.now - self.age)
            .with_time("LastUsedTime", at - HOUR)
            .with(
                "VerifiedPublisher",
                if self.publisher.is_empty() { json!({}) } else { json!({"displayName": self.publisher}) },
            )
            .with("Permissions", json!(self.permissions))
            .with("ConsentedUsersCount", self.users)
            .with("IsAdminConsented", self.is_admin_consented)
    }
}
