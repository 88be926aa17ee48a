//! Compressed texts in Base64. Sources: `gzip-base64-compress.md`, `zlib-base64-compress-function.md` and their neighbours.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::base64::{decode, encode};
use crate::rows::{Text, kernel, text1};
use crate::{FunctionError, Kernel, ScalarCall};

/// The longest text that comes out of a compressed one. Longer ones give the empty text, like anything that does not decompress.
const LONGEST: u64 = 32 << 20;

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("gzip_compress_to_base64_string", [text]) => text1::<Text>(text, rows, |out, text| {
            compressed(out, GzEncoder::new(Vec::new(), Compression::default()), text, GzEncoder::finish);
        }),
        ("zlib_compress_to_base64_string", [text]) => text1::<Text>(text, rows, |out, text| {
            compressed(out, ZlibEncoder::new(Vec::new(), Compression::default()), text, ZlibEncoder::finish);
        }),
        ("gzip_decompress_from_base64_string", [text]) => text1::<Text>(text, rows, |out, text| {
            if let Some(bytes) = decode(text) {
                decompressed(out, GzDecoder::new(&*bytes));
            }
        }),
        ("zlib_decompress_from_base64_string", [text]) => text1::<Text>(text, rows, |out, text| {
            if let Some(bytes) = decode(text) {
                decompressed(out, ZlibDecoder::new(&*bytes));
            }
        }),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

fn compressed<W: Write>(
    out: &mut String,
    mut encoder: W,
    text: &str,
    finish: impl FnOnce(W) -> std::io::Result<Vec<u8>>,
) {
    // Writing to memory does not fail.
    if encoder.write_all(text.as_bytes()).is_ok()
        && let Ok(bytes) = finish(encoder)
    {
        encode(out, &bytes);
    }
}

fn decompressed(out: &mut String, decoder: impl Read) {
    let mut bytes = Vec::new();
    let read = decoder.take(LONGEST + 1).read_to_end(&mut bytes);
    if read.is_ok_and(|length| length as u64 <= LONGEST)
        && let Ok(text) = str::from_utf8(&bytes)
    {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, compressed, decompressed};
    use crate::testing::check;
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use flate2::Compression;
    use flate2::read::GzDecoder;
    use flate2::write::GzEncoder;

    #[test]
    fn decompresses() {
        // [D zlib-base64-decompress-function.md]
        check(
            "zlib_decompress_from_base64_string",
            "string -> string",
            "eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4= | Test string 123\nx0x0x0 | \"\"\n\"\" | \"\"\n\
             eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw== | 1234567890qwertyuiop",
        );
        check("gzip_decompress_from_base64_string", "string -> string", "x0x0x0 | \"\"\n\"\" | \"\"");
    }

    fn gzip(text: &str) -> String {
        let mut packed = String::new();
        compressed(&mut packed, GzEncoder::new(Vec::new(), Compression::default()), text, GzEncoder::finish);
        packed
    }

    fn gunzip(packed: &str) -> String {
        let mut text = String::new();
        decompressed(&mut text, GzDecoder::new(&*STANDARD.decode(packed).expect("Base64")));
        text
    }

    #[test]
    fn what_is_compressed_comes_back_unless_it_is_too_long() {
        assert_eq!(gunzip(&gzip("a text, a text")), "a text, a text");
        let longest = "a".repeat(usize::try_from(LONGEST).expect("it fits"));
        assert_eq!(gunzip(&gzip(&longest)).len(), longest.len());
        assert_eq!(gunzip(&gzip(&(longest + "a"))), "");
    }
}
