//! What the lexer makes of a text.

use wardenry_diagnostic::Span;

/// A piece of the text that is neither white space nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A name or a keyword, which only its place tells apart; `in~` too.
    Word,
    /// `!contains`, `!in~`.
    BangWord,
    Long,
    Real,
    /// `1d`, `1.5h`.
    Timespan,
    /// With its prefix and quotes.
    String,
    /// `datetime(…)`, `long(…)`: a type, and everything up to the next closing parenthesis.
    TypedLiteral,
    /// `74be27de-1e4e-49d9-b579-fe0b331d3642`, which is not how a guid is written.
    RawGuid,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Pipe,
    Comma,
    Semicolon,
    Colon,
    Dot,
    DotDot,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Assign,
    Equal,
    NotEqual,
    LessGreater,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    EqualTilde,
    NotTilde,
    Arrow,
    At,
    /// `&&`, no operator here.
    AndAnd,
    /// Characters that mean nothing.
    Unknown,
    /// Behind the last one.
    End,
}
