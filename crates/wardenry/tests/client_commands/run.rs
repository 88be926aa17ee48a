//! Running the binary in a world of its own.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A home folder of its own and an empty environment.
pub(crate) struct World {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How a command ended. Compares and prints as one text.
#[derive(PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Debug for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    pub(crate) fn with_variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;

        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    pub(crate) fn registry(&self) -> String {
        std::fs::read_to_string(self.path(".config/wardenry/tenants.toml")).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "")
    }

    /// The home folder reads `~` in what is returned.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.spawn(arguments);
        // A command that does not read its input closes it, which is no failure of the test.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        self.end_of(child)
    }

    /// Starts a command that goes on for a while.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_wardenry"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for the end of a command. The home folder reads `~` in what is returned.
    pub(crate) fn end_of(&self, child: Child) -> Ran {
        let output = child.wait_with_output().unwrap();
        let home = self.home.path().display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&home, "~");
        Ran {
            code: output.status.code().expect("an exit code"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The expected end of a command.
pub(crate) fn ends(code: i32, stdout: &str, stderr: &str) -> Ran {
    Ran { code, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

pub(crate) const APP: &str = "11111111-2222-4333-8444-555555555555";

/// What a development server writes.
pub(crate) fn env_file(authority: &str) -> String {
    format!(
        "AUTHORITY={authority}\nAPI_BASE={authority}\nGRAPH_BASE={authority}/v1.0\nPORTAL={authority}/portal\n\
         PARTNER_TENANT=aaaaaaaa-2222-4333-8444-555555555555\n\
         CUSTOMER_TENANTS=bbbbbbbb-2222-4333-8444-555555555555,birch.example\nCUSTOMER_NAMES=Alder Foods,Birch Clinics\n\
         TENANT=bbbbbbbb-2222-4333-8444-555555555555\nCLIENT_ID={APP}\nCLIENT_SECRET=hunter2\n\
         SCOPE=https://api.security.microsoft.com/.default\nRESOURCE=https://api.security.microsoft.com\n\
         ADMIN_USER=a@alder.example\nADMIN_PASSWORD=hunter3\n"
    )
}
