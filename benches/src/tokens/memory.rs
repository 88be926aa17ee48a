//! How much memory a server takes.

use crate::process;
use crate::report::{self, line};
use crate::wardenry_server::{SeededFolder, WardenryServer};

/// How many tokens are issued at least before the memory is looked at again; one for each tenant at least.
const TOKENS: usize = 5_000;

/// Looks at fresh servers after their first token and after some thousand, and prints what they take.
pub(super) async fn measure(folders: &[&SeededFolder]) -> anyhow::Result<()> {
    let header = ["tenants", "after the first token, MiB", "after tokens", "MiB"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for folder in folders {
        let server = folder.start_and_wait().await?;
        let at_first = resident_mib(&server)?;
        let issued = server.target.send(TOKENS.max(folder.customers.try_into()?)).await?;
        rows.push(vec![
            folder.customers.to_string(),
            at_first,
            issued.tokens.to_string(),
            resident_mib(&server)?,
        ]);
        server.stop().await?;
    }
    line("resident memory");
    line("");
    report::table(&rows);
    Ok(())
}

fn resident_mib(server: &WardenryServer) -> anyhow::Result<String> {
    Ok(format!("{:.1}", f64::from(process::resident_kib(server.pid())?) / 1024.0))
}
