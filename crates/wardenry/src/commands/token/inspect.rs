//! `wardenry token inspect`

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use wardenry_core::calls::{self, ApiCall};
use wardenry_core::catalogue;
use wardenry_core::time::Timestamp;
use wardenry_jose::UnverifiedJws;
use wardenry_oauth::token_check::{self, Check, Verdict};

use super::input::TokenInput;
use super::keys::KeysArgs;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, BOLD, GREEN, OutputArgs, RED, counted, safe, styled};
use crate::settings::ConnectionArgs;

/// Show what a token says, and whether it can be trusted.
///
/// Verifies signature, issuer, tenant, audience and times against the authority of the settings, and shows
/// the roles or scopes. Reads the token from standard input or a file. Exit code 1 when a check fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: TokenInput,

    /// Only decode, offline. Nothing that is shown can be trusted then.
    #[arg(long, conflicts_with = "jwks")]
    no_verify: bool,

    #[command(flatten)]
    keys: KeysArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let token = self.input.read()?;
        let unverified = UnverifiedJws::parse(token.expose()).map_err(|error| {
            Failure::from(error)
                .hint("an access token of a v1 or v2 endpoint consists of three parts joined by dots")
        })?;
        let claims = unverified.unverified_claims();
        let now = host.clock.now();
        let verdicts = if self.no_verify {
            output::warning("NOT VERIFIED: anybody can have written this token; do not act on what it says");
            None
        } else {
            let keys = self.keys.load(token.expose(), &self.connection, host).await?;
            let mut verdicts =
                token_check::explain(token.expose(), &keys.keys, &keys.issuers, call_of(claims), now);
            // Which permission is needed depends on the call; that is what `token explain` is for.
            verdicts.retain(|(check, _)| *check != Check::Permission);
            Some(verdicts)
        };
        let is_verified =
            verdicts.as_ref().map(|verdicts| verdicts.iter().all(|(_, verdict)| is_passed(verdict)));
        let record = json!({
            "verified": is_verified.unwrap_or(false),
            "checks": verdicts.as_ref().map(|verdicts| super::explain::checks_json(verdicts)),
            "header": header_json(&unverified),
            "claims": claims,
        });
        let human = human(claims, &unverified, verdicts.as_deref(), now);
        self.output.print_object(&record, &human)?;
        Ok(if is_verified == Some(false) { ExitStatus::Failed } else { ExitStatus::Done })
    }
}

fn is_passed(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Passed(_))
}

/// A call of the API that the token is for, so that the audience is judged by its own standard.
fn call_of(claims: &Map<String, Value>) -> &'static ApiCall {
    let audience = claims.get("aud").and_then(Value::as_str).unwrap_or_default();
    let resource = catalogue::resource_by_identifier(audience);
    let call =
        resource.and_then(|resource| calls::CALLS.iter().find(|call| call.resources.contains(&resource)));
    call.unwrap_or(&calls::LIST_INCIDENTS)
}

fn header_json(token: &UnverifiedJws<'_>) -> Value {
    let header = token.header();
    json!({"alg": header.alg, "typ": header.typ, "kid": header.kid, "x5t": header.x5t})
}

fn human(
    claims: &Map<String, Value>,
    token: &UnverifiedJws<'_>,
    verdicts: Option<&[(Check, Verdict)]>,
    now: Timestamp,
) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _infallible = writeln!(text, "{}  {value}", styled(BOLD, &format!("{name:<10}")));
    };
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(safe);
    match verdicts {
        None => line("verified", styled(RED, "NO: decoded only, anybody can have written this")),
        Some(verdicts) => match verdicts.iter().find(|(_, verdict)| !is_passed(verdict)) {
            None => line(
                "verified",
                styled(GREEN, "yes: signature, issuer, tenant, audience and times are in order"),
            ),
            Some((check, _)) => {
                line("verified", styled(RED, &format!("NO: it fails the check of its {}", check.name())));
            }
        },
    }
    let texts = |name: &str| match claims.get(name) {
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).map(safe).collect::<Vec<_>>().join(", ")
        }
        Some(Value::String(text)) => safe(text),
        _ => String::new(),
    };
    let kind = match (claims.contains_key("scp"), claims.contains_key("nonce")) {
        (true, _) => "delegated: the app acts for a signed-in user",
        (_, true) => "an id token, which no API accepts",
        _ => "application: the app acts as itself",
    };
    line("kind", kind.to_owned());
    line("version", claim("ver").unwrap_or_else(|| "unknown".to_owned()));
    line("tenant", claim("tid").unwrap_or_else(|| "none".to_owned()));
    let app = claim("appid").or_else(|| claim("azp")).unwrap_or_else(|| "none".to_owned());
    line("app", claim("app_displayname").map_or(app.clone(), |name| format!("{app} ({name})")));
    let audience = claim("aud").unwrap_or_else(|| "none".to_owned());
    let resource =
        catalogue::resource_by_identifier(&audience).map_or("not known", |found| found.display_name);
    line("audience", format!("{audience} ({resource})"));
    line("issuer", claim("iss").unwrap_or_else(|| "none".to_owned()));
    for (name, shown) in [("roles", "roles"), ("scp", "scopes")] {
        match texts(name) {
            empty if empty.is_empty() => {
                if name == "roles" && !claims.contains_key("scp") {
                    line(shown, styled(RED, "none: the tenant has granted nothing to the app"));
                }
            }
            found => line(shown, found),
        }
    }
    let instant = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_unix_secs);
    if let Some(from) = instant("nbf") {
        line("from", from.to_string());
    }
    if let Some(until) = instant("exp") {
        let left = counted(until.since(now).as_secs() / 60, "minute");
        let ago = counted(now.since(until).as_secs() / 60, "minute");
        let relation = if until > now { format!("{left} left") } else { format!("expired {ago} ago") };
        line("until", format!("{until} ({relation})"));
    }
    line(
        "signed",
        format!(
            "{} by key {}",
            safe(&token.header().alg),
            safe(token.header().kid.as_deref().unwrap_or("?"))
        ),
    );
    if let Some(verdicts) = verdicts {
        text.push('\n');
        text.push_str(&super::explain::checks_table(verdicts).render());
    }
    let _infallible = writeln!(text, "\n{}", styled(BOLD, "claims"));
    for (name, value) in claims {
        let _infallible = writeln!(text, "  {}: {}", safe(name), safe(&value.to_string()));
    }
    text
}
