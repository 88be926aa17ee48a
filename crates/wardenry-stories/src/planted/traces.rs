//! What an incident's processes, files and registry values left on devices.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::event::Event;
use crate::fleet::{Device, Kind};
use crate::incidents::{self, Entity, Incident};
use crate::process::{Account, Image, Process};
use crate::random::Random;
use crate::software::{Hashes, KNOWN};
use crate::stream::World;

/// Parents of which the incidents tell the number only: host, process, file.
const PARENTS: [(&str, i64, &str); 4] = [
    ("wks-014", 6120, "explorer.exe"),
    ("wks-022", 3320, "DriverFixSetup.exe"),
    ("srv-file-01", 4, "System"),
    ("srv-erp-01", 2710, "agent.exe"),
];

/// Files that a story tells of more closely.
const OF_STORIES: [&str; 2] = ["svch0st.exe", "d.bin"];

/// Rows for the entities of all incidents that are on devices.
pub(super) fn of_entities(world: &World, events: &mut Vec<Event>) {
    let mut seen = BTreeSet::new();
    for incident in incidents::of(world.customer.name) {
        for alert in &incident.alerts {
            let at = world.now - alert.first_activity.0;
            let mut latest = None;
            for entity in alert.entities.iter().filter(|entity| entity.kind == "Process") {
                let Some((process, device)) = process_of(world, entity) else { continue };
                if seen.insert((&entity.device, entity.process_id)) {
                    events.push(process.started_by(&parent_of(world, &process, device), device));
                }
                latest = Some((process, device));
            }
            for entity in alert.entities.iter().filter(|entity| !entity.device.is_empty()) {
                let Some(device) = world.fleet.device(&entity.device) else { continue };
                let by = latest.as_ref().map(|(process, _)| process.clone());
                let by = by.or_else(|| last_before(world, incident, &entity.device, at));
                let by = by.unwrap_or_else(|| crate::background::machines::services(device, at));
                match entity.kind.as_str() {
                    "File" if !OF_STORIES.contains(&&*entity.file_name) => {
                        let file = (&*entity.file_path, &*entity.file_name);
                        events.push(by.touches(at, device, "FileCreated", file, &hashes_of(entity)));
                    }
                    "Registry" => events.push(registry(entity, &by, device, at)),
                    _ => {}
                }
            }
            // An address beside a link and a process is where the process went.
            let told = |kind: &str| alert.entities.iter().find(|entity| entity.kind == kind);
            if let (Some((process, device)), Some(ip), Some(url)) = (&latest, told("Ip"), told("Url")) {
                let port = if url.url.starts_with("http:") { 80 } else { 443 };
                let remote = (&*ip.ip_address, port, &*url.url);
                events.push(process.connects(at.max(process.created), device, remote, 50_122));
            }
        }
    }
}

/// A process that the incidents name.
pub(super) fn process<'a>(world: &'a World, host: &str, id: i64) -> Option<(Process, &'a Device)> {
    let alerts = incidents::of(world.customer.name).iter().flat_map(|incident| &incident.alerts);
    let entity = alerts
        .flat_map(|alert| &alert.entities)
        .find(|entity| entity.process_id == id && entity.device.split('.').next() == Some(host))?;
    process_of(world, entity)
}

/// A file that the incidents name, by its name.
pub(super) fn hashes(world: &World, file: &str) -> Hashes {
    let alerts = incidents::of(world.customer.name).iter().flat_map(|incident| &incident.alerts);
    let entity = alerts.flat_map(|alert| &alert.entities).find(|entity| entity.file_name == file);
    entity.map_or_else(|| Hashes::of(file), hashes_of)
}

fn hashes_of(entity: &Entity) -> Hashes {
    Hashes { sha1: entity.sha1.clone(), sha256: entity.sha256.clone(), ..Hashes::of(&entity.file_name) }
}

