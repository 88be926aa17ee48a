use wardenry_kql_values::datetime;

use crate::case::Data;
use crate::{Case, Expectation, NOW, Table};

/// A fault in a document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {message}")]
pub struct DocumentError {
    /// Counted from 1.
    pub line: usize,
    /// The heading of the case; empty where there is none yet.
    pub title: String,
    /// What is wrong, as a phrase.
    pub message: String,
}

impl DocumentError {
    /// A fault in no case so far.
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, title: String::new(), message: message.into() }
    }
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

/// The cases of a document's text, or its first fault.
pub fn parse(text: &str) -> Result<Vec<Case>, DocumentError> {
    parse_each(text).into_iter().collect()
}

/// The cases of a document's text; a fault takes one of them away and leaves the others.
pub fn parse_each(text: &str) -> Vec<Result<Case, DocumentError>> {
    let mut cases = Cases { read: Vec::new(), draft: None, faulty: false };
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        if let Some(words) = line.strip_prefix("```") {
            let mut content = String::new();
            let has_end = loop {
                match lines.next() {
                    Some((_, "```")) => break true,
                    Some((_, line)) => {
                        content.push_str(line);
                        content.push('\n');
                    }
                    None => break false,
                }
            };
            if has_end {
                cases.change(number, |draft| draft.block(words.trim(), content, number));
            } else {
                cases.change(number, |_| Err(DocumentError::new(number, "the block has no end")));
            }
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.finish();
            cases.draft = Some(Draft::new(title.trim(), number));
        } else if let Some(draft) = &mut cases.draft {
            if let Some(origin) = line.strip_prefix("Origin: ") {
                draft.origin = Some(origin.trim().to_owned());
            } else if let Some(now) = line.strip_prefix("Now: ") {
                let now = now.trim();
                cases.change(number, |draft| {
                    let fault = || DocumentError::new(number, format!("`{now}` is no datetime"));
                    draft.now = datetime::parse(now).ok_or_else(fault)?;
                    Ok(())
                });
            }
        }
    }
    cases.finish();
    cases.read
}

struct Cases {
    read: Vec<Result<Case, DocumentError>>,
    draft: Option<Draft>,
    /// Whether the draft is gone because of a fault.
    faulty: bool,
}

impl Cases {
    fn change(&mut self, line: usize, change: impl FnOnce(&mut Draft) -> Result<(), DocumentError>) {
        let changed = match &mut self.draft {
            Some(draft) => {
                change(draft).map_err(|fault| DocumentError { title: draft.title.clone(), ..fault })
            }
            None if self.faulty => Ok(()),
            None => Err(DocumentError::new(line, "a block stands above the first case")),
        };
        if let Err(fault) = changed {
            self.read.push(Err(fault));
            self.draft = None;
            self.faulty = true;
        }
    }

    fn finish(&mut self) {
        self.read.extend(self.draft.take().and_then(|draft| draft.finish().transpose()));
        self.faulty = false;
    }
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
        let failed = |message: String| DocumentError::new(line, message);
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
        let failed = |message: &str| {
            Err(DocumentError { title: self.title.clone(), ..DocumentError::new(line, message) })
        };
        let Some(query) = self.query else { return failed("the case has no query") };
        let Some((expected_line, expected)) = self.expected else {
            return failed("the case expects nothing");
        };
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
    fn a_fault_takes_one_case_away() {
        let case = |title: &str, cell: &str| {
            format!("## {title}\n```data T\nx:long\n{cell}\n```\n```kql\nT\n```\n```table\nx:long\n1\n```\n")
        };
        let text = [case("One", "1"), case("Two", "one"), case("Three", "1")].concat();
        let cases = parse_each(&text);
        let seen: Vec<_> = cases.iter().map(|case| case.as_ref().map(|case| case.title.as_str())).collect();
        let fault = DocumentError { title: "Two".to_owned(), ..DocumentError::new(16, "`one` is no long") };
        assert_eq!(seen, [Ok("One"), Err(&fault), Ok("Three")]);
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
