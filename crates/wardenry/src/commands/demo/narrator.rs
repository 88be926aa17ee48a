//! What the demo prints: steps, requests as curl lines, answers shortened.

use std::io::Write as _;
use std::path::Path;

use anstyle::Style;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{BOLD, DIM, GREEN, YELLOW, counted, safe, safe_lines};

/// The longest text inside of an answer that is shown whole, in characters.
const SHOWN_TEXT: usize = 96;
/// The width of prose and of broken command lines, for a terminal of the usual 80 columns.
const WIDTH: usize = 78;
/// How many elements of a list of objects, and of any other list, are shown.
const SHOWN_OBJECTS: usize = 1;
const SHOWN_VALUES: usize = 4;
/// How deep into an answer lists are opened.
const SHOWN_DEPTH: usize = 4;
/// What an error says is the point of showing it, so it is never cut.
const NEVER_CUT: [&str; 3] = ["error_description", "message", "secretText"];

/// Tells the story on standard output.
pub(super) struct Narrator {
    step: usize,
    /// Values that later lines show as `$NAME`.
    variables: Vec<(String, String)>,
}

impl Narrator {
    pub(super) fn new() -> Self {
        Self { step: 0, variables: Vec::new() }
    }

    /// The next step of the walk.
    pub(super) fn step(&mut self, title: &str, explanation: &str) -> Result<(), Failure> {
        self.step += 1;
        put("")?;
        self.styled(BOLD, &format!("{:>2}  {title}", self.step))?;
        self.paragraph(explanation)
    }

    /// Prose, wrapped and indented.
    pub(super) fn paragraph(&self, text: &str) -> Result<(), Failure> {
        let mut line = String::from("   ");
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                put(&line)?;
                line = String::from("   ");
            }
            line.push(' ');
            line.push_str(word);
        }
        put(&line)
    }

    /// Gives a value a name under which a reader can use it in a shell; secrets and tokens are not
    /// repeated in every line.
    pub(super) fn name(&mut self, name: &str, value: &str, how: &str) -> Result<(), Failure> {
        self.variables.push((name.to_owned(), value.to_owned()));
        self.styled(DIM, &format!("    export {name}={how}"))
    }

    /// A request as a curl line.
    pub(super) fn request(
        &self,
        method: &str,
        url: &str,
        arguments: &[String],
        ca: Option<&Path>,
    ) -> Result<(), Failure> {
        let mut parts = vec!["curl".to_owned()];
        if let Some(ca) = ca {
            parts.push(format!("--cacert {}", self.quoted(&ca.display().to_string())));
        }
        if method != "GET"
            && !(method == "POST" && arguments.iter().any(|argument| argument.starts_with("--data")))
        {
            parts.push(format!("-X {method}"));
        }
        parts.push(self.quoted(url));
        parts.extend(arguments.iter().map(|argument| {
            let (flag, value) = argument.split_once(' ').unwrap_or((argument, ""));
            format!("{flag} {}", self.quoted(value))
        }));
        put("")?;
        let last = parts.len() - 1;
        let mut line = String::from("    $ ");
        for (index, part) in parts.into_iter().enumerate() {
            if line.trim_start().chars().count() + part.chars().count() > WIDTH - 4 && index > 0 {
                self.styled(GREEN, &format!("{line}\\"))?;
                line = String::from("        ");
            }
            line.push_str(&part);
            if index < last {
                line.push(' ');
            }
        }
        self.styled(GREEN, &line)
    }

    /// The status of an answer, and its body in short.
    pub(super) fn answer(&self, status: u16, body: &Value) -> Result<(), Failure> {
        self.status(status)?;
        let text = format!("{:#}", shortened(body));
        for line in text.lines() {
            put(&format!("    {}", safe(line)))?;
        }
        Ok(())
    }

    /// The status of an answer, and only those members of its body that matter to the story.
    pub(super) fn members(&self, status: u16, body: &Value, names: &[&str]) -> Result<(), Failure> {
        let all = body.as_object().map_or(0, serde_json::Map::len);
        let mut told: serde_json::Map<String, Value> =
            names.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect();
        told.insert(
            "…".to_owned(),
            Value::String(format!("and {}", counted(all - told.len(), "more member"))),
        );
        self.answer(status, &Value::Object(told))
    }

    /// The status of an answer without a body worth showing.
    pub(super) fn status(&self, status: u16) -> Result<(), Failure> {
        let style = if status < 400 { DIM } else { YELLOW };
        self.styled(style, &format!("    HTTP {status}"))
    }

    /// Lines of text as they are, indented.
    pub(super) fn block(&self, text: &str) -> Result<(), Failure> {
        for line in safe_lines(text).lines() {
            put(&format!("    {line}"))?;
        }
        Ok(())
    }

    /// Lines that may carry their own colours, indented.
    pub(super) fn coloured_block(&self, text: &str) -> Result<(), Failure> {
        for line in text.lines() {
            put(&format!("    {line}"))?;
        }
        Ok(())
    }

    /// What the step has shown.
    pub(super) fn shown(&self, text: &str) -> Result<(), Failure> {
        put("")?;
        let tick = Style::new().fg_color(Some(anstyle::AnsiColor::Green.into())).bold();
        put(&format!("    {tick}ok{tick:#}  {}", safe(text)))
    }

    pub(super) fn line_break(&self) -> Result<(), Failure> {
        put("")
    }

    pub(super) fn heading(&self, text: &str) -> Result<(), Failure> {
        self.styled(BOLD, text)
    }

    fn styled(&self, style: Style, text: &str) -> Result<(), Failure> {
        let text = safe(text);
        put(&format!("{style}{text}{style:#}"))
    }

    /// A shell word: double quotes where a variable stands in it, single quotes where anything else needs them.
    fn quoted(&self, text: &str) -> String {
        let named = self.with_variables(text);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,~".contains(c);
        if named.contains('$') && named != text {
            format!("\"{}\"", named.replace('"', "\\\""))
        } else if text.chars().all(plain) && !text.is_empty() {
            text.to_owned()
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    }

    fn with_variables(&self, text: &str) -> String {
        self.variables
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(value.as_str(), &format!("${name}")))
    }
}

