//! `ipv4_is_in_any_range`, `ipv6_is_in_any_range`: an address against many ranges.

use std::collections::HashSet;

use arrow::array::ArrayRef;
use wardenry_kql_values::{ScalarType, Value};

use super::ipv4::{Network, mask};
use super::ipv6::Network6;
use crate::dynamic::Dynamic;
use crate::rows::{Argument, Bool, Json, Sink, Source, Text, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_v4 = function == "ipv4_is_in_any_range";
    let ranges_type = call.argument_types.get(1).copied();
    let constants: Option<Vec<&Value>> = call.constants.iter().skip(1).map(Option::as_ref).collect();
    match constants {
        Some(constants) if is_v4 => {
            let ranges = Ranges::new(&texts(&constants));
            Ok(kernel(function, move |arguments, rows| {
                let [ip, ..] = arguments else { return Err(FunctionError::misplaced(function)) };
                map1::<Text, Bool>(ip, rows, |ip| ranges.contain(Network::parse(ip)?))
            }))
        }
        Some(constants) => {
            let ranges: Vec<Option<Network6>> =
                texts(&constants).iter().map(|text| Network6::parse(text)).collect();
            Ok(kernel(function, move |arguments, rows| {
                let [ip, ..] = arguments else { return Err(FunctionError::misplaced(function)) };
                map1::<Text, Bool>(ip, rows, |ip| {
                    let ip = Network6::parse(ip)?;
                    any(ranges.iter().map(|range| range.map(|range| ip.matches(range))))
                })
            }))
        }
        None => Ok(kernel(function, move |arguments, rows| {
            let [ip, ranges @ ..] = arguments else { return Err(FunctionError::misplaced(function)) };
            match (is_v4, ranges_type) {
                (true, Some(ScalarType::Dynamic)) => in_array(ip, ranges, rows, v4_matches),
                (true, _) => in_texts(ip, ranges, rows, v4_matches),
                (false, Some(ScalarType::Dynamic)) => in_array(ip, ranges, rows, v6_matches),
                (false, _) => in_texts(ip, ranges, rows, v6_matches),
            }
        })),
    }
}

/// The ranges of constant arguments.
fn texts(constants: &[&Value]) -> Vec<String> {
    let mut texts = Vec::new();
    for constant in constants {
        match constant {
            Value::String(text) => texts.push(text.to_string()),
            Value::Dynamic(Some(array)) => texts.extend(
                Dynamic::new(array).elements().map(|range| range.as_str().unwrap_or_default().into_owned()),
            ),
            _ => {}
        }
    }
    texts
}

