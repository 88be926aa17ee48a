//! Phishing to credential theft: incident 1048 of Alder Foods, and what its campaign did elsewhere.
//!
//! A statement with a macro comes to six people at Alder. One opens it: PowerShell fetches the next stage, the memory of
//! the sign-in service is written to a file and sent out, a script starts at every sign-in, and an hour later somebody
//! else signs in with the stolen password. The same document reached three people at Birch, where one opened it and a rule
//! stopped the macro, so that no alert was raised; at Cedar the filter held both mails back.

use std::rc::Rc;

use serde_json::json;

use super::traces;
use crate::background::machines::child;
use crate::background::mail::{DELIVERED, Mail};
use crate::background::sign_in::{MAIL_APPLICATION, SignIn, sign_in};
use crate::calendar::{HOUR, MINUTE, SECOND};
use crate::event::Event;
use crate::fleet::{Device, Person};
use crate::process::{Account, Image, Process, device_event};
use crate::random::Random;
use crate::software::{self, Hashes};
use crate::stream::World;

const SENDER: &str = "accounts@northquay-supplies.example";
const SENDER_IP: &str = "203.0.113.87";
const SUBJECT: &str = "Overdue statement 44871 - action needed";
const DOCUMENT: &str = "Statement_44871.docm";
const DOCUMENT_SHA1: &str = "65f8ada9a874d33c394e52d70c3faaf9f752b218";
const DOCUMENT_SHA256: &str = "7b60aefc15f626deed7f57f3ae5baf1b99ff56219f7a4cb638eec67c98dd5bde";
const NEXT_STAGE: &str = "https://cdn.northquay-supplies.example/u/44871";
const DROP: &str = "https://cdn.northquay-supplies.example/in";
/// From where the stolen password was used.
const STOLEN_FROM: &str = "203.0.113.88";

fn document() -> Hashes {
    Hashes { sha1: DOCUMENT_SHA1.to_owned(), sha256: DOCUMENT_SHA256.to_owned(), ..Hashes::of(DOCUMENT) }
}

pub(super) fn at_alder(world: &World, events: &mut Vec<Event>) {
    let now = world.now;
    let mut random = Random::of(&[70]);
    let first = now - (3 * HOUR + 40 * MINUTE + 3230);
    let last = now - (3 * HOUR + 12 * MINUTE + 3750);
    let mut recipients = vec!["p.nair".to_owned(), "t.okafor".to_owned(), "m.lindqvist".to_owned()];
    recipients.extend(others(world, 3));
    for (number, account) in (0..).zip(&recipients) {
        let at = first + (last - first) * number / 5;
        let id = if number == 0 { "8f1c2d7e44871".to_owned() } else { random.hex(8) + "44871" };
        mail(world, account, at, &id, DELIVERED, &mut random, events);
    }
    let Some((word, device)) = traces::process(world, "wks-014", 9812) else { return };
    let Some((powershell, _)) = traces::process(world, "wks-014", 11204) else { return };
    let Some((dump, _)) = traces::process(world, "wks-014", 12876) else { return };
    let Some(person) = world.fleet.person("p.nair") else { return };

    events.push(saved_by_mail_program(world, person, device, word.created - 40 * SECOND));
    let remote = |url| (SENDER_IP, 443, url);
    events.push(powershell.connects(powershell.created + 4 * SECOND, device, remote(NEXT_STAGE), 50_871));
    let at = now - 2 * HOUR - 55 * MINUTE;
    let whoami = child(&powershell, &software::WHOAMI, "whoami.exe /all", at, 11_640);
    events.push(whoami.started_by(&powershell, device));
    let group = "net.exe group \"Domain Admins\" /domain";
    let net = child(&powershell, &software::NET, group, at + 9 * SECOND, 11_652);
    events.push(net.started_by(&powershell, device));

    let at = dump.created + SECOND;
    let opened = device_event("DeviceEvents", at, device, "OpenProcessApiCall")
        .with_texts([("FileName", "lsass.exe"), ("FolderPath", r"C:\Windows\System32\lsass.exe")])
        .with("ProcessId", 712)
        .with("ProcessCommandLine", "lsass.exe")
        .with_json_text("AdditionalFields", &json!({"DesiredAccess": 2_097_151}));
    events.push(dump.initiating(opened));
    let written = (r"C:\ProgramData", "d.bin");
    events.push(dump.touches(
        at + 2 * SECOND,
        device,
        "FileCreated",
        written,
        &traces::hashes(world, "d.bin"),
    ));
    let at = now - 2 * HOUR - 20 * MINUTE;
    events.push(powershell.connects(at, device, remote(DROP), 50_902));

    let stolen = SignIn {
        ip: STOLEN_FROM,
        country: "ZZ",
        city: "",
        application: MAIL_APPLICATION,
        error: 0,
        risk: 100,
        device: None,
        user_agent: "python-requests/2.31.0",
    };
    sign_in(world, person, now - HOUR - 50 * MINUTE, &stolen, &mut random, events);
}

