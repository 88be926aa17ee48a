//! Files in an object store.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::object_store::path::Path as StorePath;
use datafusion::object_store::{self, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload};
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use wardenry_core::entropy::{Entropy, random_bytes};

use super::{DATA, ObjectStorage, Sweep, TERMS};
use crate::durable;
use crate::error::LakeError;

/// Files are sent in parts of so many bytes, so many parts at once. What is smaller is sent as a whole.
const PART_BYTES: usize = 8 << 20;
const PARTS_AT_ONCE: usize = 2;

/// Holds the name of the lake whose files are beside it.
const MARK: &str = "wardenry-lake";
/// The file with the same in the folder of the lake.
const NAME_FILE: &str = "storage-name";
const NAME_BYTES: usize = 16;

/// So many objects are removed at a time.
const REMOVED_AT_ONCE: usize = 1000;

#[derive(Debug)]
pub(crate) struct Remote {
    store: Arc<dyn ObjectStore>,
    prefix: StorePath,
    name: String,
    entropy: Arc<dyn Entropy>,
    runtime: Handle,
    name_file: PathBuf,
    /// Done when it is known that no other lake has its files here.
    claimed: OnceCell<()>,
    objects: Mutex<Objects>,
}

/// Objects that are in nobody's list any more.
#[derive(Debug, Default)]
struct Objects {
    /// Queries still use them.
    retired: HashSet<StorePath>,
    /// Nobody does.
    trash: Vec<StorePath>,
}

impl Remote {
    pub(super) fn new(objects: &ObjectStorage, lake: &Path, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store: Arc::clone(&objects.store),
            prefix: StorePath::from(&*objects.prefix),
            name: objects.name.trim_end_matches('/').to_owned(),
            entropy,
            runtime: Handle::current(),
            name_file: lake.join(NAME_FILE),
            claimed: OnceCell::new(),
            objects: Mutex::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn location(&self, own: &str) -> StorePath {
        if self.prefix.as_ref().is_empty() {
            StorePath::from(own)
        } else {
            StorePath::from(format!("{}/{own}", self.prefix))
        }
    }

    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, source: object_store::Error) -> LakeError {
        LakeError::Store { name: self.name.clone(), source: source.into() }
    }

    /// Makes sure that the files here are those of this lake: another would remove them as leftovers.
    pub(super) async fn claim(&self) -> Result<(), LakeError> {
        self.claimed.get_or_try_init(|| self.claim_once()).await.copied()
    }

    async fn claim_once(&self) -> Result<(), LakeError> {
        let own = self.own_name().map_err(|source| LakeError::Io { path: self.name_file.clone(), source })?;
        if self.read_mark().await?.is_none() {
            let mark = PutPayload::from(own.clone());
            self.store.put(&self.location(MARK), mark).await.map_err(|source| self.failed(source))?;
        }
        // Of several that begin at once, the last one to write has it.
        match self.read_mark().await? {
            Some(found) if found == own.as_bytes() => Ok(()),
            _ => Err(LakeError::StoreTaken { name: self.name.clone(), mark: MARK }),
        }
    }

    async fn read_mark(&self) -> Result<Option<Vec<u8>>, LakeError> {
        let found = match self.store.get(&self.location(MARK)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(self.failed(source)),
        };
        // It is short; whatever else may have the name.
        if found.meta.size > 1024 {
            return Err(LakeError::StoreTaken { name: self.name.clone(), mark: MARK });
        }
        found.bytes().await.map(|bytes| Some(bytes.into())).map_err(|source| self.failed(source))
    }

