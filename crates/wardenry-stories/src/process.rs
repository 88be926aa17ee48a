//! Processes, and how rows tell of them.

use std::rc::Rc;

use crate::event::Event;
use crate::fleet::{Device, Person};
use crate::software::{Hashes, Program};

/// Whose rights a process runs with.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) domain: String,
    pub(crate) name: String,
    pub(crate) sid: String,
    pub(crate) upn: String,
    pub(crate) object_id: String,
}

impl Account {
    pub(crate) fn of(person: &Person, netbios: &str) -> Self {
        Self {
            domain: netbios.to_lowercase(),
            name: person.account.clone(),
            sid: person.sid.clone(),
            upn: person.upn.clone(),
            object_id: person.object_id.clone(),
        }
    }

    pub(crate) fn system() -> Self {
        Self {
            domain: "nt authority".to_owned(),
            name: "system".to_owned(),
            sid: "S-1-5-18".to_owned(),
            upn: String::new(),
            object_id: String::new(),
        }
    }

    pub(crate) fn root() -> Self {
        Self { domain: String::new(), name: "root".to_owned(), sid: String::new(), ..Self::system() }
    }

    fn is_system(&self) -> bool {
        self.upn.is_empty()
    }
}

/// A running program.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) program: Rc<Image>,
    pub(crate) id: i64,
    pub(crate) created: i64,
    pub(crate) command_line: String,
    pub(crate) account: Rc<Account>,
    pub(crate) parent_file: String,
    pub(crate) parent_id: i64,
    pub(crate) parent_created: i64,
    pub(crate) logon_id: i64,
}

/// A program file as a device has it.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) file: String,
    pub(crate) folder: String,
    pub(crate) path: String,
    pub(crate) company: String,
    pub(crate) product: String,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) hashes: Hashes,
}

impl Image {
    pub(crate) fn of(program: &Program) -> Rc<Self> {
        Rc::new(Self {
            file: program.file.to_owned(),
            folder: program.folder.to_owned(),
            path: program.path(),
            company: program.company.to_owned(),
            product: program.product.to_owned(),
            version: program.version.to_owned(),
            description: program.description.to_owned(),
            hashes: program.hashes(),
        })
    }
}

/// An event of a device, with what all of them tell.
pub(crate) fn device_event(table: &'static str, at: i64, device: &Device, action: &str) -> Event {
    Event::new(table, at).with_texts([
        ("DeviceId", &device.id),
        ("DeviceName", &device.name),
        ("ActionType", action),
    ])
}

impl Process {
    /// The row that tells of its start by its parent.
    pub(crate) fn started_by(&self, parent: &Self, device: &Device) -> Event {
        let image = &self.program;
        let system = self.account.is_system();
        let session = i64::from(!system);
        let event = device_event("DeviceProcessEvents", self.created, device, "ProcessCreated")
            .with_texts([
                ("FileName", &image.file),
                ("FolderPath", &image.path),
                ("SHA1", &image.hashes.sha1),
                ("SHA256", &image.hashes.sha256),
                ("MD5", &image.hashes.md5),
                ("ProcessVersionInfoCompanyName", &image.company),
                ("ProcessVersionInfoProductName", &image.product),
                ("ProcessVersionInfoProductVersion", &image.version),
                ("ProcessVersionInfoInternalFileName", &image.file),
                ("ProcessVersionInfoOriginalFileName", &image.file),
                ("ProcessVersionInfoFileDescription", &image.description),
                ("ProcessCommandLine", &self.command_line),
                ("ProcessIntegrityLevel", if system { "System" } else { "Medium" }),
                ("ProcessTokenElevation", "TokenElevationTypeDefault"),
                ("AccountDomain", &self.account.domain),
                ("AccountName", &self.account.name),
                ("AccountSid", &self.account.sid),
                ("AccountUpn", &self.account.upn),
                ("AccountObjectId", &self.account.object_id),
                (
                    "InitiatingProcessSignerType",
                    if parent.program.company.starts_with("Microsoft") { "OsVendor" } else { "Unknown" },
                ),
                (
                    "InitiatingProcessSignatureStatus",
                    if parent.program.company.is_empty() { "Unknown" } else { "Valid" },
                ),
            ])
            .with("FileSize", image.hashes.size)
            .with("ProcessId", self.id)
            .with_time("ProcessCreationTime", self.created)
            .with("LogonId", self.logon_id)
            .with("CreatedProcessSessionId", session)
            .with("IsProcessRemoteSession", false)
            .with("ProcessUniqueId", self.unique_id())
            .with("InitiatingProcessLogonId", parent.logon_id);
        parent.initiating(event)
    }

