//! `wardenry kql test`

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wardenry_kql_cases::{Case, DocumentError, Mismatch, NOW};
use wardenry_kql_engine::{Engine, RunOptions};
use wardenry_kql_semantics::hunting::HuntingSchema;

use super::geo::GeoArgs;
use crate::failure::{ExitStatus, Failure};
use crate::output;

/// Test queries against small tables with known results.
///
/// Tests are Markdown documents: a second-level heading for each test, and below it, as fenced blocks, the tables, the query
/// and the result. Exit code 1 if a test fails. Fit for CI.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Documents, or folders of .md files.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// What tables of a test have beside the columns that it shows: `hunting` for those of advanced hunting, or `none`.
    #[arg(long, value_name = "NAME", default_value = "hunting", value_parser = ["hunting", "none"])]
    schema: String,

    #[command(flatten)]
    geo: GeoArgs,

    /// The form on standard output: `json` gives the outcome of each test.
    #[arg(long, short, value_name = "FORM", default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

/// A test that ran, or one or a whole document that cannot be read.
struct Outcome {
    file: String,
    /// Of the heading; of the fault in a document.
    line: Option<usize>,
    title: String,
    problem: Option<Problem>,
}

enum Problem {
    Mismatch(Mismatch),
    /// The test is not one.
    Fault(DocumentError),
    Unreadable(io::Error),
}

impl Args {
    pub(super) async fn run(self) -> Result<ExitStatus, Failure> {
        let engine = Engine::new();
        let options = self.geo.open(RunOptions::at(NOW))?;
        let mut outcomes = Vec::new();
        for path in documents(&self.paths)? {
            let cases = match wardenry_kql_cases::read_each(&path) {
                Ok(cases) => cases,
                Err(error) => {
                    outcomes.push(Outcome::of_unreadable(&path, error));
                    continue;
                }
            };
            for case in cases {
                let mut case = match case {
                    Ok(case) => case,
                    Err(fault) => {
                        outcomes.push(Outcome::of_fault(&path, fault));
                        continue;
                    }
                };
                if self.schema == "hunting" {
                    case.complete(&HuntingSchema);
                }
                let mismatch = case.run_with(&engine, &options).await.err();
                outcomes.push(Outcome::of_case(&path, &case, mismatch));
            }
        }
        if outcomes.is_empty() {
            return Err(Failure::usage(
                "there is no test: a test is a second-level heading with a `kql` block",
            ));
        }
        let failed = outcomes.iter().filter(|outcome| outcome.problem.is_some()).count();
        let passed = outcomes.len() - failed;
        let mut out = anstream::stdout().lock();
        if self.output == "json" {
            let tests: Vec<Value> = outcomes.iter().map(Outcome::json).collect();
            writeln!(out, "{:#}", json!({"passed": passed, "failed": failed, "tests": tests}))?;
        } else {
            for outcome in &outcomes {
                write!(out, "{}", outcome.human())?;
            }
            writeln!(out, "{passed} passed, {failed} failed")?;
        }
        Ok(if failed == 0 { ExitStatus::Done } else { ExitStatus::Failed })
    }
}

impl Outcome {
    fn of_case(path: &Path, case: &Case, mismatch: Option<Mismatch>) -> Self {
        Self {
            file: path.display().to_string(),
            line: Some(case.line),
            title: case.title.clone(),
            problem: mismatch.map(Problem::Mismatch),
        }
    }

    fn of_fault(path: &Path, fault: DocumentError) -> Self {
        Self {
            file: path.display().to_string(),
            line: Some(fault.line),
            title: fault.title.clone(),
            problem: Some(Problem::Fault(fault)),
        }
    }

    fn of_unreadable(path: &Path, error: io::Error) -> Self {
        let problem = Some(Problem::Unreadable(error));
        Self { file: path.display().to_string(), line: None, title: String::new(), problem }
    }

    /// Nothing for a test that passed.
    fn human(&self) -> String {
        let mut text = String::new();
        let mut place = output::safe(&self.file);
        if let Some(line) = self.line {
            let _infallible = write!(place, ":{line}");
        }
        let _infallible = match &self.problem {
            None => Ok(()),
            Some(Problem::Mismatch(mismatch)) => {
                let title = output::safe(&self.title);
                writeln!(text, "{place}: {title}\n{}\n", output::safe_lines(&mismatch.to_string()))
            }
            Some(Problem::Fault(fault)) if self.title.is_empty() => {
                writeln!(text, "{place}: {}\n", output::safe_lines(&fault.message))
            }
            Some(Problem::Fault(fault)) => {
                let title = output::safe(&self.title);
                writeln!(text, "{place}: {title}\n{}\n", output::safe_lines(&fault.message))
            }
            Some(Problem::Unreadable(error)) => {
                writeln!(
                    text,
                    "{place}: the document cannot be read: {}\n",
                    output::safe_lines(&error.to_string())
                )
            }
        };
        text
    }

    fn json(&self) -> Value {
        let mut record = json!({
            "file": self.file,
            "line": self.line,
            "title": self.title,
            "passed": self.problem.is_none(),
        });
        match &self.problem {
            None => {}
            Some(Problem::Mismatch(mismatch)) => {
                record["expected"] = mismatch.expected.to_string().into();
                record["found"] = mismatch.found.to_string().into();
            }
            Some(Problem::Fault(fault)) => record["error"] = fault.message.as_str().into(),
            Some(Problem::Unreadable(error)) => {
                record["error"] = format!("the document cannot be read: {error}").into();
            }
        }
        record
    }
}

/// The documents that the arguments name: of a folder every `.md` file below it, but no README.
fn documents(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for argument in arguments {
        if argument.is_dir() {
            let mut found = Vec::new();
            collect(argument, &mut found)?;
            found.sort();
            files.append(&mut found);
        } else {
            files.push(argument.clone());
        }
    }
    Ok(files)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| anyhow::Error::new(error).context(format!("cannot read {}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        // A link may lead back up.
        if entry.file_type()?.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md")
            && path.file_stem().is_some_and(|stem| stem != "README")
        {
            found.push(path);
        }
    }
    Ok(())
}
