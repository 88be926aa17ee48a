//! What is printed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the one place that prints")]

use std::collections::BTreeMap;

use crate::outcome::{Outcome, Stage};

pub(crate) fn line(text: &str) {
    println!("{text}");
}

pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// How many queries pass each stage, and the most frequent reasons of the others.
pub(crate) fn summary(outcomes: &[Outcome]) {
    const REASONS: usize = 40;
    stages(outcomes);
    let mut reasons: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for outcome in outcomes {
        if let Some(reason) = &outcome.reason {
            *reasons
                .entry((outcome.stage.name(), format!("{} {}", reason.code, reason.message)))
                .or_default() += 1;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((stage, reason), count) in reasons.iter().take(REASONS) {
        line(&format!("{count:>5}  {stage:<6} {reason}"));
    }
    if reasons.len() > REASONS {
        line(&format!("       and {} more reasons", reasons.len() - REASONS));
    }
}

fn stages(outcomes: &[Outcome]) {
    let ours: Vec<_> = outcomes.iter().filter(|outcome| !outcome.reads_other_tables()).collect();
    line(&format!(
        "{} queries, {} of which read only tables of advanced hunting",
        outcomes.len(),
        ours.len()
    ));
    line("");
    line("| stage | all | % | of advanced hunting | % |");
    line("| --- | --: | --: | --: | --: |");
    for stage in Stage::ALL {
        let passed = |outcomes: &mut dyn Iterator<Item = &Outcome>| {
            outcomes.filter(|outcome| outcome.stage > stage).count()
        };
        let all = passed(&mut outcomes.iter());
        let hunting = passed(&mut ours.iter().copied());
        line(&format!(
            "| {} | {all} | {:.1} | {hunting} | {:.1} |",
            stage.name(),
            percent(all, outcomes.len()),
            percent(hunting, ours.len())
        ));
    }
    line("");
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// The stages, and every failure with its reason.
pub(crate) fn markdown(outcomes: &[Outcome]) {
    stages(outcomes);
    line("| query | stage | line | code | reason |");
    line("| --- | --- | --: | --- | --- |");
    for outcome in outcomes {
        if let Some(reason) = &outcome.reason {
            let message = reason.message.replace('|', "\\|").replace('<', "&lt;");
            let name = outcome.name.trim_end_matches(".kql");
            line(&format!(
                "| {name} | {} | {} | {} | {message} |",
                outcome.stage.name(),
                reason.line,
                reason.code
            ));
        }
    }
}
