//! What a user might pick instead: the npm package `oidc-provider`, with the same task.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::https::Endpoint;
use crate::load::{Target, token_request};
use crate::wardenry_server::{Process, SeededFolder, free_port};

/// What is installed; the lock file pins everything below it too.
pub(crate) const NAME: &str = "oidc-provider 9.13.3";

const FILES: [(&str, &str); 4] = [
    ("package.json", include_str!("../peers/oidc-provider/package.json")),
    ("package-lock.json", include_str!("../peers/oidc-provider/package-lock.json")),
    (".npmrc", include_str!("../peers/oidc-provider/.npmrc")),
    ("server.js", include_str!("../peers/oidc-provider/server.js")),
];

/// One Node process, with the certificate and key of the Wardenry server beside it.
pub(crate) struct OidcProvider {
    process: Process,
    pub(crate) target: Arc<Target>,
}

impl OidcProvider {
    /// Installs the package unless it is there, starts it and waits until it has issued a token.
    pub(crate) async fn start(beside: &SeededFolder) -> anyhow::Result<Self> {
        const CLIENT_ID: &str = "benchmark";
        // Guards nothing but this measurement; as long as a generated one of ours.
        const CLIENT_SECRET: &str = "a-secret-that-is-as-long-as-the-generated-ones-of-ours";
        let folder = install().await?;
        let port = free_port()?;
        let process = Process::spawn(
            Command::new("node")
                .arg("server.js")
                .current_dir(&folder)
                .env("NODE_ENV", "production")
                .env("PORT", port.to_string())
                .env("TLS_CERTIFICATE", beside.tls_file("server.pem"))
                .env("TLS_KEY", beside.tls_file("server.key"))
                .env("CLIENT_ID", CLIENT_ID)
                .env("CLIENT_SECRET", CLIENT_SECRET),
            &beside.folder().join("oidc-provider.log"),
        )?;
        let endpoint = Endpoint::new(port, &beside.tls_file("ca.pem"))?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("resource", "https://api.example"),
            ("scope", "read"),
        ];
        let request = token_request("/token", &endpoint, &form);
        let target = Target::new(endpoint, process.pid, vec![request]);
        target.first_token().await.with_context(|| process.said())?;
        Ok(Self { process, target })
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await
    }
}

/// Installs into a folder of the user's cache, one for each version, once.
async fn install() -> anyhow::Result<PathBuf> {
    let home = std::env::home_dir().context("there is no home folder to install oidc-provider into")?;
    let folder = home.join(".cache/wardenry-benches").join(NAME.replace(' ', "-"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, text) in FILES {
        let file = folder.join(name);
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if !is_installed(&folder) {
        let status = Command::new("npm").arg("ci").current_dir(&folder).status().await;
        ensure!(status.context("cannot run npm")?.success(), "oidc-provider cannot be installed");
    }
    Ok(folder)
}

/// npm writes this file when it has installed everything.
fn is_installed(folder: &Path) -> bool {
    folder.join("node_modules/.package-lock.json").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_version_is_the_pinned_one() {
        let (package, version) = NAME.split_once(' ').unwrap();
        let manifest: serde_json::Value = serde_json::from_str(FILES[0].1).unwrap();
        assert_eq!(manifest["dependencies"][package], version);
        let lock: serde_json::Value = serde_json::from_str(FILES[1].1).unwrap();
        assert_eq!(lock["packages"][format!("node_modules/{package}")]["version"], version);
    }
}
