//! Where a bucket is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Everything but what RFC 3986 calls unreserved, and slashes: how the names of objects stand in addresses and signatures.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// In queries slashes are not spared.
const IN_QUERY: &AsciiSet = &IN_PATH.add(b'/');

/// A bucket of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Without a slash at the end.
    base: String,
    host: String,
}

/// Why there can be no such bucket.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    #[error("'{0}' is no name of a bucket: they have 3 to 63 lower-case letters, digits, dots and hyphens")]
    Bucket(String),
    #[error("'{0}' is no region: they have letters, digits and hyphens")]
    Region(String),
    #[error("{0} is no endpoint: it has to be https://host, without a path, a query or a user")]
    Endpoint(String),
    #[error(
        "{0} is not encrypted: requests and events would be readable on their way. `allow_http` allows it for loopback"
    )]
    Unencrypted(String),
}

impl Address {
    /// A bucket at a server of its own, or else at Amazon's of the region. Without encryption only where the server is this machine, and only
    /// if that is allowed.
    pub fn new(
        bucket: &str,
        region: &str,
        endpoint: Option<&str>,
        allow_http: bool,
    ) -> Result<Self, AddressError> {
        let is_name = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if !(3..=63).contains(&bucket.len())
            || !bucket.split('.').all(|part| !part.is_empty() && is_name(part))
        {
            return Err(AddressError::Bucket(bucket.to_owned()));
        }
        if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(AddressError::Region(region.to_owned()));
        }
        let Some(endpoint) = endpoint else {
            // The certificate is for one name in front of the domain.
            let host = if bucket.contains('.') {
                format!("s3.{region}.amazonaws.com")
            } else {
                format!("{bucket}.s3.{region}.amazonaws.com")
            };
            let path = if bucket.contains('.') { format!("/{bucket}") } else { String::new() };
            return Ok(Self { base: format!("https://{host}{path}"), host });
        };
        let refused = || AddressError::Endpoint(endpoint.to_owned());
        let url = Url::parse(endpoint).map_err(|_| refused())?;
        let is_plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let Some(name) = url.host_str().filter(|_| is_plain) else { return Err(refused()) };
        match url.scheme() {
            "https" => {}
            "http" if allow_http && is_loopback(&url) => {}
            "http" => return Err(AddressError::Unencrypted(endpoint.to_owned())),
            _ => return Err(refused()),
        }
        let host = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        Ok(Self { base: format!("{}://{host}/{bucket}", url.scheme()), host })
    }

    /// What requests say in their header `host`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The address of an object, or of the bucket for an empty name, and its path as signatures have it.
    pub(crate) fn of(&self, key: &str, query: &str) -> (String, String) {
        let key = utf8_percent_encode(key, IN_PATH);
        let address = format!("{}/{key}", self.base);
        let path = address.splitn(4, '/').nth(3).unwrap_or_default();
        let path = format!("/{path}");
        if query.is_empty() { (address, path) } else { (format!("{address}?{query}"), path) }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A query in the order in which it is signed.
pub(crate) fn query(members: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, IN_QUERY);
    let mut members: Vec<_> =
        members.iter().map(|(name, value)| format!("{}={}", encoded(*name), encoded(*value))).collect();
    members.sort();
    members.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_have_addresses() {
        let address = |bucket, endpoint| Address::new(bucket, "eu-central-1", endpoint, true);
        for (bucket, endpoint, expected) in [
            ("events", None, "https://events.s3.eu-central-1.amazonaws.com/a/b%20c%25"),
            ("my.events", None, "https://s3.eu-central-1.amazonaws.com/my.events/a/b%20c%25"),
            ("events", Some("https://s3.example.org"), "https://s3.example.org/events/a/b%20c%25"),
            ("events", Some("http://127.0.0.1:9000/"), "http://127.0.0.1:9000/events/a/b%20c%25"),
            ("events", Some("http://[::1]:9000"), "http://[::1]:9000/events/a/b%20c%25"),
        ] {
            let (found, path) = address(bucket, endpoint).unwrap().of("a/b c%", "");
            assert_eq!(found, expected);
            assert!(expected.ends_with(&path) && path.starts_with('/'), "{path}");
        }
        let (url, path) =
            address("events", None).unwrap().of("", &query(&[("prefix", "a/b"), ("list-type", "2")]));
        assert_eq!(url, "https://events.s3.eu-central-1.amazonaws.com/?list-type=2&prefix=a%2Fb");
        assert_eq!(path, "/");
    }

    #[test]
    fn what_is_no_bucket_is_refused() {
        let endpoint =
            |endpoint, allow_http| Address::new("events", "r", Some(endpoint), allow_http).unwrap_err();
        assert_eq!(
            endpoint("http://127.0.0.1:1", false),
            AddressError::Unencrypted("http://127.0.0.1:1".into())
        );
        assert_eq!(
            endpoint("http://s3.example.org", true),
            AddressError::Unencrypted("http://s3.example.org".into())
        );
        for bad in [
            "https://a@b.example",
            "https://b.example/x",
            "https://b.example?x",
            "ftp://b.example",
            "b.example",
        ] {
            assert_eq!(endpoint(bad, true), AddressError::Endpoint(bad.into()));
        }
        for bad in ["", "ab", "Events", "a b c", "a..b", "a/bc", ".abc"] {
            assert_eq!(Address::new(bad, "r", None, false), Err(AddressError::Bucket(bad.into())));
        }
        for bad in ["", "eu west", "a.b/c"] {
            assert_eq!(Address::new("events", bad, None, false), Err(AddressError::Region(bad.into())));
        }
    }
}
