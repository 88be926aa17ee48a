//! Signing in to the cloud.

use serde_json::json;

use crate::calendar::DAY;
use crate::event::Event;
use crate::fleet::{Device, Person};
use crate::random::Random;
use crate::stream::World;

/// Where a sign-in comes from, and how it went.
pub(crate) struct SignIn<'a> {
    pub(crate) ip: &'a str,
    pub(crate) country: &'a str,
    pub(crate) city: &'a str,
    /// The application with its id.
    pub(crate) application: (&'a str, &'a str),
    /// 0 is success.
    pub(crate) error: i64,
    /// 0 is none, 10 low, 50 medium, 100 high.
    pub(crate) risk: i64,
    pub(crate) device: Option<&'a Device>,
    pub(crate) user_agent: &'a str,
}

pub(crate) const MAIL_APPLICATION: (&str, &str) =
    ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000");
pub(crate) const USUAL_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0";

/// Someone comes to work.
pub(super) fn at_work(
    world: &World,
    person: &Person,
    device: &Device,
    at: i64,
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let usual = SignIn {
        ip: world.customer.public_ip,
        country: world.customer.country,
        city: world.customer.city,
        application: MAIL_APPLICATION,
        error: 0,
        risk: 0,
        device: Some(device),
        user_agent: USUAL_AGENT,
    };
    if random.per_mille(80) {
        sign_in(world, person, at, &SignIn { error: 50126, ..usual }, random, events);
    }
    sign_in(world, person, at + 9000, &SignIn { error: 0, ..usual }, random, events);
    let logon = Event::new("IdentityLogonEvents", at)
        .with_texts([
            ("ActionType", "LogonSuccess"),
            ("Application", "Active Directory"),
            ("LogonType", "Interactive"),
            ("Protocol", "Kerberos"),
            ("DeviceName", &device.name),
            ("DeviceType", "Workstation"),
            ("OSPlatform", &device.platform),
            ("IPAddress", &device.ip),
            ("DestinationDeviceName", &format!("dc.{}", world.customer.domain)),
            ("DestinationIPAddress", &format!("{}.10", world.customer.network)),
            ("Location", world.customer.country),
        ])
        .with("Port", random.range(49_152, 65_535))
        .with("DestinationPort", 88)
        .with("AdditionalFields", json!({"Spns": [format!("krbtgt/{}", world.customer.netbios)]}));
    events.push(named(logon, person, world));
}

/// The rows of one sign-in, in both tables that show it and in that of identities.
pub(crate) fn sign_in(
    world: &World,
    person: &Person,
    at: i64,
    sign_in: &SignIn<'_>,
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let (correlation, session, request) = (random.guid(), random.guid(), random.guid());
    for (table, device_column) in
        [("EntraIdSignInEvents", "EntraIdDeviceId"), ("AADSignInEventsBeta", "AadDeviceId")]
    {
        let event = Event::new(table, at)
            .with_texts([
                ("Application", sign_in.application.0),
                ("ApplicationId", sign_in.application.1),
                ("LogonType", "[\"interactiveUser\"]"),
                ("CorrelationId", &correlation),
                ("SessionId", &session),
                ("RequestId", &request),
                ("AccountDisplayName", &person.display_name),
                ("AccountObjectId", &person.object_id),
                ("AccountUpn", &person.upn),
                ("AlternateSignInName", &person.upn),
                ("ResourceDisplayName", sign_in.application.0),
                ("ResourceId", sign_in.application.1),
                ("ResourceTenantId", world.customer.tenant),
                ("DeviceName", sign_in.device.map_or("", |device| &device.name)),
                ("OSPlatform", sign_in.device.map_or("", |device| &device.platform)),
                ("DeviceTrustType", if sign_in.device.is_some() { "Hybrid Azure AD joined" } else { "" }),
                ("AuthenticationRequirement", "singleFactorAuthentication"),
                ("UserAgent", sign_in.user_agent),
                ("ClientAppUsed", "Browser"),
                ("Browser", "Edge 124.0.2478"),
                ("ConditionalAccessPolicies", "[]"),
                ("IPAddress", sign_in.ip),
                ("Country", sign_in.country),
                ("City", sign_in.city),
                ("State", sign_in.city),
                ("EndpointCall", "OAuth2:Authorize"),
                ("AuthenticationProcessingDetails", "[]"),
                ("NetworkLocationDetails", "[]"),
                (device_column, sign_in.device.map_or("", |device| &device.aad_id)),
            ])
            .with("ErrorCode", sign_in.error)
            .with("IsExternalUser", 0)
            .with("IsGuestUser", false)
            .with("IsManaged", i64::from(sign_in.device.is_some()))
            .with("IsCompliant", i64::from(sign_in.device.is_some()))
            .with("TokenIssuerType", 0)
            .with("RiskLevelAggregated", sign_in.risk)
            .with("RiskDetails", 0)
            .with("RiskState", if sign_in.risk > 0 { 4 } else { 0 })
            .with("ConditionalAccessStatus", 0)
            .with_time("LastPasswordChangeTimestamp", world.now - 60 * DAY);
        events.push(if table == "EntraIdSignInEvents" {
            event.with("IsConfidentialClient", false)
        } else {
            event
        });
    }
    let logon = Event::new("IdentityLogonEvents", at)
        .with_texts([
            ("ActionType", if sign_in.error == 0 { "LogonSuccess" } else { "LogonFailed" }),
            ("Application", "Microsoft 365"),
            ("LogonType", "OAuth2:Authorize"),
            ("Protocol", "OAuth2"),
            ("FailureReason", if sign_in.error == 0 { "" } else { "InvalidUserNameOrPassword" }),
            ("DeviceName", sign_in.device.map_or("", |device| &device.name)),
            ("OSPlatform", sign_in.device.map_or("", |device| &device.platform)),
            ("IPAddress", sign_in.ip),
            ("Location", sign_in.country),
        ])
        .with("AdditionalFields", json!({"CorrelationId": correlation}));
    events.push(named(logon, person, world));
}

fn named(event: Event, person: &Person, world: &World) -> Event {
    event.with_texts([
        ("AccountName", &person.account),
        ("AccountDomain", world.customer.domain),
        ("AccountUpn", &person.upn),
        ("AccountSid", &person.sid),
        ("AccountObjectId", &person.object_id),
        ("AccountDisplayName", &person.display_name),
    ])
}
