//! Starting the program, and waiting for what it says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

/// The longest that a server may take to say that it answers, on a very busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// What a finished command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, without anything of the surrounding environment that it reads.
pub(crate) fn wardenry() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardenry"));
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WARDENRY_"));
    for (name, _) in ours.collect::<Vec<_>>() {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.output().expect("the program starts");
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("output is text"),
        err: String::from_utf8(output.stderr).expect("messages are text"),
    }
}

/// A development server with the demo's world, ended when dropped. There are no events in it: few tests need them, and they take time.
pub(crate) struct Server {
    running: Killed,
    pub(crate) folder: TempDir,
}

impl Server {
    /// Starts on a fresh folder.
    pub(crate) fn start() -> Self {
        Self::start_in(TempDir::new().expect("a temporary folder"))
    }

    /// Starts on a folder that may hold the data of an earlier server.
    pub(crate) fn start_in(folder: TempDir) -> Self {
        Self::start_with(folder, "")
    }

    /// The same, with a configuration file.
    pub(crate) fn start_with(folder: TempDir, configuration: &str) -> Self {
        let mut command = Self::command(folder.path(), configuration);
        let running = Killed(spawn_until(&mut command, "server answers at"));
        Self { running, folder }
    }

    /// What starts a server on a folder.
    pub(crate) fn command(folder: &Path, configuration: &str) -> Command {
        std::fs::write(folder.join("wardenry.toml"), configuration).expect("the folder can be written");
        let mut command = wardenry();
        command.args(["serve", "--dev", "--seed", "demo-without-events", "--listen", "127.0.0.1:0"]);
        command.arg("--config").arg(folder.join("wardenry.toml"));
        command.arg("--data").arg(folder.join("data")).arg("--env-file").arg(folder.join("env"));
        command
    }

    /// What the server's threads have used of processors so far, in hundredths of a second.
    #[cfg(target_os = "linux")]
    pub(crate) fn processor_ticks(&self) -> u64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.running.0.id())).expect("it is running");
        // Behind the name, which may have blanks, `utime` and `stime` are the 12th and the 13th.
        let fields = stat.rsplit(')').next().expect("there is something behind the name").split_whitespace();
        fields.skip(11).take(2).map(|field| field.parse::<u64>().expect("it is a number")).sum()
    }

    pub(crate) fn env_file(&self) -> PathBuf {
        self.folder.path().join("env")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The environment file's lines.
    pub(crate) fn env(&self) -> BTreeMap<String, String> {
        read_env(&self.env_file())
    }

    /// Runs a client command that finds this server through its environment file.
    pub(crate) fn client(&self, arguments: &[&str]) -> Said {
        run(&mut self.client_command(arguments))
    }

    /// The same, to be started by the caller.
    pub(crate) fn client_command(&self, arguments: &[&str]) -> Command {
        let mut command = wardenry();
        command.args(arguments).env("WARDENRY_ENV_FILE", self.env_file()).env("HOME", self.folder.path());
        command
    }

    /// Ends the server the hard way and keeps its folder.
    pub(crate) fn kill(self) -> TempDir {
        self.folder
    }
}

/// Ends a process when dropped.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Already ended is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a server and waits until its messages contain a text.
pub(crate) fn spawn_until(command: &mut Command, text: &'static str) -> Child {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let messages = child.stderr.take().expect("standard error is piped");
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        // Reads on after the text, so that the server never waits for a reader.
        for line in BufReader::new(messages).lines().map_while(Result::ok) {
            drop(said.send(line));
        }
    });
    let mut all = Vec::new();
    loop {
        match heard.recv_timeout(START_TIMEOUT) {
            Ok(line) if line.contains(text) => return child,
            Ok(line) => all.push(line),
            Err(_) => {
                drop(Killed(child));
                panic!("the server did not say {text:?}, but: {all:#?}");
            }
        }
    }
}

pub(crate) fn read_env(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).expect("the environment file is there");
    text.lines()
        .map(|line| {
            let (key, value) = line.split_once('=').expect("lines are KEY=value");
            (key.to_owned(), value.to_owned())
        })
        .collect()
}
