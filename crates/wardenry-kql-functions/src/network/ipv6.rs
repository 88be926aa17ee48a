//! IPv6 addresses with prefixes; an IPv4 address is the IPv6 address that it maps to.
//! Sources: `parse-ipv6-function.md` and its neighbours.

use std::fmt::Write as _;
use std::net::Ipv6Addr;

use super::ipv4;
use crate::rows::{Bool, Long, Source, Text, kernel, map1, map2, map3, text1, text2};
use crate::{FunctionError, Kernel, ScalarCall};

const MAPPED: u128 = 0xffff << 32;

/// An address, and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network6 {
    address: u128,
    prefix: u8,
    /// Written as IPv4.
    is_v4: bool,
}

impl Network6 {
    /// Reads an IPv6 or IPv4 address with or without a prefix. The prefix of an address in dotted form counts its 32 bits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(network) = ipv4::Network::parse(text) {
            let address = MAPPED | u128::from(network.address);
            return Some(Self { address, prefix: 96 + network.prefix, is_v4: true });
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let is_dotted = address.contains('.');
        let prefix = match prefix {
            None => 128,
            Some(digits) => match ipv4::octet(digits.as_bytes())? {
                (prefix, []) if is_dotted && prefix <= 32 => 96 + prefix,
                (prefix, []) if !is_dotted && prefix <= 128 => prefix,
                _ => return None,
            },
        };
        let (address, _zone) = address.split_once('%').unwrap_or((address, ""));
        let mut address = address.parse::<Ipv6Addr>().ok()?.to_bits();
        if is_dotted && address >> 32 == 0 {
            address |= MAPPED;
        }
        Some(Self { address, prefix, is_v4: false })
    }

    fn masked(self) -> u128 {
        self.address & mask(self.prefix)
    }

    fn narrowed(self, prefix: i64) -> Option<Self> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= 128)?;
        Some(Self { prefix: self.prefix.min(prefix), ..self })
    }

    fn compare(self, other: Self) -> std::cmp::Ordering {
        let mask = mask(self.prefix.min(other.prefix));
        (self.address & mask).cmp(&(other.address & mask))
    }

    pub(super) fn matches(self, other: Self) -> bool {
        self.compare(other).is_eq()
    }

    /// Compares with a prefix beside those of the addresses. Between two IPv4 addresses it counts their 32 bits.
    fn compare_narrowed(self, other: Self, prefix: i64) -> Option<std::cmp::Ordering> {
        let both_v4 = self.is_v4 && other.is_v4 && (0..=32).contains(&prefix);
        Some(self.narrowed(if both_v4 { 96 + prefix } else { prefix })?.compare(other))
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

/// All eight groups with all digits.
fn write_full(out: &mut String, network: Option<Network6>) {
    let Some(network) = network else { return };
    for (index, group) in Ipv6Addr::from_bits(network.masked()).segments().into_iter().enumerate() {
        let _written = write!(out, "{}{group:04x}", if index == 0 { "" } else { ":" });
    }
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("parse_ipv6", [ip]) => text1::<Text>(ip, rows, |out, ip| write_full(out, Network6::parse(ip))),
        ("parse_ipv6_mask", [ip, prefix]) => text2::<Text, Long>(ip, prefix, rows, |out, ip, prefix| {
            write_full(out, Network6::parse(ip).and_then(|network| network.narrowed(prefix)));
        }),
        ("ipv6_is_in_range" | "ipv6_is_match", [left, right]) if right.is_constant() => {
            let range = Network6::parse(Text::get(&Text::column(right)?, 0));
            map1::<Text, Bool>(left, rows, |ip| Some(Network6::parse(ip)?.matches(range?)))
        }
        ("ipv6_is_in_range" | "ipv6_is_match", [left, right]) => {
            map2::<Text, Text, Bool>(left, right, rows, |left, right| {
                Some(Network6::parse(left)?.matches(Network6::parse(right)?))
            })
        }
        ("ipv6_is_match", [left, right, prefix]) => {
            map3::<Text, Text, Long, Bool>([left, right, prefix], rows, |left, right, prefix| {
                Some(Network6::parse(left)?.compare_narrowed(Network6::parse(right)?, prefix)?.is_eq())
            })
        }
        ("ipv6_compare", [left, right]) => map2::<Text, Text, Long>(left, right, rows, |left, right| {
            Some(Network6::parse(left)?.compare(Network6::parse(right)?) as i64)
        }),
        ("ipv6_compare", [left, right, prefix]) => {
            map3::<Text, Text, Long, Long>([left, right, prefix], rows, |left, right, prefix| {
                Some(Network6::parse(left)?.compare_narrowed(Network6::parse(right)?, prefix)? as i64)
            })
        }
        _ => Err(FunctionError::misplaced(function)),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn canonical_text() {
        // [D parse-ipv6-function.md, parse-ipv6-mask-function.md]
        check(
            "parse_ipv6",
            "string -> string",
            "192.168.255.255 | 0000:0000:0000:0000:0000:ffff:c0a8:ffff\n\
             192.168.255.255/24 | 0000:0000:0000:0000:0000:ffff:c0a8:ff00\njunk | \"\"\n::1/129 | \"\"",
        );
        check(
            "parse_ipv6_mask",
            "string, long -> string",
            "192.168.255.255 | 120 | 0000:0000:0000:0000:0000:ffff:c0a8:ff00\n\
             192.168.255.255/24 | 124 | 0000:0000:0000:0000:0000:ffff:c0a8:ff00\n\
             fe80::85d:e82c:9446:7994 | 128 | fe80:0000:0000:0000:085d:e82c:9446:7994\n\
             fe80::85d:e82c:9446:7994/120 | 124 | fe80:0000:0000:0000:085d:e82c:9446:7900\n\
             ::192.168.255.255 | 128 | 0000:0000:0000:0000:0000:ffff:c0a8:ffff\n\
             ::192.168.255.255/24 | 128 | 0000:0000:0000:0000:0000:ffff:c0a8:ff00\n::1 | 129 | \"\"",
        );
    }

    #[test]
    fn comparisons() {
        // [D ipv6-compare-function.md, ipv6-is-match-function.md, ipv6-is-in-range-function.md]
        check(
            "ipv6_is_match",
            "string, string -> bool",
            "192.168.1.1/30 | 192.168.1.255/24 | true\n\
             fe80::85d:e82c:9446:7994/120 | fe80::85d:e82c:9446:7998 | true\n\
             192.168.1.1 | ::ffff:c0a8:0101 | true\n192.168.1.1/24 | ::ffff:c0a8:01ff | true\n\
             ::192.168.1.1/30 | 192.168.1.255/24 | true\nx | ::1 | null",
        );
        check(
            "ipv6_compare",
            "string, string, long -> long",
            "192.168.1.1 | 192.168.1.0 | 31 | 0\n192.168.1.1 | 192.168.1.255 | 24 | 0\n\
             192.168.1.1 | 192.168.2.255 | 24 | -1\nfe80::85d:e82c:9446:7994 | fe80::85d:e82c:9446:7995 | 127 | 0\n\
             ::ffff:c0a8:0101 | 192.168.1.255 | 120 | 0\n::2 | ::1 | 128 | 1\n::2 | ::1 | 200 | null",
        );
        check(
            "ipv6_is_in_range",
            "string, string -> bool",
            "a5e:f127:8a9d:146d:e102:b5d3:c755:abcd | a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112 | true\n\
             a5e:f127:8a9d:146d:e102:b5d3:c755:abcd | 0:0:0:0:0:ffff:c0a8:ac/60 | false",
        );
    }
}
