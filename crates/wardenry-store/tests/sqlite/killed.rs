//! What a killed process leaves behind: every commit that it was told of, and no lock.
//!
//! The process to kill is this test executable, started again with the name of one test and a data
//! folder in its environment.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use wardenry_directory::store::DirectoryStore;
use wardenry_store::{OpenError, SqliteStore};

use crate::numbered_tenants::{ALL, assert_stored, store_tenant};

const FOLDER: &str = "WARDENRY_STORE_TEST_FOLDER";
const ACKNOWLEDGED: &str = "acknowledged ";

/// The process to kill; without a folder in the environment there is nothing to do.
#[tokio::test]
async fn commit_for_ever() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let store = SqliteStore::open(&folder).await.unwrap();
    let first = u32::try_from(store.tenants(ALL).await.unwrap().len()).unwrap();
    for n in first.. {
        store_tenant(&store, n).await.unwrap();
        // Not by a macro: the test harness keeps what those print.
        writeln!(std::io::stdout(), "{ACKNOWLEDGED}{n}").unwrap();
    }
}

#[tokio::test]
async fn every_acknowledged_commit_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut stored = 0;
    for commits_before_the_end in [1, 7, 40, 150, 2] {
        let (mut child, mut lines) = start(folder.path());
        let mut acknowledged = stored;
        while acknowledged < stored + commits_before_the_end {
            acknowledged = next_acknowledged(&mut lines).expect("the process runs until it is killed") + 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // It went on for as long as the signal took.
        while let Some(n) = next_acknowledged(&mut lines) {
            acknowledged = n + 1;
        }

        let store = SqliteStore::open(folder.path()).await.unwrap();
        stored = u32::try_from(store.tenants(ALL).await.unwrap().len()).unwrap();
        // The last commit may have happened without having been told.
        assert!((acknowledged..=acknowledged + 1).contains(&stored), "{acknowledged} {stored}");
        assert_stored(&store, stored).await;
    }
}

#[tokio::test]
async fn another_process_is_told_who_holds_the_folder_until_that_one_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, mut lines) = start(folder.path());
    next_acknowledged(&mut lines).expect("the process runs until it is killed");
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::InUse { pid: Some(pid), .. } if pid == child.id()), "{error:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    SqliteStore::open(folder.path()).await.unwrap();
}

fn start(folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::commit_for_ever", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    (child, BufReader::new(stdout))
}

/// The number of the next tenant that the process was told is stored, or `None` when it has ended. The
/// test harness writes lines of its own between, and may begin the line.
fn next_acknowledged(lines: &mut BufReader<ChildStdout>) -> Option<u32> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        if let Some((_, number)) = line.split_once(ACKNOWLEDGED)
            && line.ends_with('\n')
        {
            return Some(number.trim_end().parse().unwrap());
        }
    }
}
