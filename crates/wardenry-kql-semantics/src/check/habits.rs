//! What people write who come from another language: functions, columns and tables by their names elsewhere.
//!
//! Data only. The names are in lower case and are compared without regard to case.

use crate::catalogue;

/// Names from elsewhere, and what does the same here.
pub(super) struct Habit {
    pub(super) names: &'static [&'static str],
    /// The functions to call instead. Of several the first that takes the arguments at hand is offered.
    pub(super) instead: &'static [&'static str],
    /// What to know besides, a sentence without a full stop; empty if there is nothing.
    pub(super) note: &'static str,
}

const fn habit(names: &'static [&'static str], instead: &'static [&'static str]) -> Habit {
    Habit { names, instead, note: "" }
}

const fn noted(
    names: &'static [&'static str],
    instead: &'static [&'static str],
    note: &'static str,
) -> Habit {
    Habit { names, instead, note }
}

/// Functions of other languages.
#[rustfmt::skip]
pub(super) const FUNCTIONS: &[Habit] = &[
    // Texts.
    noted(&["len", "length", "size"], &["strlen", "array_length"], "`strlen()` counts characters, `array_length()` elements"),
    habit(&["char_length", "character_length", "text_length", "string_length"], &["strlen"]),
    noted(&["substr", "mid"], &["substring"], "positions begin at 0"),
    noted(&["left"], &[], "the first characters are `substring(text, 0, count)`"),
    noted(&["right"], &[], "the last characters are `substring(text, strlen(text) - count)`"),
    habit(&["concat", "str_concat", "concatenate"], &["strcat"]),
    habit(&["concat_ws"], &["strcat_delim"]),
    noted(&["join_array", "array_join", "array_to_string", "implode"], &["strcat_array"], "the separator comes second"),
    habit(&["upper", "ucase", "uppercase", "to_upper", "strupper"], &["toupper"]),
    habit(&["lower", "lcase", "lowercase", "to_lower", "strlower"], &["tolower"]),
    noted(&["strip", "btrim"], &["trim"], r#"the regex of what to cut off comes first: `trim(@"\s", text)`"#),
    noted(&["ltrim", "lstrip", "trim_left", "trimleft"], &["trim_start"], r#"the regex of what to cut off comes first: `trim_start(@"\s", text)`"#),
    noted(&["rtrim", "rstrip", "trim_right", "trimright"], &["trim_end"], r#"the regex of what to cut off comes first: `trim_end(@"\s", text)`"#),
    noted(&["instr", "strpos", "position", "locate", "charindex", "index", "str_find"], &["indexof"], "positions begin at 0, and -1 means that there is none"),
    habit(&["str_replace", "replace_all", "replaceall"], &["replace_string"]),
    habit(&["regexp_replace", "regex_replace", "replaceregex", "gsub"], &["replace_regex"]),
    noted(&["regexp_extract", "regexp_substr", "regex_extract", "extract_regex", "rex"], &["extract"], "the regex comes first, then the number of the group: `extract(regex, 1, text)`"),
    noted(&["regexp_extract_all", "regex_extract_all", "findall"], &["extract_all"], "the regex comes first"),
    noted(&["regexp_like", "regexp_match", "regexp_matches", "regex_match", "regexmatch", "rlike", "ismatch", "is_match", "match", "matches_regex"], &[], r#"a regex is tried with an operator: `text matches regex @"…"`"#),
    noted(&["starts_with", "begins_with", "beginswith", "hasprefix_of"], &[], r#"beginnings are compared with an operator: `text startswith "…"`"#),
    noted(&["ends_with"], &[], r#"ends are compared with an operator: `text endswith "…"`"#),
    noted(&["includes", "str_contains", "string_contains"], &[], r#"texts are searched with operators: `text has "…"` for whole terms, `text contains "…"` for any part"#),
    noted(&["split_part", "splitpart"], &["split"], "the pieces are in an array: `split(text, \",\")[0]`"),
    habit(&["string_split", "str_split", "explode_string", "tokenize"], &["split"]),
    habit(&["replicate", "str_repeat"], &["strrep"]),
    noted(&["sprintf", "printf", "str_format", "string_format"], &[], "texts are put together with `strcat()`"),
    habit(&["chr", "fromcharcode"], &["unicode_codepoints_to_string"]),
    habit(&["ascii", "ord", "charcode"], &["unicode_codepoints_from_string"]),
    // Conditions and nulls.
    noted(&["ifnull", "nvl", "isnull2", "zeroifnull", "if_null", "first_not_null"], &["coalesce"], ""),
    noted(&["if", "ifelse", "if_else", "ternary", "nvl2"], &["iff"], ""),
    noted(&["switch", "decode", "choose", "cond"], &["case"], "`case(condition, value, …, otherwise)` takes any number of pairs"),
    noted(&["nullif"], &[], "`iff(a == b, int(null), a)` gives null for one value"),
    habit(&["is_null", "is_nan_or_null"], &["isnull"]),
    habit(&["is_not_null", "is_notnull", "not_null", "exists"], &["isnotnull", "isnotempty"]),
    habit(&["is_empty", "isblank", "is_blank", "empty", "isnullorempty", "is_null_or_empty"], &["isempty"]),
    habit(&["is_not_empty", "not_empty", "isnotblank"], &["isnotempty"]),
    // Conversion.
    noted(&["cast", "try_cast", "convert", "try_convert", "safe_cast"], &[], "there is a function for each type: `toint()`, `tolong()`, `todouble()`, `tostring()`, `todatetime()`, …"),
    habit(&["str", "to_string", "to_text", "stringify", "to_varchar"], &["tostring"]),
    habit(&["to_int", "parse_int", "parseint"], &["toint"]),
    habit(&["to_long", "to_number", "tonumber", "number", "to_bigint", "to_integer", "tointeger", "parse_long"], &["tolong"]),
    habit(&["to_double", "to_float", "tofloat", "to_real", "parse_float"], &["todouble"]),
    habit(&["to_bool", "to_boolean"], &["tobool"]),
    habit(&["to_date", "todate", "to_datetime", "to_timestamp", "str_to_date", "strptime", "parse_date", "parse_datetime", "parse_timestamp", "from_iso8601_timestamp"], &["todatetime"]),
    habit(&["to_char", "date_format", "strftime", "format_date", "format_timestamp"], &["format_datetime"]),
    habit(&["to_hex"], &["tohex"]),
    // Times.
    habit(&["getdate", "current_timestamp", "sysdate", "systimestamp", "utcnow", "getutcdate", "current_time", "localtimestamp"], &["now"]),
    noted(&["current_date", "today", "curdate"], &[], "today's first instant is `startofday(now())`"),
    noted(&["datediff", "date_diff", "timestampdiff", "timediff"], &["datetime_diff"], "the unit comes first, then the later time: `datetime_diff(\"day\", later, earlier)`; `later - earlier` gives a timespan"),
    noted(&["dateadd", "date_add", "timestampadd", "adddate", "date_sub"], &["datetime_add"], "a timespan can be added as well: `Timestamp + 7d`"),
    noted(&["date_trunc", "datetrunc", "trunc_date", "date_bin", "time_bucket", "bucket", "time_slice", "datebin"], &["bin"], "`bin(Timestamp, 1h)` rounds down; `startofday()`, `startofweek()`, … know the calendar"),
    habit(&["date_part"], &["datetime_part"]),
    habit(&["year"], &["getyear"]),
    habit(&["month"], &["getmonth"]),
    habit(&["day", "dayofmonth_of"], &["dayofmonth"]),
    habit(&["hour"], &["hourofday"]),
    noted(&["minute", "second", "quarter"], &[], "`datetime_part(\"minute\", Timestamp)` takes one part of a time"),
    habit(&["weekday", "day_of_week", "dow"], &["dayofweek"]),
    habit(&["week", "isoweek"], &["week_of_year"]),
    habit(&["day_of_year", "doy"], &["dayofyear"]),
    noted(&["unix_timestamp", "to_unixtime", "to_epoch", "epoch"], &[], "seconds since 1970 are `datetime_diff(\"second\", Timestamp, datetime(1970-01-01))`"),
    habit(&["from_unixtime", "from_epoch", "to_timestamp_seconds"], &["unixtime_seconds_todatetime"]),
    habit(&["from_unixtime_ms", "to_timestamp_millis"], &["unixtime_milliseconds_todatetime"]),
    // Numbers.
    habit(&["power"], &["pow"]),
    habit(&["ln"], &["log"]),
    habit(&["ceil"], &["ceiling"]),
    noted(&["mod", "modulo"], &[], "the remainder is an operator: `a % b`"),
    noted(&["div"], &[], "whole numbers are divided with `/`, and the result is a whole number"),
    habit(&["greatest"], &["max_of"]),
    habit(&["least"], &["min_of"]),
    habit(&["random"], &["rand"]),
    habit(&["sgn", "signum"], &["sign"]),
    noted(&["truncate", "trunc"], &[], "`tolong()` cuts the decimals off, `round(x, n)` keeps some of them"),
    // Dynamic values.
    noted(&["json_extract", "json_value", "json_query", "get_json_object", "json_extract_scalar", "extract_json_value"], &["extract_json"], "`parse_json(text).member` reads a member as well"),
    habit(&["json_parse", "json_decode", "from_json", "try_parse_json", "jsonparse", "json"], &["parse_json"]),
    noted(&["to_json", "tojson", "json_encode", "to_json_string"], &["tostring"], ""),
    habit(&["object_construct", "json_object", "json_build_object", "struct_pack", "named_struct", "make_bag_of", "dict"], &["bag_pack"]),
    habit(&["json_array", "array_construct", "make_array", "array"], &["pack_array"]),
    habit(&["object_keys", "map_keys", "json_keys", "json_object_keys", "keys"], &["bag_keys"]),
    habit(&["array_size", "array_count", "json_array_length", "cardinality"], &["array_length"]),
    habit(&["array_contains", "list_contains", "in_array", "array_has", "mvfind"], &["set_has_element"]),
    habit(&["array_position", "array_find"], &["array_index_of"]),
    habit(&["array_append", "array_cat", "array_push", "array_merge", "list_concat", "mvappend"], &["array_concat"]),
    noted(&["element_at", "get_item", "mvindex"], &[], "elements are read with brackets: `array[0]`, `bag[\"key\"]`"),
    noted(&["explode", "unnest", "flatten", "posexplode"], &[], "elements become rows by an operator: `| mv-expand column`"),
    habit(&["typeof_value", "type_of", "pg_typeof", "jsonb_typeof", "json_typeof"], &["gettype"]),
    // Aggregates.
    noted(&["group_concat", "string_agg", "listagg"], &[], "a group's texts are put together with `strcat_array(make_list(column), \",\")`"),
    habit(&["collect_list", "array_agg", "collect", "groupby_list", "list"], &["make_list"]),
    habit(&["collect_set", "set", "unique", "group_uniq_array", "values"], &["make_set"]),
    habit(&["approx_count_distinct", "approx_distinct", "distinct_count", "distinctcount", "countdistinct", "nunique", "uniq", "dc", "estdc", "n_distinct"], &["dcount"]),
    habit(&["count_if"], &["countif"]),
    habit(&["sum_if"], &["sumif"]),
    habit(&["mean", "average"], &["avg"]),
    noted(&["median"], &[], "the median is `percentile(column, 50)`"),
    noted(&["quantile", "approx_percentile", "percentile_cont", "approx_quantiles", "perc95", "p95"], &["percentile"], "percentages go from 0 to 100"),
    habit(&["std", "stddev", "stddev_samp"], &["stdev"]),
    habit(&["stddev_pop"], &["stdevp"]),
    habit(&["var", "var_samp"], &["variance"]),
    habit(&["any_value", "first_value_any"], &["take_any"]),
    noted(&["first", "first_value", "earliest_value"], &[], "the value of the earliest row is `arg_min(Timestamp, column)`"),
    noted(&["last", "last_value", "latest_value"], &[], "the value of the latest row is `arg_max(Timestamp, column)`"),
    // Other rows.
    noted(&["lag"], &["prev"], ""),
    noted(&["lead"], &["next"], ""),
    habit(&["cumsum", "running_sum", "cumulative_sum", "accum"], &["row_cumsum"]),
    habit(&["rownum", "row_num", "rowid"], &["row_number"]),
    habit(&["rank"], &["row_rank_min"]),
    habit(&["dense_rank"], &["row_rank_dense"]),
    // Hashes, encodings, networks.
    habit(&["md5"], &["hash_md5"]),
    habit(&["sha1", "sha"], &["hash_sha1"]),
    habit(&["sha256", "sha2"], &["hash_sha256"]),
    habit(&["base64", "to_base64", "base64_encode", "b64encode", "base64encode"], &["base64_encode_tostring"]),
    habit(&["from_base64", "unbase64", "base64_decode", "b64decode", "base64decode"], &["base64_decode_tostring"]),
    habit(&["urlencode"], &["url_encode"]),
    habit(&["urldecode", "unquote"], &["url_decode"]),
    habit(&["uuid", "newid", "gen_random_uuid", "generate_uuid", "newguid"], &["new_guid"]),
    habit(&["cidrmatch", "cidr_match", "incidr", "ip_in_range", "in_subnet", "insubnet", "cidr_contains"], &["ipv4_is_in_range"]),
    habit(&["is_private_ip", "isprivateip", "ip_is_private"], &["ipv4_is_private"]),
    habit(&["inet_aton", "ip_to_int", "ip2int"], &["parse_ipv4"]),
    habit(&["geoip", "iplocation", "ip_location", "ip2location"], &["geo_info_from_ip_address"]),
];

/// Columns by their names in other products' tables and logs. The first of `instead` that exists is offered.
#[rustfmt::skip]
pub(super) const COLUMNS: &[Habit] = &[
    habit(&["timegenerated", "time", "_time", "eventtime", "event_time", "@timestamp", "utctime", "date", "datetime", "createdat"], &["Timestamp", "TimeGenerated"]),
    habit(&["timestamp"], &["TimeGenerated"]),
    habit(&["computer", "computername", "hostname", "host", "machine", "machinename", "device"], &["DeviceName"]),
    habit(&["machineid", "computerid", "hostid"], &["DeviceId"]),
    habit(&["processname", "process", "image", "imagename", "newprocessname", "exe"], &["FileName", "InitiatingProcessFileName"]),
    habit(&["commandline", "cmdline", "cmd", "command", "processargs"], &["ProcessCommandLine", "InitiatingProcessCommandLine"]),
    habit(&["parentprocessname", "parentimage", "parentname", "parentprocess"], &["InitiatingProcessFileName"]),
    habit(&["parentcommandline", "parentprocesscommandline"], &["InitiatingProcessCommandLine"]),
    habit(&["user", "username", "useraccount", "account", "targetusername", "subjectusername"], &["AccountName", "AccountUpn", "InitiatingProcessAccountName"]),
    habit(&["upn", "userprincipalname"], &["AccountUpn", "RecipientEmailAddress"]),
    habit(&["pid"], &["ProcessId", "InitiatingProcessId"]),
    habit(&["ppid", "parentprocessid", "parentpid"], &["InitiatingProcessId"]),
    habit(&["path", "filepath", "fullpath", "directory"], &["FolderPath"]),
    habit(&["hash", "filehash", "sha256hash"], &["SHA256", "SHA1"]),
    habit(&["destinationip", "dstip", "dest_ip", "destip", "dst_ip", "destinationipaddress"], &["RemoteIP"]),
    habit(&["sourceip", "srcip", "src_ip", "clientip", "sourceipaddress"], &["LocalIP", "IPAddress"]),
    habit(&["ip", "ipaddr", "ip_address"], &["IPAddress", "RemoteIP"]),
    habit(&["destinationport", "dstport", "dest_port", "dport"], &["RemotePort"]),
    habit(&["sourceport", "srcport", "src_port", "sport"], &["LocalPort"]),
    habit(&["url", "domain", "hostname_remote", "dnsname"], &["RemoteUrl", "Url", "UrlDomain"]),
    habit(&["sender", "from_address", "mailfrom"], &["SenderFromAddress"]),
    habit(&["recipient", "rcptto", "to_address"], &["RecipientEmailAddress"]),
    habit(&["eventid", "event_id", "eventtype", "action", "operation", "operationname"], &["ActionType"]),
];

/// The habit that a name belongs to.
pub(super) fn find(habits: &'static [Habit], name: &str) -> Option<&'static Habit> {
    let lower = name.to_lowercase();
    habits.iter().find(|habit| habit.names.contains(&lower.as_str()))
}

/// Whether a function of another language sums rows up.
pub(super) fn is_aggregate(name: &str) -> bool {
    find(FUNCTIONS, name).is_some_and(|habit| match habit.instead.first() {
        Some(function) => catalogue::scalar(function).is_none(),
        None => ["group_concat", "median", "first", "last"].iter().any(|name| habit.names.contains(name)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{COLUMNS, FUNCTIONS};
    use crate::catalogue;

    #[test]
    fn names_are_distinct_and_in_lower_case() {
        for habits in [FUNCTIONS, COLUMNS] {
            let mut names = HashSet::new();
            for name in habits.iter().flat_map(|habit| habit.names) {
                assert_eq!(*name, name.to_lowercase());
                assert!(names.insert(*name), "`{name}` stands twice");
            }
        }
    }

    /// A function that exists needs no other, and one that is offered must exist.
    #[test]
    fn functions_from_elsewhere_have_one_here() {
        for habit in FUNCTIONS {
            assert!(!habit.instead.is_empty() || !habit.note.is_empty(), "{:?} says nothing", habit.names);
            for name in habit.names {
                assert!(
                    catalogue::scalar(name).is_none() && catalogue::aggregate(name).is_none(),
                    "`{name}` is a function here"
                );
            }
            for name in habit.instead {
                let function = catalogue::scalar(name).or_else(|| catalogue::aggregate(name));
                assert!(function.is_some_and(|function| !function.deprecated), "`{name}` is no function");
            }
        }
    }
}
