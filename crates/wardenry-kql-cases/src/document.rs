use wardenry_kql_values::datetime;

use crate::case::Data;
use crate::{Case, Expectation, NOW, Table};

/// A fault in a document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {message}")]
pub struct DocumentError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, as a phrase.
    pub message: String,
}

/// A case as far as it is read.
struct Draft {
    title: String,
    line: usize,
    origin: Option<String>,
    now: i64,
    data: Vec<Data>,
    query: Option<String>,
    expected: Option<(usize, Expectation)>,
}

/// The cases of a document's text.
pub fn parse(text: &str) -> Result<Vec<Case>, DocumentError> {
    let mut cases = Vec::new();
    let mut draft: Option<Draft> = None;
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let failed = |message: String| DocumentError { line: number, message };
        if let Some(words) = line.strip_prefix("```") {
            let mut content = String::new();
            loop {
                match lines.next() {
                    Some((_, "```")) => break,
                    Some((_, line)) => {
                        content.push_str(line);
                        content.push('\n');
                    }
                    None => return Err(failed("the block has no end".to_owned())),
                }
            }
            let draft =
                draft.as_mut().ok_or_else(|| failed("a block stands above the first case".to_owned()))?;
            draft.block(words.trim(), content, number)?;
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.extend(draft.take().map(Draft::finish).transpose()?.flatten());
            draft = Some(Draft::new(title.trim(), number));
        } else if let Some(draft) = &mut draft {
            if let Some(origin) = line.strip_prefix("Origin: ") {
                draft.origin = Some(origin.trim().to_owned());
            } else if let Some(now) = line.strip_prefix("Now: ") {
                let now = now.trim();
                draft.now = datetime::parse(now).ok_or_else(|| failed(format!("`{now}` is no datetime")))?;
            }
        }
    }
    cases.extend(draft.map(Draft::finish).transpose()?.flatten());
    Ok(cases)
}

impl Draft {
    fn new(title: &str, line: usize) -> Self {
        Self {
            title: title.to_owned(),
            line,
            origin: None,
            now: NOW,
            data: Vec::new(),
            query: None,
            expected: None,
        }
    }

    /// Takes a block. `line` is that of its opening fence.
    fn block(&mut self, words: &str, content: String, line: usize) -> Result<(), DocumentError> {
        let failed = |message: String| DocumentError { line, message };
        let expectation = match words {
            "kql" if self.query.is_some() => return Err(failed("the case has a query already".to_owned())),
            "kql" => {
                self.query = Some(content);
                return Ok(());
            }
            "table" => Expectation::Table(Table::parse(&content, line)?),
            "table ordered" => Expectation::OrderedTable(Table::parse(&content, line)?),
            "diagnostics" => Expectation::Diagnostics(content),
            "failure" => Expectation::Failure(content),
            "refused" => Expectation::Refused(content),
            _ => {
                let Some(name) = words.strip_prefix("data ") else {
                    return Err(failed(format!("there is no kind of block `{words}`")));
                };
                self.data.push(Data { name: name.trim().to_owned(), table: Table::parse(&content, line)? });
                return Ok(());
            }
        };
        if self.expected.is_some() {
            return Err(failed("the case has an expectation already".to_owned()));
        }
        self.expected = Some((line, expectation));
        Ok(())
    }

    /// The case; nothing if the heading has only words below it.
    fn finish(self) -> Result<Option<Case>, DocumentError> {
        if self.data.is_empty() && self.query.is_none() && self.expected.is_none() {
            return Ok(None);
        }
        let line = self.line;
        let failed = |message: &str| DocumentError { line, message: message.to_owned() };
        let query = self.query.ok_or_else(|| failed("the case has no query"))?;
        let (expected_line, expected) = self.expected.ok_or_else(|| failed("the case expects nothing"))?;
        Ok(Some(Case {
            title: self.title,
            line,
            origin: self.origin,
            now: self.now,
            query,
            expected,
            expected_line,
            data: self.data,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (usize, String) {
        let error = parse(text).expect_err("the document has a fault");
        (error.line, error.message)
    }

    #[test]
    fn a_case_has_a_title_an_origin_and_an_instant() {
        let text = "# Subject\n\nOrigin: not of a case\n\n## One\n\nWords.\n\nOrigin: regression\nNow: 2024-01-02\n\n\
                    ```kql\nprint 1\n```\n\n```refused\n```\n\n## Two\n```kql\nprint 2\n```\n```failure\n```\n";
        let cases = parse(text).expect("a document");
        let seen: Vec<_> =
            cases.iter().map(|case| (case.title.as_str(), case.line, case.origin.as_deref())).collect();
        assert_eq!(seen, [("One", 5, Some("regression")), ("Two", 19, None)]);
        assert_eq!(cases[0].now, datetime::parse("2024-01-02").expect("a date"));
        assert_eq!(cases[1].now, NOW);
        assert_eq!(cases[0].query, "print 1\n");
        assert_eq!((cases[0].expected_line, cases[1].expected_line), (16, 23));
    }

    #[test]
    fn faults_name_their_line() {
        assert_eq!(fault("```kql\n```\n"), (1, "a block stands above the first case".to_owned()));
        assert_eq!(fault("## A\n```kql\n"), (2, "the block has no end".to_owned()));
        assert_eq!(fault("## A\n```sql\n```\n"), (2, "there is no kind of block `sql`".to_owned()));
        assert_eq!(fault("\n## A\n```refused\n```\n"), (2, "the case has no query".to_owned()));
        assert_eq!(fault("## A\n```kql\n```\n"), (1, "the case expects nothing".to_owned()));
        assert_eq!(fault("## A\nNow: soon\n"), (2, "`soon` is no datetime".to_owned()));
        assert_eq!(
            fault("## A\n```data T\nx:long\n1 | 2\n```\n"),
            (4, "the row has 2 cells and the table 1 columns".to_owned())
        );
        assert_eq!(fault("## A\n```data T\nx:long\none\n```\n"), (4, "`one` is no long".to_owned()));
        assert_eq!(fault("## A\n```data T\nx:number\n```\n"), (3, "there is no type `number`".to_owned()));
        assert_eq!(fault("## A\n```data T\n```\n"), (2, "the table has no columns".to_owned()));
    }
}
