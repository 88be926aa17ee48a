//! Tokens per second, in turns with bare signatures and with what a user might pick instead.

use std::time::{Duration, Instant};

use super::{FEW, MANY};
use crate::load::{CONNECTIONS, Issued};
use crate::oidc_provider::{self, OidcProvider};
use crate::options::Options;
use crate::process::MachineTimer;
use crate::raw_signing::{RawSigner, Signatures};
use crate::report::{self, line, note, spread};
use crate::spread::Spread;
use crate::wardenry_server::{SeededFolder, WardenryServer};

/// Others may take this share of the cores in a round that counts. A calm machine's kernel takes some.
const CALM: f64 = 0.05;
/// For so long it is waited that others leave the cores alone, over all rounds.
const PATIENCE: Duration = Duration::from_secs(900);
/// Other programs are watched for so long before a round.
const GLANCE: Duration = Duration::from_millis(500);
/// Before anything is measured, a server works for so long.
const WARM_UP: Duration = Duration::from_secs(2);

/// What the measurements of one round have seen.
struct Round {
    raw: Signatures,
    few: Issued,
    many: Issued,
    peer: Issued,
}

impl Round {
    /// The share of the cores' time that other programs took when they took most.
    fn others(&self) -> f64 {
        [self.raw.others, self.few.others, self.many.others, self.peer.others].into_iter().fold(0.0, f64::max)
    }
}

/// The servers whose rates are compared.
struct Contest<'a> {
    signer: &'a RawSigner,
    few: WardenryServer,
    many: WardenryServer,
    peer: OidcProvider,
}

impl Contest<'_> {
    /// Measures each once. Another one begins each time, in case one leaves the machine warm or throttled
    /// for the next.
    async fn round(&self, number: u32, duration: Duration) -> anyhow::Result<Round> {
        let (mut raw, mut few, mut many, mut peer) = (None, None, None, None);
        for turn in 0..4 {
            match (number + turn) % 4 {
                0 => raw = Some(self.signer.measure(duration)?),
                1 => few = Some(self.few.target.send_for(duration).await?),
                2 => peer = Some(self.peer.target.send_for(duration).await?),
                _ => many = Some(self.many.target.send_for(duration).await?),
            }
        }
        let every = "each of the four has had its turn";
        Ok(Round {
            raw: raw.expect(every),
            few: few.expect(every),
            many: many.expect(every),
            peer: peer.expect(every),
        })
    }

    /// Measures until enough rounds were calm or patience has ended; then all that were measured count.
    async fn rounds(&self, options: &Options) -> anyhow::Result<Vec<Round>> {
        let (mut calm, mut disturbed) = (Vec::new(), Vec::new());
        let patience_ends = Instant::now() + PATIENCE;
        let enough = options.rounds as usize;
        let mut number = 0;
        while calm.len() < enough && (Instant::now() < patience_ends || calm.len() + disturbed.len() < enough)
        {
            wait_for_calm(patience_ends).await?;
            let round = self.round(number, options.measurement).await?;
            number += 1;
            let others = round.others();
            note(&format!("rates: round {number}, others took {:.0} % of the cores", others * 100.0));
            let kind = if others <= CALM { &mut calm } else { &mut disturbed };
            kind.push(round);
        }
        line("");
        if calm.len() < enough {
            line("NOT CALM: other programs took so much of the cores that these rates mean little");
            calm.append(&mut disturbed);
        }
        let most = calm.iter().map(Round::others).fold(0.0, f64::max);
        line(&format!(
            "{} rounds counted, in which others took at most {:.0} % of the cores; {} disturbed ones left out",
            calm.len(),
            most * 100.0,
            disturbed.len()
        ));
        Ok(calm)
    }
}

/// Waits until others leave the cores alone, at most until then.
async fn wait_for_calm(deadline: Instant) -> anyhow::Result<()> {
    while Instant::now() < deadline {
        let machine = MachineTimer::start()?;
        tokio::time::sleep(GLANCE).await;
        if machine.share_of_others(Duration::ZERO)? <= CALM {
            break;
        }
    }
    Ok(())
}

/// Compares servers with few and with many tenants to the signer and to the peer, and prints the figures.
pub(super) async fn measure(
    options: &Options,
    signer: &RawSigner,
    few: &SeededFolder,
    many: &SeededFolder,
) -> anyhow::Result<()> {
    let contest = Contest {
        signer,
        few: few.start_and_wait().await?,
        many: many.start_and_wait().await?,
        peer: OidcProvider::start(few).await?,
    };
    // The first token of a tenant reads the database; the later ones find the answers remembered.
    let first_tokens = contest.many.target.send_each_once().await?;
    let again = contest.many.target.send_each_once().await?;
    for target in [&contest.few.target, &contest.many.target, &contest.peer.target] {
        target.check_token().await?;
        target.send_for(WARM_UP).await?;
    }
    let rounds = contest.rounds(options).await?;
    contest.few.stop().await?;
    contest.many.stop().await?;
    contest.peer.stop().await?;
    print_rates(options, &rounds);
    line("");
    line(&format!(
        "first token of each of {MANY} tenants: {:.0} /s; their second: {:.0} /s",
        first_tokens.per_second(),
        again.per_second()
    ));
    Ok(())
}

fn print_rates(options: &Options, rounds: &[Round]) {
    let of = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure));
    line("");
    line(&format!(
        "tokens by client credentials: {CONNECTIONS} connections, {} rounds of {} s; median (lowest–highest)",
        rounds.len(),
        options.measurement.as_secs()
    ));
    line("");
    let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut rows = vec![
        texts(&["", "per second", "of raw", "per CPU second", "of raw", "generator", "p50 ms", "p99 ms"]),
        vec![
            "raw RSA-2048 signatures".to_owned(),
            spread(of(&|round| round.raw.per_second), 0),
            "1".to_owned(),
            spread(of(&|round| round.raw.per_cpu_second), 0),
            "1".to_owned(),
        ],
    ];
    let mut add = |name: String, issued: fn(&Round) -> &Issued| {
        let percentile =
            |percent: usize| spread(of(&|round| issued(round).percentile(percent).as_secs_f64() * 1000.0), 1);
        rows.push(vec![
            name,
            spread(of(&|round| issued(round).per_second()), 0),
            spread(of(&|round| issued(round).per_second() / round.raw.per_second), 2),
            spread(of(&|round| issued(round).per_server_cpu_second()), 0),
            spread(of(&|round| issued(round).per_server_cpu_second() / round.raw.per_cpu_second), 2),
            spread(of(&|round| issued(round).generator_share()), 2),
            percentile(50),
            percentile(99),
        ]);
    };
    add(format!("wardenry, {FEW} tenants"), |round| &round.few);
    add(format!("wardenry, {MANY} tenants"), |round| &round.many);
    add(oidc_provider::NAME.to_owned(), |round| &round.peer);
    report::table(&rows);
    line("");
    let many_to_few = of(&|round| round.many.per_second() / round.few.per_second());
    let to_peer = of(&|round| round.few.per_second() / round.peer.per_second());
    let to_peer_cpu = of(&|round| round.few.per_server_cpu_second() / round.peer.per_server_cpu_second());
    line(&format!("{MANY} tenants to {FEW}: {}", spread(many_to_few, 2)));
    line(&format!(
        "wardenry to {}: {} per second, {} per CPU second",
        oidc_provider::NAME,
        spread(to_peer, 2),
        spread(to_peer_cpu, 2)
    ));
}
