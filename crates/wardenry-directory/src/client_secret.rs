//! Generated client secrets.

use aws_lc_rs::digest::{SHA256, digest};
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::secret::SecretString;
use wardenry_jose::base64url;

/// What makes a leaked secret recognisable to a scanner: the marker after the first three characters.
const MARKER: &str = "~wdy~";

/// Makes a client secret of 54 characters with 258 bits of entropy.
///
/// `abc~wdy~<40 characters><6 characters of checksum>`, all of them unreserved in URLs. The first three
/// characters are random because they are the `hint` by which people tell secrets apart; the marker and
/// the checksum let a scanner be certain that it has found one.
pub(crate) fn generate(entropy: &dyn Entropy) -> SecretString {
    let random = base64url(&random_bytes::<33>(entropy));
    let (hint, rest) = random[..43].split_at(3);
    let unchecked = format!("{hint}{MARKER}{rest}");
    let checksum = checksum(&unchecked);
    SecretString::new(format!("{unchecked}{checksum}"))
}

/// The `hint` of a secret: its first three characters.
pub(crate) fn hint(secret: &SecretString) -> String {
    secret.expose().chars().take(3).collect()
}

/// Whether a text has the form and the checksum of a generated secret.
pub fn is_generated_secret(text: &str) -> bool {
    let checked = text.len() == 54 && text.is_ascii() && text[3..].starts_with(MARKER);
    checked && checksum(&text[..48]) == text[48..]
}

fn checksum(text: &str) -> String {
    base64url(digest(&SHA256, text.as_bytes()).as_ref())[..6].to_owned()
}

#[cfg(test)]
mod tests {
    use wardenry_core::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn a_secret_is_recognisable_and_never_the_same() {
        let (one, other) = (generate(&SystemEntropy), generate(&SystemEntropy));
        assert!(is_generated_secret(one.expose()), "{}", one.expose());
        assert!(!one.matches(&other));
        assert!(one.expose().starts_with(&hint(&one)));
        let url_safe = |c: char| c.is_ascii_alphanumeric() || "-_~".contains(c);
        assert!(one.expose().chars().all(url_safe));
    }

    #[test]
    fn a_changed_secret_is_not_recognised() {
        let secret = generate(&SystemEntropy);
        let changed: String = secret.expose().chars().rev().collect();
        assert!(!is_generated_secret(&changed));
        assert!(!is_generated_secret("abc~wdy~"));
        assert!(!is_generated_secret(""));
    }
}
