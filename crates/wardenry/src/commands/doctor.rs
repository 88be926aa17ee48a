//! `wardenry doctor`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Duration;

use anstyle::Style;
use serde_json::{Value, json};
use wardenry_client::{AuthorityKeys, Client, Tenant, TokenTarget, Transport, missing_permissions};
use wardenry_fleet::{Connection, Member, fan_out};

use crate::commands::consent::DEFAULT_PERMISSION;
use crate::commands::tenants::probe;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{
    self, Cell, Format, GREEN, List, OutputArgs, RED, Table, YELLOW, counted, hint, safe, safe_lines, styled,
};
use crate::settings::{Clients, ConnectionArgs, count};

/// Authorities accept assertions and judge tokens with about five minutes of tolerance.
const SKEW_THAT_BREAKS: Duration = Duration::from_secs(300);
/// Below the tolerance, but worth a look.
const SKEW_TO_WATCH: Duration = Duration::from_secs(30);

/// The variables from which proxies are taken.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Find out what stands between you and the tenants' incidents, and what to do about it.
///
/// Looks at the settings, proxies, trust, reachability, clocks, the authority's keys, and for every known
/// tenant at token, roles and one call. Changes nothing. Exit code 1 when something is broken, 3 when
/// only some tenants are.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Look only at this tenant: its name (or its beginning), its id, or one of its domains. Repeatable.
    #[arg(long, short, value_name = "TENANT")]
    tenant: Vec<String>,

    /// How many tenants to ask at a time.
    #[arg(long, value_name = "N", default_value = "8", value_parser = count)]
    concurrency: NonZeroUsize,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    Watch,
    Broken,
}

#[derive(Debug)]
struct Finding {
    check: &'static str,
    subject: String,
    grade: Grade,
    found: String,
    advice: Vec<String>,
}

impl Finding {
    fn good(check: &'static str, subject: impl Into<String>, found: impl Into<String>) -> Self {
        let (subject, found) = (subject.into(), found.into());
        Self { check, subject, grade: Grade::Good, found, advice: Vec::new() }
    }

    fn watch(self, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Watch, advice: vec![advice.into()], ..self }
    }

    fn broken(self, advice: Vec<String>) -> Self {
        Self { grade: Grade::Broken, advice, ..self }
    }

    fn of_error(check: &'static str, subject: impl Into<String>, error: &wardenry_client::Error) -> Self {
        Self::good(check, subject, output::with_causes(error)).broken(hint::for_call(error))
    }

    fn record(&self) -> Value {
        json!({
            "check": self.check, "subject": self.subject, "result": self.grade.word().to_lowercase(),
            "found": self.found, "advice": self.advice,
        })
    }
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Watch => "watch",
            Self::Broken => "BROKEN",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Good => GREEN,
            Self::Watch => YELLOW,
            Self::Broken => RED,
        }
    }
}

impl Args {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let settings = self.connection.settings()?;
        // Without tenants the way to the cloud can still be looked at.
        let (targets, trouble) = if self.tenant.is_empty() {
            match settings.all_targets() {
                Ok(targets) => (targets, None),
                Err(failure) => (Vec::new(), Some(failure)),
            }
        } else {
            let named = self.tenant.iter().map(|text| settings.target(text));
            (named.collect::<Result<Vec<_>, _>>()?, None)
        };
        let (cloud, ca_file) = match targets.first() {
            Some((_, connection)) => (connection.cloud.clone(), connection.ca_file.clone()),
            None => settings.cloud()?,
        };
        let tenants = counted(targets.len(), "tenant");
        let mut findings = vec![
            Finding::good("settings", &cloud.name, format!("authority {}, {tenants}", cloud.authority)),
            proxies(),
        ];
        if let Some(failure) = trouble {
            let finding = Finding::good("settings", "tenants", failure.message());
            findings.push(Finding { grade: Grade::Watch, advice: failure.hints(), ..finding });
        }
        let mut clients = Clients::new(host);
        let transport = clients.transport(ca_file.as_deref())?;
        let mut origins = vec![cloud.authority.clone()];
        origins.extend(cloud.api_base.clone());
        origins.push(cloud.graph_base.clone());
        origins.dedup();
        for origin in &origins {
            findings.extend(reach(&transport, origin).await);
        }
        if let Some((tenant, _)) = targets.first() {
            findings.push(keys(&transport, &cloud, tenant).await);
        }
        let is_way_open = findings.iter().all(|finding| finding.grade != Grade::Broken);
        let (mut good, mut broken) = (0, 0);
        if is_way_open {
            for finding in self.tenants(&mut clients, targets).await? {
                let is_broken = finding.grade == Grade::Broken;
                good += usize::from(!is_broken);
                broken += usize::from(is_broken);
                findings.push(finding);
            }
        }
        self.print(&findings)?;
        Ok(if is_way_open { ExitStatus::of_outcomes(good, broken) } else { ExitStatus::Failed })
    }

    async fn tenants(
        &self,
        clients: &mut Clients<'_>,
        targets: Vec<(Tenant, Connection)>,
    ) -> Result<Vec<Finding>, Failure> {
        let members = clients.members(targets).await?;
        let outcomes = fan_out(members, self.concurrency, |member: Member| async move {
            Ok::<_, std::convert::Infallible>(examine(&member.client, &member.tenant).await)
        })
        .await;
        Ok(outcomes
            .into_iter()
            .map(|outcome| outcome.result.unwrap_or_else(|never| match never {}))
            .collect())
    }

    fn print(&self, findings: &[Finding]) -> std::io::Result<()> {
        if self.output.output == Format::Table {
            let human: String = findings.iter().map(human).collect();
            return self.output.print_object(&Value::Null, &human);
        }
        let mut table = Table::new(&["check", "subject", "result", "found", "advice"]);
        for finding in findings {
            table.push(vec![
                finding.check.into(),
                finding.subject.as_str().into(),
                Cell::from(finding.grade.word().to_lowercase()),
                finding.found.as_str().into(),
                finding.advice.join("; ").into(),
            ]);
        }
        let records = findings.iter().map(Finding::record).collect();
        self.output.print_list(&List { table, records, document: None })
    }
}

