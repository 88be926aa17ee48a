//! Mail.

use super::WorkingDay;
use crate::calendar::{MINUTE, SECOND};
use crate::event::Event;
use crate::fleet::Person;
use crate::random::{Random, key};
use crate::software::Hashes;
use crate::stream::{SLOT, World};

/// A mail to one recipient.
pub(crate) struct Mail<'a> {
    pub(crate) at: i64,
    pub(crate) message: &'a str,
    pub(crate) internet_message: &'a str,
    /// Address and shown name.
    pub(crate) sender: (&'a str, &'a str),
    pub(crate) sender_ip: &'a str,
    pub(crate) recipient: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) direction: &'a str,
    /// Action and place, such as `Delivered` and `Inbox/folder`.
    pub(crate) delivery: (&'a str, &'a str),
    /// Such as `Malware`; empty for none.
    pub(crate) threat: &'a str,
    pub(crate) urls: &'a [&'a str],
    pub(crate) attachment: Option<(&'a str, &'a Hashes)>,
}

const SUBJECTS: [&str; 9] = [
    "Order confirmation",
    "Delivery on Thursday",
    "Question about the invoice",
    "Agenda for the call",
    "Updated price list",
    "Holiday cover",
    "Meeting moved",
    "Draft for review",
    "Thank you",
];
const JUNK: [&str; 4] =
    ["prize-desk.example", "cheap-watches.example", "seo-boost.example", "loan-now.example"];

pub(super) fn slot(world: &World, person: &Person, day: &WorkingDay, start: i64, events: &mut Vec<Event>) {
    let mut random = world.random(&[20, person.key, start.unsigned_abs()]);
    if !day.covers(start) || !random.per_mille(150) {
        return;
    }
    let at = start + random.range(0, SLOT);
    let subject = format!("{} {}", random.pick(&SUBJECTS), random.range(100, 9999));
    let (kind, other) = (random.range(0, 10), random.pick(&world.fleet.people).clone());
    let outside = format!("office@{}", random.pick(world.customer.partners));
    let junk = format!("win@{}", random.pick(&JUNK));
    let (sender, recipient, direction, delivery, threat) = match kind {
        0..=3 => ((&*other.upn, &*other.display_name), &*person.upn, "Intra-org", DELIVERED, ""),
        4..=6 => ((&*outside, "Office"), &*person.upn, "Inbound", DELIVERED, ""),
        7 | 8 => {
            ((&*person.upn, &*person.display_name), &*outside, "Outbound", ("Delivered", "External"), "")
        }
        _ => ((&*junk, "Winner"), &*person.upn, "Inbound", ("Junked", "Junk folder"), "Spam"),
    };
    let message = random.guid();
    let url = format!("https://www.{}/r/{}", sender.0.split('@').nth(1).unwrap_or_default(), random.hex(6));
    let urls: &[&str] = if random.per_mille(350) { &[&url] } else { &[] };
    let name = format!("{}.pdf", random.pick(&SUBJECTS));
    let hashes = Hashes::of(&format!("{message}{name}"));
    let mail = Mail {
        at,
        message: &message,
        internet_message: &format!(
            "<{}@mail.{}>",
            random.hex(12),
            sender.0.split('@').nth(1).unwrap_or_default()
        ),
        sender,
        sender_ip: if direction == "Inbound" { "198.51.100.150" } else { world.customer.public_ip },
        recipient,
        subject: &subject,
        direction,
        delivery,
        threat,
        urls,
        attachment: random.per_mille(200).then_some((&*name, &hashes)),
    };
    mail.deliver(world, &mut random, events);
    if !urls.is_empty() && delivery == DELIVERED && random.per_mille(300) {
        let clicked = at + random.range(MINUTE, 40 * MINUTE);
        events.push(click(world, person, clicked, &url, &message, ("ClickAllowed", "")));
    }
}

pub(crate) const DELIVERED: (&str, &str) = ("Delivered", "Inbox/folder");

