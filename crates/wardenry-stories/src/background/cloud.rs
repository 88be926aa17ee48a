//! People in cloud applications.

use serde_json::{Value, json};

use super::WorkingDay;
use crate::event::Event;
use crate::fleet::Person;
use crate::stream::{SLOT, World};

const ACTIONS: [(&str, &str, i64); 6] = [
    ("FileAccessed", "Microsoft SharePoint Online", 20892),
    ("FileModified", "Microsoft SharePoint Online", 20892),
    ("FileDownloaded", "Microsoft SharePoint Online", 20892),
    ("MailItemsAccessed", "Microsoft Exchange Online", 20893),
    ("MessageSent", "Microsoft Teams", 28375),
    ("FileUploaded", "Microsoft OneDrive for Business", 15600),
];

/// An action in a cloud application.
pub(crate) struct Action<'a> {
    pub(crate) at: i64,
    pub(crate) kind: &'a str,
    pub(crate) application: &'a str,
    pub(crate) application_id: i64,
    pub(crate) ip: &'a str,
    /// Type, name and id of what it was done to.
    pub(crate) object: (&'a str, &'a str, &'a str),
    /// The application on behalf of which it was done; empty for the person itself.
    pub(crate) oauth_app: &'a str,
    pub(crate) is_admin: bool,
    /// The record as the application wrote it.
    pub(crate) raw: Value,
}

pub(super) fn slot(world: &World, person: &Person, day: &WorkingDay, start: i64, events: &mut Vec<Event>) {
    let mut random = world.random(&[30, person.key, start.unsigned_abs()]);
    if !day.covers(start) || !random.per_mille(180) {
        return;
    }
    let (action, application, application_id) = *random.pick(&ACTIONS);
    let at = start + random.range(0, SLOT);
    let (name, id) = (format!("{}-{}", person.department, random.range(1, 90)), random.guid());
    let action = Action {
        at,
        kind: action,
        application,
        application_id,
        ip: world.customer.public_ip,
        object: ("File", &name, &id),
        oauth_app: "",
        is_admin: false,
        raw: json!({"Operation": action, "UserId": person.upn, "ObjectId": id, "ResultStatus": "Succeeded"}),
    };
    events.push(action.by(world, person));
}

impl Action<'_> {
    pub(crate) fn by(self, world: &World, person: &Person) -> Event {
        let is_usual = self.ip == world.customer.public_ip;
        let (object_type, name, id) = self.object;
        Event::new("CloudAppEvents", self.at)
            .with_texts([
                ("ActionType", self.kind),
                ("Application", self.application),
                ("AccountObjectId", &person.object_id),
                ("AccountId", &person.object_id),
                ("AccountDisplayName", &person.display_name),
                ("DeviceType", "Desktop"),
                ("OSPlatform", "Windows 11"),
                ("IPAddress", self.ip),
                ("CountryCode", if is_usual { world.customer.country } else { "" }),
                ("City", if is_usual { world.customer.city } else { "" }),
                ("Isp", if is_usual { "Commonline" } else { "Farhost" }),
                ("UserAgent", super::sign_in::USUAL_AGENT),
                ("ActivityType", "Basic"),
                ("ObjectName", name),
                ("ObjectType", object_type),
                ("ObjectId", id),
                ("AccountType", "Regular"),
                ("IPCategory", if is_usual { "Corporate" } else { "" }),
                ("AuditSource", "Defender for Cloud Apps app connector"),
                ("OAuthAppId", self.oauth_app),
            ])
            .with("ApplicationId", self.application_id)
            .with("AppInstanceId", 0)
            .with("IsAdminOperation", self.is_admin)
            .with("IsAnonymousProxy", false)
            .with("IsExternalUser", false)
            .with("IsImpersonated", false)
            .with(
                "ActivityObjects",
                json!([{"Type": object_type, "Role": "Target object", "Name": name, "Id": id}]),
            )
            .with("IPTags", json!([]))
            .with("UserAgentTags", json!(["Native client"]))
            .with("RawEventData", self.raw)
            .with("AdditionalFields", json!({}))
            .with("LastSeenForUser", json!({"ActionType": i64::from(is_usual)}))
            .with("UncommonForUser", if is_usual { json!([]) } else { json!(["IPAddress", "ISP"]) })
            .with("SessionData", json!({"InLineSessionId": ""}))
    }
}
