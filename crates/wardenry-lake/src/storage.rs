//! Where the files of the lake lie: in its folder, or in an object store.
//!
//! What reads files asks an [`ObjectStore`] for them either way. What differs is how a file comes to be: in a folder under another name, synced
//! and renamed, so that it outlasts a loss of power; in a store by an upload, of which nothing shows before it is complete. The journal is
//! always on the disk: an acknowledgement waits for a sync, which stores do not have.

mod folder;
mod remote;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use datafusion::object_store::ObjectStore;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::object_store::path::Path as StorePath;
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;

use crate::data_file::{DataFile, day_name};
use crate::durable;
use crate::error::LakeError;
use crate::settings::LakeSettings;
use remote::Remote;

/// An object store that has the files of the lake instead of its folder.
#[derive(Clone, Debug)]
pub struct ObjectStorage {
    /// The store. It may be asked several things at once, and tries again by itself what may succeed then.
    pub store: Arc<dyn ObjectStore>,
    /// Below which the objects of the lake are; empty is the whole store. Nothing else may be there.
    pub prefix: String,
    /// What people call it, for example `s3://bucket/prefix`.
    pub name: String,
}

/// Data files end with this.
pub(crate) const DATA: &str = "parquet";
/// See [`crate::terms`].
pub(crate) const TERMS: &str = "terms";

/// The files of the lake. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    store: Arc<dyn ObjectStore>,
    place: Place,
    entropy: Arc<dyn Entropy>,
}

#[derive(Clone, Debug)]
enum Place {
    /// The folder in which those of the tenants are.
    Folder(Arc<Path>),
    Remote(Arc<Remote>),
}

impl Storage {
    /// As the settings say. Must be called in a Tokio runtime.
    pub(crate) fn open(settings: &LakeSettings) -> Result<Self, LakeError> {
        let entropy = Arc::clone(&settings.entropy);
        let folder = settings.folder.join("tables");
        if let Some(objects) = &settings.objects {
            let remote = Remote::new(objects, &settings.folder, Arc::clone(&entropy));
            let (store, place) = (Arc::clone(&objects.store), Place::Remote(Arc::new(remote)));
            return Ok(Self { store, place, entropy });
        }
        durable::create_folder(&folder).map_err(|source| LakeError::Io { path: folder.clone(), source })?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|source| LakeError::Store {
            name: folder.display().to_string(),
            source: source.into(),
        })?;
        Ok(Self { store: Arc::new(store), place: Place::Folder(folder.into()), entropy })
    }

    /// What reads files asks.
    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Fails if the store has the files of another lake. That it cannot be reached is no failure.
    pub(crate) async fn check(&self) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(_) => Ok(()),
            Place::Remote(remote) => match remote.claim().await {
                Err(error @ LakeError::Store { .. }) => {
                    let cause: &dyn std::error::Error = &error;
                    tracing::warn!(
                        error = cause,
                        "events are taken, and files are made when the store answers"
                    );
                    Ok(())
                }
                other => other,
            },
        }
    }

    /// Whether a failure may have been the storage's, and not the fault of what was read.
    pub(crate) async fn may_recover(&self) -> bool {
        match &self.place {
            Place::Folder(_) => false,
            Place::Remote(remote) => !remote.is_reachable().await,
        }
    }

    /// Removes what is no longer needed and could not be removed at once.
    pub(crate) async fn empty_trash(&self) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(_) => Ok(()),
            Place::Remote(remote) => remote.empty_trash().await,
        }
    }

    fn removed(&self, location: &StorePath) -> io::Result<()> {
        match &self.place {
            Place::Folder(folder) => std::fs::remove_file(folder.join(location.as_ref())),
            Place::Remote(remote) => {
                remote.discard(location.clone());
                Ok(())
            }
        }
    }
}

/// What a store was found to have.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// How many leftovers were removed.
    pub(crate) removed: u64,
    /// The known files that are there, and how many bytes they have.
    pub(crate) found: HashMap<StorePath, u64>,
}

/// The files of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct TenantStorage {
    storage: Storage,
    tenant: TenantId,
}

impl TenantStorage {
    pub(crate) fn new(storage: &Storage, tenant: TenantId) -> Self {
        Self { storage: storage.clone(), tenant }
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.storage.store
    }

    /// Where a file is.
    pub(crate) fn location(&self, table: &str, day: i32, name: &str) -> StorePath {
        let own = format!("{}/{table}/{}/{name}", self.tenant, day_name(day));
        match &self.storage.place {
            Place::Folder(_) => StorePath::from(own),
            Place::Remote(remote) => remote.location(&own),
        }
    }

