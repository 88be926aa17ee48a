//! Rewrites the generated part of COMPAT.md: `cargo run -p wardenry-kql-semantics --example compat -- COMPAT.md`.

use std::fs;
use std::process::ExitCode;

const START: &str = "<!-- kql: generated -->";
const END: &str = "<!-- kql: end -->";

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        return failure("name the file to rewrite");
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return failure(&format!("{path} cannot be read: {error}")),
    };
    let Some((before, (_, after))) =
        text.split_once(START).and_then(|(before, rest)| Some((before, rest.split_once(END)?)))
    else {
        return failure(&format!("{path} has no `{START}` with `{END}` behind it"));
    };
    let generated = wardenry_kql_semantics::catalogue::compat_markdown();
    match fs::write(&path, format!("{before}{START}\n\n{generated}\n{END}{after}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&format!("{path} cannot be written: {error}")),
    }
}

#[expect(clippy::print_stderr, reason = "a command for developers says what went wrong")]
fn failure(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