pub(super) fn at_birch(world: &World, events: &mut Vec<Event>) {
    let mut random = Random::of(&[71]);
    let first = world.now - 3 * HOUR - 36 * MINUTE;
    for (number, account) in (0..).zip(["c.ferreira", "e.voss", "s.moreau"]) {
        let id = random.hex(8) + "44871";
        mail(world, account, first + number * 4 * MINUTE, &id, DELIVERED, &mut random, events);
    }
    let (Some(person), Some(device)) = (world.fleet.person("c.ferreira"), world.fleet.device("rcp-03"))
    else {
        return;
    };
    let at = world.now - 2 * HOUR - 48 * MINUTE;
    events.push(saved_by_mail_program(world, person, device, at));
    let mut word = mail_program(world, person, at);
    let mail_program = word.clone();
    word.program = Image::of(&software::WINWORD);
    word.id = 7340;
    word.created = at + 30 * SECOND;
    word.command_line = format!(r#""WINWORD.EXE" /n "C:\Users\c.ferreira\Downloads\{DOCUMENT}""#);
    word.parent_file.clone_from(&mail_program.program.file);
    word.parent_id = mail_program.id;
    word.parent_created = mail_program.created;
    events.push(word.started_by(&mail_program, device));
    let blocked = device_event("DeviceEvents", at + 41 * SECOND, device, "AsrOfficeChildProcessBlocked")
        .with_texts([
            ("FileName", "powershell.exe"),
            ("FolderPath", &software::POWERSHELL.path()),
            ("SHA256", &software::POWERSHELL.hashes().sha256),
            ("ProcessCommandLine", "powershell.exe -NoProfile -WindowStyle Hidden -EncodedCommand SQBuAHYAbwBrAGUALQBXAGUAYgBSAGUAcQB1AGUAcwB0AA=="),
        ])
        .with_json_text("AdditionalFields", &json!({"IsAudit": false, "RuleName": "Block all Office applications from creating child processes"}));
    events.push(word.initiating(blocked));
}

pub(super) fn at_cedar(world: &World, events: &mut Vec<Event>) {
    let mut random = Random::of(&[72]);
    let first = world.now - 3 * HOUR - 30 * MINUTE;
    for (number, account) in (0..).zip(["g.hsu", "l.castellan"]) {
        let id = random.hex(8) + "44871";
        let delivery = ("Blocked", "Quarantine");
        mail(world, account, first + number * 3 * MINUTE, &id, delivery, &mut random, events);
    }
}

/// Accounts of people whom no incident names.
fn others(world: &World, count: usize) -> impl Iterator<Item = String> {
    let ordinary = world
        .fleet
        .people
        .iter()
        .filter(|person| person.account.ends_with(|last: char| last.is_ascii_digit()));
    ordinary.take(count).map(|person| person.account.clone())
}

fn mail(
    world: &World,
    account: &str,
    at: i64,
    id: &str,
    delivery: (&str, &str),
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let message = random.guid();
    let mail = Mail {
        at,
        message: &message,
        internet_message: &format!("<{id}@mail.northquay-supplies.example>"),
        sender: (SENDER, "Northquay Supplies Accounts"),
        sender_ip: SENDER_IP,
        recipient: &format!("{account}@{}", world.customer.domain),
        subject: SUBJECT,
        direction: "Inbound",
        delivery,
        threat: if delivery == DELIVERED { "" } else { "Malware" },
        urls: &[],
        attachment: Some((DOCUMENT, &document())),
    };
    mail.deliver(world, random, events);
}

fn mail_program(world: &World, person: &Person, at: i64) -> Process {
    Process {
        program: Image::of(&software::OUTLOOK),
        id: 8204,
        created: at - 2 * HOUR,
        command_line: "\"OUTLOOK.EXE\"".to_owned(),
        account: Rc::new(Account::of(person, world.customer.netbios)),
        parent_file: "explorer.exe".to_owned(),
        parent_id: 6120,
        parent_created: at - 6 * HOUR,
        logon_id: 4_871_220,
    }
}

fn saved_by_mail_program(world: &World, person: &Person, device: &Device, at: i64) -> Event {
    let folder = format!(r"C:\Users\{}\Downloads", person.account);
    mail_program(world, person, at).touches(at, device, "FileCreated", (&folder, DOCUMENT), &document())
}
