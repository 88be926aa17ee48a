//! People at their computers: signing in, browsing, documents.

use std::rc::Rc;

use serde_json::json;

use super::{WorkingDay, sign_in};
use crate::calendar::{MINUTE, SECOND};
use crate::event::Event;
use crate::fleet::{Device, Kind, Person};
use crate::process::{Account, Image, Process, device_event};
use crate::random::Random;
use crate::software::{self, Hashes, Program};
use crate::stream::{SLOT, World};

/// Sites that people visit, with their addresses.
pub(crate) const SITES: [(&str, &str); 10] = [
    ("news.daily-ledger.example", "198.51.100.130"),
    ("maps.waypost.example", "198.51.100.131"),
    ("www.weatherline.example", "198.51.100.132"),
    ("search.findall.example", "198.51.100.133"),
    ("forum.tradetalk.example", "198.51.100.134"),
    ("cdn.fastassets.example", "198.51.100.135"),
    ("video.clipshare.example", "198.51.100.136"),
    ("shop.officeware.example", "198.51.100.137"),
    ("travel.railbook.example", "198.51.100.138"),
    ("bank.commonsavings.example", "198.51.100.139"),
];

const DOCUMENTS: [&str; 8] =
    ["Budget", "Minutes", "Offer", "Timesheet", "Stock list", "Contract", "Training plan", "Report"];

/// Someone's session of one day.
struct Session<'a> {
    person: &'a Person,
    device: &'a Device,
    account: Rc<Account>,
    logon_id: i64,
    explorer: Process,
}

pub(super) fn slot(world: &World, person: &Person, day: &WorkingDay, start: i64, events: &mut Vec<Event>) {
    let Some(device) = person.device.and_then(|number| world.fleet.devices.get(number)) else { return };
    let mut random = world.random(&[10, person.key, start.unsigned_abs()]);
    if device.kind == Kind::Mac {
        if day.covers(start) && random.per_mille(350) {
            mac(world, person, device, start, &mut random, events);
        }
        return;
    }
    let session = Session::of(world, person, device, day);
    if day.begins_in(start) {
        session.begin(world, day, &mut random, events);
    } else if day.covers(start) && random.per_mille(420) {
        let at = start + random.range(0, SLOT);
        match random.range(0, 10) {
            0..=4 => session.browse(day, at, &mut random, events),
            5..=7 => session.edit(at, &mut random, events),
            8 => session.download(day, at, &mut random, events),
            _ => session.read(at, &mut random, events),
        }
    }
}

impl<'a> Session<'a> {
    fn of(world: &World, person: &'a Person, device: &'a Device, day: &WorkingDay) -> Self {
        let mut random = world.random(&[11, person.key, day.number.unsigned_abs()]);
        let account = Rc::new(Account::of(person, world.customer.netbios));
        let logon_id = random.range(100_000, 90_000_000);
        let explorer = Process {
            program: Image::of(&software::EXPLORER),
            id: random.range(700, 3000) * 4,
            created: day.begins + 2 * SECOND,
            command_line: "Explorer.EXE".to_owned(),
            account: Rc::clone(&account),
            parent_file: "userinit.exe".to_owned(),
            parent_id: random.range(500, 3000) * 4,
            parent_created: day.begins + SECOND,
            logon_id,
        };
        Self { person, device, account, logon_id, explorer }
    }

    /// A program that the shell starts.
    fn starts(&self, program: &Program, arguments: &str, at: i64, id: i64) -> Process {
        let image = Image::of(program);
        Process {
            command_line: format!("\"{}\"{arguments}", image.file),
            program: image,
            id,
            created: at,
            account: Rc::clone(&self.account),
            parent_file: self.explorer.program.file.clone(),
            parent_id: self.explorer.id,
            parent_created: self.explorer.created,
            logon_id: self.logon_id,
        }
    }

    /// The browser, which runs all day.
    fn browser(&self, day: &WorkingDay) -> Process {
        self.starts(&software::EDGE, " --no-startup-window", day.begins + 70 * SECOND, self.explorer.id + 812)
    }

    fn begin(&self, world: &World, day: &WorkingDay, random: &mut Random, events: &mut Vec<Event>) {
        let at = day.begins;
        let userinit = Process {
            program: Image::of(&software::USERINIT),
            id: self.explorer.parent_id,
            created: self.explorer.parent_created,
            command_line: "userinit.exe".to_owned(),
            parent_file: "winlogon.exe".to_owned(),
            parent_id: 868,
            parent_created: at - 40 * MINUTE,
            ..self.explorer.clone()
        };
        let lsass = Process {
            program: Image::of(&software::LSASS),
            id: 712,
            created: at - 40 * MINUTE,
            command_line: "lsass.exe".to_owned(),
            account: Rc::new(Account::system()),
            parent_file: "wininit.exe".to_owned(),
            parent_id: 604,
            parent_created: at - 40 * MINUTE,
            logon_id: 999,
        };
        let logon = device_event("DeviceLogonEvents", at, self.device, "LogonSuccess")
            .with_texts([
                ("LogonType", "Interactive"),
                ("AccountDomain", &self.account.domain),
                ("AccountName", &self.account.name),
                ("AccountSid", &self.account.sid),
                ("Protocol", "Kerberos"),
            ])
            .with("IsLocalAdmin", false)
            .with("LogonId", self.logon_id)
            .with_json_text("AdditionalFields", &json!({"IsLocalLogon": true}));
        events.push(lsass.initiating(logon));
        events.push(self.explorer.started_by(&userinit, self.device));
        let outlook = self.starts(
            &software::OUTLOOK,
            "",
            at + 55 * SECOND,
            self.explorer.id + random.range(50, 150) * 4,
        );
        events.push(outlook.started_by(&self.explorer, self.device));
        events.push(outlook.loads(at + 57 * SECOND, self.device, software::OUTLOOK.folder, "outlmime.dll"));
        events.push(self.browser(day).started_by(&self.explorer, self.device));
        sign_in::at_work(world, self.person, self.device, at + 20 * SECOND, random, events);
    }

