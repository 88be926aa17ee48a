//! `wardenry hunt`

#[cfg(feature = "hunting")]
mod local;
mod result;

use std::io::{IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use wardenry_client::{Error, HuntingRequest, HuntingResult, HuntingShape, HuntingStatistics, Tenant};
use wardenry_core::cloud::CloudProfile;
use wardenry_fleet::{HuntMerge, Member, Outcome, Share, hunt};

use self::result::HuntResult;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, Format, OutputArgs, counted, hint};
use crate::settings::{Clients, ConnectionArgs, TenantArgs, count};

/// Run a hunting query in one tenant, several, or all at once.
///
/// `wardenry hunt --all-tenants 'DeviceProcessEvents | where FileName == "certutil.exe" | take 10'`. The first column says
/// whose a row is; columns are merged by name. A tenant that cannot be asked does not hide the others, and is named: exit
/// code 3 when some failed or rows were left out, 1 when all failed. In JSON, `tenants` tells what came of each.
///
/// A refusal for want of quota is waited out as the service asks, up to --patience.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The query, in KQL. Without it and without --file it is read from standard input.
    #[arg(conflicts_with = "file")]
    query: Option<String>,

    /// Read the query from a file.
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    tenants: TenantArgs,

    /// The wire shape to ask in. [default: graph on the vendor's clouds and with --timespan, defender on a Wardenry server]
    #[arg(long, value_enum, value_name = "SHAPE")]
    shape: Option<Shape>,

    /// The time to look at, in ISO 8601: P7D for the last week, or an interval such as 2026-06-01/2026-06-08. Graph only.
    #[arg(long, value_name = "TIMESPAN")]
    timespan: Option<String>,

    /// At most this many rows, over all tenants.
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = count, help_heading = "Limits")]
    max_rows: NonZeroUsize,

    /// For how many seconds to come back to a tenant whose quota is used up.
    #[arg(long, value_name = "SECONDS", default_value_t = 90, help_heading = "Limits")]
    patience: u64,

    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    output: OutputArgs,

    /// Draw the chart that `render` asks for into an SVG file.
    #[cfg(feature = "hunting")]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    chart: Option<PathBuf>,

    /// Say on standard error what the query has used up in each tenant, as far as the service tells.
    #[arg(long, help_heading = "Output")]
    stats: bool,
}

/// The wire shape of a hunting call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// `/api/advancedhunting/run`, permission `AdvancedHunting.Read.All`
    Defender,
    /// Graph's `runHuntingQuery`, permission `ThreatHunting.Read.All`
    Graph,
}

