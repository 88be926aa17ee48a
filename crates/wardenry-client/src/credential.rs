//! How the app proves itself, and where the proof is kept.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use wardenry_core::secret::SecretString;
use wardenry_jose::CertifiedKeyError;
use zeroize::Zeroizing;

use crate::assertion::CertificateCredential;
use crate::key_value_file::{KeyValueError, parse_key_values};

/// The largest secret or PEM text that is read, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;
/// How long an external command may take; it may have to ask a person to touch a key.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// A client secret or a certificate with its private key.
#[derive(Debug, Clone)]
pub enum Credential {
    Secret(SecretString),
    Certificate(Box<CertificateCredential>),
}

/// Where a credential comes from. There is deliberately no variant for a command-line argument: other
/// users of the machine can read those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    Secret(SecretSource),
    /// A PEM text with the certificate and its private key.
    Certificate(SecretSource),
}

/// Where a secret text is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Environment(String),
    /// The whole content of a file, without surrounding white space.
    File(PathBuf),
    /// One entry of a file of `KEY=value` lines.
    FileEntry { path: PathBuf, key: String },
    /// What a program prints, without surrounding white space. Run directly, without a shell.
    Command { program: String, arguments: Vec<String> },
    /// The same through `sh -c`, for pipelines.
    Shell(String),
}

/// Looks up an environment variable. Only the program's edge may read the environment, so it is passed in.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// A credential together with what its owner should know about where it was found.
#[derive(Debug)]
pub struct LoadedCredential {
    pub credential: Credential,
    /// Sentences for people, for example about a file that others may read.
    pub warnings: Vec<String>,
}

/// A credential cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    #[error("the environment variable {0} is not set")]
    Unset(String),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{origin} is larger than {MAX_SECRET_BYTES} bytes, too large for a credential")]
    TooLarge { origin: String },
    #[error("{origin} is not text")]
    NotText { origin: String },
    #[error("{origin} is empty")]
    Empty { origin: String },
    #[error("{path} is not a file of KEY=value lines")]
    KeyValues { path: PathBuf, source: KeyValueError },
    #[error("{path} has no entry {key}")]
    NoEntry { path: PathBuf, key: String },
    #[error("cannot run {program}")]
    Start { program: String, source: io::Error },
    #[error("{program} failed ({status})")]
    Failed { program: String, status: std::process::ExitStatus },
    #[error("{program} did not finish within {} seconds", COMMAND_TIMEOUT.as_secs())]
    CommandTimeout { program: String },
    #[error("{origin} does not hold a usable certificate")]
    Certificate { origin: String, source: CertifiedKeyError },
}

impl CredentialSource {
    /// Reads the credential from where it is kept.
    pub async fn load(&self, environment: Environment<'_>) -> Result<LoadedCredential, CredentialError> {
        let (Self::Secret(source) | Self::Certificate(source)) = self;
        let (text, warnings) = source.read(environment).await?;
        let credential = match self {
            Self::Secret(_) => Credential::Secret(text),
            Self::Certificate(_) => {
                let pem = CertificateCredential::from_pem(text.expose());
                let pem = pem.map_err(|error| CredentialError::Certificate {
                    origin: source.describe(),
                    source: error,
                })?;
                Credential::Certificate(Box::new(pem))
            }
        };
        Ok(LoadedCredential { credential, warnings })
    }
}

impl SecretSource {
    /// Names the place for people, never the content.
    pub fn describe(&self) -> String {
        match self {
            Self::Environment(name) => format!("the environment variable {name}"),
            Self::File(path) => path.display().to_string(),
            Self::FileEntry { path, key } => format!("the entry {key} of {}", path.display()),
            Self::Command { program, .. } => format!("the output of {program}"),
            Self::Shell(_) => "the output of the shell command".to_owned(),
        }
    }

