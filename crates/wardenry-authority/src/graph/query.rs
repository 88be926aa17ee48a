//! OData query options.

use url::form_urlencoded;

use super::error::GraphError;

/// The size of a page when the client does not say.
const DEFAULT_TOP: u32 = 100;
/// The largest page.
const MAX_TOP: u32 = 999;

/// The options of a request for one object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EntityQuery {
    pub(super) select: Option<Vec<&'static str>>,
}

/// The options of a request for a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListQuery {
    pub(super) top: u32,
    /// How many objects the pages before held.
    pub(super) skip: u32,
    pub(super) select: Option<Vec<&'static str>>,
    pub(super) filter: Option<String>,
    /// Whether to count all objects that pass the filter; only the first page carries the number.
    pub(super) count: bool,
}

impl EntityQuery {
    pub(super) fn read(query: &str, properties: &[&'static str]) -> Result<Self, GraphError> {
        let mut select = None;
        for (name, value) in options(query)? {
            match name.as_str() {
                "$select" => select = Some(read_select(&value, properties)?),
                _ => return Err(unsupported(&name)),
            }
        }
        Ok(Self { select })
    }
}

impl ListQuery {
    pub(super) fn read(query: &str, properties: &[&'static str]) -> Result<Self, GraphError> {
        let mut read = Self { top: DEFAULT_TOP, skip: 0, select: None, filter: None, count: false };
        for (name, value) in options(query)? {
            match name.as_str() {
                "$top" => read.top = read_top(&value)?,
                "$skiptoken" => read.skip = read_skip_token(&value)?,
                "$select" => read.select = Some(read_select(&value, properties)?),
                "$filter" => read.filter = Some(value),
                "$count" => read.count = read_count(&value)?,
                _ => return Err(unsupported(&name)),
            }
        }
        Ok(read)
    }
}

/// The OData options of a query, each at most once. Other parameters are ignored.
fn options(query: &str) -> Result<Vec<(String, String)>, GraphError> {
    let mut options: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = name.to_ascii_lowercase();
        if !name.starts_with('$') || name == "$format" {
            continue;
        }
        if options.iter().any(|(known, _)| *known == name) {
            return Err(GraphError::bad_request(format!("The query option '{name}' is given twice.")));
        }
        options.push((name, value.into_owned()));
    }
    Ok(options)
}

fn unsupported(name: &str) -> GraphError {
    let shown: String = name.chars().take(30).collect();
    GraphError::unsupported_query(format!("The query option '{shown}' is not supported here."))
}

fn read_top(value: &str) -> Result<u32, GraphError> {
    value.parse().ok().filter(|top| (1..=MAX_TOP).contains(top)).ok_or_else(|| {
        GraphError::unsupported_query(format!("The page size ($top) must lie between 1 and {MAX_TOP}."))
    })
}

fn read_skip_token(value: &str) -> Result<u32, GraphError> {
    value.parse().map_err(|_| {
        GraphError::bad_request("The $skiptoken is not valid; follow @odata.nextLink as it was given.")
    })
}

fn read_count(value: &str) -> Result<bool, GraphError> {
    value.parse().map_err(|_| GraphError::bad_request("The value of $count must be true or false."))
}

fn read_select(value: &str, properties: &[&'static str]) -> Result<Vec<&'static str>, GraphError> {
    let find = |name: &str| {
        properties.iter().copied().find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let shown: String = name.chars().take(60).collect();
            GraphError::bad_request(format!("There is no property '{shown}' to select."))
        })
    };
    value.split(',').map(|name| find(name.trim())).collect()
}

/// A query like the given one that asks for the page from `skip` on.
pub(super) fn next_page(query: &str, skip: u32) -> String {
    let is_position = |pair: &str| {
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case("$skiptoken"))
    };
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_position(pair)).collect();
    let position = format!("$skiptoken={skip}");
    pairs.push(&position);
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROPERTIES: [&str; 2] = ["id", "displayName"];

    fn refusal(query: &str) -> (&'static str, String) {
        let error = ListQuery::read(query, &PROPERTIES).unwrap_err();
        (error.refusal().code(), error.refusal().message().to_owned())
    }

    #[test]
    fn options_are_read_in_any_spelling_that_clients_use() {
        let read = ListQuery::read(
            "%24top=5&$Select=id,%20DisplayName&$filter=displayName+eq+'a%20b'&$count=true&x=y&$skiptoken=7",
            &PROPERTIES,
        );
        let expected = ListQuery {
            top: 5,
            skip: 7,
            select: Some(vec!["id", "displayName"]),
            filter: Some("displayName eq 'a b'".into()),
            count: true,
        };
        assert_eq!(read.unwrap(), expected);
        let bare = ListQuery { top: 100, skip: 0, select: None, filter: None, count: false };
        assert_eq!(ListQuery::read("", &PROPERTIES).unwrap(), bare);
        assert_eq!(EntityQuery::read("$select=id", &PROPERTIES).unwrap().select, Some(vec!["id"]));
    }

    #[test]
    fn what_cannot_be_served_is_refused_by_name() {
        for query in
            ["$top=0", "$top=1000", "$top=x", "$orderby=id", "$expand=owners", "$search=x", "$skip=3"]
        {
            assert_eq!(refusal(query).0, "Request_UnsupportedQuery", "{query}");
        }
        for query in ["$select=nope", "$select=", "$skiptoken=-1", "$count=1", "$top=1&$top=2"] {
            assert_eq!(refusal(query).0, "Request_BadRequest", "{query}");
        }
        assert_eq!(refusal("$select=id,nope").1, "There is no property 'nope' to select.");
        assert!(EntityQuery::read("$top=1", &PROPERTIES).is_err());
    }

    #[test]
    fn the_next_page_keeps_the_other_options() {
        assert_eq!(next_page("", 100), "$skiptoken=100");
        assert_eq!(
            next_page("$top=2&%24skiptoken=2&$filter=appId%20eq%20'x'", 4),
            "$top=2&$filter=appId%20eq%20'x'&$skiptoken=4"
        );
    }
}
