//! `parse_url`, `parse_urlquery`. Sources: `parse-url-function.md`, `parse-url-query-function.md`.

use crate::dynamic::DynamicWriter;
use crate::rows::{Text, dynamic1, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("parse_url", [url]) => dynamic1::<Text>(url, rows, |writer, url| {
            write_parts(writer, &Parts::parse(url).unwrap_or_default());
            true
        }),
        ("parse_urlquery", [query]) => dynamic1::<Text>(query, rows, |writer, query| {
            writer.begin_bag();
            write_parameters(writer, query.strip_prefix('?').unwrap_or(query));
            writer.end_bag();
            true
        }),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

/// The parts as they are written: nothing is decoded.
#[derive(Debug, Default)]
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    username: &'a str,
    password: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Parts<'a> {
    /// The parts of an absolute URL: `scheme://[user[:password]@]host[:port][/path][?query][#fragment]`.
    fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme) {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (username, password) = user.split_once(':').unwrap_or((user, ""));
        // A colon within brackets belongs to an IPv6 address.
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (host, ""),
        };
        Some(Self { scheme, host, port, path, username, password, query, fragment })
    }
}

fn write_parts(writer: &mut DynamicWriter, parts: &Parts<'_>) {
    writer.begin_bag();
    for (name, part) in [
        ("Scheme", parts.scheme),
        ("Host", parts.host),
        ("Port", parts.port),
        ("Path", parts.path),
        ("Username", parts.username),
        ("Password", parts.password),
    ] {
        writer.key(name);
        writer.string(part);
    }
    write_parameters(writer, parts.query);
    writer.key("Fragment");
    writer.string(parts.fragment);
    writer.end_bag();
}

/// The member with the parameters; of a repeated name the first.
fn write_parameters(writer: &mut DynamicWriter, query: &str) {
    writer.key("Query Parameters");
    writer.begin_bag();
    let mut names: Vec<&str> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // Looking back is quadratic: it ends where no real URL gets to.
        if names.len() < 256 && names.contains(&name) {
            continue;
        }
        names.push(name);
        writer.key(name);
        writer.string(value);
    }
    writer.end_bag();
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn parts_of_a_url() {
        // kql-semantics, addresses; [D parse-url-function.md]
        check(
            "parse_url",
            "string -> dynamic",
            r#"https://u:p@ex.org:8443/a/b?x=1&y=2#f | {"Scheme":"https","Host":"ex.org","Port":"8443","Path":"/a/b","Username":"u","Password":"p","Query Parameters":{"x":"1","y":"2"},"Fragment":"f"}
            http://[::1]?x=a=b&x=2&z | {"Scheme":"http","Host":"[::1]","Port":"","Path":"","Username":"","Password":"","Query Parameters":{"x":"a=b","z":""},"Fragment":""}
            not a url | {"Scheme":"","Host":"","Port":"","Path":"","Username":"","Password":"","Query Parameters":{},"Fragment":""}
            "" | {"Scheme":"","Host":"","Port":"","Path":"","Username":"","Password":"","Query Parameters":{},"Fragment":""}"#,
        );
        check(
            "parse_urlquery",
            "string -> dynamic",
            r#"k1=v1&k2=v2&k3=v3 | {"Query Parameters":{"k1":"v1","k2":"v2","k3":"v3"}}
            view=vs-2019&preserve-view=true | {"Query Parameters":{"view":"vs-2019","preserve-view":"true"}}"#,
        );
    }
}
