//! IPv4 addresses with prefixes. Sources: `parse-ipv4-function.md` and its neighbours.

use std::fmt::Write as _;

use wardenry_kql_values::ScalarType;

use crate::rows::{
    Argument, Bool, Int, Long, Source, Text, dynamic_rows, kernel, map1, map2, map3, text1, text2,
};
use crate::{FunctionError, Kernel, ScalarCall};

/// An address, and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) address: u32,
    pub(super) prefix: u8,
}

impl Network {
    /// Reads `1.2.3.4` or `1.2.3.4/24`: four decimal numbers without leading zeros.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, rest) = address(text.as_bytes())?;
        let prefix = match rest {
            [] => 32,
            [b'/', digits @ ..] => prefix(digits)?,
            _ => return None,
        };
        Some(Self { address, prefix })
    }

    /// The address without the bits that do not count.
    pub(super) fn masked(self) -> u32 {
        self.address & mask(self.prefix)
    }

    /// With fewer bits, if the prefix is one.
    fn narrowed(self, prefix: i64) -> Option<Self> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= 32)?;
        Some(Self { prefix: self.prefix.min(prefix), ..self })
    }

    /// Compares with another, as far as the bits of both count.
    fn compare(self, other: Self) -> std::cmp::Ordering {
        let mask = mask(self.prefix.min(other.prefix));
        (self.address & mask).cmp(&(other.address & mask))
    }

    pub(super) fn matches(self, other: Self) -> bool {
        self.compare(other).is_eq()
    }

    fn is_private(self) -> bool {
        let address = self.masked();
        address >> 24 == 10 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8
    }
}

pub(super) fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

/// The address at the start of a text, and what follows.
pub(super) fn address(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut rest = text;
    let mut address = 0_u32;
    for index in 0..4 {
        if index > 0 {
            rest = rest.strip_prefix(b".")?;
        }
        let (octet, after) = octet(rest)?;
        address = address << 8 | u32::from(octet);
        rest = after;
    }
    Some((address, rest))
}

/// The number up to 255 at the start of a text, and what follows.
pub(super) fn octet(text: &[u8]) -> Option<(u8, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits)?;
    match number {
        [] | [b'0', _, ..] => None,
        [_, _, _, _, ..] => None,
        digits => {
            let value = digits.iter().fold(0_u16, |value, digit| value * 10 + u16::from(digit - b'0'));
            Some((u8::try_from(value).ok()?, rest))
        }
    }
}

fn prefix(digits: &[u8]) -> Option<u8> {
    match octet(digits)? {
        (prefix, []) if prefix <= 32 => Some(prefix),
        _ => None,
    }
}