impl Args {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let query = match (&self.query, &self.file) {
            (Some(query), _) => query.clone(),
            (None, file) => Host::read_text("the query", file.as_deref())?.to_string(),
        };
        if query.trim().is_empty() {
            return Err(Failure::usage("there is no query")
                .hint("wardenry hunt --all-tenants 'DeviceInfo | summarize dcount(DeviceId)'"));
        }
        if self.timespan.is_some() && self.shape == Some(Shape::Defender) {
            return Err(Failure::usage("--timespan goes with --shape graph only")
                .hint("in the other shape the query says the time: | where Timestamp > ago(7d)"));
        }
        let targets = self.tenants.targets(&self.connection.settings()?)?;
        self.note_retirement(targets.iter().map(|(_, connection)| &connection.cloud));
        let members = Clients::new(host).members(targets).await?;
        let hunt = self.hunt(&query, members).await?;
        self.print(&query, &hunt)?;
        Ok(self.tell(&query, &hunt))
    }

    fn shape_at(&self, cloud: &CloudProfile) -> HuntingShape {
        match self.shape {
            Some(Shape::Defender) => HuntingShape::Defender,
            Some(Shape::Graph) => HuntingShape::Graph,
            None if self.timespan.is_some() => HuntingShape::Graph,
            None => HuntingShape::of_cloud(cloud),
        }
    }

    fn note_retirement<'a>(&self, mut clouds: impl Iterator<Item = &'a CloudProfile>) {
        if clouds.any(|cloud| self.shape_at(cloud).is_being_retired_at(cloud)) {
            output::note("this shape of the hunting API is being retired by its vendor");
            hint(
                "leave --shape out, or use --shape graph: have ThreatHunting.Read.All of Microsoft Graph consented to",
            );
        }
    }

    /// Asks every tenant. Lines of JSON are printed as they come; other forms need all
    /// columns first, and have the tenants in the order asked.
    async fn hunt(&self, query: &str, members: Vec<Member>) -> Result<HuntResult, Failure> {
        let bar = progress_bar(members.len());
        let request = |member: &Member| HuntingRequest {
            timespan: self.timespan.clone(),
            patience: Duration::from_secs(self.patience),
            ..HuntingRequest::new(self.shape_at(member.client.cloud()), query)
        };
        let mut merge = HuntMerge::new(self.max_rows.get());
        let (mut held, mut done) = (Vec::new(), Vec::new());
        let mut answers = std::pin::pin!(hunt(members, request, self.tenants.concurrency));
        while let Some((index, outcome)) = answers.next().await {
            bar.inc(1);
            if self.output.output == Format::Jsonl {
                let (answered, share) = merged(&mut merge, outcome);
                if let Some(share) = &share {
                    let mut out = anstream::stdout().lock();
                    for record in share.records(merge.columns()) {
                        writeln!(out, "{record}")?;
                    }
                    out.flush()?;
                }
                // A chart needs the rows once more.
                done.push((index, answered, share.filter(|_| self.wants_chart_file())));
            } else {
                held.push((index, outcome));
                held.sort_by_key(|(index, _)| *index);
                drop_beyond(&mut held, self.max_rows.get());
            }
        }
        bar.finish_and_clear();
        for (index, outcome) in held {
            let (answered, share) = merged(&mut merge, outcome);
            done.push((index, answered, share));
        }
        done.sort_by_key(|(index, ..)| *index);
        let (mut shares, mut outcomes) = (Vec::new(), Vec::new());
        for (_, answered, share) in done {
            outcomes.push(answered);
            shares.extend(share);
        }
        Ok(HuntResult { merge, shares, outcomes })
    }

    fn print(&self, query: &str, hunt: &HuntResult) -> Result<(), Failure> {
        if hunt.outcomes.iter().any(|outcome| outcome.result.is_ok()) {
            hunt.print(self.output.output)?;
            #[cfg(feature = "hunting")]
            local::draw(query, hunt, self.output.output, self.chart.as_deref())?;
        } else if self.output.output == Format::Json {
            hunt.print(Format::Json)?;
        }
        #[cfg(not(feature = "hunting"))]
        let _ = query;
        Ok(())
    }

    /// Says on standard error what the rows do not: what came of each tenant, and what is missing.
    fn tell(&self, query: &str, hunt: &HuntResult) -> ExitStatus {
        for conflict in hunt.merge.conflicts() {
            output::warning(&format!(
                "the column {} is {} in some tenants and {} in {}; the values stand as they came",
                conflict.column, conflict.first, conflict.its, conflict.tenant
            ));
        }
        let asked = hunt.outcomes.len();
        let mut failures: Vec<(String, Vec<&Tenant>, &Error)> = Vec::new();
        for Outcome { member: tenant, result } in &hunt.outcomes {
            match result {
                Ok((rows, statistics)) if self.stats => {
                    let used = statistics.as_ref().map(used).unwrap_or_default();
                    output::note(&format!("{tenant}: {}{used}", counted(*rows as u64, "row")));
                }
                Ok((rows, _)) if asked > 1 => {
                    output::note(&format!("{tenant}: {}", counted(*rows as u64, "row")));
                }
                Ok(_) => {}
                Err(error) => {
                    let message = output::with_causes(error);
                    match failures.iter_mut().find(|(known, ..)| *known == message) {
                        Some((_, tenants, _)) => tenants.push(tenant),
                        None => failures.push((message, vec![tenant], error)),
                    }
                }
            }
        }
        let mut failed = 0;
        for (message, tenants, error) in &failures {
            failed += tenants.len();
            let names: Vec<String> = tenants.iter().map(|tenant| tenant.label()).collect();
            let state = if error.is_not_consented() { "not consented yet: " } else { "" };
            output::error(&format!("{}: {state}{message}", names.join(", ")));
            for hint in hint::for_call(error) {
                output::hint(&hint);
            }
        }
        #[cfg(feature = "hunting")]
        if failures.iter().any(|(_, _, error)| error.as_api().is_some_and(|error| error.status == 400)) {
            local::say_what_is_wrong(query);
        }
        #[cfg(not(feature = "hunting"))]
        let _ = query;
        if failed > 0 && asked > 1 {
            let answered = asked - failed;
            output::note(&format!("{answered} of {asked} tenants answered; the result lacks the others"));
        }
        if hunt.merge.is_truncated() {
            let kept = counted(self.max_rows.get() as u64, "row");
            output::warning(&format!("there are more rows, the result ends after {kept}"));
            hint("narrow the query, summarize in it, or raise --max-rows");
        }
        match ExitStatus::of_outcomes(asked - failed, failed) {
            ExitStatus::Done if hunt.merge.is_truncated() => ExitStatus::Partial,
            status => status,
        }
    }

    #[cfg(feature = "hunting")]
    fn wants_chart_file(&self) -> bool {
        self.chart.is_some()
    }

    #[cfg(not(feature = "hunting"))]
    #[expect(clippy::unused_self, reason = "a build with charts looks at the flag")]
    fn wants_chart_file(&self) -> bool {
        false
    }
}