    fn browse(&self, day: &WorkingDay, at: i64, random: &mut Random, events: &mut Vec<Event>) {
        let browser = self.browser(day);
        let (host, ip) = *random.pick(&SITES);
        for number in 0..random.range(1, 4) {
            let url = format!("https://{host}/{}", random.hex(6));
            let port = random.range(49_152, 65_535);
            events.push(browser.connects(at + number * 3 * SECOND, self.device, (ip, 443, &url), port));
        }
    }

    fn edit(&self, at: i64, random: &mut Random, events: &mut Vec<Event>) {
        let (program, extension) =
            if random.per_mille(500) { (&software::WINWORD, "docx") } else { (&software::EXCEL, "xlsx") };
        let folder = format!(r"C:\Users\{}\Documents", self.person.account);
        let name = format!("{} {}.{extension}", random.pick(&DOCUMENTS), random.range(1, 40));
        let process =
            self.starts(program, &format!(" /n \"{folder}\\{name}\""), at, random.range(700, 6000) * 4);
        events.push(process.started_by(&self.explorer, self.device));
        events.push(process.loads(
            at + 2 * SECOND,
            self.device,
            software::WINWORD.folder,
            "mso40uiwin32client.dll",
        ));
        let saved = at + random.range(MINUTE, 9 * MINUTE);
        let hashes = Hashes::of(&format!("{}{folder}{name}{saved}", self.device.id));
        events.push(process.touches(saved, self.device, "FileModified", (&folder, &name), &hashes));
    }

    fn download(&self, day: &WorkingDay, at: i64, random: &mut Random, events: &mut Vec<Event>) {
        let browser = self.browser(day);
        let (host, ip) = *random.pick(&SITES);
        let url = format!("https://{host}/files/{}.pdf", random.hex(8));
        let folder = format!(r"C:\Users\{}\Downloads", self.person.account);
        let name = format!("{}.pdf", random.pick(&DOCUMENTS));
        events.push(browser.connects(at, self.device, (ip, 443, &url), random.range(49_152, 65_535)));
        let saved = browser
            .touches(at + SECOND, self.device, "FileCreated", (&folder, &name), &Hashes::of(&url))
            .with_texts([
                ("FileOriginUrl", &url),
                ("FileOriginReferrerUrl", &format!("https://{host}/")),
                ("FileOriginIP", ip),
            ]);
        events.push(saved);
    }

    fn read(&self, at: i64, random: &mut Random, events: &mut Vec<Event>) {
        let reader = self.starts(&software::READER, " /open", at, random.range(700, 6000) * 4);
        events.push(reader.started_by(&self.explorer, self.device));
        events.push(reader.loads(at + SECOND, self.device, software::READER.folder, "quillcore.dll"));
        let key = format!(r"HKEY_CURRENT_USER\{}\SOFTWARE\Quill\Recent", self.account.sid);
        let data = format!("{}.pdf", random.pick(&DOCUMENTS));
        events.push(reader.sets(at + 4 * SECOND, self.device, &key, ("File1", "String", &data)));
    }
}

fn mac(
    world: &World,
    person: &Person,
    device: &Device,
    start: i64,
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let launchd = unix_process(&software::LAUNCHD, "/sbin/launchd", 1, world.now - 40 * 24 * 60 * MINUTE);
    let mut safari =
        unix_process(&software::SAFARI, &software::SAFARI.path(), random.range(500, 9000), start);
    safari.account = Rc::new(Account::of(person, world.customer.netbios));
    safari.parent_file.clone_from(&launchd.program.file);
    safari.parent_id = 1;
    safari.parent_created = launchd.created;
    let (host, ip) = *random.pick(&SITES);
    let at = start + random.range(0, SLOT);
    safari.created = at;
    events.push(safari.started_by(&launchd, device));
    let url = format!("https://{host}/{}", random.hex(6));
    events.push(safari.connects(at + SECOND, device, (ip, 443, &url), random.range(49_152, 65_535)));
}

/// A process of a system that is not Windows, running as root.
pub(super) fn unix_process(program: &Program, command_line: &str, id: i64, created: i64) -> Process {
    Process {
        program: Image::of(program),
        id,
        created,
        command_line: command_line.to_owned(),
        account: Rc::new(Account::root()),
        parent_file: String::new(),
        parent_id: 0,
        parent_created: created,
        logon_id: 0,
    }
}
