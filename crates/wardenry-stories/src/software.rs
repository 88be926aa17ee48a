//! Programs that devices run.
//!
//! Parts of operating systems have their real names, because queries look for them; everything else is made up.

use crate::random::{Random, key};

/// A program file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) file: &'static str,
    pub(crate) folder: &'static str,
    pub(crate) company: &'static str,
    pub(crate) product: &'static str,
    pub(crate) version: &'static str,
    pub(crate) description: &'static str,
}

/// A file's hashes and size. The same name has the same ones everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashes {
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) md5: String,
    pub(crate) size: i64,
}

impl Hashes {
    pub(crate) fn of(path: &str) -> Self {
        let mut random = Random::of(&[key(path)]);
        Self {
            sha1: random.hex(40),
            sha256: random.hex(64),
            md5: random.hex(32),
            size: random.range(18_000, 6_000_000),
        }
    }
}

const fn system(file: &'static str, description: &'static str) -> Program {
    Program {
        file,
        folder: r"C:\Windows\System32",
        company: "Microsoft Corporation",
        product: "Microsoft® Windows® Operating System",
        version: "10.0.22621.3527",
        description,
    }
}

const fn office(file: &'static str, description: &'static str) -> Program {
    Program {
        file,
        folder: r"C:\Program Files\Microsoft Office\root\Office16",
        company: "Microsoft Corporation",
        product: "Microsoft Office",
        version: "16.0.17328.20550",
        description,
    }
}

pub(crate) const EXPLORER: Program =
    Program { folder: r"C:\Windows", ..system("explorer.exe", "Windows Explorer") };
pub(crate) const USERINIT: Program = system("userinit.exe", "Userinit Logon Application");
pub(crate) const SERVICES: Program = system("services.exe", "Services and Controller app");
pub(crate) const SVCHOST: Program = system("svchost.exe", "Host Process for Windows Services");
pub(crate) const LSASS: Program = system("lsass.exe", "Local Security Authority Process");
pub(crate) const CMD: Program = system("cmd.exe", "Windows Command Processor");
pub(crate) const NET: Program = system("net.exe", "Net Command");
pub(crate) const VSSADMIN: Program =
    system("vssadmin.exe", "Command Line Interface for Volume Shadow Copies");
pub(crate) const WBADMIN: Program = system("wbadmin.exe", "Command Line Interface for Backup");
pub(crate) const BCDEDIT: Program = system("bcdedit.exe", "Boot Configuration Data Editor");
pub(crate) const RUNDLL32: Program = system("rundll32.exe", "Windows host process (Rundll32)");
pub(crate) const WHOAMI: Program = system("whoami.exe", "Displays logged on user information");
pub(crate) const SCHTASKS: Program = system("schtasks.exe", "Task Scheduler Configuration Tool");
pub(crate) const GPUPDATE: Program = system("gpupdate.exe", "Group Policy Update Utility");
pub(crate) const TASKHOST: Program = system("taskhostw.exe", "Host Process for Windows Tasks");
pub(crate) const POWERSHELL: Program = Program {
    folder: r"C:\Windows\System32\WindowsPowerShell\v1.0",
    ..system("powershell.exe", "Windows PowerShell")
};
pub(crate) const OUTLOOK: Program = office("OUTLOOK.EXE", "Microsoft Outlook");
pub(crate) const WINWORD: Program = office("WINWORD.EXE", "Microsoft Word");
pub(crate) const EXCEL: Program = office("EXCEL.EXE", "Microsoft Excel");
pub(crate) const EDGE: Program = Program {
    file: "msedge.exe",
    folder: r"C:\Program Files (x86)\Microsoft\Edge\Application",
    company: "Microsoft Corporation",
    product: "Microsoft Edge",
    version: "124.0.2478.80",
    description: "Microsoft Edge",
};
pub(crate) const UPDATER: Program = Program {
    file: "QuillUpdate.exe",
    folder: r"C:\Program Files\Quill\Update",
    company: "Quill Software",
    product: "Quill Reader",
    version: "8.2.411.0",
    description: "Quill update service",
};
pub(crate) const READER: Program = Program {
    file: "QuillReader.exe",
    folder: r"C:\Program Files\Quill",
    description: "Quill Reader",
    ..UPDATER
};
pub(crate) const BACKUP: Program = Program {
    file: "agent.exe",
    folder: r"C:\Program Files\OakVault",
    company: "OakVault",
    product: "OakVault Backup",
    version: "5.1.0.77",
    description: "OakVault backup agent",
};
pub(crate) const SENSOR: Program = Program {
    file: "MsSense.exe",
    folder: r"C:\Program Files\Windows Defender Advanced Threat Protection",
    ..system("MsSense.exe", "Windows Defender Advanced Threat Protection Service Executable")
};
pub(crate) const CRON: Program =
    Program { file: "cron", folder: "/usr/sbin", company: "", product: "", version: "", description: "" };
pub(crate) const DASH: Program = Program { file: "dash", folder: "/usr/bin", ..CRON };
pub(crate) const CURL: Program = Program { file: "curl", folder: "/usr/bin", ..CRON };
pub(crate) const LAUNCHD: Program = Program { file: "launchd", folder: "/sbin", ..CRON };
pub(crate) const SAFARI: Program =
    Program { file: "Safari", folder: "/Applications/Safari.app/Contents/MacOS", ..CRON };

/// What the incidents' processes are, where they are parts of Windows or of Office; anything else has no publisher.
pub(crate) const KNOWN: [&Program; 13] = [
    &WINWORD,
    &POWERSHELL,
    &RUNDLL32,
    &VSSADMIN,
    &SCHTASKS,
    &NET,
    &CMD,
    &EXPLORER,
    &DASH,
    &SAFARI,
    &EDGE,
    &BACKUP,
    &SVCHOST,
];

impl Program {
    pub(crate) fn path(&self) -> String {
        let separator = if self.folder.starts_with('/') { '/' } else { '\\' };
        format!("{}{separator}{}", self.folder, self.file)
    }

    pub(crate) fn hashes(&self) -> Hashes {
        Hashes::of(&self.path())
    }
}
