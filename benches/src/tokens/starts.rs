//! How soon after its start a server issues the first token.

use std::time::Instant;

use crate::report::{self, line, note, spread};
use crate::spread::Spread;
use crate::wardenry_server::SeededFolder;

/// How often each server is started.
const STARTS: u32 = 15;

/// Starts servers on data folders that were closed in good order, in turns, and prints the times.
pub(super) async fn measure(folders: &[&SeededFolder]) -> anyhow::Result<()> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); folders.len()];
    for number in 1..=STARTS {
        note(&format!("starts: {number} of {STARTS}"));
        for (folder, times) in folders.iter().zip(&mut times) {
            let began = Instant::now();
            let server = folder.start_and_wait().await?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
            server.stop().await?;
        }
    }
    line(&format!("from the start of the process to the first token, {STARTS} starts"));
    line("");
    let mut rows = vec![vec!["tenants".to_owned(), "ms".to_owned()]];
    for (folder, times) in folders.iter().zip(times) {
        rows.push(vec![folder.customers.to_string(), spread(Spread::of(times), 0)]);
    }
    report::table(&rows);
    Ok(())
}