fn put(text: &str) -> Result<(), Failure> {
    writeln!(anstream::stdout().lock(), "{text}").map_err(Failure::from)
}

/// The same value with long texts and lists cut; what was left out is said.
fn shortened(value: &Value) -> Value {
    shortened_at(value, 0)
}

fn shortened_at(value: &Value, depth: usize) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN_TEXT => {
            let cut: String = text.chars().take(SHOWN_TEXT / 2).collect();
            Value::String(format!("{cut}… ({} characters)", text.chars().count()))
        }
        Value::Array(elements) => {
            let shown = match elements.first() {
                Some(Value::Object(_)) if depth > SHOWN_DEPTH => 0,
                Some(Value::Object(_)) => SHOWN_OBJECTS,
                _ => SHOWN_VALUES,
            };
            let mut list: Vec<Value> =
                elements.iter().take(shown).map(|one| shortened_at(one, depth + 1)).collect();
            match elements.len().saturating_sub(shown) {
                0 => {}
                left_out if shown == 0 => return Value::String(format!("… {left_out} of them")),
                left_out => list.push(Value::String(format!("… and {left_out} more"))),
            }
            Value::Array(list)
        }
        Value::Object(members) => {
            let member = |(name, member): (&String, &Value)| {
                let whole = NEVER_CUT.contains(&name.as_str());
                (name.clone(), if whole { member.clone() } else { shortened_at(member, depth + 1) })
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_cut_is_said() {
        let long = "x".repeat(97);
        let value = json!({
            "long": long, "message": long, "values": [1, 2, 3, 4, 5, 6], "objects": [{}, {}, {}],
            "a": {"b": {"c": {"d": [{}, {}]}}},
        });
        let expected = json!({
            "long": format!("{}… (97 characters)", "x".repeat(48)),
            "message": long,
            "values": [1, 2, 3, 4, "… and 2 more"],
            "objects": [{}, "… and 2 more"],
            "a": {"b": {"c": {"d": [{}, "… and 1 more"]}}},
        });
        assert_eq!(shortened(&value), expected);
    }

    #[test]
    fn shell_words_are_quoted_and_secrets_named() {
        let mut narrator = Narrator::new();
        narrator.variables.push(("SECRET".into(), "abc~wdy~def".into()));
        assert_eq!(narrator.quoted("plain-word"), "plain-word");
        assert_eq!(narrator.quoted("https://x/?a=b&c"), "'https://x/?a=b&c'");
        assert_eq!(narrator.quoted("it's"), "'it'\\''s'");
        assert_eq!(narrator.quoted("client_secret=abc~wdy~def"), "\"client_secret=$SECRET\"");
    }
}
