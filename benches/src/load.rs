//! The load generator: connections that ask for one token after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::task::JoinSet;
use wardenry_jose::UnverifiedJws;

use crate::https::{Connection, Endpoint};
use crate::process::{CpuTimer, MachineTimer};

/// How many requests are on their way at the same time, each on a connection of its own.
pub(crate) const CONNECTIONS: usize = 32;

/// A server that has not issued a token by then has failed.
const FIRST_TOKEN_LIMIT: Duration = Duration::from_secs(30);

/// How long answers may wait for the load generator. Short beside the work that is then still queued at
/// the server, so that it never runs dry.
const PAUSE: Duration = Duration::from_millis(1);

/// A server and what it is asked.
pub(crate) struct Target {
    endpoint: Endpoint,
    pid: u32,
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
}

/// What one measurement has seen.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) tokens: u32,
    pub(crate) elapsed: Duration,
    /// Processor time of the server.
    pub(crate) server_cpu: Duration,
    /// Processor time of the load generator, which runs on the same cores.
    pub(crate) generator_cpu: Duration,
    /// The share of the cores' time that other programs took.
    pub(crate) others: f64,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Issued {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.tokens) / self.elapsed.as_secs_f64()
    }

    pub(crate) fn per_server_cpu_second(&self) -> f64 {
        f64::from(self.tokens) / self.server_cpu.as_secs_f64()
    }

    /// The share of all used processor time that the load generator took.
    pub(crate) fn generator_share(&self) -> f64 {
        let generator = self.generator_cpu.as_secs_f64();
        generator / (generator + self.server_cpu.as_secs_f64())
    }

    /// The time in which so many of a hundred requests were answered.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).copied().unwrap_or_default()
    }
}

impl Target {
    /// Requests are sent in turns, so that all of them are sent about equally often.
    pub(crate) fn new(endpoint: Endpoint, pid: u32, requests: Vec<Vec<u8>>) -> Arc<Self> {
        Arc::new(Self { endpoint, pid, requests, next: AtomicUsize::new(0) })
    }

    fn next_request(&self) -> &[u8] {
        &self.requests[self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len()]
    }

    /// Sends every request once.
    pub(crate) async fn send_each_once(self: &Arc<Self>) -> anyhow::Result<Issued> {
        self.next.store(0, Ordering::Relaxed);
        self.send(self.requests.len()).await
    }

    /// Sends that many requests, rounded to a multiple of the connections.
    pub(crate) async fn send(self: &Arc<Self>, requests: usize) -> anyhow::Result<Issued> {
        let each = requests.div_ceil(CONNECTIONS);
        self.drive(move |sent, _| sent < each).await
    }

    /// Sends requests for about that long.
    pub(crate) async fn send_for(self: &Arc<Self>, duration: Duration) -> anyhow::Result<Issued> {
        self.drive(move |_, began| began.elapsed() < duration).await
    }

    /// Drives all connections, each as long as `goes_on` says, given what it has sent and the start.
    async fn drive(self: &Arc<Self>, goes_on: impl GoesOn) -> anyhow::Result<Issued> {
        let target = Arc::clone(self);
        let generator = move || generator_runtime()?.block_on(target.drive_here(goes_on));
        tokio::task::spawn_blocking(generator).await.context("the load generator ended badly")?
    }

