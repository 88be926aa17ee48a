use super::super::entry::{Entry, function};

pub(in super::super) const ENCODING: &[Entry] = &[
    function("base64_encode_tostring", "(text: string) -> string", "A text in Base64")
        .formerly(&["base64_encodestring"]),
    function(
        "base64_decode_tostring",
        "(base64_string: string) -> string",
        "The text that a Base64 text stands for; empty if it is none",
    )
    .formerly(&["base64_decodestring"]),
    function(
        "base64_decode_toarray",
        "(base64_string: string) -> dynamic",
        "The bytes that a Base64 text stands for, as an array of numbers",
    ),
    function(
        "base64_encode_fromarray",
        "(base64_string_decoded_as_array: array) -> string",
        "An array of bytes in Base64",
    ),
    function(
        "base64_decode_toguid",
        "(base64_string: string) -> guid",
        "The guid that a Base64 text stands for",
    ),
    function("base64_encode_fromguid", "(guid: guid) -> string", "A guid in Base64"),
    function(
        "gzip_compress_to_base64_string",
        "(text: string) -> string",
        "A text compressed with gzip, in Base64",
    ),
    function(
        "gzip_decompress_from_base64_string",
        "(text: string) -> string",
        "The text of a gzip stream in Base64",
    ),
    function(
        "zlib_compress_to_base64_string",
        "(text: string) -> string",
        "A text compressed with zlib, in Base64",
    ),
    function(
        "zlib_decompress_from_base64_string",
        "(text: string) -> string",
        "The text of a zlib stream in Base64",
    ),
    function(
        "hash",
        "(source: not-dynamic, mod?: integer) -> long",
        "The xxHash64 of a value, modulo a number if one is given",
    )
    .also(&["hash_xxhash64"]),
    function(
        "hash_md5",
        "(source: not-dynamic) -> string",
        "The MD5 digest of a value in hexadecimal digits",
    ),
    function(
        "hash_sha1",
        "(source: not-dynamic) -> string",
        "The SHA-1 digest of a value in hexadecimal digits",
    ),
    function(
        "hash_sha256",
        "(source: not-dynamic) -> string",
        "The SHA-256 digest of a value in hexadecimal digits",
    ),
    function("hash_combine", "(source+2: scalar) -> long", "One hash of several"),
    function("hash_many", "(source+: not-dynamic) -> long", "One hash of several values"),
];
