//! How fast tokens are issued, how soon after the start, and in how much memory.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::{CONNECTIONS, Issued};
use crate::oidc_provider::{self, OidcProvider};
use crate::options::Options;
use crate::process;
use crate::raw_signing::{RawSigner, Signatures};
use crate::report::{self, line, note, spread};
use crate::spread::Spread;

use crate::wardenry_server::{self, SeededFolder, WardenryServer};

const FEW: u32 = 10;
const SOME: u32 = 1_000;
const MANY: u32 = 10_000;

/// How often the server is started to see how long that takes.
const STARTS: u32 = 15;
/// How many tokens are issued at least before the memory is looked at again; one for each tenant at least.
const MEMORY_TOKENS: usize = 5_000;
/// Before anything is measured, a server works for so long.
const WARM_UP: Duration = Duration::from_secs(2);

/// Measures everything and prints it.
pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let binary = wardenry_server::binary(options).await?;
    let signer = RawSigner::new()?;
    line(&format!("{} cores of {}", signer.threads(), process::processor()?));
    line(&format!("load average at the start: {}", process::load_average()?));
    let few = seed(&binary, FEW).await?;
    let some = seed(&binary, SOME).await?;
    let many = seed(&binary, MANY).await?;

    rates(options, &signer, &few, &many).await?;
    line("");
    cold_starts(&[&few, &some, &many]).await?;
    line("");
    memory(&[&few, &some, &many]).await?;
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

/// What the measurements have seen, by round.
#[derive(Default)]
struct Rounds {
    raw: Vec<Signatures>,
    few: Vec<Issued>,
    many: Vec<Issued>,
    peer: Vec<Issued>,
}

async fn rates(
    options: &Options,
    signer: &RawSigner,
    few: &SeededFolder,
    many: &SeededFolder,
) -> anyhow::Result<()> {
    let (few_server, many_server) = (ready(few).await?, ready(many).await?);
    let peer = OidcProvider::start(few).await?;
    // The first token of a tenant reads the database; the later ones find the answers remembered.
    let first_tokens = many_server.target.send_each_once().await?;
    let again = many_server.target.send_each_once().await?;
    for target in [&few_server.target, &many_server.target, &peer.target] {
        target.check_token().await?;
        target.send_for(WARM_UP).await?;
    }
    let mut rounds = Rounds::default();
    for number in 0..options.rounds {
        note(&format!("rates: round {} of {}", number + 1, options.rounds));
        // Another one begins each time, in case one leaves the machine warm or throttled for the next.
        for turn in 0..4 {
            match (number + turn) % 4 {
                0 => rounds.raw.push(signer.measure(options.measurement)?),
                1 => rounds.few.push(few_server.target.send_for(options.measurement).await?),
                2 => rounds.peer.push(peer.target.send_for(options.measurement).await?),
                _ => rounds.many.push(many_server.target.send_for(options.measurement).await?),
            }
        }
    }
    few_server.stop().await?;
    many_server.stop().await?;
    peer.stop().await?;
    print_rates(options, &rounds);
    line("");
    line(&format!(
        "first token of each of {MANY} tenants: {:.0} /s; their second: {:.0} /s",
        first_tokens.per_second(),
        again.per_second()
    ));
    Ok(())
}

async fn ready(folder: &SeededFolder) -> anyhow::Result<WardenryServer> {
    let server = folder.start()?;
    server.target.first_token().await?;
    Ok(server)
}

fn print_rates(options: &Options, rounds: &Rounds) {
    let Rounds { raw, few, many, peer } = rounds;
    let of = |figure: &dyn Fn(usize) -> f64| Spread::of((0..raw.len()).map(figure));
    line("");
    line(&format!(
        "tokens by client credentials: {CONNECTIONS} connections, {} rounds of {} s; median (lowest–highest)",
        options.rounds,
        options.measurement.as_secs()
    ));
    line("");
    let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut rows = vec![
        texts(&["", "per second", "of raw", "per CPU second", "of raw", "generator", "p50 ms", "p99 ms"]),
        vec![
            "raw RSA-2048 signatures".to_owned(),
            spread(of(&|round| raw[round].per_second), 0),
            "1".to_owned(),
            spread(of(&|round| raw[round].per_cpu_second), 0),
            "1".to_owned(),
        ],
    ];
    let mut add = |name: String, issued: &[Issued]| {
        let percentile =
            |percent: usize| spread(of(&|round| issued[round].percentile(percent).as_secs_f64() * 1000.0), 1);
        rows.push(vec![
            name,
            spread(of(&|round| issued[round].per_second()), 0),
            spread(of(&|round| issued[round].per_second() / raw[round].per_second), 2),
            spread(of(&|round| issued[round].per_server_cpu_second()), 0),
            spread(of(&|round| issued[round].per_server_cpu_second() / raw[round].per_cpu_second), 2),
            spread(of(&|round| issued[round].generator_share()), 2),
            percentile(50),
            percentile(99),
        ]);
    };
    add(format!("wardenry, {FEW} tenants"), few);
    add(format!("wardenry, {MANY} tenants"), many);
    add(oidc_provider::NAME.to_owned(), peer);
    report::table(&rows);
    line("");
    let many_to_few = of(&|round| many[round].per_second() / few[round].per_second());
    let to_peer = of(&|round| few[round].per_second() / peer[round].per_second());
    let to_peer_cpu = of(&|round| few[round].per_server_cpu_second() / peer[round].per_server_cpu_second());
    line(&format!("{MANY} tenants to {FEW}: {}", spread(many_to_few, 2)));
    line(&format!(
        "wardenry to {}: {} per second, {} per CPU second",
        oidc_provider::NAME,
        spread(to_peer, 2),
        spread(to_peer_cpu, 2)
    ));
}

async fn cold_starts(folders: &[&SeededFolder]) -> anyhow::Result<()> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); folders.len()];
    for number in 1..=STARTS {
        note(&format!("starts: {number} of {STARTS}"));
        for (folder, times) in folders.iter().zip(&mut times) {
            let began = Instant::now();
            let server = ready(folder).await?;
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

async fn memory(folders: &[&SeededFolder]) -> anyhow::Result<()> {
    let header = ["tenants", "after the first token, MiB", "after tokens", "MiB"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for folder in folders {
        let server = ready(folder).await?;
        let at_first = resident_mib(&server)?;
        let issued = server.target.send(MEMORY_TOKENS.max(folder.customers.try_into()?)).await?;
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
