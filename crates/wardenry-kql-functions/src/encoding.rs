//! Encodings and hashes.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod base64;
mod compression;
mod digest;
mod guid;
mod hash;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        names: &[
            "base64_encode_tostring",
            "base64_decode_tostring",
            "base64_encode_fromarray",
            "base64_decode_toarray",
            "base64_encode_fromguid",
            "base64_decode_toguid",
        ],
        bind: base64::bind,
    },
    ScalarFunction {
        names: &[
            "gzip_compress_to_base64_string",
            "gzip_decompress_from_base64_string",
            "zlib_compress_to_base64_string",
            "zlib_decompress_from_base64_string",
        ],
        bind: compression::bind,
    },
    ScalarFunction { names: &["hash_md5", "hash_sha1", "hash_sha256"], bind: digest::bind },
    ScalarFunction { names: &["hash", "hash_xxhash64", "hash_many", "hash_combine"], bind: hash::bind },
    ScalarFunction { names: &["new_guid"], bind: guid::bind },
];
