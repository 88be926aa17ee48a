//! How fast tokens are issued, how soon after the start, and in how much memory.

mod memory;
mod rates;
mod starts;

use std::path::Path;

use crate::options::Options;
use crate::process;
use crate::raw_signing::RawSigner;
use crate::report::{line, note};
use crate::wardenry_server::{self, SeededFolder};

const FEW: u32 = 10;
const SOME: u32 = 1_000;
const MANY: u32 = 10_000;

/// Measures everything and prints it.
pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let binary = wardenry_server::binary(options).await?;
    let signer = RawSigner::new()?;
    line(&format!("{} cores of {}", signer.threads(), process::processor()?));
    line(&format!("load average at the start: {}", process::load_average()?));
    let few = seed(&binary, FEW).await?;
    let some = seed(&binary, SOME).await?;
    let many = seed(&binary, MANY).await?;

    rates::measure(options, &signer, &few, &many).await?;
    line("");
    starts::measure(&[&few, &some, &many]).await?;
    line("");
    memory::measure(&[&few, &some, &many]).await?;
    line("");
    line(&format!("load average at the end: {}", process::load_average()?));
    Ok(())
}

async fn seed(binary: &Path, customers: u32) -> anyhow::Result<SeededFolder> {
    note(&format!("making a world with {customers} tenants"));
    let folder = SeededFolder::make(binary, customers).await?;
    line(&format!("{customers} tenants were seeded in {:.1} s", folder.seeding.as_secs_f64()));
    Ok(folder)
}
