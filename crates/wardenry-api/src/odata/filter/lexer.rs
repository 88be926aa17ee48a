//! Filter text into tokens.

use std::fmt;

use super::{Fault, FilterError, MAX_BYTES};

/// A token and the position of its first character, counted from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) position: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A property, operator or keyword.
    Word(String),
    /// A literal in single quotes, without them, and doubled quotes made single.
    Text(String),
    /// A literal without quotes that begins with a digit or sign: a date and time, or a number.
    Bare(String),
    Open,
    Close,
    End,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) | Self::Bare(word) => f.write_str(&shortened(word)),
            Self::Text(text) => write!(f, "'{}'", shortened(text)),
            Self::Open => f.write_str("an opening parenthesis"),
            Self::Close => f.write_str("a closing parenthesis"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// A piece of the client's text, cut to a length fit for a message.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Cuts a filter into tokens, the last of which is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    if text.len() > MAX_BYTES {
        return Err(FilterError { position: 1, fault: Fault::TooLong });
    }
    let mut tokens = Vec::new();
    let mut rest = text.chars().enumerate().map(|(index, letter)| (index + 1, letter)).peekable();
    let mut end = 1;
    while let Some((position, letter)) = rest.next() {
        end = position + 1;
        let mut run = |continues: fn(char) -> bool| {
            let mut run = String::from(letter);
            while let Some((position, letter)) = rest.next_if(|(_, letter)| continues(*letter)) {
                end = position + 1;
                run.push(letter);
            }
            run
        };
        let kind = match letter {
            ' ' | '\t' | '\r' | '\n' => continue,
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            'A'..='Z' | 'a'..='z' | '_' | '$' | '@' => TokenKind::Word(run(is_word)),
            '0'..='9' | '-' | '+' => TokenKind::Bare(run(is_bare)),
            '\'' => {
                let mut content = String::new();
                loop {
                    match rest.next() {
                        None => return Err(FilterError { position, fault: Fault::OpenText }),
                        Some((_, '\'')) if rest.next_if(|(_, next)| *next == '\'').is_none() => break,
                        Some((at, letter)) => {
                            content.push(letter);
                            end = at + 2;
                        }
                    }
                }
                TokenKind::Text(content)
            }
            _ => return Err(FilterError { position, fault: Fault::Character(letter) }),
        };
        tokens.push(Token { position, kind });
    }
    tokens.push(Token { position: end, kind: TokenKind::End });
    Ok(tokens)
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/' | '-')
}

fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, ':' | '.' | '-' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_know_their_position() {
        let cut = tokens("(status eq 'it''s') and 2026-01-31T08:09:10.5+02:00").unwrap();
        let expected = [
            (1, TokenKind::Open),
            (2, TokenKind::Word("status".to_owned())),
            (9, TokenKind::Word("eq".to_owned())),
            (12, TokenKind::Text("it's".to_owned())),
            (19, TokenKind::Close),
            (21, TokenKind::Word("and".to_owned())),
            (25, TokenKind::Bare("2026-01-31T08:09:10.5+02:00".to_owned())),
            (52, TokenKind::End),
        ];
        assert_eq!(cut, expected.map(|(position, kind)| Token { position, kind }));
    }

    #[test]
    fn what_is_no_token_is_refused_at_its_place() {
        let refused = |text: &str| tokens(text).unwrap_err();
        assert_eq!(refused("a eq 'b"), FilterError { position: 6, fault: Fault::OpenText });
        assert_eq!(refused("a eq 'b''"), FilterError { position: 6, fault: Fault::OpenText });
        assert_eq!(refused("é = 1"), FilterError { position: 1, fault: Fault::Character('é') });
        assert_eq!(refused("a = 1"), FilterError { position: 3, fault: Fault::Character('=') });
        assert_eq!(refused(&"a".repeat(4097)), FilterError { position: 1, fault: Fault::TooLong });
        assert!(tokens(&"a".repeat(4096)).is_ok());
    }
}
