//! What computers and servers do by themselves, at any hour.

use std::rc::Rc;

use serde_json::json;

use super::office::unix_process;
use crate::calendar::{DAY, HOUR, SECOND};
use crate::event::Event;
use crate::fleet::{Device, Kind};
use crate::process::{Account, Image, Process, device_event};
use crate::random::Random;
use crate::software::{self, Hashes, Program};
use crate::stream::{SLOT, World};

pub(super) fn slot(world: &World, number: usize, device: &Device, start: i64, events: &mut Vec<Event>) {
    let mut random = world.random(&[50, device.key, start.unsigned_abs()]);
    let at = start + random.range(0, SLOT);
    match device.kind {
        Kind::Computer if random.per_mille(24) => match random.range(0, 4) {
            0 | 1 => update(device, at, &mut random, events),
            2 => policy(device, at, &mut random, events),
            _ => scan(device, at, events),
        },
        Kind::Server if random.per_mille(300) => match random.range(0, 10) {
            0..=5 => visitor(world, number, device, at, &mut random, events),
            6 | 7 => backup(device, at, &mut random, events),
            8 => policy(device, at, &mut random, events),
            _ => scan(device, at, events),
        },
        Kind::Linux if random.per_mille(250) => cron(device, at, &mut random, events),
        _ => {}
    }
}

/// When the device was last started, as seen at a time.
fn boot(device: &Device, at: i64) -> i64 {
    let phase = Random::of(&[51, device.key]).range(0, 7 * DAY);
    let week = 7 * DAY;
    (at - phase).div_euclid(week) * week + phase
}

/// The service control manager.
pub(crate) fn services(device: &Device, at: i64) -> Process {
    let created = boot(device, at);
    Process {
        program: Image::of(&software::SERVICES),
        id: 684,
        created,
        command_line: "services.exe".to_owned(),
        account: Rc::new(Account::system()),
        parent_file: "wininit.exe".to_owned(),
        parent_id: 604,
        parent_created: created,
        logon_id: 999,
    }
}

/// A program that another one of the system starts.
pub(crate) fn child(parent: &Process, program: &Program, command_line: &str, at: i64, id: i64) -> Process {
    Process {
        program: Image::of(program),
        id,
        created: at,
        command_line: command_line.to_owned(),
        account: Rc::clone(&parent.account),
        parent_file: parent.program.file.clone(),
        parent_id: parent.id,
        parent_created: parent.created,
        logon_id: parent.logon_id,
    }
}

fn update(device: &Device, at: i64, random: &mut Random, events: &mut Vec<Event>) {
    let services = services(device, at);
    let updater =
        child(&services, &software::UPDATER, "\"QuillUpdate.exe\" /svc", at, random.range(300, 6000) * 4);
    events.push(updater.started_by(&services, device));
    let remote = ("198.51.100.160", 443, "https://update.quill-software.example/v8");
    events.push(updater.connects(at + SECOND, device, remote, random.range(49_152, 65_535)));
    if random.per_mille(150) {
        let file = (software::UPDATER.folder, "patch.bin");
        events.push(updater.touches(
            at + 6 * SECOND,
            device,
            "FileCreated",
            file,
            &Hashes::of("patch.bin 8.2.411"),
        ));
        let key = r"HKEY_LOCAL_MACHINE\SOFTWARE\Quill\Update";
        events.push(updater.sets(at + 7 * SECOND, device, key, ("LastVersion", "String", "8.2.411.0")));
    }
}

fn policy(device: &Device, at: i64, random: &mut Random, events: &mut Vec<Event>) {
    let services = services(device, at);
    let host =
        child(&services, &software::SVCHOST, "svchost.exe -k netsvcs -p -s Schedule", boot(device, at), 1284);
    let id = random.range(300, 6000) * 4;
    let task = if random.per_mille(500) {
        child(&host, &software::TASKHOST, "taskhostw.exe SYSTEM", at, id)
    } else {
        child(&host, &software::GPUPDATE, "gpupdate.exe /target:computer", at, id)
    };
    events.push(task.started_by(&host, device));
    events.push(task.loads(at + SECOND, device, r"C:\Windows\System32", "gpapi.dll"));
}

fn scan(device: &Device, at: i64, events: &mut Vec<Event>) {
    let services = services(device, at);
    let sensor = child(&services, &software::SENSOR, "\"MsSense.exe\"", boot(device, at), 3120);
    let event = device_event("DeviceEvents", at, device, "AntivirusScanCompleted").with_json_text(
        "AdditionalFields",
        &json!({"ScanTypeIndex": "Quick", "ScanParametersIndex": "Scheduled"}),
    );
    events.push(sensor.initiating(event));
}

/// Someone opens a share of the server.
fn visitor(
    world: &World,
    number: usize,
    device: &Device,
    at: i64,
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let person = random.pick(&world.fleet.people);
    let from = person.device.filter(|its| *its != number).and_then(|its| world.fleet.devices.get(its));
    let Some(from) = from else { return };
    let services = services(device, at);
    let logon = device_event("DeviceLogonEvents", at, device, "LogonSuccess")
        .with_texts([
            ("LogonType", "Network"),
            ("AccountDomain", &world.customer.netbios.to_lowercase()),
            ("AccountName", &person.account),
            ("AccountSid", &person.sid),
            ("Protocol", "Kerberos"),
            ("RemoteDeviceName", &from.name),
            ("RemoteIP", &from.ip),
            ("RemoteIPType", "Private"),
        ])
        .with("IsLocalAdmin", false)
        .with("LogonId", random.range(100_000, 90_000_000))
        .with("RemotePort", random.range(49_152, 65_535))
        .with_json_text("AdditionalFields", &json!({"IsLocalLogon": false}));
    events.push(child(&services, &software::LSASS, "lsass.exe", services.created, 712).initiating(logon));
}

/// The nightly work of the backup, some of which looks like the beginning of something worse.
fn backup(device: &Device, at: i64, random: &mut Random, events: &mut Vec<Event>) {
    let services = services(device, at);
    let agent = child(&services, &software::BACKUP, "\"agent.exe\" --service", boot(device, at), 2710);
    if random.per_mille(120) {
        let list =
            child(&agent, &software::VSSADMIN, "vssadmin.exe list shadows", at, random.range(300, 6000) * 4);
        events.push(list.started_by(&agent, device));
    }
    let name = format!("{}-{}.ovb", at.div_euclid(HOUR), random.hex(4));
    let hashes = Hashes::of(&name);
    events.push(agent.touches(at + SECOND, device, "FileCreated", (r"D:\Vault", &name), &hashes));
    let remote = ("198.51.100.170", 443, "https://store.oakvault.example/put");
    events.push(agent.connects(at + 2 * SECOND, device, remote, random.range(49_152, 65_535)));
}

fn cron(device: &Device, at: i64, random: &mut Random, events: &mut Vec<Event>) {
    let cron = unix_process(&software::CRON, "/usr/sbin/cron -f", 812, boot(device, at));
    let shell =
        child(&cron, &software::DASH, "/bin/sh -c /opt/tms/bin/export.sh", at, random.range(2000, 30_000));
    events.push(shell.started_by(&cron, device));
    if random.per_mille(400) {
        let url = "https://api.customs-desk.example/v2/declarations";
        let command = format!("curl -fsS {url}");
        let curl = child(&shell, &software::CURL, &command, at + SECOND, shell.id + 1);
        events.push(curl.started_by(&shell, device));
        events.push(curl.connects(
            at + SECOND,
            device,
            ("198.51.100.180", 443, url),
            random.range(32_768, 60_999),
        ));
    }
}