    /// A name that no other file has.
    pub(crate) fn fresh_name(&self, now: Timestamp) -> Box<str> {
        let random = u64::from_le_bytes(random_bytes(&*self.storage.entropy));
        format!("{:020}-{random:016x}.{DATA}", now.unix_ticks()).into()
    }

    /// Begins a file. Waits for the storage, so it belongs where that holds up nothing else.
    pub(crate) fn create(&self, location: &StorePath) -> Result<NewFile, LakeError> {
        match &self.storage.place {
            Place::Folder(folder) => {
                let path = folder.join(location.as_ref());
                let file = folder::NewFile::create(&path);
                file.map(NewFile::Folder).map_err(|source| LakeError::Io { path, source })
            }
            Place::Remote(remote) => remote.create(location).map(NewFile::Remote),
        }
    }

    /// Removes a file and what is known of its terms, which need not be there.
    pub(crate) fn remove(&self, location: &StorePath) -> io::Result<()> {
        let done = self.storage.removed(location);
        // Most have none, and what stays is removed at the next start.
        drop(self.storage.removed(&beside(location)));
        done
    }

    /// A file is no longer in the catalogue, and still in use.
    pub(crate) fn retire(&self, location: &StorePath) {
        if let Place::Remote(remote) = &self.storage.place {
            remote.retire(location.clone());
        }
    }

    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.storage.place, Place::Folder(_))
    }

    /// In a folder: looks whether files are there and as long as they were, without reading them. Gives those that are not.
    pub(crate) fn check_folder<'f>(&self, known: &'f [DataFile]) -> Result<Vec<&'f DataFile>, LakeError> {
        let Place::Folder(folder) = &self.storage.place else { return Ok(Vec::new()) };
        let mut lost = Vec::new();
        for file in known {
            let path = folder.join(file.location().as_ref());
            let found = match std::fs::metadata(&path) {
                Ok(found) => Some(found.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(source) => return Err(LakeError::Io { path, source }),
            };
            if file.compare(found) {
                lost.push(file);
            }
        }
        Ok(lost)
    }

    /// Whether leftovers are looked for when the lake is opened. A store that is far away must not hold that up.
    pub(crate) fn is_swept_first(&self) -> bool {
        self.is_folder()
    }

    /// In a folder: removes what a process that was cut off has left behind, files that are unfinished or that the catalogue does not
    /// know. Gives how many there were.
    pub(crate) fn sweep_folder(&self, known: &[DataFile]) -> Result<u64, LakeError> {
        let Place::Folder(folder) = &self.storage.place else { return Ok(0) };
        let known = known.iter().map(|file| folder.join(file.location().as_ref())).collect::<HashSet<_>>();
        let own = folder.join(self.tenant.to_string());
        folder::remove_leftovers(&own, &known).map_err(|source| LakeError::Io { path: own, source })
    }

    /// In a store: the same, and which known files are there. No file may be on its way.
    pub(crate) async fn sweep_store(&self, known: &HashSet<StorePath>) -> Result<Sweep, LakeError> {
        match &self.storage.place {
            Place::Folder(_) => Ok(Sweep::default()),
            Place::Remote(remote) => {
                remote.remove_leftovers(&remote.location(&self.tenant.to_string()), known).await
            }
        }
    }
}

impl fmt::Display for TenantStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.storage.place {
            Place::Folder(folder) => write!(f, "{}", folder.join(self.tenant.to_string()).display()),
            Place::Remote(remote) => write!(f, "{}/{}", remote.name(), self.tenant),
        }
    }
}

/// Where what is known of a file's terms is.
pub(crate) fn beside(location: &StorePath) -> StorePath {
    let path: &str = location.as_ref();
    StorePath::from(format!("{}.{TERMS}", path.strip_suffix(".parquet").unwrap_or(path)))
}

/// A file that is being written. It is there when it is finished, and not at all if that does not happen.
#[derive(Debug)]
pub(crate) enum NewFile {
    Folder(folder::NewFile),
    Remote(remote::Upload),
}

impl NewFile {
    /// Waits until the file is there to stay. Gives its length.
    pub(crate) fn finish(self) -> io::Result<u64> {
        match self {
            Self::Folder(file) => file.finish(),
            Self::Remote(upload) => upload.finish(),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Folder(file) => file.write(bytes),
            Self::Remote(upload) => upload.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
