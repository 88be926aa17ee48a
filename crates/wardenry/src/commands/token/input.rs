//! A token that somebody hands in.

use std::path::PathBuf;

use serde_json::Value;
use wardenry_core::secret::SecretString;

use crate::failure::Failure;
use crate::host::Host;

/// Where the token comes from. Never an argument: other users of the machine can read those.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TokenInput {
    /// A file that holds the token, or a token response. [default: standard input]
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl TokenInput {
    pub(super) fn read(&self) -> Result<SecretString, Failure> {
        let text = Host::read_text("the token", self.file.as_deref())?;
        let token = bare_token(&text);
        if token.is_empty() {
            return Err(Failure::new("there is no token in the input")
                .hint("get one: `wardenry token get --tenant T | wardenry token inspect`"));
        }
        Ok(SecretString::new(token))
    }
}

/// The token itself, out of the forms in which people have it: alone, behind `Bearer` or a whole
/// `Authorization` header, or inside the JSON of a token response.
fn bare_token(text: &str) -> String {
    let text = text.trim();
    if let Ok(Value::Object(response)) = serde_json::from_str(text) {
        let token = ["access_token", "accessToken"].iter().find_map(|name| response.get(*name)?.as_str());
        return token.unwrap_or_default().to_owned();
    }
    let without_case = |prefix: &str, text: &str| -> Option<String> {
        let head = text.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| text[prefix.len()..].trim_start().to_owned())
    };
    let text = without_case("authorization:", text).unwrap_or_else(|| text.to_owned());
    without_case("bearer ", &text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_the_forms_that_people_have() {
        for text in [
            "a.b.c",
            " a.b.c\n",
            "Bearer a.b.c",
            "authorization: bearer a.b.c",
            r#"{"token_type":"Bearer","access_token":"a.b.c"}"#,
            r#"{"accessToken":"a.b.c"}"#,
        ] {
            assert_eq!(bare_token(text), "a.b.c", "{text}");
        }
        assert_eq!(bare_token(r#"{"error":"invalid_client"}"#), "");
        assert_eq!(bare_token("bär"), "bär");
    }
}
