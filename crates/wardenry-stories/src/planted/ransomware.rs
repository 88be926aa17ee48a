//! What comes before ransomware: incident 1047 of Alder Foods.
//!
//! Somebody at wks-022 installs a driver updater from an advertisement. It looks around, copies itself to the file
//! server with the person's rights, makes a service of it, stops the backups and tries to delete the shadow copies, at
//! which antivirus and the sensor stop it.

use std::rc::Rc;

use serde_json::json;

use super::traces;
use crate::background::machines::{child, services};
use crate::calendar::{HOUR, MINUTE, SECOND};
use crate::event::Event;
use crate::process::{Account, Image, Process, device_event};
use crate::software::{self, Hashes};
use crate::stream::World;

const ADVERTISED: &str = "https://get.driverfix-now.example/setup";
const CONTROL: &str = "https://sync.driverfix-now.example/b";
const SETUP: &str = "DriverFixSetup.exe";
const COPY: &str = "svch0st.exe";

pub(super) fn at_alder(world: &World, events: &mut Vec<Event>) {
    let Some((driverfix, device)) = traces::process(world, "wks-022", 7716) else { return };
    let Some(server) = world.fleet.device("srv-file-01") else { return };
    let before = |minutes: i64, seconds: i64| world.now - 9 * HOUR - minutes * MINUTE - seconds * SECOND;
    let account = Rc::clone(&driverfix.account);

    // The download and its start.
    let downloads = format!(r"C:\Users\{}\Downloads", account.name);
    let browser = Process {
        program: Image::of(&software::EDGE),
        id: 5112,
        created: before(58, 0),
        command_line: "\"msedge.exe\" --single-argument".to_owned(),
        account: Rc::clone(&account),
        parent_file: "explorer.exe".to_owned(),
        parent_id: 4980,
        parent_created: before(59, 0),
        logon_id: driverfix.logon_id,
    };
    events.push(browser.connects(before(44, 30), device, ("203.0.113.60", 443, ADVERTISED), 51_004));
    let downloaded = browser
        .touches(before(44, 10), device, "FileCreated", (&downloads, SETUP), &Hashes::of(SETUP))
        .with_texts([
            ("FileOriginUrl", ADVERTISED),
            ("FileOriginReferrerUrl", "https://news.daily-ledger.example/"),
            ("FileOriginIP", "203.0.113.60"),
        ]);
    events.push(downloaded);
    let mut setup = child(
        &browser,
        &software::EDGE,
        &format!("\"{downloads}\\{SETUP}\""),
        driverfix.parent_created,
        3320,
    );
    setup.program = Rc::new(Image {
        file: SETUP.to_owned(),
        folder: downloads.clone(),
        path: format!("{downloads}\\{SETUP}"),
        company: String::new(),
        product: "Driver Fix".to_owned(),
        version: "1.0".to_owned(),
        description: String::new(),
        hashes: Hashes::of(SETUP),
    });
    events.push(setup.started_by(&browser, device));

    // It calls home and looks around.
    events.push(driverfix.connects(before(40, 0), device, ("203.0.113.61", 443, CONTROL), 51_020));
    for (number, command) in (0..).zip(["net.exe view", r"net.exe view \\srv-file-01"]) {
        let net =
            child(&driverfix, &software::NET, command, before(37, 20 - 20 * number), 7788 + 12 * number);
        events.push(net.started_by(&driverfix, device));
    }

    // It goes to the file server.
    events.push(driverfix.connects(before(34, 0), device, (&server.ip, 445, ""), 51_033));
    let system = kernel(before(31 * 24 * 60, 0));
    let logon = device_event("DeviceLogonEvents", before(33, 58), server, "LogonSuccess")
        .with_texts([
            ("LogonType", "Network"),
            ("AccountDomain", &account.domain),
            ("AccountName", &account.name),
            ("AccountSid", &account.sid),
            ("Protocol", "NTLM"),
            ("RemoteDeviceName", &device.name),
            ("RemoteIP", &device.ip),
            ("RemoteIPType", "Private"),
        ])
        .with("IsLocalAdmin", true)
        .with("LogonId", 71_204_411)
        .with("RemotePort", 51_033)
        .with_json_text("AdditionalFields", &json!({"IsLocalLogon": false}));
    events.push(services(server, before(33, 58)).initiating(logon));
    let copied = device_event("DeviceFileEvents", before(33, 35), server, "FileCreated");
    let hashes = traces::hashes(world, COPY);
    let copied = copied
        .with_texts([
            ("FileName", COPY),
            ("FolderPath", r"E:\Shares\Recipes\svch0st.exe"),
            ("SHA1", &hashes.sha1),
            ("SHA256", &hashes.sha256),
            ("MD5", &hashes.md5),
            ("RequestProtocol", "Smb"),
            ("RequestSourceIP", &device.ip),
            ("RequestAccountName", &account.name),
            ("RequestAccountDomain", &account.domain),
            ("RequestAccountSid", &account.sid),
            ("ShareName", r"\\srv-file-01\Recipes$"),
        ])
        .with("RequestSourcePort", 51_033)
        .with("FileSize", hashes.size);
    events.push(system.initiating(copied));

    // A service of it, which stops the backups.
    let services = services(server, before(32, 40));
    let key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinHostSvc";
    let program = r"cmd.exe /c \\srv-file-01\Recipes$\prep.cmd";
    events.push(services.sets(before(32, 40), server, key, ("ImagePath", "ExpandString", program)));
    let installed = device_event("DeviceEvents", before(32, 39), server, "ServiceInstalled")
        .with_texts([
            ("FileName", "cmd.exe"),
            ("AccountName", &account.name),
            ("AccountDomain", &account.domain),
        ])
        .with_json_text(
            "AdditionalFields",
            &json!({"ServiceName": "WinHostSvc", "ServiceAccount": "LocalSystem"}),
        );
    events.push(services.initiating(installed));
    let shell = child(&services, &software::CMD, program, before(31, 0), 5472);
    events.push(shell.started_by(&services, server));
    for (number, (program, command)) in (0..).zip([
        (&software::NET, "net.exe stop OakVaultAgent /y"),
        (&software::WBADMIN, "wbadmin.exe delete catalog -quiet"),
        (&software::BCDEDIT, "bcdedit.exe /set {default} recoveryenabled no"),
    ]) {
        let step = child(&shell, program, command, before(30, 50 - 12 * number), 5480 + 12 * number);
        events.push(step.started_by(&shell, server));
    }
    let prevented = device_event("DeviceEvents", before(29, 37), server, "AntivirusDetection")
        .with_texts([
            ("FileName", COPY),
            ("FolderPath", r"E:\Shares\Recipes\svch0st.exe"),
            ("SHA1", &hashes.sha1),
            ("SHA256", &hashes.sha256),
        ])
        .with_json_text(
            "AdditionalFields",
            &json!({"ThreatName": "Ransom:LockSpread", "WasExecutingWhileDetected": false, "Action": "Quarantine"}),
        );
    events.push(services.initiating(prevented));
}

/// The kernel, on behalf of which shares are written.
fn kernel(created: i64) -> Process {
    Process {
        program: Image::of(&software::Program { file: "System", folder: "", ..software::SERVICES }),
        id: 4,
        created,
        command_line: String::new(),
        account: Rc::new(Account::system()),
        parent_file: String::new(),
        parent_id: 0,
        parent_created: created,
        logon_id: 999,
    }
}
