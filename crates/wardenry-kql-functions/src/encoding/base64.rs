//! Base64 of texts, arrays and guids. Sources: `base64-encode-tostring-function.md` and its neighbours.

use ::base64::Engine as _;
use ::base64::engine::GeneralPurpose;
use ::base64::engine::general_purpose::{GeneralPurposeConfig, STANDARD};
use ::base64::{alphabet, engine::DecodePaddingMode};

use crate::dynamic::Dynamic;
use crate::rows::{Guid, Json, Text, dynamic1, kernel, map1, text1};
use crate::{FunctionError, Kernel, ScalarCall};

/// Missing padding is forgiven.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of a Base64 text; blanks and line ends in it do not count.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let text: String = text.chars().filter(|next| !next.is_ascii_whitespace()).collect();
        return LENIENT.decode(text).ok();
    }
    LENIENT.decode(text).ok()
}

pub(super) fn encode(out: &mut String, bytes: &[u8]) {
    STANDARD.encode_string(bytes, out);
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("base64_encode_tostring", [text]) => {
            text1::<Text>(text, rows, |out, text| encode(out, text.as_bytes()))
        }
        ("base64_decode_tostring", [text]) => text1::<Text>(text, rows, |out, text| {
            if let Some(text) = decode(text).and_then(|bytes| String::from_utf8(bytes).ok()) {
                out.push_str(&text);
            }
        }),
        ("base64_decode_toarray", [text]) => dynamic1::<Text>(text, rows, |writer, text| {
            let Some(bytes) = decode(text) else { return false };
            writer.begin_array();
            for byte in bytes {
                writer.long(byte.into());
            }
            writer.end_array();
            true
        }),
        ("base64_encode_fromarray", [array]) => text1::<Json>(array, rows, |out, array| {
            let array = Dynamic::new(array);
            let byte = |element: Dynamic<'_>| u8::try_from(element.as_i64()?).ok();
            if array.is_array()
                && let Some(bytes) = array.elements().map(byte).collect::<Option<Vec<u8>>>()
            {
                encode(out, &bytes);
            }
        }),
        ("base64_encode_fromguid", [guid]) => {
            text1::<Guid>(guid, rows, |out, guid| encode(out, &swapped(guid).to_be_bytes()))
        }
        ("base64_decode_toguid", [text]) => map1::<Text, Guid>(text, rows, |text| {
            let bytes: [u8; 16] = decode(text)?.try_into().ok()?;
            Some(swapped(u128::from_be_bytes(bytes)))
        }),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

/// Between the order of the text form and the order in memory, where the first three groups are little-endian.
pub(super) fn swapped(guid: u128) -> u128 {
    let mut bytes = guid.to_be_bytes();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn texts() {
        // kql-semantics, addresses; [D base64-encode-tostring-function.md, base64-decode-tostring-function.md]
        check("base64_encode_tostring", "string -> string", "Kusto | S3VzdG8=\nhi | aGk=\n\"\" | \"\"");
        check(
            "base64_decode_tostring",
            "string -> string",
            "S3VzdG8= | Kusto\naGk= | hi\naGk | hi\nU3RyaW5n0KHR0tGA0L7Rh9C60LA= | \"\"\n!! | \"\"\n\"\" | \"\"",
        );
    }

    #[test]
    fn arrays_and_guids() {
        // [D base64-decode-toarray-function.md, base64-encode-fromarray-function.md, base64-encode-fromguid-function.md].
        // The example of base64-decode-toguid-function.md leaves the third group as it is in memory, which contradicts the
        // example of the inverse; here the two are inverse.
        check("base64_decode_toarray", "string -> dynamic", "S3VzdG8= | [75,117,115,116,111]\n!! | null");
        check(
            "base64_encode_fromarray",
            "dynamic -> string",
            "[75,117,115,116,111] | S3VzdG8=\n[300] | \"\"\n7 | \"\"\nnull | \"\"",
        );
        check(
            "base64_decode_toguid",
            "string -> guid",
            "8jMxriJurkmwahbmqbIS6w== | ae3133f2-6e22-49ae-b06a-16e6a9b212eb\nabcd1231 | null",
        );
        check(
            "base64_encode_fromguid",
            "guid -> string",
            "ae3133f2-6e22-49ae-b06a-16e6a9b212eb | 8jMxriJurkmwahbmqbIS6w==\nnull | \"\"",
        );
    }
}
