//! The hunting steps: an event is sent, an attack is found at two customers, and who may not hunt is refused.

use std::num::NonZeroUsize;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use wardenry_client::{HuntingRequest, HuntingShape};
use wardenry_core::calls::RUN_HUNTING_QUERY;
use wardenry_core::catalogue::WARDENRY;
use wardenry_fleet::{HuntMerge, hunt};
use wardenry_stories::time_text;

use super::{Connector, GRAPH_SCOPE, SCOPE, Walk};
use crate::commands::demo::exchange::expect;
use crate::failure::Failure;
use crate::output::Table;
use crate::server::RunningServer;

/// Finds the document of the planted phishing mail; `docs/hunting-tour.md` tells the whole story.
const HUNT: &str = "DeviceFileEvents \
    | where SHA256 == '7b60aefc15f626deed7f57f3ae5baf1b99ff56219f7a4cb638eec67c98dd5bde' \
    | project DeviceName, FileName, Account = InitiatingProcessAccountName";
const HUNT_CALL: &str = "POST /v1.0/security/runHuntingQuery";

impl Walk<'_> {
    /// One good event and one for a table that does not exist.
    pub(super) async fn ingest(&mut self, connector: &Connector) -> Result<(), Failure> {
        let birch = self.cast.birch;
        self.narrator.step(
            &format!("Send events into {}'s hunting tables", birch.name),
            "With a permission of their own, which reads nothing. The answer means: stored on the disk, and visible to queries.",
        )?;
        let scope = format!("{}/.default", WARDENRY.identifiers[0]);
        let answer = self.connector_token(connector, birch, "/oauth2/v2.0/token", ("scope", &scope)).await?;
        expect(answer.status == 200, "a token for sending events is issued")?;
        let token = answer.text("/access_token")?.to_owned();
        self.narrator.name("INGEST_TOKEN", &token, "…  # the access_token above")?;
        let now = time_text(self.host.clock.now().unix_secs() * 1000);
        let record = |table: &str| {
            json!({
                "time": now,
                "tenantId": birch.id,
                "category": format!("AdvancedHunting-{table}"),
                "properties": {"Timestamp": now, "DeviceName": "door-1.birchclinics.example", "ActionType": "BadgeRefused"},
            })
        };
        let body = json!([record("DeviceEvents"), record("DoorEvents")]);
        let post = reqwest::Method::POST;
        let answer = self
            .exchange
            .send(&self.narrator, post.clone(), "/wardenry/v1/ingest", &token, Some(&body))
            .await?;
        self.narrator.answer(answer.status, &answer.body)?;
        expect(
            answer.status == 200
                && answer.body["stored"] == json!(1)
                && answer.body["quarantinedCount"] == json!(1),
            "the good event is stored, the other one is quarantined",
        )?;

        let answer = self.connector_token(connector, birch, "/oauth2/v2.0/token", ("scope", SCOPE)).await?;
        expect(answer.status == 200, "a token for hunting is issued")?;
        let token = answer.text("/access_token")?.to_owned();
        self.narrator.name("BIRCH_TOKEN", &token, "…  # the access_token above")?;
        let query = json!({"Query": "DeviceEvents | where ActionType == 'BadgeRefused' | project DeviceName, ActionType"});
        let answer = self
            .exchange
            .send(&self.narrator, post, "/api/advancedhunting/run", &token, Some(&query))
            .await?;
        self.narrator.members(answer.status, &answer.body, &["Schema", "Results"])?;
        expect(
            answer.body["Results"]
                == json!([{"DeviceName": "door-1.birchclinics.example", "ActionType": "BadgeRefused"}]),
            "the event is found at once",
        )?;
        self.narrator.shown("one event stored and found, one set aside with the reason")
    }

    /// One query over all customers.
    pub(super) async fn hunt_everywhere(
        &mut self,
        connector: &Connector,
        server: &RunningServer,
    ) -> Result<(), Failure> {
        self.narrator.step(
            "One hunt over all customers",
            "Alder Foods has an incident about a document that came by mail. Who else has that document? \
             What `wardenry hunt --all-tenants` does:",
        )?;
        self.narrator.block(&format!("\n{}\n", HUNT.replace(" | ", "\n| ")))?;
        let members = self.members(connector, server)?;
        let request = |_: &_| HuntingRequest::new(HuntingShape::Defender, HUNT);
        let concurrency = NonZeroUsize::new(4).unwrap_or(NonZeroUsize::MIN);
        let mut answers: Vec<_> = hunt(members, request, concurrency).collect().await;
        answers.sort_by_key(|(index, _)| *index);
        let mut merge = HuntMerge::new(100);
        let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
        for (_, outcome) in answers {
            let label = outcome.member.label();
            match outcome.result {
                Ok(result) => {
                    let share = merge.add(&outcome.member, result);
                    outcomes.push(format!("{label}: {}", crate::output::counted(share.len() as u64, "row")));
                    rows.extend(share.rows(merge.columns().len()));
                }
                Err(error) if error.is_not_consented() => {
                    outcomes.push(format!("{label}: not consented yet"));
                }
                Err(error) => outcomes.push(format!("{label}: {error}")),
            }
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let mut table = Table::new(&["tenant", "device", "file", "account"]);
        for row in &rows {
            table.push(row.iter().cloned().map(Into::into).collect());
        }
        self.narrator.coloured_block(&table.render())?;
        for outcome in &outcomes {
            self.narrator.block(outcome)?;
        }
        let found = [
            ["Alder Foods", "wks-014.alderfoods.example", "Statement_44871.docm", "p.nair"],
            ["Birch Clinics", "rcp-03.birchclinics.example", "Statement_44871.docm", "c.ferreira"],
        ];
        expect(rows == found, "the document is found at two customers")?;
        expect(
            outcomes == ["Alder Foods: 1 row", "Birch Clinics: 1 row", "Cedar Freight: not consented yet"],
            "the third customer is not asked, and that is said",
        )?;
        self.narrator
            .shown("a second customer has it, where no alert was raised; Cedar Freight has not consented")
    }

    /// A token without the permission.
    pub(super) async fn hunt_refused(&mut self) -> Result<(), Failure> {
        let alder = self.cast.alder;
        let Some(automation) = &alder.automation else {
            return Err(Failure::new("the demo's customer has no automation application"));
        };
        self.narrator.step(
            "A hunt with a token that lacks the permission",
            "Alder's own automation app may administer the directory. Its token is for the same API, and right in all other ways.",
        )?;
        let secret = automation.secret.expose();
        self.narrator.name("AUTOMATION_SECRET", secret, &format!("'{secret}'"))?;
        let answer = self.token(alder, automation, "/oauth2/v2.0/token", ("scope", GRAPH_SCOPE)).await?;
        expect(answer.status == 200, "the automation app gets a token")?;
        let token = answer.text("/access_token")?.to_owned();
        self.narrator.name("AUTOMATION_TOKEN", &token, "…  # the access_token above")?;
        let query = json!({"Query": "DeviceInfo | count"});
        let path = "/v1.0/security/runHuntingQuery";
        let answer =
            self.exchange.send(&self.narrator, reqwest::Method::POST, path, &token, Some(&query)).await?;
        self.narrator.answer(answer.status, &answer.body)?;
        expect(answer.status == 403, "the hunt is refused with 403")?;
        self.explain("AUTOMATION_TOKEN", &token, HUNT_CALL, &RUN_HUNTING_QUERY).await?;
        self.narrator.shown("refused and explained: ThreatHunting.Read.All is missing")
    }
}
