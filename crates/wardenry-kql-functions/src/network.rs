//! Addresses, URLs, paths, command lines.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod command_line;
mod geo_info;
mod has_ipv4;
mod ipv4;
mod ipv6;
mod networks;
mod path;
mod percent;
mod url;
mod user_agent;

pub use geo_info::{GeoDatabase, GeoLocation};

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        names: &[
            "parse_ipv4",
            "parse_ipv4_mask",
            "format_ipv4",
            "format_ipv4_mask",
            "ipv4_compare",
            "ipv4_is_match",
            "ipv4_is_in_range",
            "ipv4_is_private",
            "ipv4_netmask_suffix",
            "ipv4_range_to_cidr_list",
        ],
        bind: ipv4::bind,
    },
    ScalarFunction { names: &["ipv4_is_in_any_range", "ipv6_is_in_any_range"], bind: networks::bind },
    ScalarFunction {
        names: &["parse_ipv6", "parse_ipv6_mask", "ipv6_compare", "ipv6_is_match", "ipv6_is_in_range"],
        bind: ipv6::bind,
    },
    ScalarFunction {
        names: &["has_ipv4", "has_ipv4_prefix", "has_any_ipv4", "has_any_ipv4_prefix"],
        bind: has_ipv4::bind,
    },
    ScalarFunction { names: &["parse_url", "parse_urlquery"], bind: url::bind },
    ScalarFunction { names: &["url_encode", "url_encode_component", "url_decode"], bind: percent::bind },
    ScalarFunction { names: &["parse_path"], bind: path::bind },
    ScalarFunction { names: &["parse_command_line"], bind: command_line::bind },
    ScalarFunction { names: &["parse_user_agent"], bind: user_agent::bind },
    ScalarFunction { names: &["geo_info_from_ip_address"], bind: geo_info::bind },
];