    async fn read(
        &self,
        environment: Environment<'_>,
    ) -> Result<(SecretString, Vec<String>), CredentialError> {
        let (text, warnings) = match self {
            Self::Environment(name) => {
                let value = environment(name).ok_or_else(|| CredentialError::Unset(name.clone()))?;
                (Zeroizing::new(value), Vec::new())
            }
            Self::File(path) => self.read_file(path).await?,
            Self::FileEntry { path, key } => {
                let (text, warnings) = self.read_file(path).await?;
                let pairs = parse_key_values(&text)
                    .map_err(|source| CredentialError::KeyValues { path: path.clone(), source })?;
                let value = pairs.into_iter().find(|(name, _)| name == key).map(|(_, value)| value);
                let missing = || CredentialError::NoEntry { path: path.clone(), key: key.clone() };
                (Zeroizing::new(value.ok_or_else(missing)?), warnings)
            }
            Self::Command { program, arguments } => {
                let mut command = Command::new(program);
                command.args(arguments);
                (self.read_output(program, command).await?, Vec::new())
            }
            Self::Shell(line) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(line);
                (self.read_output("the shell command", command).await?, Vec::new())
            }
        };
        match text.trim() {
            "" => Err(CredentialError::Empty { origin: self.describe() }),
            secret => Ok((SecretString::from(secret), warnings)),
        }
    }

    async fn read_file(&self, path: &PathBuf) -> Result<(Zeroizing<String>, Vec<String>), CredentialError> {
        let failed = |source| CredentialError::Read { path: path.clone(), source };
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let warnings = permissive_mode(&file.metadata().await.map_err(failed)?)
            .map(|mode| {
                let path = path.display();
                format!("{path} may be read by other users (mode {mode:03o}); run: chmod 600 '{path}'")
            })
            .into_iter()
            .collect();
        let bytes = self.read_bounded(file).await?.map_err(failed)?;
        Ok((self.to_text(&bytes)?, warnings))
    }

    /// Runs a program with nothing on its standard input. Its standard error is ours, so that it can ask
    /// for a passphrase.
    async fn read_output(
        &self,
        program: &str,
        mut command: Command,
    ) -> Result<Zeroizing<String>, CredentialError> {
        let failed = |source| CredentialError::Start { program: program.to_owned(), source };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let finished = async {
            let bytes = match child.stdout.take() {
                Some(output) => self.read_bounded(output).await?.map_err(failed)?,
                None => Zeroizing::default(),
            };
            let status = child.wait().await.map_err(failed)?;
            Ok((bytes, status))
        };
        let timeout = |_| CredentialError::CommandTimeout { program: program.to_owned() };
        let (bytes, status) = tokio::time::timeout(COMMAND_TIMEOUT, finished).await.map_err(timeout)??;
        if !status.success() {
            return Err(CredentialError::Failed { program: program.to_owned(), status });
        }
        self.to_text(&bytes)
    }

    async fn read_bounded(
        &self,
        source: impl tokio::io::AsyncRead + Unpin,
    ) -> Result<io::Result<Zeroizing<Vec<u8>>>, CredentialError> {
        let mut bytes = Zeroizing::new(Vec::new());
        match source.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).await {
            Err(error) => Ok(Err(error)),
            Ok(_) if bytes.len() as u64 > MAX_SECRET_BYTES => {
                Err(CredentialError::TooLarge { origin: self.describe() })
            }
            Ok(_) => Ok(Ok(bytes)),
        }
    }

    fn to_text(&self, bytes: &[u8]) -> Result<Zeroizing<String>, CredentialError> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| CredentialError::NotText { origin: self.describe() })?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// The permission bits of a regular file that others than its owner may read or write.
#[cfg(unix)]
fn permissive_mode(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode() & 0o777;
    (metadata.is_file() && mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn permissive_mode(_: &std::fs::Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    async fn load(source: SecretSource) -> Result<(String, Vec<String>), CredentialError> {
        let environment = |name: &str| (name == "SET").then(|| "from-environment".to_owned());
        let loaded = CredentialSource::Secret(source).load(&environment).await?;
        match loaded.credential {
            Credential::Secret(secret) => Ok((secret.expose().to_owned(), loaded.warnings)),
            Credential::Certificate(_) => unreachable!("a secret was asked for"),
        }
    }

    fn shell(line: &str) -> SecretSource {
        SecretSource::Shell(line.to_owned())
    }

    #[tokio::test]
    async fn secrets_come_from_the_environment_and_from_commands() {
        let quiet = |text: &str| (text.to_owned(), Vec::new());
        let set = load(SecretSource::Environment("SET".to_owned())).await.unwrap();
        assert_eq!(set, quiet("from-environment"));
        let arguments = vec!["$HOME  x".to_owned()];
        let echoed = load(SecretSource::Command { program: "echo".to_owned(), arguments }).await.unwrap();
        assert_eq!(echoed, quiet("$HOME  x"), "no shell expands the arguments");
        assert_eq!(load(shell("echo a | tr a b")).await.unwrap(), quiet("b"));
    }

    #[tokio::test]
    async fn failures_name_the_place_and_never_the_content() {
        let unset = load(SecretSource::Environment("OTHER".to_owned())).await.unwrap_err();
        assert_eq!(unset.to_string(), "the environment variable OTHER is not set");
        let failed = load(shell("echo hunter2; exit 3")).await.unwrap_err();
        assert_eq!(failed.to_string(), "the shell command failed (exit status: 3)");
        let empty = load(shell("echo")).await.unwrap_err();
        assert_eq!(empty.to_string(), "the output of the shell command is empty");
        let flood = load(shell("head -c 70000 /dev/zero | tr '\\0' x")).await.unwrap_err();
        assert!(matches!(flood, CredentialError::TooLarge { .. }), "{flood}");
        let program = "/nonexistent/program".to_owned();
        let missing = load(SecretSource::Command { program, arguments: Vec::new() }).await.unwrap_err();
        assert_eq!(missing.to_string(), "cannot run /nonexistent/program");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_others_may_read_earns_a_warning() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "hunter2\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let (secret, warnings) = load(SecretSource::File(path.clone())).await.unwrap();
        let shown = path.display();
        assert_eq!(secret, "hunter2");
        assert_eq!(
            warnings,
            [format!("{shown} may be read by other users (mode 640); run: chmod 600 '{shown}'")]
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(load(SecretSource::File(path)).await.unwrap(), ("hunter2".to_owned(), Vec::new()));
    }

    #[tokio::test]
    async fn an_entry_of_a_key_value_file_is_found_by_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lab.env");
        fs::write(&path, "CLIENT_ID=x\nCLIENT_SECRET=abc=\n").unwrap();
        let entry = |key: &str| SecretSource::FileEntry { path: path.clone(), key: key.to_owned() };
        assert_eq!(load(entry("CLIENT_SECRET")).await.unwrap().0, "abc=");
        let missing = load(entry("OTHER")).await.unwrap_err();
        assert_eq!(missing.to_string(), format!("{} has no entry OTHER", path.display()));
    }
}