fn human(finding: &Finding) -> String {
    let grade = styled(finding.grade.style(), &format!("{:<7}", finding.grade.word()));
    // The causes follow on lines of their own, below what they explain.
    let found = safe_lines(&finding.found).replace("\n  ", "\n          ");
    let mut text = format!("{grade} {:<9} {}: {found}\n", finding.check, safe(&finding.subject));
    for advice in &finding.advice {
        let _infallible = writeln!(text, "          do: {}", safe(advice));
    }
    text
}

fn proxies() -> Finding {
    let set: Vec<_> = PROXY_VARIABLES.into_iter().filter(|name| Host::variable(name).is_some()).collect();
    if set.is_empty() {
        return Finding::good("proxy", "environment", "no proxy is set");
    }
    let except = Host::variable("NO_PROXY").or_else(|| Host::variable("no_proxy"));
    let except = except.map(|list| format!(", except for {list}")).unwrap_or_default();
    Finding::good(
        "proxy",
        "environment",
        format!("{} is set{except}; loopback is always direct", set.join(" and ")),
    )
    .watch("when a server cannot be reached, see whether the proxy lets it through, or add it to NO_PROXY")
}

/// Trust and reachability of one origin, and its clock.
async fn reach(transport: &Transport, origin: &str) -> Vec<Finding> {
    let greeting = match transport.greet(origin).await {
        Ok(greeting) => greeting,
        Err(error) => return vec![Finding::of_error("reach", origin, &error)],
    };
    let elapsed_ms = greeting.elapsed.as_millis();
    let reached = Finding::good("reach", origin, format!("answered in {elapsed_ms} ms, certificate trusted"));
    let Some(theirs) = greeting.date else { return vec![reached] };
    let skew = theirs.since(greeting.received).max(greeting.received.since(theirs));
    let direction = if theirs > greeting.received { "behind" } else { "ahead" };
    let clock = if skew <= Duration::from_secs(2) {
        Finding::good("clock", origin, "agrees with this machine's")
    } else {
        let found = format!("this machine's clock is {} s {direction} of the server's", skew.as_secs());
        let finding = Finding::good("clock", origin, found);
        let advice = "let a time service set this machine's clock";
        match skew {
            skew if skew >= SKEW_THAT_BREAKS => finding.broken(vec![advice.to_owned()]),
            skew if skew >= SKEW_TO_WATCH => finding.watch(advice),
            _ => finding,
        }
    };
    vec![reached, clock]
}

async fn keys(transport: &Transport, cloud: &wardenry_core::cloud::CloudProfile, tenant: &Tenant) -> Finding {
    match AuthorityKeys::fetch(transport, cloud, tenant).await {
        Ok(found) => {
            let issuers: BTreeSet<_> =
                found.issuers.v1_origins.iter().chain(&found.issuers.v2_origins).collect();
            let shown = issuers.iter().map(|issuer| issuer.as_str()).collect::<Vec<_>>().join(", ");
            Finding::good("keys", &cloud.authority, format!("published, issuers {shown}"))
        }
        Err(error) => Finding::of_error("keys", &cloud.authority, &error),
    }
}

async fn examine(client: &Client, tenant: &Tenant) -> Finding {
    let label = tenant.label();
    if let Err(error) = client.token(tenant, &TokenTarget::Defender).await {
        return Finding::of_error("tenant", label, &error);
    }
    match probe(client, tenant).await {
        Err(error) => Finding::of_error("tenant", label, &error),
        Ok(roles) => {
            let missing = missing_permissions(&roles, &[DEFAULT_PERMISSION.to_owned()]);
            let finding = Finding::good(
                "tenant",
                label,
                format!("token and incidents work; roles {}", roles.join(", ")),
            );
            if missing.is_empty() {
                finding
            } else {
                finding.watch(format!("the token names no {DEFAULT_PERMISSION}, yet the call works"))
            }
        }
    }
}