    /// Adds the columns of the process that did it.
    pub(crate) fn initiating(&self, event: Event) -> Event {
        let image = &self.program;
        let system = self.account.is_system();
        let has_integrity = event.table != "DeviceEvents";
        let event = event
            .with_texts([
                ("InitiatingProcessAccountDomain", &self.account.domain),
                ("InitiatingProcessAccountName", &self.account.name),
                ("InitiatingProcessAccountSid", &self.account.sid),
                ("InitiatingProcessAccountUpn", &self.account.upn),
                ("InitiatingProcessAccountObjectId", &self.account.object_id),
                ("InitiatingProcessSHA1", &image.hashes.sha1),
                ("InitiatingProcessSHA256", &image.hashes.sha256),
                ("InitiatingProcessMD5", &image.hashes.md5),
                ("InitiatingProcessFileName", &image.file),
                ("InitiatingProcessFolderPath", &image.path),
                ("InitiatingProcessCommandLine", &self.command_line),
                ("InitiatingProcessVersionInfoCompanyName", &image.company),
                ("InitiatingProcessVersionInfoProductName", &image.product),
                ("InitiatingProcessVersionInfoProductVersion", &image.version),
                ("InitiatingProcessVersionInfoInternalFileName", &image.file),
                ("InitiatingProcessVersionInfoOriginalFileName", &image.file),
                ("InitiatingProcessVersionInfoFileDescription", &image.description),
                ("InitiatingProcessParentFileName", &self.parent_file),
            ])
            .with("InitiatingProcessFileSize", image.hashes.size)
            .with("InitiatingProcessId", self.id)
            .with_time("InitiatingProcessCreationTime", self.created)
            .with("InitiatingProcessParentId", self.parent_id)
            .with_time("InitiatingProcessParentCreationTime", self.parent_created)
            .with("InitiatingProcessSessionId", i64::from(!system))
            .with("IsInitiatingProcessRemoteSession", false)
            .with("InitiatingProcessUniqueId", self.unique_id());
        if has_integrity {
            return event.with_texts([
                ("InitiatingProcessIntegrityLevel", if system { "System" } else { "Medium" }),
                ("InitiatingProcessTokenElevation", "TokenElevationTypeDefault"),
            ]);
        }
        event.with("InitiatingProcessLogonId", self.logon_id)
    }

    /// A connection that it opened.
    pub(crate) fn connects(
        &self,
        at: i64,
        device: &Device,
        remote: (&str, i64, &str),
        local_port: i64,
    ) -> Event {
        let (ip, port, url) = remote;
        let is_inside = ip.starts_with("10.");
        let event = device_event("DeviceNetworkEvents", at, device, "ConnectionSuccess")
            .with_texts([
                ("RemoteIP", ip),
                ("RemoteUrl", url),
                ("LocalIP", &device.ip),
                ("Protocol", "Tcp"),
                ("LocalIPType", "Private"),
                ("RemoteIPType", if is_inside { "Private" } else { "Public" }),
            ])
            .with("RemotePort", port)
            .with("LocalPort", local_port);
        self.initiating(event)
    }

    /// What it did to a file.
    pub(crate) fn touches(
        &self,
        at: i64,
        device: &Device,
        action: &str,
        (folder, file): (&str, &str),
        hashes: &Hashes,
    ) -> Event {
        let separator = if folder.starts_with('/') { "/" } else { "\\" };
        let separator = if folder.ends_with(separator) { "" } else { separator };
        let event = device_event("DeviceFileEvents", at, device, action)
            .with_texts([
                ("FileName", file),
                ("FolderPath", &format!("{folder}{separator}{file}")),
                ("SHA1", &hashes.sha1),
                ("SHA256", &hashes.sha256),
                ("MD5", &hashes.md5),
                ("RequestAccountName", &self.account.name),
                ("RequestAccountDomain", &self.account.domain),
                ("RequestAccountSid", &self.account.sid),
            ])
            .with("FileSize", hashes.size);
        self.initiating(event)
    }

    /// A value that it wrote into the registry.
    pub(crate) fn sets(
        &self,
        at: i64,
        device: &Device,
        key: &str,
        (name, value_type, data): (&str, &str, &str),
    ) -> Event {
        let event = device_event("DeviceRegistryEvents", at, device, "RegistryValueSet").with_texts([
            ("RegistryKey", key),
            ("RegistryValueName", name),
            ("RegistryValueType", value_type),
            ("RegistryValueData", data),
        ]);
        self.initiating(event)
    }

    /// A library that it loaded.
    pub(crate) fn loads(&self, at: i64, device: &Device, folder: &str, file: &str) -> Event {
        let path = format!("{folder}\\{file}");
        let hashes = Hashes::of(&path);
        let event = device_event("DeviceImageLoadEvents", at, device, "ImageLoaded")
            .with_texts([
                ("FileName", file),
                ("FolderPath", &path),
                ("SHA1", &hashes.sha1),
                ("SHA256", &hashes.sha256),
                ("MD5", &hashes.md5),
            ])
            .with("FileSize", hashes.size);
        self.initiating(event)
    }

    fn unique_id(&self) -> String {
        format!("{:x}{:08x}", self.created, self.id)
    }
}
