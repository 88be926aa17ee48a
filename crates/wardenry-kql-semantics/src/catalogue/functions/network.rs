use super::super::entry::{Entry, function};

pub(in super::super) const NETWORK: &[Entry] = &[
    function(
        "parse_ipv4",
        "(ip: string) -> long",
        "An IPv4 address as a number, masked by its prefix; null if it is none",
    ),
    function(
        "parse_ipv4_mask",
        "(ip: string, prefix: long) -> long",
        "An IPv4 address as a number, masked to a prefix",
    ),
    function(
        "parse_ipv6",
        "(ip: string) -> string",
        "An address in the full form of IPv6; empty if it is none",
    ),
    function(
        "parse_ipv6_mask",
        "(ip: string, prefix: long) -> string",
        "An address in the full form of IPv6, masked to a prefix",
    ),
    function(
        "format_ipv4",
        "(ip: scalar, prefix?: long) -> string",
        "An IPv4 address as text, masked to a prefix",
    ),
    function(
        "format_ipv4_mask",
        "(ip: scalar, prefix: long) -> string",
        "An IPv4 address and a prefix as text in CIDR notation",
    ),
    function(
        "ipv4_compare",
        "(ip1: string, ip2: string, prefix?: long) -> long",
        "Compares two IPv4 addresses, masked: -1, 0, 1, or null",
    ),
    function(
        "ipv4_is_match",
        "(ip1: string, ip2: string, prefix?: long) -> bool",
        "Whether two IPv4 addresses are the same, masked",
    ),
    function(
        "ipv4_is_private",
        "(ip: string) -> bool",
        "Whether an IPv4 address belongs to a private network",
    ),
    function(
        "ipv4_is_in_range",
        "(ip: string, ip_range: string) -> bool",
        "Whether an IPv4 address is in a range in CIDR notation",
    ),
    function(
        "ipv4_is_in_any_range",
        "(ip: string, ranges: array) -> bool; (ip: string, ranges+: string) -> bool",
        "Whether an IPv4 address is in one of several ranges",
    )
    .volatile(),
    function("ipv4_netmask_suffix", "(ip: string) -> long", "The length of the prefix of an IPv4 address"),
    function(
        "ipv4_range_to_cidr_list",
        "(start_ip: string, end_ip: string) -> dynamic",
        "The ranges in CIDR notation that make up a range of IPv4 addresses",
    ),
    function(
        "ipv6_compare",
        "(ip1: string, ip2: string, prefix?: long) -> long",
        "Compares two addresses as IPv6, masked: -1, 0, 1, or null",
    ),
    function(
        "ipv6_is_match",
        "(ip1: string, ip2: string, prefix?: long) -> bool",
        "Whether two addresses are the same as IPv6, masked",
    ),
    function(
        "ipv6_is_in_range",
        "(ip: string, ip_range: string) -> bool",
        "Whether an address is in a range of IPv6",
    ),
    function(
        "ipv6_is_in_any_range",
        "(ip: string, ranges: array) -> bool; (ip: string, ranges+: string) -> bool",
        "Whether an address is in one of several ranges of IPv6",
    )
    .volatile(),
    function("has_ipv4", "(source: string, ip: string) -> bool", "Whether a text has an IPv4 address")
        .volatile(),
    function(
        "has_ipv4_prefix",
        "(source: string, ip_prefix: string) -> bool",
        "Whether a text has an IPv4 address that starts so",
    )
    .volatile(),
    function(
        "has_any_ipv4",
        "(source: string, ips: array) -> bool; (source: string, ips+: string) -> bool",
        "Whether a text has one of several IPv4 addresses",
    )
    .volatile(),
    function(
        "has_any_ipv4_prefix",
        "(source: string, ip_prefixes: array) -> bool; (source: string, ip_prefixes+: string) -> bool",
        "Whether a text has an IPv4 address that starts in one of several ways",
    )
    .volatile(),
    function("parse_url", "(url: string) -> dynamic", "The parts of a URL as a bag").formerly(&["parseurl"]),
    function(
        "parse_urlquery",
        "(query: string) -> dynamic",
        "The parameters of the query part of a URL as a bag",
    )
    .formerly(&["parseurlquery"]),
    function("url_encode", "(url: string) -> string", "A text encoded for a URL, with `+` for a blank"),
    function("url_encode_component", "(url: string) -> string", "A text encoded for a part of a URL"),
    function("url_decode", "(encoded_url: string) -> string", "A text decoded from a URL"),
    function(
        "geo_info_from_ip_address",
        "(ip: string) -> dynamic",
        "Country, place and position of an address as a bag",
    ),
];
