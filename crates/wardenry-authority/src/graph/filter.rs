//! The part of `$filter` that the directory's lists understand: conditions joined by `and`.
//!
//! Texts are compared without regard to letter case, as the live directory does.

use super::error::GraphError;

/// The most conditions of one filter.
const MAX_CONDITIONS: usize = 15;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// `property eq 'value'`
    Equals { property: &'static str, value: String },
    /// `startswith(property,'value')`
    StartsWith { property: &'static str, value: String },
    /// `property/any(x:x eq 'value')`
    AnyEquals { property: &'static str, value: String },
}

/// What a list can be filtered by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filterable {
    /// Properties with one text.
    pub(super) single: &'static [&'static str],
    /// Properties with several texts.
    pub(super) several: &'static [&'static str],
}

/// An object that can be held against conditions.
pub(super) trait Filtered {
    /// The texts of a property of [`Filterable`]; exactly one for a single one.
    fn texts(&self, property: &str) -> Vec<String>;
}

/// A filter: all conditions have to hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<Condition>);

impl Filter {
    /// Reads the text of the option.
    pub(super) fn parse(text: &str, filterable: Filterable) -> Result<Self, GraphError> {
        let mut reader = Reader { rest: text.trim(), filterable };
        let mut conditions = vec![reader.condition()?];
        while reader.word("and") {
            if conditions.len() == MAX_CONDITIONS {
                return Err(GraphError::unsupported_query(format!(
                    "A $filter has at most {MAX_CONDITIONS} conditions."
                )));
            }
            conditions.push(reader.condition()?);
        }
        if reader.rest.is_empty() { Ok(Self(conditions)) } else { Err(reader.unsupported()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that a property has to equal, if a condition says so: a list with at most one object.
    pub(super) fn exact(&self, wanted: &str) -> Option<&str> {
        self.0.iter().find_map(|condition| match condition {
            Condition::Equals { property, value } if *property == wanted => Some(value.as_str()),
            _ => None,
        })
    }

    pub(super) fn admits(&self, object: &impl Filtered) -> bool {
        self.0.iter().all(|condition| {
            let (Condition::Equals { property, value }
            | Condition::StartsWith { property, value }
            | Condition::AnyEquals { property, value }) = condition;
            let wanted = value.to_lowercase();
            object.texts(property).iter().map(|text| text.to_lowercase()).any(|text| match condition {
                Condition::StartsWith { .. } => text.starts_with(&wanted),
                Condition::Equals { .. } | Condition::AnyEquals { .. } => text == wanted,
            })
        })
    }
}

struct Reader<'a> {
    rest: &'a str,
    filterable: Filterable,
}

impl<'a> Reader<'a> {
    fn condition(&mut self) -> Result<Condition, GraphError> {
        let name = self.name().ok_or_else(|| self.unsupported())?;
        if name.eq_ignore_ascii_case("startswith") {
            self.expect("(")?;
            let property = self.property(self.filterable.single)?;
            self.expect(",")?;
            let value = self.text()?;
            self.expect(")")?;
            return Ok(Condition::StartsWith { property, value });
        }
        if self.symbol("/") {
            let property = known_property(name, self.filterable.several)?;
            if !self.word("any") {
                return Err(self.unsupported());
            }
            self.expect("(")?;
            let variable = self.name().ok_or_else(|| self.unsupported())?;
            self.expect(":")?;
            if self.name() != Some(variable) || !self.word("eq") {
                return Err(self.unsupported());
            }
            let value = self.text()?;
            self.expect(")")?;
            return Ok(Condition::AnyEquals { property, value });
        }
        let property = known_property(name, self.filterable.single)?;
        if !self.word("eq") {
            return Err(self.unsupported());
        }
        Ok(Condition::Equals { property, value: self.text()? })
    }

    fn property(&mut self, known: &'static [&'static str]) -> Result<&'static str, GraphError> {
        let name = self.name().ok_or_else(|| self.unsupported())?;
        known_property(name, known)
    }

