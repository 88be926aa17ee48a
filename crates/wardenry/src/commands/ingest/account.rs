//! What became of each file.

use std::path::Path;

use serde_json::{Value, json};
use wardenry_client::IngestReceipt;
use wardenry_fleet::FeedBatch;

use crate::failure::ExitStatus;
use crate::output::{self, List, Table, counted};

/// So many records of a file are reported with their lines while it is sent.
const SHOWN: usize = 20;
/// So many are listed in JSON.
const LISTED: usize = 10_000;

/// The code of records that the server does not keep.
const QUARANTINE_FULL: &str = "QuarantineFull";

/// What became of a file.
#[derive(Debug)]
pub(super) struct Account {
    file: String,
    stored: u64,
    /// Records that an earlier run had stored already.
    repeated: u64,
    /// Records in the server's quarantine, and what is no record at all.
    quarantined: u64,
    refused: u64,
    problems: Vec<Problem>,
    pub(super) has_failed: bool,
}

#[derive(Debug)]
struct Problem {
    line: Option<u64>,
    code: String,
    reason: String,
}

impl Account {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            file: path.display().to_string(),
            stored: 0,
            repeated: 0,
            quarantined: 0,
            refused: 0,
            problems: Vec::new(),
            has_failed: false,
        }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Takes in what became of a batch, and says what is wrong with its records.
    pub(super) fn take(&mut self, batch: &FeedBatch, receipt: &IngestReceipt) {
        if receipt.repeated {
            self.repeated += batch.lines.len() as u64;
        } else {
            self.stored += receipt.stored;
        }
        self.quarantined += receipt.quarantined_count.max(receipt.quarantined.len() as u64);
        for record in &batch.refused {
            self.leave_out(record.line, &record.reason);
        }
        for record in &receipt.quarantined {
            let line = usize::try_from(record.index).ok().and_then(|index| batch.lines.get(index));
            self.problem(line.copied(), &record.code, &record.reason);
        }
    }

    /// A record that is not sent.
    pub(super) fn leave_out(&mut self, line: u64, reason: &str) {
        self.refused += 1;
        self.problem(Some(line), "NotSent", reason);
    }

    fn problem(&mut self, line: Option<u64>, code: &str, reason: &str) {
        if self.problems.len() < SHOWN {
            let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
            output::warning(&format!("{}{line}: {reason} ({code})", self.file));
        }
        if self.problems.len() < LISTED {
            self.problems.push(Problem { line, code: code.to_owned(), reason: reason.to_owned() });
        }
    }

    fn faults(&self) -> u64 {
        self.quarantined + self.refused
    }
}

pub(super) fn list(accounts: &[Account]) -> List {
    let mut table = Table::new(&["file", "stored", "repeated", "quarantined", "not sent"]);
    let mut records = Vec::new();
    for account in accounts {
        let Account { file, stored, repeated, quarantined, refused, problems, has_failed } = account;
        let numbers = [stored, repeated, quarantined, refused].map(|number| number.to_string().into());
        table.push([file.as_str().into()].into_iter().chain(numbers).collect());
        let problems: Vec<Value> = problems
            .iter()
            .map(|problem| json!({"line": problem.line, "code": problem.code, "reason": problem.reason}))
            .collect();
        records.push(json!({
            "file": file, "stored": stored, "repeated": repeated, "quarantined": quarantined, "notSent": refused,
            "complete": !has_failed, "problems": problems,
        }));
    }
    List { table, records, document: None }
}

/// Says what the list does not, and how the command ends.
pub(super) fn tell(accounts: &[Account]) -> ExitStatus {
    let faults: u64 = accounts.iter().map(Account::faults).sum();
    let shown: u64 = accounts.iter().map(|account| account.problems.len().min(SHOWN) as u64).sum();
    if faults > shown {
        let more = counted(faults - shown, "more record");
        output::warning(&format!("{more} could not be stored as events; --output json lists them"));
    }
    if accounts.iter().any(|account| account.quarantined > 0) {
        output::hint("the server keeps them with their reasons in its quarantine table");
    }
    let is_nowhere = |problem: &Problem| problem.code == QUARANTINE_FULL;
    if accounts.iter().flat_map(|account| &account.problems).any(is_nowhere) {
        output::hint(&format!(
            "but not those with the code {QUARANTINE_FULL}: it has taken its records of the day"
        ));
    }
    let failed = accounts.iter().filter(|account| account.has_failed).count();
    let has_stored = accounts.iter().any(|account| account.stored + account.repeated > 0);
    match (failed, faults) {
        (0, 0) => ExitStatus::Done,
        (0, _) => ExitStatus::Partial,
        _ if has_stored || failed < accounts.len() => ExitStatus::Partial,
        _ => ExitStatus::Failed,
    }
}
