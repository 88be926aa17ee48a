//! AWS Signature Version 4.

use aws_lc_rs::{digest, hmac};
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;

/// What proves who sends a request.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: SecretString,
}

/// What is signed.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub(crate) method: &'r str,
    pub(crate) path: &'r str,
    /// Encoded and sorted.
    pub(crate) query: &'r str,
    /// By name, in order, lower case. What a server must not see changed.
    pub(crate) headers: &'r [(&'r str, &'r str)],
    pub(crate) content_hash: &'r str,
}

/// The header `authorization` of a request.
pub(crate) fn authorization(
    request: &Request<'_>,
    credentials: &Credentials,
    region: &str,
    now: Timestamp,
) -> String {
    let names = request.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let headers = request.headers.iter().fold(String::new(), |mut headers, (name, value)| {
        headers.extend([*name, ":", value, "\n"]);
        headers
    });
    let Request { method, path, query, content_hash, .. } = request;
    let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{content_hash}");
    let time = time(now);
    let day = &time[..8];
    let scope = format!("{day}/{region}/s3/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(canonical.as_bytes()));
    let first = format!("AWS4{}", credentials.secret_access_key.expose());
    let mut key = hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes());
    for part in [day, region, "s3", "aws4_request"] {
        key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
    }
    let signature = hex(hmac::sign(&key, to_sign.as_bytes()).as_ref());
    let id = &credentials.access_key_id;
    format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
}

/// A time as it is signed, `20130524T000000Z`.
pub(crate) fn time(at: Timestamp) -> String {
    let at = at.calendar();
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// The SHA-256 of a content, in hexadecimal digits.
pub(crate) fn hash(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documentation of S3.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        let credentials = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        };
        let now = Timestamp::parse("2013-05-24T00:00:00Z").unwrap();
        let content_hash = &*hash(b"");
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let (hashed, dated) = (("x-amz-content-sha256", content_hash), ("x-amz-date", "20130524T000000Z"));
        let signed = |path, query, headers: &[(&str, &str)]| {
            let request = Request { method: "GET", path, query, headers, content_hash };
            authorization(&request, &credentials, "us-east-1", now)
        };
        assert_eq!(
            signed("/test.txt", "", &[host, ("range", "bytes=0-9"), hashed, dated]),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        assert!(
            signed("/", "max-keys=2&prefix=J", &[host, hashed, dated])
                .ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
        );
    }
}
