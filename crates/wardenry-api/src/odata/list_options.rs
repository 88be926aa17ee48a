//! The query options of a list: `$filter`, `$top`, `$skip`.
//!
//! Names are matched without regard to letter case. An option that the surface does not document
//! (`$expand`, `$select`, `$orderby`, `$count`) and any other parameter is passed over and logged at debug:
//! the documentation does not say that they are refused, and clients send them.

use url::form_urlencoded;
use wardenry_incidents::PageRequest;
use wardenry_incidents::filter::Filter;
use wardenry_web::origin::Origin;

use super::filter::{FilterError, parse_filter};
use crate::error::{DefenderError, ErrorCode};

/// The most incidents of one page, and how many there are without `$top`.
pub(crate) const MAX_TOP: u32 = 100;

/// The most incidents that can be skipped: what fits a signed 32-bit number.
const MAX_SKIP: u32 = i32::MAX.unsigned_abs();

/// The query options of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListOptions {
    filter: Option<Filter>,
    top: u32,
    skip: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OptionError {
    #[error("the query option {0} is given twice")]
    Twice(&'static str),
    #[error("the query option {0} is empty")]
    Empty(&'static str),
    #[error("the query option {option} takes a whole number, not {given:?}")]
    NotANumber { option: &'static str, given: String },
    #[error("the query option {option} takes a number from {least} to {most}, not {given}")]
    OutOfRange { option: &'static str, least: u32, most: u32, given: String },
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl From<OptionError> for DefenderError {
    fn from(error: OptionError) -> Self {
        // A page that is too large is answered with BadRequest on the live service; text that cannot be
        // understood is what the list of codes has ODataError for.
        let code = match error {
            OptionError::OutOfRange { .. } => ErrorCode::BadRequest,
            _ => ErrorCode::ODataError,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

impl ListOptions {
    /// Reads the options from a query, as it came: percent-encoded, spaces as `+` or `%20`.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, OptionError> {
        let (mut filter, mut top, mut skip) = (None, None, None);
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let (slot, option) = match name.to_ascii_lowercase().as_str() {
                "$filter" => (&mut filter, "$filter"),
                "$top" => (&mut top, "$top"),
                SKIP => (&mut skip, SKIP),
                _ => {
                    let name: String = name.chars().take(60).collect();
                    tracing::debug!(parameter = %name, "an unknown query parameter is passed over");
                    continue;
                }
            };
            if value.trim().is_empty() {
                return Err(OptionError::Empty(option));
            }
            if slot.replace(value).is_some() {
                return Err(OptionError::Twice(option));
            }
        }
        Ok(Self {
            filter: filter.map(|text| parse_filter(&text)).transpose()?,
            top: top.map_or(Ok(MAX_TOP), |text| number("$top", &text, 1, MAX_TOP))?,
            skip: skip.map_or(Ok(0), |text| number(SKIP, &text, 0, MAX_SKIP))?,
        })
    }

    /// The page that the options ask for.
    pub(crate) fn page_request(&self) -> PageRequest {
        PageRequest { filter: self.filter.clone(), skip: self.skip, top: self.top }
    }

    /// The address of the page after this one: the same request with another `$skip`. Every other option
    /// stays as the client wrote it.
    pub(crate) fn next_link(&self, origin: &Origin, path: &str, query: Option<&str>) -> String {
        let mut link = format!("{origin}{path}?");
        let others = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !is_skip(pair));
        for pair in others {
            link.push_str(pair);
            link.push('&');
        }
        link + &format!("{SKIP}={}", self.skip.saturating_add(self.top))
    }
}

const SKIP: &str = "$skip";

fn is_skip(pair: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name.eq_ignore_ascii_case(SKIP))
}

fn number(option: &'static str, text: &str, least: u32, most: u32) -> Result<u32, OptionError> {
    let text = text.trim();
    let given = || text.chars().take(30).collect();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OptionError::NotANumber { option, given: given() });
    }
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(OptionError::OutOfRange { option, least, most, given: given() }),
    }
}

#[cfg(test)]
mod tests {
    use wardenry_incidents::filter::Equality;
    use wardenry_incidents::model::IncidentStatus;

    use super::*;

    fn error(query: &str) -> String {
        ListOptions::parse(Some(query)).unwrap_err().to_string()
    }

    #[test]
    fn absent_options_have_defaults_and_unknown_ones_are_passed_over() {
        let defaults = ListOptions { filter: None, top: 100, skip: 0 };
        for query in [None, Some(""), Some("$expand=alerts&$count=true&api-version=1&x"), Some("&&")] {
            assert_eq!(ListOptions::parse(query), Ok(defaults.clone()), "{query:?}");
        }
    }

    #[test]
    fn options_are_decoded_and_names_have_no_letter_case() {
        let expected = ListOptions {
            filter: Some(Filter::Status(Equality::Equal, IncidentStatus::Active)),
            top: 7,
            skip: 14,
        };
        for query in [
            "$filter=status+eq+'Active'&$top=7&$skip=14",
            "%24Filter=status%20eq%20%27Active%27&%24TOP=7&$Skip=+14",
        ] {
            assert_eq!(ListOptions::parse(Some(query)), Ok(expected.clone()), "{query}");
        }
    }

    #[test]
    fn numbers_out_of_range_and_other_texts_are_told_apart() {
        assert_eq!(error("$top=101"), "the query option $top takes a number from 1 to 100, not 101");
        assert_eq!(error("$top=0"), "the query option $top takes a number from 1 to 100, not 0");
        assert_eq!(error("$skip=-1"), "the query option $skip takes a number from 0 to 2147483647, not -1");
        assert_eq!(error("$top=ten"), "the query option $top takes a whole number, not \"ten\"");
        assert_eq!(error("$top=1.5"), "the query option $top takes a whole number, not \"1.5\"");
        assert_eq!(
            error("$skip=99999999999999999999"),
            "the query option $skip takes a number from 0 to 2147483647, not 99999999999999999999"
        );
    }

    #[test]
    fn empty_and_repeated_options_are_refused() {
        assert_eq!(error("$filter="), "the query option $filter is empty");
        assert_eq!(error("$top=1&%24top=2"), "the query option $top is given twice");
    }

    #[test]
    fn the_next_link_keeps_the_other_options_as_they_were_written() {
        let origins = wardenry_web::origin::OwnOrigins::new(["localhost:8443"]).unwrap();
        for (query, expected) in [
            (None, "?$skip=100"),
            (Some("$top=5"), "?$top=5&$skip=5"),
            (
                Some("%24skip=20&$filter=createdTime+gt+2026-01-01T00:00:00Z&x=%26&$top=10"),
                "?$filter=createdTime+gt+2026-01-01T00:00:00Z&x=%26&$top=10&$skip=30",
            ),
        ] {
            let options = ListOptions::parse(query).unwrap();
            let link = options.next_link(origins.preferred(), "/api/incidents", query);
            assert_eq!(link, format!("https://localhost:8443/api/incidents{expected}"));
        }
    }
}