    /// The name of this lake, which it gets when it first has a store.
    fn own_name(&self) -> io::Result<String> {
        match std::fs::read_to_string(&self.name_file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        let random: [u8; NAME_BYTES] = random_bytes(&*self.entropy);
        let name = format!("{:032x}", u128::from_le_bytes(random));
        durable::write(&self.name_file, name.as_bytes())?;
        Ok(name)
    }

    pub(super) async fn is_reachable(&self) -> bool {
        self.claim().await.is_ok() && self.read_mark().await.is_ok()
    }

    pub(super) fn create(self: &Arc<Self>, location: &StorePath) -> Result<Upload, LakeError> {
        self.runtime.block_on(self.claim())?;
        Ok(Upload {
            remote: Arc::clone(self),
            location: location.clone(),
            buffer: Vec::new(),
            sent: 0,
            parts: None,
        })
    }

    pub(super) fn retire(&self, location: StorePath) {
        self.objects().retired.insert(location);
    }

    pub(super) fn discard(&self, location: StorePath) {
        let mut objects = self.objects();
        objects.retired.remove(&location);
        objects.trash.push(location);
    }

    /// Removes what was discarded. What could not be removed stays for the next time.
    pub(super) async fn empty_trash(&self) -> Result<(), LakeError> {
        loop {
            let next: Vec<StorePath> = {
                let mut objects = self.objects();
                let kept = objects.trash.len().saturating_sub(REMOVED_AT_ONCE);
                objects.trash.drain(kept..).collect()
            };
            if next.is_empty() {
                return Ok(());
            }
            if let Err(error) = self.delete(next.clone()).await {
                self.objects().trash.extend(next);
                return Err(error);
            }
        }
    }

    async fn delete(&self, locations: Vec<StorePath>) -> Result<(), LakeError> {
        let locations = futures_util::stream::iter(locations.into_iter().map(Ok)).boxed();
        let mut deleted = self.store.delete_stream(locations);
        while let Some(done) = deleted.next().await {
            match done {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(source) => return Err(self.failed(source)),
            }
        }
        Ok(())
    }

    /// Removes the objects of a tenant that are neither known nor retired, and tells which known ones there are.
    pub(super) async fn remove_leftovers(
        &self,
        tenant: &StorePath,
        known: &HashSet<StorePath>,
    ) -> Result<Sweep, LakeError> {
        self.claim().await?;
        let mut listed = self.store.list(Some(tenant));
        let (mut found, mut sweep) = (Vec::new(), Sweep::default());
        while let Some(object) = listed.try_next().await.map_err(|source| self.failed(source))? {
            let location = object.location;
            let is_ours = [DATA, TERMS].into_iter().any(|its| location.extension() == Some(its));
            let data = data_of(&location);
            let is_needed = known.contains(&data) || self.objects().retired.contains(&data);
            if is_ours && !is_needed {
                found.push(location);
            } else if known.contains(&location) {
                sweep.found.insert(location, object.size);
            }
        }
        while !found.is_empty() {
            let rest = found.split_off(found.len().min(REMOVED_AT_ONCE));
            sweep.removed += found.len() as u64;
            self.delete(found).await?;
            found = rest;
        }
        Ok(sweep)
    }
}

/// The location of the data file that an object is, or stands beside.
fn data_of(location: &StorePath) -> StorePath {
    let path: &str = location.as_ref();
    match path.strip_suffix(TERMS) {
        Some(stem) => StorePath::from(format!("{stem}{DATA}")),
        None => location.clone(),
    }
}

/// A file on its way into a store.
#[derive(Debug)]
pub(crate) struct Upload {
    remote: Arc<Remote>,
    location: StorePath,
    buffer: Vec<u8>,
    sent: u64,
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    upload: Box<dyn MultipartUpload>,
    sending: JoinSet<object_store::Result<()>>,
}

impl Parts {
    async fn send(&mut self, part: Vec<u8>) -> object_store::Result<()> {
        self.wait(PARTS_AT_ONCE - 1).await?;
        self.sending.spawn(self.upload.put_part(part.into()));
        Ok(())
    }

    /// Waits until at most so many parts are on their way.
    async fn wait(&mut self, most: usize) -> object_store::Result<()> {
        while self.sending.len() > most {
            match self.sending.join_next().await {
                Some(sent) => sent??,
                None => break,
            }
        }
        Ok(())
    }

    async fn finish(&mut self, last: Vec<u8>) -> object_store::Result<()> {
        if !last.is_empty() {
            self.send(last).await?;
        }
        self.wait(0).await?;
        self.upload.complete().await.map(drop)
    }
}

impl Upload {
    fn send_part(&mut self) -> object_store::Result<()> {
        let part = std::mem::take(&mut self.buffer);
        let remote = Arc::clone(&self.remote);
        remote.runtime.block_on(async {
            if self.parts.is_none() {
                let upload = remote.store.put_multipart(&self.location).await?;
                self.parts = Some(Parts { upload, sending: JoinSet::new() });
            }
            match &mut self.parts {
                Some(parts) => parts.send(part).await,
                None => Ok(()),
            }
        })
    }

    pub(super) fn finish(mut self) -> io::Result<u64> {
        let last = std::mem::take(&mut self.buffer);
        let remote = Arc::clone(&self.remote);
        remote.runtime.block_on(async {
            match &mut self.parts {
                None => remote.store.put(&self.location, last.into()).await.map(drop),
                Some(parts) => parts.finish(last).await,
            }
        })?;
        self.parts = None;
        Ok(self.sent)
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PART_BYTES - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        self.sent += taken as u64;
        if self.buffer.len() == PART_BYTES {
            self.send_part()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            drop(self.remote.runtime.spawn(async move {
                parts.sending.shutdown().await;
                if let Err(error) = parts.upload.abort().await {
                    tracing::warn!(%error, "parts of a file that is not needed stay in the store");
                }
            }));
        }
    }
}
