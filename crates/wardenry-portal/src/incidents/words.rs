//! How the words of incidents are shown.

use maud::{Markup, html};
use wardenry_incidents::model::{AlertStatus, IncidentStatus, Severity, Verdict};

/// A severity: a mark whose shape and colour both tell it, and the word.
pub(super) fn severity(severity: Severity) -> Markup {
    let (class, mark) = match severity {
        Severity::High => ("high", "▲"),
        Severity::Medium => ("medium", "◆"),
        Severity::Low => ("low", "●"),
        Severity::Informational | Severity::UnSpecified => ("informational", "○"),
    };
    html! { span class={ "severity " (class) } { span aria-hidden="true" { (mark) } " " (severity_word(severity)) } }
}

pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::UnSpecified => "Unspecified",
        other => other.as_str(),
    }
}

pub(super) fn status_word(status: IncidentStatus) -> &'static str {
    match status {
        IncidentStatus::InProgress => "In progress",
        other => other.as_str(),
    }
}

pub(super) fn status(status: IncidentStatus) -> Markup {
    let class = match status {
        IncidentStatus::Active => "tag caution",
        IncidentStatus::InProgress => "tag",
        IncidentStatus::Resolved => "tag good",
        IncidentStatus::Redirected => "tag muted",
    };
    html! { span class=(class) { (status_word(status)) } }
}

pub(super) fn alert_status(status: AlertStatus) -> &'static str {
    match status {
        AlertStatus::InProgress => "In progress",
        other => other.as_str(),
    }
}

pub(super) fn verdict(verdict: Option<Verdict>) -> Markup {
    html! {
        @match verdict {
            Some(Verdict::Malicious) => span.tag.danger { "malicious" },
            Some(Verdict::Suspicious) => span.tag.caution { "suspicious" },
            Some(Verdict::NoThreatsFound) => span.tag.good { "no threats found" },
            Some(Verdict::Unknown) | None => {},
        }
    }
}

/// `InitialAccess` as `Initial access`.
pub(super) fn spaced(words: &str) -> String {
    let mut spaced = String::with_capacity(words.len() + 4);
    for (index, letter) in words.char_indices() {
        if index > 0 && letter.is_uppercase() {
            spaced.push(' ');
            spaced.extend(letter.to_lowercase());
        } else {
            spaced.push(letter);
        }
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn words_are_taken_apart_at_capitals() {
        assert_eq!(spaced("InitialAccess"), "Initial access");
        assert_eq!(spaced("Execution"), "Execution");
        assert_eq!(spaced(""), "");
    }
}
