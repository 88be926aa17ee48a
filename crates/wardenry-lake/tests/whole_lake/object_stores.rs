//! Object stores to test with, which can be away for a while.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use datafusion::object_store::memory::InMemory;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

/// A store of its own for a test.
pub(crate) struct Objects {
    store: Arc<Switched>,
}

impl Objects {
    pub(crate) async fn start() -> Self {
        Self { store: Arc::new(Switched { inner: InMemory::new(), is_away: AtomicBool::new(false) }) }
    }

    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store) as _
    }

    /// Nothing reaches it any more.
    pub(crate) fn stop(&mut self) {
        self.store.is_away.store(true, Ordering::SeqCst);
    }

    pub(crate) async fn resume(&mut self) {
        self.store.is_away.store(false, Ordering::SeqCst);
    }

    /// The locations of all objects, in order.
    pub(crate) async fn all(&self) -> Vec<String> {
        let listed = self.store.list(None).map_ok(|object| object.location.to_string());
        let mut all: Vec<_> = listed.try_collect().await.unwrap();
        all.sort();
        all
    }
}

/// A store in memory with a switch.
#[derive(Debug)]
struct Switched {
    inner: InMemory,
    is_away: AtomicBool,
}

impl Switched {
    fn reach(&self) -> Result<&InMemory> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Error::Generic { store: "test", source: "it is away".into() });
        }
        Ok(&self.inner)
    }
}

impl fmt::Display for Switched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store for a test")
    }
}

#[async_trait]
impl ObjectStore for Switched {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.reach()?.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.reach()?.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.reach()?.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.reach()?.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.reach() {
            Ok(inner) => inner.delete_stream(locations),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.reach() {
            Ok(inner) => inner.list(prefix),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.reach()?.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.reach()?.copy_opts(from, to, options).await
    }
}