fn process_of<'a>(world: &'a World, entity: &Entity) -> Option<(Process, &'a Device)> {
    let device = world.fleet.device(&entity.device)?;
    let created = world.now - entity.process_created?.0;
    let windows = !matches!(device.kind, Kind::Mac | Kind::Linux);
    let account = match world.fleet.person(&entity.account_name) {
        Some(person) => Account::of(person, world.customer.netbios),
        None if windows => Account::system(),
        None => Account::root(),
    };
    let known = KNOWN.iter().find(|program| program.file.eq_ignore_ascii_case(&entity.file_name));
    let mut image = known.map_or_else(
        || Image {
            file: entity.file_name.clone(),
            folder: String::new(),
            path: String::new(),
            company: String::new(),
            product: String::new(),
            version: String::new(),
            description: String::new(),
            hashes: Hashes::of(&entity.file_name),
        },
        |program| (*Image::of(program)).clone(),
    );
    let separator = if windows { '\\' } else { '/' };
    image.path = format!("{}{separator}{}", entity.file_path, entity.file_name);
    image.folder.clone_from(&entity.file_path);
    image.hashes = hashes_of(entity);
    let host = entity.device.split('.').next().unwrap_or_default();
    let parent_file = parent_file(world, host, entity.parent_process_id, windows, !account.upn.is_empty());
    let process = Process {
        program: Rc::new(image),
        id: entity.process_id,
        created,
        command_line: entity.process_command_line.clone(),
        account: Rc::new(account),
        parent_file,
        parent_id: entity.parent_process_id,
        parent_created: entity.parent_process_created.map_or(created, |ago| world.now - ago.0),
        logon_id: Random::of(&[60, device.key]).range(100_000, 9_000_000),
    };
    Some((process, device))
}

fn parent_file(world: &World, host: &str, id: i64, windows: bool, is_person: bool) -> String {
    let told = PARENTS.iter().find(|(its, number, _)| *its == host && *number == id);
    if let Some((_, _, file)) = told {
        return (*file).to_owned();
    }
    let alerts = incidents::of(world.customer.name).iter().flat_map(|incident| &incident.alerts);
    let entity = alerts
        .flat_map(|alert| &alert.entities)
        .find(|entity| entity.process_id == id && entity.device.split('.').next() == Some(host));
    match entity {
        Some(entity) => entity.file_name.clone(),
        None if !windows => "systemd".to_owned(),
        None if is_person => "explorer.exe".to_owned(),
        None => "services.exe".to_owned(),
    }
}

/// The parent, as far as it is known: by an entity of its own, or by what its child says.
fn parent_of(world: &World, child: &Process, device: &Device) -> Process {
    let host = device.name.split('.').next().unwrap_or_default();
    if let Some((parent, _)) = process(world, host, child.parent_id) {
        return parent;
    }
    let known = KNOWN.iter().find(|program| program.file == child.parent_file);
    let mut image = known.map_or_else(|| (*child.program).clone(), |program| (*Image::of(program)).clone());
    if known.is_none() {
        let hashes = Hashes::of(&child.parent_file);
        image = Image { file: child.parent_file.clone(), path: child.parent_file.clone(), hashes, ..image };
        image.company = String::new();
        image.description = String::new();
    }
    Process {
        command_line: image.file.clone(),
        program: Rc::new(image),
        id: child.parent_id,
        created: child.parent_created,
        parent_file: String::new(),
        parent_id: 0,
        ..child.clone()
    }
}

/// The incident's process on the device that was started last before `at`. One that started others goes before those
/// that did not: it is more likely to be what an attacker works from.
fn last_before(world: &World, incident: &Incident, device: &str, at: i64) -> Option<Process> {
    let entities = || incident.alerts.iter().flat_map(|alert| &alert.entities);
    let has_children = |process: &Process| {
        entities().any(|entity| entity.device == device && entity.parent_process_id == process.id)
    };
    let processes = entities().filter(|entity| entity.kind == "Process" && entity.device == device);
    let processes = processes.filter_map(|entity| process_of(world, entity).map(|(process, _)| process));
    let processes = processes.filter(|process| process.created <= at);
    processes.max_by_key(|process| (has_children(process), process.created))
}

fn registry(entity: &Entity, by: &Process, device: &Device, at: i64) -> Event {
    let name = match entity.registry_key.rsplit('\\').next() {
        Some("Run") => "stmt",
        Some("Real-Time Protection") => "DisableRealtimeMonitoring",
        _ => "ImagePath",
    };
    let hive = match entity.registry_hive.as_str() {
        "HKEY_CURRENT_USER" => format!(r"HKEY_CURRENT_USER\{}", by.account.sid),
        hive => hive.to_owned(),
    };
    let key = format!(r"{hive}\{}", entity.registry_key);
    by.sets(at, device, &key, (name, &entity.registry_value_type, &entity.registry_value))
}
