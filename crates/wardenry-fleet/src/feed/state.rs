//! How far a file has come: one small JSON file for each file, server, tenant and table.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::batch::hex;
use super::input::{Compression, Identity, content};
use super::{FeedError, FeedSettings};

/// So much of a file's beginning tells it from another one at the same path.
const HEAD_BYTES: u64 = 1024;

/// A place in a file's content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// In bytes, decompressed.
    pub offset: u64,
    /// How many line breaks are before it.
    pub line: u64,
}

/// The beginning of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    bytes: u64,
    sha256: String,
}

impl Head {
    /// The first `up_to` bytes of a file, or what there is of them.
    pub(super) fn read(path: &Path, compression: Compression, up_to: u64) -> io::Result<Self> {
        let mut beginning = Vec::new();
        let up_to = up_to.min(HEAD_BYTES);
        content(File::open(path)?, compression, 0)?.take(up_to).read_to_end(&mut beginning)?;
        Ok(Self { bytes: beginning.len() as u64, sha256: hex(&Sha256::digest(&beginning)) })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether a longer file would have the same.
    pub(super) fn is_full(&self) -> bool {
        self.bytes == HEAD_BYTES
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// For people who look into the folder.
    path: PathBuf,
    /// Counts the files that have been at the path, so that the same content at the same place is something new.
    pub(super) generation: u64,
    pub(super) identity: Identity,
    pub(super) head: Head,
    /// Everything before it is acknowledged.
    pub(super) done: Position,
    /// The end of the batch that may have arrived.
    pub(super) sending: Option<Position>,
}

impl State {
    pub(super) fn new(generation: u64) -> Self {
        Self {
            path: PathBuf::new(),
            generation,
            identity: Identity::default(),
            head: Head::default(),
            done: Position::default(),
            sending: None,
        }
    }

    /// Where the file is that this state is about: at the path, or, when it was rotated away, beside it. `None` when it is gone.
    pub(super) fn place(&self, path: &Path, compression: Compression, follow: bool) -> Option<PathBuf> {
        let is_same = |candidate: &Path| {
            let is_long_enough = compression == Compression::Gzip
                || std::fs::metadata(candidate).is_ok_and(|metadata| metadata.len() >= self.done.offset);
            let head = Head::read(candidate, compression, self.head.bytes);
            is_long_enough && (self.head.bytes == 0 || head.is_ok_and(|head| head == self.head))
        };
        let has_identity = |candidate: &Path| {
            std::fs::metadata(candidate).is_ok_and(|metadata| Identity::of(&metadata) == self.identity)
        };
        if !follow {
            return is_same(path).then(|| path.to_owned());
        }
        if has_identity(path) {
            return is_same(path).then(|| path.to_owned());
        }
        let beside = std::fs::read_dir(path.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let mut beside = beside.filter(|candidate| has_identity(candidate) && is_same(candidate));
        // A copy of the same content, as a restored backup is, counts as the file itself.
        beside.next().or_else(|| (self.head.bytes > 0 && is_same(path)).then(|| path.to_owned()))
    }
}

#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    about: PathBuf,
}

impl StateFile {
    pub(super) fn of(settings: &FeedSettings, path: &Path) -> Self {
        let mut hash = Sha256::new();
        let tenant = settings.tenant.name().to_string();
        let table = settings.table.as_deref().unwrap_or_default();
        let parts = [settings.server.as_str(), &tenant, table].map(str::as_bytes);
        for part in parts.into_iter().chain([path.as_os_str().as_encoded_bytes()]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let name = hex(&hash.finalize()[..16]);
        Self { path: settings.state_folder.join(format!("{name}.json")), about: path.to_owned() }
    }

    pub(super) fn load(&self) -> Result<Option<State>, FeedError> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FeedError::State { path: self.path.clone(), source }),
        };
        let damaged = |source| FeedError::Damaged { path: self.path.clone(), source };
        serde_json::from_slice(&text).map(Some).map_err(damaged)
    }

    /// In one step, and safe from a crash: readers find the old state or the new.
    pub(super) fn save(&self, state: &State) -> Result<(), FeedError> {
        let failed = |source| FeedError::State { path: self.path.clone(), source };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let state = State { path: self.about.clone(), ..state.clone() };
        let text = serde_json::to_vec_pretty(&state).map_err(|error| failed(error.into()))?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(&text).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}
