//! What stands between the cells of a CSV file.

use std::io::{BufRead, Read};
use std::path::Path;

use crate::{FileError, discover, input};

/// Bytes of a header that are looked at.
const HEADER_BYTES: u64 = 1 << 20;

/// Spreadsheets write semicolons in countries where a comma stands in numbers, and some tools call tabs CSV. A header without a comma that has
/// one of these says so.
pub(crate) fn of(path: &Path, header: bool) -> Result<u8, FileError> {
    if !header {
        return Ok(b',');
    }
    let mut line = Vec::new();
    let mut input = input::buffered(path, None)?.take(HEADER_BYTES);
    // Lines before the header may be empty, as the reader of records has it.
    while line.trim_ascii().is_empty() {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|source| discover::io(path, source))? == 0 {
            break;
        }
    }
    Ok(of_header(&line))
}

fn of_header(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut found = [b',', b';', b'\t'].map(|delimiter| (delimiter, false));
    for byte in line {
        quoted ^= *byte == b'"';
        for (delimiter, is_there) in &mut found {
            *is_there |= !quoted && byte == delimiter;
        }
    }
    found.into_iter().find(|(_, is_there)| *is_there).map_or(b',', |(delimiter, _)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells() {
        for (header, expected) in [
            ("a,b", b','),
            ("a;b", b';'),
            ("a\tb;c", b';'),
            ("a\tb", b'\t'),
            ("a;b,c", b','),
            ("\"a,b\";c", b';'),
            ("\"a;b\"", b','),
            ("a", b','),
            ("", b','),
        ] {
            assert_eq!(of_header(header.as_bytes()), expected, "{header}");
        }
    }
}
