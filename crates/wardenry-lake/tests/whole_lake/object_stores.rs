//! Object stores to test with, which can be away for a while.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use datafusion::object_store::memory::InMemory;
use datafusion::object_store::path::Path as StorePath;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use tempfile::TempDir;
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::time::SystemClock;
use wardenry_s3::{Address, Credentials, S3Settings, S3Store};

/// The program of an S3 server; `tests/lake/run` installs one and sets it. Without it the tests use a store in memory.
const SERVER: &str = "WARDENRY_S3_SERVER";
const BUCKET: &str = "events";
const ACCESS_KEY: &str = "for-the-tests";
const SECRET_KEY: &str = "which is no secret";

/// A store of its own for a test.
pub(crate) struct Objects {
    place: Place,
}

enum Place {
    Memory(Arc<Switched>),
    Server(Server),
}

impl Objects {
    pub(crate) async fn start() -> Self {
        let memory = || Switched { inner: InMemory::new(), is_away: AtomicBool::new(false) };
        let place = Server::start().map_or_else(|| Place::Memory(Arc::new(memory())), Place::Server);
        Self { place }
    }

    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        match &self.place {
            Place::Memory(store) => Arc::clone(store) as _,
            Place::Server(server) => server.store(),
        }
    }

    /// Nothing reaches it any more.
    pub(crate) fn stop(&mut self) {
        match &mut self.place {
            Place::Memory(store) => store.is_away.store(true, Ordering::SeqCst),
            Place::Server(server) => server.stop(),
        }
    }

    /// It is there again, with what it had.
    pub(crate) fn resume(&mut self) {
        match &mut self.place {
            Place::Memory(store) => store.is_away.store(false, Ordering::SeqCst),
            Place::Server(server) => server.resume(),
        }
    }

    /// The locations of all objects, in order.
    pub(crate) async fn all(&self) -> Vec<String> {
        let listed = self.store().list(None).map_ok(|object| object.location.to_string());
        let mut all: Vec<_> = listed.try_collect().await.unwrap();
        all.sort();
        all
    }
}

/// A server of its own for a test, on a folder and a port of its own.
pub(crate) struct Server {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// `None` where no program is named.
    pub(crate) fn start() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os(SERVER)?);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        // Somebody else may take a port that was free just now.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(process) = run(&program, folder.path(), port) {
                return Some(Self { program, folder, port, process: Some(process) });
            }
        }
        panic!("{} does not start", program.display())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(bucket_at(self.port))
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn resume(&mut self) {
        let process = run(&self.program, self.folder.path(), self.port);
        self.process = Some(process.expect("its port is still free"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until the server listens. `None` if it ends instead.
fn run(program: &Path, folder: &Path, port: u16) -> Option<Child> {
    let mut process = Command::new(program)
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY])
        .arg(folder)
        .env("RUST_LOG", "s3s_fs=info")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let listens = lines.map_while(std::result::Result::ok).any(|line| line.contains("server is running"));
    if !listens {
        process.wait().unwrap();
    }
    listens.then_some(process)
}

/// The bucket of a server on this machine.
pub(crate) fn bucket_at(port: u16) -> S3Store {
    bucket(port, BUCKET, SECRET_KEY)
}

pub(crate) fn bucket(port: u16, name: &str, secret: &str) -> S3Store {
    let region = "eu-central-1";
    let endpoint = format!("http://127.0.0.1:{port}");
    let settings = S3Settings {
        address: Address::new(name, region, Some(&endpoint), true).unwrap(),
        region: region.into(),
        credentials: Credentials { access_key_id: ACCESS_KEY.into(), secret_access_key: secret.into() },
        authority_pem: None,
    };
    S3Store::new(settings, Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap()
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
    async fn put_opts(
        &self,
        location: &StorePath,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        self.reach()?.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &StorePath,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.reach()?.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &StorePath, options: GetOptions) -> Result<GetResult> {
        self.reach()?.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &StorePath, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.reach()?.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<StorePath>>,
    ) -> BoxStream<'static, Result<StorePath>> {
        match self.reach() {
            Ok(inner) => inner.delete_stream(locations),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    fn list(&self, prefix: Option<&StorePath>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.reach() {
            Ok(inner) => inner.list(prefix),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&StorePath>) -> Result<ListResult> {
        self.reach()?.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &StorePath, to: &StorePath, options: CopyOptions) -> Result<()> {
        self.reach()?.copy_opts(from, to, options).await
    }
}
