//! What the author may have meant.

/// The name that is nearest to one that does not exist: the same in another case, or a few letters away.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match name.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let lower: Vec<char> = name.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.eq_ignore_ascii_case(name) {
            return Some(candidate);
        }
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.len().abs_diff(lower.len()) > allowed {
            continue;
        }
        let distance = distance(&lower, &other);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Names that hold the one that does not exist, or are held by it: `CommandLine` finds `ProcessCommandLine`. The shortest
/// first, and no more than a reader looks at.
pub(super) fn similar<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const LEAST: usize = 4;
    const MOST: usize = 3;
    let lower = name.to_lowercase();
    if lower.chars().count() < LEAST {
        return Vec::new();
    }
    let mut found: Vec<&str> = candidates
        .into_iter()
        .filter(|candidate| {
            let candidate = candidate.to_lowercase();
            candidate.contains(&lower) || candidate.chars().count() >= LEAST && lower.contains(&candidate)
        })
        .collect();
    found.sort_by_key(|candidate| (candidate.chars().count().abs_diff(lower.chars().count()), *candidate));
    found.dedup();
    found.truncate(MOST);
    found
}

/// Names as a sentence lists them: `a`, `b` and `c`.
pub(super) fn listed(names: &[&str]) -> String {
    let mut text = String::new();
    for (position, name) in names.iter().enumerate() {
        let separator = match position {
            0 => "",
            _ if position + 1 == names.len() => " and ",
            _ => ", ",
        };
        text.push_str(separator);
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let width = to.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut previous: Vec<usize> = (0..width).collect();
    for (row, left) in from.iter().enumerate() {
        let mut current = vec![row + 1; width];
        for (column, right) in to.iter().enumerate() {
            let replaced = previous[column] + usize::from(left != right);
            let mut best = replaced.min(previous[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && from[row - 1] == *right && *left == to[column - 1];
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            current[column + 1] = best;
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[width - 1]
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest, similar};

    #[test]
    fn similar_names_hold_each_other() {
        let names = ["ProcessCommandLine", "InitiatingProcessCommandLine", "FileName", "Id"];
        assert_eq!(similar("CommandLine", names), ["ProcessCommandLine", "InitiatingProcessCommandLine"]);
        assert_eq!(similar("TheFileName", names), ["FileName"]);
        assert_eq!(similar("DeviceId", names), [""; 0]);
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed(&["a"]), "`a`");
    }

    #[test]
    fn nearest_names() {
        let names = ["DeviceName", "DeviceId", "Timestamp", "FileName", "x"];
        let cases = [
            ("devicename", Some("DeviceName")),
            ("DeviceNmae", Some("DeviceName")),
            ("TimeStamp", Some("Timestamp")),
            ("Filname", Some("FileName")),
            ("y", None),
            ("Something", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, names), expected, "{name}");
        }
    }
}