    /// A name: letters and digits.
    fn name(&mut self) -> Option<&'a str> {
        let length = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(length);
        if name.is_empty() {
            return None;
        }
        self.rest = rest.trim_start();
        Some(name)
    }

    /// Takes a name if it is this one.
    fn word(&mut self, wanted: &str) -> bool {
        let before = self.rest;
        let found = self.name().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        if !found {
            self.rest = before;
        }
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: &str) -> Result<(), GraphError> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.unsupported()) }
    }

    /// A text between single quotes; a quote inside is doubled.
    fn text(&mut self) -> Result<String, GraphError> {
        let mut rest = self.rest.strip_prefix('\'').ok_or_else(|| self.unsupported())?;
        let mut text = String::new();
        loop {
            let (part, after) = rest
                .split_once('\'')
                .ok_or_else(|| GraphError::bad_request("The $filter has a text without a closing quote."))?;
            text.push_str(part);
            match after.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    rest = more;
                }
                None => {
                    self.rest = after.trim_start();
                    return Ok(text);
                }
            }
        }
    }

    fn unsupported(&self) -> GraphError {
        let here: String = self.rest.chars().take(30).collect();
        let place = if here.is_empty() { "its end".to_owned() } else { format!("'{here}'") };
        GraphError::unsupported_query(format!(
            "The $filter cannot be understood at {place}. Supported are `property eq 'text'`, \
             `startswith(property,'text')`, `list/any(x:x eq 'text')` and `and` between them."
        ))
    }
}

fn known_property(name: &str, known: &'static [&'static str]) -> Result<&'static str, GraphError> {
    known.iter().copied().find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        GraphError::unsupported_query(format!("This list cannot be filtered by '{shown}' in this way."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTERABLE: Filterable =
        Filterable { single: &["appId", "displayName"], several: &["servicePrincipalNames"] };

    struct Thing;

    impl Filtered for Thing {
        fn texts(&self, property: &str) -> Vec<String> {
            match property {
                "appId" => vec!["42".into()],
                "displayName" => vec!["Harbour's Watch".into()],
                _ => vec!["api://x".into(), "api://Y".into()],
            }
        }
    }

    fn admits(text: &str) -> bool {
        Filter::parse(text, FILTERABLE).unwrap().admits(&Thing)
    }

    #[test]
    fn conditions_are_held_against_the_object() {
        for (text, expected) in [
            ("appId eq '42'", true),
            (" APPID  eq '42' ", true),
            ("appId eq '43'", false),
            ("displayName eq 'harbour''s watch'", true),
            ("startswith(displayName,'HARB')", true),
            ("startsWith( displayName , 'arb' )", false),
            ("servicePrincipalNames/any(n:n eq 'api://y')", true),
            ("servicePrincipalNames/any(n: n eq 'api://z')", false),
            ("appId eq '42' and startswith(displayName,'H') and displayName eq 'x'", false),
        ] {
            assert_eq!(admits(text), expected, "{text}");
        }
        assert_eq!(Filter::parse("appId eq '42'", FILTERABLE).unwrap().exact("appId"), Some("42"));
        assert!(Filter::default().admits(&Thing));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "appId",
            "appId eq",
            "appId eq 42",
            "appId ne '42'",
            "appId eq '42' or appId eq '43'",
            "not (appId eq '42')",
            "(appId eq '42')",
            "appId eq '42' and",
            "appId eq '42' x",
            "tags eq 'x'",
            "startswith(servicePrincipalNames,'x')",
            "startswith(displayName)",
            "servicePrincipalNames eq 'x'",
            "servicePrincipalNames/all(n:n eq 'x')",
            "servicePrincipalNames/any(n:m eq 'x')",
            "appId/any(n:n eq 'x')",
            "\u{e9}",
        ] {
            let error = Filter::parse(text, FILTERABLE).unwrap_err();
            assert_eq!(error.refusal().code(), "Request_UnsupportedQuery", "{text}");
        }
        let unclosed = Filter::parse("appId eq '42", FILTERABLE).unwrap_err();
        assert_eq!(unclosed.refusal().code(), "Request_BadRequest");
        let long = vec!["appId eq '1'"; 16].join(" and ");
        assert_eq!(
            Filter::parse(&long, FILTERABLE).unwrap_err().refusal().message(),
            "A $filter has at most 15 conditions."
        );
    }
}
