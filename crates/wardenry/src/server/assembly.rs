//! Wiring: storage, keys, services and routers become one platform.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio_util::sync::CancellationToken;
use wardenry_api::ApiState;
use wardenry_authority::Authority;
use wardenry_core::entropy::Entropy;
use wardenry_directory::admin::Operator;
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_directory::{Directory, MasterKey};
use wardenry_incidents::Incidents;
use wardenry_portal::Portal;
use wardenry_store::SqliteStore;
use wardenry_web::bearer::BearerGate;
use wardenry_web::origin::OwnOrigins;

use super::serve_settings::ServeSettings;
use crate::failure::Failure;
use crate::host::Host;

/// How often it is looked whether a signing key is due.
const ROTATION_INTERVAL: Duration = Duration::from_secs(3600);

/// The services of one data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    pub(crate) directory: Arc<Directory>,
    pub(crate) incidents: Incidents,
    keys: SigningKeys,
    gate: Arc<BearerGate>,
    store: SqliteStore,
    #[cfg(feature = "hunting")]
    pub(crate) hunting: super::hunting::HuntingPart,
}

impl Platform {
    /// Opens the data folder: its database, its master key, its signing keys.
    pub(crate) async fn open(
        host: &Host,
        settings: &ServeSettings,
        origins: &OwnOrigins,
    ) -> Result<Self, Failure> {
        let (directory, store) = open_directory(host, &settings.data).await?;
        let keys = SigningKeys::load(&directory).await?;
        let gate = Arc::new(BearerGate::new(keys.clone(), origins, Arc::clone(&host.clock)));
        let incidents = Incidents::new(Arc::new(store.clone()));
        #[cfg(feature = "hunting")]
        let hunting = super::hunting::HuntingPart::open(host, settings, &store, &gate).await?;
        Ok(Self {
            directory,
            incidents,
            keys,
            gate,
            store,
            #[cfg(feature = "hunting")]
            hunting,
        })
    }

    /// All routes of the platform.
    pub(crate) fn router(&self, origins: &OwnOrigins) -> Router {
        let authority = Authority {
            directory: Arc::clone(&self.directory),
            keys: self.keys.clone(),
            origins: origins.clone(),
            gate: Arc::clone(&self.gate),
        };
        let portal = Portal {
            directory: Arc::clone(&self.directory),
            incidents: self.incidents.clone(),
            origins: origins.clone(),
            #[cfg(feature = "hunting")]
            hunting: self.hunting.hunting(),
            #[cfg(feature = "hunting")]
            queries: wardenry_queries::Queries::new(
                Arc::new(self.store.clone()),
                Arc::clone(self.directory.clock()),
                Arc::clone(self.directory.entropy()),
            ),
        };
        let api = ApiState {
            incidents: self.incidents.clone(),
            gate: Arc::clone(&self.gate),
            portal: format!("{}/portal", origins.preferred()).into(),
        };
        let router = wardenry_authority::router(authority)
            .merge(wardenry_api::router(api))
            .merge(wardenry_portal::router(portal));
        #[cfg(feature = "hunting")]
        let router = router.merge(self.hunting.router());
        wardenry_web::app::wrap(router, origins.clone(), Arc::clone(self.directory.entropy()))
    }

    /// Whether there is no tenant yet.
    pub(crate) async fn is_empty(&self) -> Result<bool, Failure> {
        Ok(self.directory.is_empty(&Operator::of_the_data_folder()).await?)
    }

    /// Closes the database and gives the data folder free.
    pub(crate) async fn close(self) {
        #[cfg(feature = "hunting")]
        self.hunting.close().await;
        self.store.close().await;
    }
}

/// Opens the directory alone, for commands that work on the data folder.
pub(crate) async fn open_directory(
    host: &Host,
    data: &Path,
) -> Result<(Arc<Directory>, SqliteStore), Failure> {
    let store = SqliteStore::open(data).await.map_err(|error| {
        let advice = error.advice();
        Failure::from(error).hint(advice)
    })?;
    let master_key = master_key(data, host.entropy.as_ref())?;
    let directory = Directory::new(
        Arc::new(store.clone()),
        Arc::clone(&host.clock),
        Arc::clone(&host.entropy),
        &master_key,
    );
    for resource in directory.offer_new_resources(&Operator::of_the_data_folder()).await? {
        tracing::info!(resource = resource.display_name, "all tenants that there are have a new resource");
    }
    Ok((Arc::new(directory), store))
}

/// Reads the master key, or makes one for a fresh data folder.
///
/// The file stands beside the database, so keep it out of the backups that hold the database.
fn master_key(data: &Path, entropy: &dyn Entropy) -> Result<MasterKey, Failure> {
    let path = data.join("master.key");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let bytes: [u8; 32] = bytes.try_into().map_err(|_| {
                Failure::new(format!("{} is not a master key: it must have 32 bytes", path.display()))
                    .hint("put the right file back; without it the stored secrets and keys cannot be used")
            })?;
            Ok(MasterKey::from_bytes(bytes))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = MasterKey::generate(entropy);
            write_private(&path, key.as_bytes())?;
            Ok(key)
        }
        Err(error) => {
            Err(anyhow::Error::new(error).context(format!("cannot read {}", path.display())).into())
        }
    }
}

/// Writes a file that only its owner can read, in one step: it is there whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        // Temporary files are made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display())).map_err(Failure::from)
}

/// Keeps the signing keys rotating until the server stops.
pub(crate) async fn rotate_keys(platform: Platform, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ROTATION_INTERVAL) => {}
        }
        if let Err(error) = platform.keys.rotate(&platform.directory).await {
            tracing::error!("the signing keys cannot be rotated: {error}");
        }
    }
}
