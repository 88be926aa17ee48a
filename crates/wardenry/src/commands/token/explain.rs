//! `wardenry token explain`

use serde_json::{Value, json};
use wardenry_core::calls::{self, ApiCall};
use wardenry_oauth::token_check::{self, Check, Verdict};

use super::input::TokenInput;
use super::keys::KeysArgs;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{Cell, DIM, GREEN, OutputArgs, RED, Table, safe, styled};
use crate::settings::{Clients, ConnectionArgs};

/// Say why a call with a token is refused, or that it is not.
///
/// Runs the checks that the API runs, in its order, and shows every one: what was found, what is wrong,
/// and what to do. The token comes from standard input or a file; with --tenant a new one is fetched
/// first, and a refusal by the authority is explained as well. Exit code 1 when the call is refused.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The call, for example 'GET /api/incidents'.
    #[arg(long, value_name = "METHOD PATH", value_parser = parse_call)]
    call: &'static ApiCall,

    /// Explain a new token for this tenant instead of one that is handed in.
    #[arg(long, short, value_name = "TENANT", conflicts_with = "file")]
    tenant: Option<String>,

    #[command(flatten)]
    input: TokenInput,
    #[command(flatten)]
    keys: KeysArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn parse_call(text: &str) -> Result<&'static ApiCall, String> {
    let known = || {
        let known = calls::CALLS.iter().map(|call| format!("\n  {} {}", call.method, call.path));
        format!("it is a method and the path of a known call:{}", known.collect::<String>())
    };
    let (method, target) = text.trim().split_once(char::is_whitespace).ok_or_else(known)?;
    // A whole address is as good as its path.
    let target = target.trim();
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    calls::call_addressed_by(method, path).ok_or_else(known)
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let token = match &self.tenant {
            None => self.input.read()?,
            Some(text) => {
                let (tenant, connection) = self.connection.settings()?.target(text)?;
                let client = Clients::new(host).client(&connection).await?;
                let target = match self.call.resources.first() {
                    Some(resource) if **resource == wardenry_core::catalogue::GRAPH => {
                        wardenry_client::TokenTarget::Graph
                    }
                    _ => wardenry_client::TokenTarget::Defender,
                };
                client.fresh_token(&tenant, &target).await?.secret().clone()
            }
        };
        let keys = self.keys.load(token.expose(), &self.connection, host).await?;
        let verdicts =
            token_check::explain(token.expose(), &keys.keys, &keys.issuers, self.call, host.clock.now());
        let is_accepted = verdicts.iter().all(|(_, verdict)| matches!(verdict, Verdict::Passed(_)));
        let call = format!("{} {}", self.call.method, self.call.path);
        let record = json!({"call": call, "accepted": is_accepted, "checks": checks_json(&verdicts)});
        self.output.print_object(&record, &human(&call, is_accepted, &verdicts))?;
        Ok(if is_accepted { ExitStatus::Done } else { ExitStatus::Failed })
    }
}

pub(crate) fn human(call: &str, is_accepted: bool, verdicts: &[(Check, Verdict)]) -> String {
    let mut text = if is_accepted {
        format!("{call} is {}: the token passes every check\n\n", styled(GREEN, "accepted"))
    } else {
        format!("{call} is {}\n\n", styled(RED, "refused"))
    };
    text.push_str(&checks_table(verdicts).render());
    let remedies = verdicts.iter().filter_map(|(check, verdict)| match verdict {
        Verdict::Failed(failed) => Some(format!("  {}: {}\n", check.name(), safe(&failed.remedy))),
        Verdict::Passed(_) | Verdict::Skipped => None,
    });
    let remedies: String = remedies.collect();
    if !remedies.is_empty() {
        text.push_str("\nWhat to do\n");
        text.push_str(&remedies);
    }
    text
}

/// The verdicts as a table.
pub(super) fn checks_table(verdicts: &[(Check, Verdict)]) -> Table {
    let mut table = Table::new(&["check", "result", "found"]);
    for (check, verdict) in verdicts {
        let (result, found) = match verdict {
            Verdict::Passed(found) => (Cell::styled("ok", GREEN), found.as_str()),
            Verdict::Failed(failed) => (Cell::styled("FAILED", RED), failed.detail.as_str()),
            Verdict::Skipped => (Cell::styled("skipped", DIM), "an earlier failure leaves nothing to check"),
        };
        table.push(vec![check.name().into(), result, found.into()]);
    }
    table
}

/// The verdicts as JSON.
pub(super) fn checks_json(verdicts: &[(Check, Verdict)]) -> Value {
    let check = |(check, verdict): &(Check, Verdict)| match verdict {
        Verdict::Passed(found) => json!({"check": check.name(), "result": "passed", "found": found}),
        Verdict::Failed(failed) => json!({
            "check": check.name(), "result": "failed", "found": failed.detail, "remedy": failed.remedy,
        }),
        Verdict::Skipped => json!({"check": check.name(), "result": "skipped"}),
    };
    verdicts.iter().map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_by_path_and_by_address() {
        for text in [
            "GET /api/incidents",
            "get  /API/v1.0/incidents/?$top=1",
            "GET https://api.security.microsoft.com/api/incidents?$top=1",
        ] {
            assert_eq!(parse_call(text).unwrap(), &calls::LIST_INCIDENTS, "{text}");
        }
        for text in ["", "/api/incidents", "GET https://localhost", "DELETE /api/incidents"] {
            assert!(parse_call(text).is_err(), "{text}");
        }
    }
}
