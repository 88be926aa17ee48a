//! `Content-Encoding`: plain, gzip and zstd, within bounds.

use std::borrow::Cow;
use std::io::Read;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

/// The body cannot be decompressed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    #[error("the body is larger than {} MiB once it is decompressed", limit_bytes >> 20)]
    TooLarge { limit_bytes: usize },
    #[error("the body is not valid {encoding}")]
    Broken {
        encoding: &'static str,
        #[source]
        source: std::io::Error,
    },
}

/// The largest window of zstd, in powers of two: what its strongest usual level needs. It bounds the decoder's memory.
const ZSTD_WINDOW_LOG: u32 = 24;

impl Encoding {
    /// By the value of the header; `None` for one that is not understood.
    pub fn of_header(value: &str) -> Option<Self> {
        let value = value.trim();
        [
            ("", Self::Identity),
            ("identity", Self::Identity),
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("zstd", Self::Zstd),
        ]
        .into_iter()
        .find(|(name, _)| value.eq_ignore_ascii_case(name))
        .map(|(_, encoding)| encoding)
    }

    /// The plain bytes, at most so many.
    pub(super) fn decode(self, body: &[u8], limit_bytes: usize) -> Result<Cow<'_, [u8]>, EncodingError> {
        let broken = |encoding| move |source| EncodingError::Broken { encoding, source };
        match self {
            Self::Identity if body.len() > limit_bytes => Err(EncodingError::TooLarge { limit_bytes }),
            Self::Identity => Ok(body.into()),
            Self::Gzip => read(flate2::read::MultiGzDecoder::new(body), limit_bytes, "gzip"),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(broken("zstd"))?;
                decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken("zstd"))?;
                read(decoder, limit_bytes, "zstd")
            }
        }
    }
}

fn read(
    decoder: impl Read,
    limit_bytes: usize,
    encoding: &'static str,
) -> Result<Cow<'static, [u8]>, EncodingError> {
    let mut bytes = Vec::new();
    let one_more = u64::try_from(limit_bytes).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(one_more)
        .read_to_end(&mut bytes)
        .map_err(|source| EncodingError::Broken { encoding, source })?;
    if bytes.len() > limit_bytes { Err(EncodingError::TooLarge { limit_bytes }) } else { Ok(bytes.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn both_compressions_and_none_give_the_same_bytes() {
        let bytes = b"{}\n".repeat(100);
        for (header, body) in [
            ("", bytes.clone()),
            ("Identity", bytes.clone()),
            ("gzip", gzip(&bytes)),
            ("gzip", [gzip(&bytes[..30]), gzip(&bytes[30..])].concat()),
            ("ZSTD", zstd::encode_all(&bytes[..], 19).unwrap()),
        ] {
            let encoding = Encoding::of_header(header).unwrap();
            assert_eq!(encoding.decode(&body, 300).unwrap(), bytes, "{header}");
        }
        assert_eq!(Encoding::of_header("br"), None);
        assert_eq!(Encoding::of_header("gzip, gzip"), None);
    }

    #[test]
    fn bombs_and_torn_bodies_are_refused() {
        let zeros = vec![0; 10 << 20];
        for (encoding, body) in
            [(Encoding::Gzip, gzip(&zeros)), (Encoding::Zstd, zstd::encode_all(&zeros[..], 3).unwrap())]
        {
            let torn = encoding.decode(&body[..body.len() / 2], usize::MAX);
            assert!(matches!(torn, Err(EncodingError::Broken { .. })), "{encoding:?}");
            let large = encoding.decode(&body, 1 << 20);
            assert!(matches!(large, Err(EncodingError::TooLarge { limit_bytes: 1048576 })), "{encoding:?}");
            let other = encoding.decode(b"{}", 10);
            assert!(matches!(other, Err(EncodingError::Broken { .. })), "{encoding:?}");
        }
        assert!(matches!(Encoding::Identity.decode(b"{}", 1), Err(EncodingError::TooLarge { .. })));
    }
}
