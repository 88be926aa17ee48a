//! `KEY=value` files, as `wardenry serve --env-file` writes them.

/// A line of a `KEY=value` file cannot be read. The line's content is not repeated: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not of the form KEY=value")]
pub struct KeyValueError {
    /// Counted from 1.
    pub line: usize,
}

/// Reads `KEY=value` lines in order.
///
/// Empty lines and lines that start with `#` are skipped, `export ` in front of a key is tolerated, and
/// one pair of quotes around a value is taken off. Between single quotes, `'\''` stands for a single quote,
/// as in a shell. Nothing is expanded.
pub fn parse_key_values(text: &str) -> Result<Vec<(String, String)>, KeyValueError> {
    let mut pairs = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let malformed = KeyValueError { line: index + 1 };
        let (key, value) = line.split_once('=').ok_or(malformed)?;
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(malformed);
        }
        pairs.push((key.to_owned(), without_quotes(value.trim())));
    }
    Ok(pairs)
}

fn without_quotes(value: &str) -> String {
    let between = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    match (between('\''), between('"')) {
        (Some(inner), _) => inner.replace(r"'\''", "'"),
        (None, Some(inner)) => inner.to_owned(),
        (None, None) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_read_in_order() {
        let text = "# a comment\n\nA=1\nexport B = \"two words\" \nC='x=y'\nD=\nE=a#b\n";
        let pairs = parse_key_values(text).unwrap();
        let expected = [("A", "1"), ("B", "two words"), ("C", "x=y"), ("D", ""), ("E", "a#b")];
        assert_eq!(pairs, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn one_pair_of_quotes_is_taken_off() {
        for (written, expected) in [
            ("'Alder Foods,Birch Clinics'", "Alder Foods,Birch Clinics"),
            ("\"Alder Foods\"", "Alder Foods"),
            (r"'O'\''Hara'", "O'Hara"),
            (r"'Hara'\'''", "Hara'"),
            (r"''\'''", "'"),
            ("''", ""),
            ("'", "'"),
            ("'a\"", "'a\""),
        ] {
            let pairs = parse_key_values(&format!("A={written}")).unwrap();
            assert_eq!(pairs, [("A".to_owned(), expected.to_owned())], "{written}");
        }
    }

    #[test]
    fn a_broken_line_is_named_by_its_number_alone() {
        assert_eq!(parse_key_values("A=1\nhunter2\n"), Err(KeyValueError { line: 2 }));
        assert_eq!(parse_key_values("A B=1"), Err(KeyValueError { line: 1 }));
        assert_eq!(KeyValueError { line: 2 }.to_string(), "line 2 is not of the form KEY=value");
    }
}