/// True if one says so; otherwise null if one is unknown.
fn any(matches: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for matched in matches {
        match matched {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

fn v4_matches(ip: &str, range: &str) -> Option<bool> {
    Some(Network::parse(ip)?.matches(Network::parse(range)?))
}

fn v6_matches(ip: &str, range: &str) -> Option<bool> {
    Some(Network6::parse(ip)?.matches(Network6::parse(range)?))
}

fn in_texts(
    ip: &Argument,
    ranges: &[Argument],
    rows: usize,
    matches: fn(&str, &str) -> Option<bool>,
) -> Result<ArrayRef, FunctionError> {
    let ips = Text::column(ip)?;
    let columns = ranges.iter().map(|range| Ok((range, Text::column(range)?)));
    let columns = columns.collect::<Result<Vec<_>, FunctionError>>()?;
    Ok(Bool::collect(rows, None, |row| {
        let ip = Text::get(&ips, ip.row(row));
        any(columns.iter().map(|(range, column)| matches(ip, Text::get(column, range.row(row)))))
    }))
}

fn in_array(
    ip: &Argument,
    ranges: &[Argument],
    rows: usize,
    matches: fn(&str, &str) -> Option<bool>,
) -> Result<ArrayRef, FunctionError> {
    let [ranges] = ranges else { return Err(FunctionError::misplaced("ipv4_is_in_any_range")) };
    let (ips, arrays) = (Text::column(ip)?, Json::column(ranges)?);
    Ok(Bool::collect(rows, ranges.nulls(rows), |row| {
        let ip = Text::get(&ips, ip.row(row));
        let array = Dynamic::new(Json::get(&arrays, ranges.row(row)));
        any(array.elements().map(|range| matches(ip, &range.as_str()?)))
    }))
}

/// Constant ranges, so that a lookup costs one probe for each length of prefix, however many ranges there are.
#[derive(Debug)]
struct Ranges {
    /// The masked addresses of each length.
    by_prefix: Vec<(u8, HashSet<u32>)>,
    networks: Vec<Network>,
    /// A text that is no range.
    unknown: bool,
}

impl Ranges {
    fn new(texts: &[String]) -> Self {
        let mut ranges = Self { by_prefix: Vec::new(), networks: Vec::new(), unknown: false };
        for text in texts {
            let Some(network) = Network::parse(text) else {
                ranges.unknown = true;
                continue;
            };
            ranges.networks.push(network);
            let place = match ranges.by_prefix.iter().position(|(prefix, _)| *prefix == network.prefix) {
                Some(place) => place,
                None => {
                    ranges.by_prefix.push((network.prefix, HashSet::new()));
                    ranges.by_prefix.len() - 1
                }
            };
            ranges.by_prefix[place].1.insert(network.masked());
        }
        ranges
    }

    fn contain(&self, ip: Network) -> Option<bool> {
        let found = if ip.prefix == 32 && self.networks.len() > 4 {
            let has =
                |(prefix, addresses): &(u8, HashSet<u32>)| addresses.contains(&(ip.address & mask(*prefix)));
            self.by_prefix.iter().any(has)
        } else {
            self.networks.iter().any(|network| ip.matches(*network))
        };
        if found { Some(true) } else { (!self.unknown).then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn any_of_several_ranges() {
        // [D ipv4-is-in-any-range-function.md, ipv6-is-in-any-range-function.md]
        check(
            "ipv4_is_in_any_range",
            "string, string, string, string -> bool",
            "192.168.1.6 | 192.168.1.1/24 | 10.0.0.1/8 | 127.1.0.1/16 | true\n\
             8.8.8.8 | 192.168.1.1/24 | 10.0.0.1/8 | 127.1.0.1/16 | false\n\
             x | 192.168.1.1/24 | 10.0.0.1/8 | 127.1.0.1/16 | null\n8.8.8.8 | 8.0.0.0/8 | x | x | true",
        );
        check(
            "ipv4_is_in_any_range",
            "string, dynamic -> bool",
            "10.1.2.3 | [\"192.168.1.1/16\",\"127.0.0.1/8\",\"10.0.0.1/8\"] | true\n\
             1.1.1.1 | [\"192.168.1.1/16\",\"127.0.0.1/8\",\"10.0.0.1/8\"] | false\n\
             10.1.2.3 | [\"1.0.0.0/8\",\"2.0.0.0/8\",\"3.0.0.0/8\",\"4.0.0.0/8\",\"10.1.2.0/24\"] | true\n\
             10.1.3.3 | [\"1.0.0.0/8\",\"2.0.0.0/8\",\"3.0.0.0/8\",\"4.0.0.0/8\",\"10.1.2.0/24\"] | false",
        );
        check(
            "ipv6_is_in_any_range",
            "string, dynamic -> bool",
            "a5e:f127:8a9d:146d:e102:b5d3:c755:abcd | [\"a5e:f127:8a9d:146d:e102:b5d3:c755:f6cd/112\",\
             \"0:0:0:0:0:ffff:c0a8:ac/60\"] | true\n\
             a5e:f127:8a9d:146d:e102:b5d3:c756:abd1 | [\"a5e:f127:8a9d:146d:e102:b5d3:c755:f6cd/112\"] | false",
        );
    }
}