impl Mail<'_> {
    /// The rows of the mail, its links and its attachment.
    pub(crate) fn deliver(&self, world: &World, random: &mut Random, events: &mut Vec<Event>) {
        let domain = |address: &str| address.split('@').nth(1).unwrap_or_default().to_owned();
        let object_id = |address: &str| {
            let known = world.fleet.person_with_upn(address);
            known.map_or_else(String::new, |person| person.object_id.clone())
        };
        let (address, shown) = self.sender;
        let detection = if self.threat.is_empty() { "" } else { "[\"Advanced filter\"]" };
        let email = Event::new("EmailEvents", self.at)
            .with_texts([
                ("NetworkMessageId", self.message),
                ("InternetMessageId", self.internet_message),
                ("SenderMailFromAddress", address),
                ("SenderFromAddress", address),
                ("SenderDisplayName", shown),
                ("SenderObjectId", &object_id(address)),
                ("SenderMailFromDomain", &domain(address)),
                ("SenderFromDomain", &domain(address)),
                ("SenderIPv4", self.sender_ip),
                ("RecipientEmailAddress", self.recipient),
                ("RecipientObjectId", &object_id(self.recipient)),
                ("Subject", self.subject),
                ("EmailDirection", self.direction),
                ("DeliveryAction", self.delivery.0),
                ("DeliveryLocation", self.delivery.1),
                ("LatestDeliveryAction", self.delivery.0),
                ("LatestDeliveryLocation", self.delivery.1),
                ("ThreatTypes", self.threat),
                ("DetectionMethods", detection),
                ("ConfidenceLevel", if self.threat.is_empty() { "" } else { "High" }),
                ("EmailAction", if self.threat.is_empty() { "" } else { "Move to Junk folder" }),
                ("AuthenticationDetails", "{\"SPF\":\"pass\",\"DKIM\":\"pass\",\"DMARC\":\"pass\"}"),
                ("EmailLanguage", "en"),
            ])
            .with("AttachmentCount", i64::from(self.attachment.is_some()))
            .with("UrlCount", self.urls.len())
            .with("BulkComplaintLevel", if self.threat == "Spam" { 7 } else { 1 })
            .with(
                "EmailClusterId",
                i64::from(key(&format!("{address}{}", self.subject)).to_le_bytes()[0]) + 4_000_000,
            );
        events.push(email);
        for url in self.urls {
            let host = url.split('/').nth(2).unwrap_or_default();
            events.push(Event::new("EmailUrlInfo", self.at).with_texts([
                ("NetworkMessageId", self.message),
                ("Url", url),
                ("UrlDomain", host),
                ("UrlLocation", "Body"),
            ]));
        }
        if let Some((name, hashes)) = self.attachment {
            let kind = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let attachment = Event::new("EmailAttachmentInfo", self.at)
                .with_texts([
                    ("NetworkMessageId", self.message),
                    ("SenderFromAddress", address),
                    ("SenderDisplayName", shown),
                    ("SenderObjectId", &object_id(address)),
                    ("RecipientEmailAddress", self.recipient),
                    ("RecipientObjectId", &object_id(self.recipient)),
                    ("FileName", name),
                    ("FileType", kind),
                    ("SHA256", &hashes.sha256),
                    ("ThreatTypes", if self.threat == "Spam" { "" } else { self.threat }),
                ])
                .with("FileSize", hashes.size);
            events.push(attachment);
        }
        // What is removed after delivery shows only now and then.
        if self.threat == "Spam" && random.per_mille(200) {
            let removed = Event::new("EmailPostDeliveryEvents", self.at + 90 * SECOND).with_texts([
                ("NetworkMessageId", self.message),
                ("InternetMessageId", self.internet_message),
                ("Action", "Moved to quarantine"),
                ("ActionType", "ZAP"),
                ("ActionTrigger", "SpecialAction"),
                ("ActionResult", "Success"),
                ("RecipientEmailAddress", self.recipient),
                ("DeliveryLocation", "Quarantine"),
                ("SourceLocation", "Junk folder"),
                ("ThreatTypes", self.threat),
            ]);
            events.push(removed);
        }
    }
}

/// A click on a link of a mail.
pub(crate) fn click(
    world: &World,
    person: &Person,
    at: i64,
    url: &str,
    message: &str,
    (action, threat): (&str, &str),
) -> Event {
    Event::new("UrlClickEvents", at)
        .with_texts([
            ("Url", url),
            ("ActionType", action),
            ("AccountUpn", &person.upn),
            ("Workload", "Email"),
            ("NetworkMessageId", message),
            ("ThreatTypes", threat),
            ("IPAddress", world.customer.public_ip),
            ("UrlChain", &format!("[\"{url}\"]")),
            ("AppName", "Outlook"),
            ("AppVersion", "16.0.17328"),
            ("SourceId", message),
            ("TenantId", world.customer.tenant),
            ("Type", "UrlClickEvents"),
        ])
        .with("IsClickedThrough", action == "ClickAllowed")
        .with_time("TimeGenerated", at)
}
