//! `parse_command_line`. Source: `parse-command-line-function.md`, which refers to the rules of `CommandLineToArgvW`.

use wardenry_kql_values::Value;

use crate::rows::{Text, dynamic1, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    if let Some(Some(Value::String(parser))) = call.constants.get(1)
        && !parser.eq_ignore_ascii_case("windows")
    {
        return Err(FunctionError::Argument {
            function,
            message: format!("the only rules are those of \"windows\", not {parser:?}"),
        });
    }
    Ok(kernel(function, move |arguments, rows| {
        let [line, ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        dynamic1::<Text>(line, rows, |writer, line| {
            writer.begin_array();
            split(line, |argument| writer.string(argument));
            writer.end_array();
            !line.trim().is_empty()
        })
    }))
}

/// Splits a command line. The program's name ends at a blank, or at the second quote if it begins with one; backslashes in it
/// mean themselves. In the other arguments
///
/// - blanks between quotes do not separate;
/// - 2n backslashes before a quote are n of them, and the quote counts; 2n + 1 are n and a quote that does not;
/// - other backslashes mean themselves;
/// - of three quotes, the third is a quote in the argument and ends what the first began, whether the three stand in a row or
///   the last two stand in a row within what the first quotes.
fn split(line: &str, mut each: impl FnMut(&str)) {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
    let line = line.trim_start_matches([' ', '\t']);
    let rest = match line.strip_prefix('"') {
        Some(quoted) => {
            let (program, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            each(program);
            rest
        }
        None => {
            let end = line.bytes().position(is_blank).unwrap_or(line.len());
            let (program, rest) = line.split_at(end);
            if !program.is_empty() {
                each(program);
            }
            rest
        }
    };

    let mut argument = String::new();
    let mut is_open = false;
    let mut quotes = 0;
    let mut backslashes = 0_usize;
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' if quotes == 0 => {
                if is_open {
                    each(&argument);
                    argument.clear();
                    is_open = false;
                }
                backslashes = 0;
                continue;
            }
            '\\' => {
                argument.push('\\');
                backslashes += 1;
            }
            '"' => {
                let kept = argument.len() - backslashes.div_ceil(2);
                argument.truncate(kept);
                if backslashes % 2 == 1 {
                    argument.push('"');
                } else {
                    quotes += 1;
                }
                backslashes = 0;
                while characters.next_if_eq(&'"').is_some() {
                    quotes += 1;
                    if quotes == 3 {
                        argument.push('"');
                        quotes = 0;
                    }
                }
                if quotes == 2 {
                    quotes = 0;
                }
            }
            other => {
                argument.push(other);
                backslashes = 0;
            }
        }
        is_open = true;
    }
    if is_open {
        each(&argument);
    }
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::testing::check;

    #[test]
    fn arguments_of_a_command_line() {
        // kql-semantics, addresses; [D parse-command-line-function.md]
        check(
            "parse_command_line",
            "string, string -> dynamic",
            r#"cmd.exe /c "dir x" | windows | ["cmd.exe","/c","dir x"]
            echo "hello world!" | windows | ["echo","hello world!"]
            "" | windows | null"#,
        );
    }

    #[test]
    fn quotes_and_backslashes() {
        // The examples of the documentation of CommandLineToArgvW and of the C run-time's parsing rules.
        for (line, expected) in [
            (r#"p "abc" d e"#, &["p", "abc", "d", "e"][..]),
            (r#"p a\\b d"e f"g h"#, &["p", r"a\\b", "de fg", "h"]),
            (r#"p a\\\"b c d"#, &["p", r#"a\"b"#, "c", "d"]),
            (r#"p a\\\\"b c" d e"#, &["p", r"a\\b c", "d", "e"]),
            (r#""C:\Program Files\p.exe" -x"#, &[r"C:\Program Files\p.exe", "-x"]),
            (r#"p "" x"#, &["p", "", "x"]),
            // The quote that opens is one of the three.
            (r#"p "a""b" c"#, &["p", r#"a"b c"#]),
            (r#"p """a b""" c"#, &["p", r#""a"#, r#"b""#, "c"]),
            (r#"p "never closed"#, &["p", "never closed"]),
            (r"p c:\x\", &["p", r"c:\x\"]),
        ] {
            let mut arguments: Vec<String> = Vec::new();
            split(line, |argument| arguments.push(argument.to_owned()));
            assert_eq!(arguments, expected, "{line}");
        }
    }
}
