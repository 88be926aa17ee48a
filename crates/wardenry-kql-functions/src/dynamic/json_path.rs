//! `JSONPath`, the part of it that KQL has: `$.name`, `$['a name']`, `$["a name"]`, `$[0]`. [jsonpath.md]

use super::locate::Step;

/// A step of a `JSONPath`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Member(Box<str>),
    Index(i64),
}

impl Segment {
    pub(super) fn step(&self) -> Step<'_> {
        match self {
            Self::Member(name) => Step::Member(name),
            Self::Index(index) => Step::Index(*index),
        }
    }
}

/// The steps of a path. `None` if it is none: it must begin with `$`, and wildcards, slices and filters are not supported.
pub(super) fn parse(path: &str) -> Option<Vec<Segment>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut segments = Vec::new();
    while !rest.is_empty() {
        let (segment, behind) = if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, behind) = name.split_at(end);
            if name.is_empty() || name == "*" {
                return None;
            }
            (Segment::Member(name.into()), behind)
        } else {
            let inside = rest.strip_prefix('[')?.trim_start();
            if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '\'' | '"')) {
                let (name, behind) = inside[1..].split_once(quote)?;
                (Segment::Member(name.into()), behind.trim_start().strip_prefix(']')?)
            } else {
                let (index, behind) = inside.split_once(']')?;
                (Segment::Index(index.trim().parse().ok()?), behind)
            }
        };
        segments.push(segment);
        rest = behind;
    }
    Some(segments)
}

/// The names that a key of `bag_has_key` and the like leads through: a path if it begins with `$`, a name otherwise. `None`
/// for a path with an index, and for the root.
pub(super) fn key_names(key: &str) -> Option<Vec<Box<str>>> {
    if key != "$" && !key.starts_with("$.") && !key.starts_with("$[") {
        return Some(vec![key.into()]);
    }
    let names = parse(key)?
        .into_iter()
        .map(|segment| match segment {
            Segment::Member(name) => Some(name),
            Segment::Index(_) => None,
        })
        .collect::<Option<Vec<_>>>()?;
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::{Segment, key_names, parse};

    fn member(name: &str) -> Segment {
        Segment::Member(name.into())
    }

    #[test]
    fn reads_names_and_indexes() {
        // [D jsonpath.md]
        let cases = [
            ("$", Some(vec![])),
            ("$.Details.Service", Some(vec![member("Details"), member("Service")])),
            ("$['Log Level']", Some(vec![member("Log Level")])),
            ("$.Details[\"Response Code\"]", Some(vec![member("Details"), member("Response Code")])),
            ("$.Tags[0]", Some(vec![member("Tags"), Segment::Index(0)])),
            ("$[1][2].x", Some(vec![Segment::Index(1), Segment::Index(2), member("x")])),
            ("a.b", None),
            ("$..a", None),
            ("$.a[*]", None),
            ("$.a[1:2]", None),
            ("$['a", None),
            ("$x", None),
        ];
        for (path, segments) in cases {
            assert_eq!(parse(path), segments, "{path}");
        }
    }

    #[test]
    fn keys_are_names_or_paths_of_names() {
        assert_eq!(key_names("a.b"), Some(vec!["a.b".into()]));
        assert_eq!(key_names("$.a.b"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(key_names("$.a[0]"), None);
        assert_eq!(key_names("$"), None);
        assert_eq!(key_names("$a"), Some(vec!["$a".into()]));
    }
}