    async fn drive_here(self: &Arc<Self>, goes_on: impl GoesOn) -> anyhow::Result<Issued> {
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(self.endpoint.connect().await?);
        }
        let machine = MachineTimer::start()?;
        let (server, generator) = (CpuTimer::start(self.pid)?, CpuTimer::start(std::process::id())?);
        let began = Instant::now();
        let mut drivers = JoinSet::new();
        for mut connection in connections {
            let target = Arc::clone(self);
            drivers.spawn(async move {
                let mut latencies = Vec::new();
                while goes_on(latencies.len(), began) {
                    let sent = Instant::now();
                    let answer = connection.exchange(target.next_request()).await?;
                    latencies.push(sent.elapsed());
                    ensure!(holds_token(answer), "an answer holds no token");
                }
                anyhow::Ok(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(driven) = drivers.join_next().await {
            latencies.append(&mut driven.context("a connection's task ended badly")??);
        }
        let elapsed = began.elapsed();
        let (server_cpu, generator_cpu) = (server.elapsed()?, generator.elapsed()?);
        let others = machine.share_of_others(server_cpu + generator_cpu)?;
        latencies.sort_unstable();
        Ok(Issued {
            tokens: u32::try_from(latencies.len()).context("more tokens than can be counted")?,
            elapsed,
            server_cpu,
            generator_cpu,
            others,
            latencies,
        })
    }

    /// Asks for one token on a new connection and looks at it closely: an RS256 token with a signature
    /// of RSA-2048.
    pub(crate) async fn check_token(&self) -> anyhow::Result<()> {
        let mut connection = self.endpoint.connect().await?;
        check_answer(connection.exchange(self.next_request()).await?)
    }

    /// Asks for one token as soon as the server accepts a connection.
    pub(crate) async fn first_token(&self) -> anyhow::Result<()> {
        let asked = async {
            let mut connection = self.connect_when_it_listens().await?;
            let answer = connection.exchange(self.next_request()).await?;
            ensure!(holds_token(answer), "an answer holds no token");
            Ok(())
        };
        tokio::time::timeout(FIRST_TOKEN_LIMIT, asked).await.context("no token came in time")?
    }

    async fn connect_when_it_listens(&self) -> anyhow::Result<Connection> {
        loop {
            match self.endpoint.connect().await {
                Err(error) if is_refused(&error) => tokio::time::sleep(Duration::from_millis(1)).await,
                outcome => return outcome,
            }
        }
    }
}

/// Whether a connection goes on, given how many requests it has sent and when all of them began.
trait GoesOn: Fn(usize, Instant) -> bool + Copy + Send + 'static {}

impl<F: Fn(usize, Instant) -> bool + Copy + Send + 'static> GoesOn for F {}

/// One thread that looks at its connections every [`PAUSE`] instead of being woken for each answer.
///
/// Waking it costs the core that sends the answer an interrupt of the other one, and the switch to and
/// from it costs that core: a tax that clients on other machines would not levy.
fn generator_runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    #[expect(clippy::disallowed_methods, reason = "the pause is what is wanted, and it blocks nothing else")]
    let pause = || std::thread::sleep(PAUSE);
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().on_thread_park(pause).build().context("cannot start the load generator")
}

/// The bytes of a request for a token.
pub(crate) fn token_request(path: &str, endpoint: &Endpoint, form: &[(&str, &str)]) -> Vec<u8> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        endpoint.host(),
        body.len()
    )
    .into_bytes()
}

fn is_refused(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// A glance, for every answer.
fn holds_token(answer: &[u8]) -> bool {
    const MEMBER: &[u8] = b"\"access_token\":\"eyJ";
    answer.windows(MEMBER.len()).any(|window| window == MEMBER)
}

fn check_answer(answer: &[u8]) -> anyhow::Result<()> {
    let answer: serde_json::Value = serde_json::from_slice(answer).context("an answer is no JSON")?;
    let token = answer["access_token"].as_str().context("an answer holds no token")?;
    let parsed = UnverifiedJws::parse(token).context("an answer's token is no signed JWT")?;
    ensure!(parsed.header().alg == "RS256", "a token is signed with {}", parsed.header().alg);
    let signature = token.rsplit_once('.').and_then(|(_, text)| wardenry_jose::decode_base64url(text));
    ensure!(signature.is_some_and(|bytes| bytes.len() == 256), "a signature is not one of RSA-2048");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_taken_from_sorted_latencies() {
        let issued = Issued {
            tokens: 200,
            elapsed: Duration::from_secs(2),
            server_cpu: Duration::from_secs(3),
            generator_cpu: Duration::from_secs(1),
            others: 0.0,
            latencies: (1..=200).map(Duration::from_millis).collect(),
        };
        assert_eq!(issued.percentile(50), Duration::from_millis(101));
        assert_eq!(issued.percentile(100), Duration::from_millis(200));
        assert!((issued.per_second() - 100.0).abs() < 1e-9);
        assert!((issued.generator_share() - 0.25).abs() < 1e-9);
    }

    #[test]
    fn only_a_signed_token_passes() {
        assert!(holds_token(br#"{"token_type":"Bearer","access_token":"eyJ0.e30.AA"}"#));
        assert!(!holds_token(br#"{"error":"invalid_client"}"#));
        let problem = |answer: &str| check_answer(answer.as_bytes()).unwrap_err().to_string();
        assert_eq!(problem("{}"), "an answer holds no token");
        let header = wardenry_jose::base64url(br#"{"typ":"JWT","alg":"RS256","kid":"k"}"#);
        let short = format!(r#"{{"access_token":"{header}.e30.AAAA"}}"#);
        assert_eq!(problem(&short), "a signature is not one of RSA-2048");
    }
}
