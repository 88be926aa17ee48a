//! An application that reads mail: incident 2216 of Birch Clinics, and what its handling overlooked.
//!
//! Somebody signs in as Elin Voss from an unknown address, lets an application into the mailbox, and has it forward mail.
//! The forwarding is found and removed, sessions are revoked and the password is changed; the application keeps its
//! consent, and reads on.

use serde_json::json;

use crate::background::cloud::Action;
use crate::background::inventory::App;
use crate::background::mail::Mail;
use crate::background::sign_in::{MAIL_APPLICATION, SignIn, sign_in};
use crate::calendar::{HOUR, MINUTE, SECOND};
use crate::event::Event;
use crate::random::Random;
use crate::stream::World;

const APP: App = App {
    name: "Letter Archive",
    id: "9d0f6c1e-5b7a-4c55-8f3e-2a61b7c4d010",
    principal: "4b2c8e77-0d5e-4f0a-9a53-7c1e6d9f2b11",
    publisher: "",
    level: "High",
    permissions: &["Mail.ReadWrite", "MailboxSettings.ReadWrite", "offline_access"],
    users: 1,
    age: 14 * HOUR + 54 * MINUTE,
    is_admin_consented: false,
};
const INTRUDER: &str = "203.0.113.9";
/// From where the application reads.
const READER: &str = "203.0.113.10";
const COLLECTOR: &str = "intake@mailstash.example";
const EXCHANGE: (&str, i64) = ("Microsoft Exchange Online", 20893);

pub(super) fn at_birch(world: &World, events: &mut Vec<Event>) {
    let Some(person) = world.fleet.person("e.voss") else { return };
    let mut random = Random::of(&[80]);
    let before = |hours: i64, minutes: i64| world.now - hours * HOUR - minutes * MINUTE;

    for (minutes, error) in [(4, 50126), (3, 50126), (1, 0)] {
        let seen = SignIn {
            ip: INTRUDER,
            country: "ZZ",
            city: "",
            application: MAIL_APPLICATION,
            error,
            risk: if error == 0 { 50 } else { 0 },
            device: None,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
        };
        sign_in(world, person, before(15, minutes), &seen, &mut random, events);
    }

    let directory = |at, kind, raw| Action {
        at,
        kind,
        application: "Microsoft 365",
        application_id: 11161,
        ip: INTRUDER,
        object: ("Service Principal", APP.name, APP.id),
        oauth_app: "",
        is_admin: false,
        raw,
    };
    let scopes = APP.permissions.join(" ");
    events.push(
        directory(before(14, 54), "Add service principal.", json!({"AppId": APP.id})).by(world, person),
    );
    let consent = json!({
        "Operation": "Consent to application.", "AppId": APP.id, "UserId": person.upn,
        "ConsentType": "Principal", "Scope": scopes, "ResultStatus": "Success",
    });
    events.push(directory(before(14, 54) + 2 * SECOND, "Consent to application.", consent).by(world, person));
    for hours in [14, 8, 2] {
        events.push(APP.seen(world, before(hours, 50)));
    }

    let mailbox = |at, kind, ip, oauth_app, raw| Action {
        at,
        kind,
        application: EXCHANGE.0,
        application_id: EXCHANGE.1,
        ip,
        object: ("Mailbox", &person.display_name, &person.object_id),
        oauth_app,
        is_admin: false,
        raw,
    };
    let rule = json!({
        "Operation": "New-InboxRule", "UserId": person.upn,
        "Parameters": [{"Name": "Name", "Value": "."}, {"Name": "ForwardTo", "Value": COLLECTOR}],
    });
    let at = before(14, 39) - 7920;
    events.push(mailbox(at, "New-InboxRule", INTRUDER, APP.id, rule).by(world, person));
    let read = |at| {
        let raw = json!({"Operation": "MailItemsAccessed", "UserId": person.upn, "ClientAppId": APP.id, "MailAccessType": "Bind"});
        mailbox(at, "MailItemsAccessed", READER, APP.id, raw).by(world, person)
    };
    // Before the rule is removed, and after it.
    events.extend((0..12).map(|number| read(before(14, 30) + number * 20 * MINUTE)));
    let removed = json!({"Operation": "Remove-InboxRule", "UserId": person.upn, "Parameters": [{"Name": "Identity", "Value": "."}]});
    events.push(
        mailbox(before(10, 5), "Remove-InboxRule", world.customer.public_ip, "", removed).by(world, person),
    );
    events.extend((0..8).map(|number| read(before(9, 0) + number * HOUR)));

    let (first, last) = (before(14, 5) - 2440, before(13, 3));
    for number in 0..47 {
        let message = random.guid();
        let mail = Mail {
            at: first + (last - first) * number / 46,
            message: &message,
            internet_message: &format!("<{}@birchclinics.example>", random.hex(12)),
            sender: (&person.upn, &person.display_name),
            sender_ip: INTRUDER,
            recipient: COLLECTOR,
            subject: &format!("FW: Letter {}", 300 + number),
            direction: "Outbound",
            delivery: ("Delivered", "External"),
            threat: "",
            urls: &[],
            attachment: None,
        };
        mail.deliver(world, &mut random, events);
    }
}