fn write_address(out: &mut String, address: u32) {
    let [a, b, c, d] = address.to_be_bytes();
    let _written = write!(out, "{a}.{b}.{c}.{d}");
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let first = call.argument_types.first().copied();
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("parse_ipv4", [ip]) => map1::<Text, Long>(ip, rows, |ip| Some(Network::parse(ip)?.masked().into())),
        ("parse_ipv4_mask", [ip, prefix]) => map2::<Text, Long, Long>(ip, prefix, rows, |ip, prefix| {
            Some(Network::parse(ip)?.narrowed(prefix)?.masked().into())
        }),
        ("ipv4_is_private", [ip]) => {
            map1::<Text, Bool>(ip, rows, |ip| Some(Network::parse(ip)?.is_private()))
        }
        ("ipv4_netmask_suffix", [ip]) => {
            map1::<Text, Long>(ip, rows, |ip| Some(Network::parse(ip)?.prefix.into()))
        }
        ("ipv4_is_in_range" | "ipv4_is_match", [left, right]) if right.is_constant() => {
            // The range is read once.
            let range = Network::parse(Text::get(&Text::column(right)?, 0));
            map1::<Text, Bool>(left, rows, |ip| Some(Network::parse(ip)?.matches(range?)))
        }
        ("ipv4_is_in_range" | "ipv4_is_match", [left, right]) => {
            map2::<Text, Text, Bool>(left, right, rows, |left, right| {
                Some(Network::parse(left)?.matches(Network::parse(right)?))
            })
        }
        ("ipv4_is_match", [left, right, prefix]) => {
            map3::<Text, Text, Long, Bool>([left, right, prefix], rows, |left, right, prefix| {
                Some(Network::parse(left)?.narrowed(prefix)?.matches(Network::parse(right)?))
            })
        }
        ("ipv4_compare", [left, right]) => map2::<Text, Text, Long>(left, right, rows, |left, right| {
            Some(Network::parse(left)?.compare(Network::parse(right)?) as i64)
        }),
        ("ipv4_compare", [left, right, prefix]) => {
            map3::<Text, Text, Long, Long>([left, right, prefix], rows, |left, right, prefix| {
                Some(Network::parse(left)?.narrowed(prefix)?.compare(Network::parse(right)?) as i64)
            })
        }
        ("format_ipv4" | "format_ipv4_mask", [ip, ..]) => {
            let with_mask = function == "format_ipv4_mask";
            let prefix = arguments.get(1);
            match first {
                Some(ScalarType::Int) => {
                    format::<Int>(ip, prefix, rows, with_mask, |number| from_number(number.into()))
                }
                Some(ScalarType::Long) => format::<Long>(ip, prefix, rows, with_mask, from_number),
                _ => format::<Text>(ip, prefix, rows, with_mask, Network::parse),
            }
        }
        ("ipv4_range_to_cidr_list", [start, end]) => {
            let (starts, ends) = (Text::column(start)?, Text::column(end)?);
            Ok(dynamic_rows(rows, |writer, row| {
                let start_at = Network::parse(Text::get(&starts, start.row(row)));
                let end_at = Network::parse(Text::get(&ends, end.row(row)));
                let (Some(start), Some(end)) = (start_at, end_at) else { return false };
                writer.begin_array();
                for (address, prefix) in blocks(start.address, end.address) {
                    let mut text = String::new();
                    write_address(&mut text, address);
                    let _written = write!(text, "/{prefix}");
                    writer.string(&text);
                }
                writer.end_array();
                true
            }))
        }
        _ => Err(FunctionError::misplaced(function)),
    }))
}

fn from_number(number: i64) -> Option<Network> {
    Some(Network { address: u32::try_from(number).ok()?, prefix: 32 })
}