/// What became of a tenant: its number of rows, and what the query used up.
type Answered = Outcome<Tenant, (usize, Option<HuntingStatistics>), Error>;

/// Takes a tenant's rows into the result.
fn merged(
    merge: &mut HuntMerge,
    outcome: Outcome<Tenant, HuntingResult, Error>,
) -> (Answered, Option<Share>) {
    let Outcome { member: tenant, result } = outcome;
    match result {
        Ok(mut result) => {
            let statistics = result.statistics.take();
            let share = merge.add(&tenant, result);
            (Outcome { member: tenant, result: Ok((share.len(), statistics)) }, Some(share))
        }
        Err(error) => (Outcome { member: tenant, result: Err(error) }, None),
    }
}

/// Drops rows that cannot make it into the result: those behind its limit in the order asked. One more is kept, which
/// tells that there are more.
fn drop_beyond(held: &mut [(usize, Outcome<Tenant, HuntingResult, Error>)], max_rows: usize) {
    let mut left = max_rows.saturating_add(1);
    for (_, outcome) in held {
        if let Ok(result) = &mut outcome.result {
            result.rows.truncate(left);
            left -= result.rows.len();
        }
    }
}

fn used(statistics: &HuntingStatistics) -> String {
    let seconds = statistics.execution_secs.map(|seconds| format!(", {seconds:.3} s"));
    let cpu = statistics.cpu.as_ref().map(|cpu| format!(", CPU {cpu}"));
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let memory = statistics
        .peak_memory_bytes
        .map(|bytes| format!(", at most {:.1} MiB", bytes as f64 / (1024.0 * 1024.0)));
    [seconds, cpu, memory].into_iter().flatten().collect()
}

/// How many tenants have answered, where somebody looks and there are several.
fn progress_bar(tenants: usize) -> ProgressBar {
    if tenants < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(tenants as u64);
    let style = ProgressStyle::with_template("{elapsed} {wide_bar} {pos}/{len} tenants");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