fn format<S: Source>(
    ip: &Argument,
    prefix: Option<&Argument>,
    rows: usize,
    with_mask: bool,
    read: impl Fn(S::Item<'_>) -> Option<Network>,
) -> Result<arrow::array::ArrayRef, FunctionError> {
    let write = |out: &mut String, network: Option<Network>| {
        if let Some(network) = network {
            write_address(out, network.masked());
            if with_mask {
                let _written = write!(out, "/{}", network.prefix);
            }
        }
    };
    match prefix {
        None => text1::<S>(ip, rows, |out, ip| write(out, read(ip))),
        Some(prefix) => text2::<S, Long>(ip, prefix, rows, |out, ip, prefix| {
            write(out, read(ip).and_then(|network| network.narrowed(prefix)));
        }),
    }
}

/// The fewest aligned blocks that make up a range, in order; none if it ends before it starts.
fn blocks(start: u32, end: u32) -> impl Iterator<Item = (u32, u8)> {
    let mut next = u64::from(start);
    let end = u64::from(end);
    std::iter::from_fn(move || {
        let address = u32::try_from(next).ok()?;
        let left = (end + 1).checked_sub(next).filter(|left| *left > 0)?;
        let aligned = address.trailing_zeros();
        let bits = aligned.min(left.ilog2());
        next += 1 << bits;
        Some((address, u8::try_from(32 - bits).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn addresses_are_read_strictly() {
        // kql-semantics, addresses; [D parse-ipv4-function.md, parse-ipv4-mask-function.md]
        check(
            "parse_ipv4",
            "string -> long",
            "10.0.0.1 | 167772161\n127.0.0.1 | 2130706433\n192.168.1.1/24 | 3232235776\n\
             255.255.255.255/31 | 4294967294\njunk | null\n10.0.0.01 | null\n1.2.3 | null\n1.2.3.256 | null\n\
             1.2.3.4/33 | null\n1.2.3.4x | null\n1.2.3.4/ | null\n1.2.3.4/0 | 0\n\"\" | null",
        );
        check(
            "parse_ipv4_mask",
            "string, long -> long",
            "127.0.0.1 | 24 | 2130706432\n127.0.0.1 | 33 | null\n127.0.0.1 | -1 | null",
        );
        check(
            "ipv4_netmask_suffix",
            "string -> long",
            "10.1.2.3 | 32\n192.168.1.1/24 | 24\n127.0.0.1/16 | 16\nx | null",
        );
    }

    #[test]
    fn private_networks() {
        // [D ipv4-is-private-function.md]
        check(
            "ipv4_is_private",
            "string -> bool",
            "10.1.2.3 | true\n192.168.1.1/24 | true\n127.0.0.1 | false\n172.15.0.1 | false\n172.16.0.1 | true\n\
             172.31.255.255 | true\n172.32.0.1 | false\n8.8.8.8 | false\njunk | null\n\"\" | null",
        );
    }

    #[test]
    fn ranges_and_comparisons() {
        // [D ipv4-is-in-range-function.md, ipv4-is-match-function.md, ipv4-compare-function.md]
        let pairs = "192.168.1.1 | 192.168.1.1 | true\n192.168.1.1 | 192.168.1.255/24 | true\n\
             192.168.1.1/30 | 192.168.1.255/24 | true\n192.168.2.1 | 192.168.1.255/24 | false\n\
             x | 10.0.0.0/8 | null\n10.0.0.1 | x | null";
        check("ipv4_is_in_range", "string, string -> bool", pairs);
        check("ipv4_is_match", "string, string -> bool", pairs);
        check(
            "ipv4_compare",
            "string, string, long -> long",
            "192.168.1.1 | 192.168.1.0 | 31 | 0\n192.168.1.1/24 | 192.168.1.255 | 31 | 0\n\
             192.168.1.1 | 192.168.1.255 | 24 | 0\n10.0.0.1 | 8.8.8.8 | 32 | 1\n1.0.0.1 | 8.8.8.8 | 32 | -1\n\
             1.0.0.1 | 8.8.8.8 | 40 | null",
        );
    }

    #[test]
    fn formats() {
        // [D format-ipv4-function.md]
        check(
            "format_ipv4",
            "string, long -> string",
            "192.168.1.1 | 24 | 192.168.1.0\n192.168.1.1/24 | 32 | 192.168.1.0\n192.168.1.1/24 | -1 | \"\"",
        );
        check(
            "format_ipv4_mask",
            "string, long -> string",
            "192.168.1.1 | 24 | 192.168.1.0/24\n192.168.1.1/24 | 32 | 192.168.1.0/24\nx | 8 | \"\"",
        );
        check("format_ipv4", "long -> string", "3232235777 | 192.168.1.1\n-1 | \"\"\nnull | \"\"");
        check("format_ipv4", "string -> string", "10.1.2.3/8 | 10.0.0.0");
    }

    #[test]
    fn ranges_are_cut_into_blocks() {
        // [D ipv4-range-to-cidr-list-function.md]
        check(
            "ipv4_range_to_cidr_list",
            "string, string -> dynamic",
            "1.1.128.0 | 1.1.140.255 | [\"1.1.128.0/21\",\"1.1.136.0/22\",\"1.1.140.0/24\"]\n\
             0.0.0.0 | 255.255.255.255 | [\"0.0.0.0/0\"]\n255.255.255.255 | 255.255.255.255 | [\"255.255.255.255/32\"]\n\
             1.1.1.2 | 1.1.1.1 | []\nx | 1.1.1.1 | null",
        );
    }
}
