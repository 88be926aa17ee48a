//! The store itself.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use reqwest::{Method, StatusCode};
use wardenry_core::entropy::Entropy;
use wardenry_core::time::Clock;

use crate::address::Address;
use crate::answer::Element;
use crate::client::{Answer, Call, Client};
use crate::error::{S3Error, S3SettingsError};
use crate::signature::Credentials;
use crate::upload::Upload;

/// What is known of a bucket.
#[derive(Clone, Debug)]
pub struct S3Settings {
    pub address: Address,
    /// Signatures name it, also those for servers that have no regions.
    pub region: String,
    pub credentials: Credentials,
    /// Certificates to trust besides those of the system, PEM.
    pub authority_pem: Option<Vec<u8>>,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct S3Store {
    client: Arc<Client>,
}

/// So many objects are removed at the same time.
const REMOVED_AT_ONCE: usize = 8;

impl S3Store {
    pub fn new(
        settings: S3Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, S3SettingsError> {
        let S3Settings { address, region, credentials, authority_pem } = settings;
        let client = Client::new(address, region, credentials, authority_pem.as_deref(), clock, entropy)?;
        Ok(Self { client: Arc::new(client) })
    }
}

impl fmt::Display for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3")
    }
}

fn not_there(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: "wardenry-s3".to_owned() }
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if options.mode != PutMode::Overwrite || !options.attributes.is_empty() {
            return Err(not_there("put with conditions or attributes"));
        }
        let key = location.as_ref();
        let call = Call { body: Bytes::from(payload), ..Call::new(Method::PUT, key) };
        let answer = self.client.call(call).await.map_err(|error| error.about(key))?;
        Ok(PutResult { e_tag: answer.header("etag").map(str::to_owned), version: None })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        if !options.attributes.is_empty() {
            return Err(not_there("put with attributes"));
        }
        let key = location.as_ref();
        let upload = Upload::begin(&self.client, key).await.map_err(|error| error.about(key))?;
        Ok(Box::new(upload))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.version.is_some() {
            return Err(not_there("get of a version"));
        }
        let key = location.as_ref();
        let is_empty_range = matches!(&options.range, Some(GetRange::Bounded(range)) if range.is_empty());
        if is_empty_range || matches!(options.range, Some(GetRange::Suffix(0))) {
            return Err(S3Error::Unexpected("a range of nothing, which was asked for").about(key));
        }
        let method = if options.head { Method::HEAD } else { Method::GET };
        let call = Call { range: options.range.as_ref().map(ToString::to_string), ..Call::new(method, key) };
        let answer = self.client.call(call).await.map_err(|error| error.about(key))?;
        let (range, size) =
            extent(&answer, options.range.as_ref(), options.head).map_err(|error| error.about(key))?;
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: last_modified(answer.header("last-modified")),
            size,
            e_tag: answer.header("etag").map(str::to_owned),
            version: None,
        };
        options.check_preconditions(&meta)?;
        let body = stream::iter([Ok(answer.body)]).boxed();
        Ok(GetResult {
            payload: GetResultPayload::Stream(body),
            meta,
            range,
            attributes: Attributes::default(),
        })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let client = Arc::clone(&self.client);
        let delete = move |location: Result<Path>| {
            let client = Arc::clone(&client);
            async move {
                let location = location?;
                let done = client.call(Call::new(Method::DELETE, location.as_ref())).await;
                match done.map_err(|error| error.about(location.as_ref())) {
                    // It is gone either way, as with other stores that speak the protocol.
                    Ok(_) | Err(Error::NotFound { .. }) => Ok(location),
                    Err(error) => Err(error),
                }
            }
        };
        locations.map(delete).buffered(REMOVED_AT_ONCE).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let client = Arc::clone(&self.client);
        let prefix = prefix.filter(|prefix| !prefix.as_ref().is_empty());
        let prefix = prefix.map_or_else(String::new, |prefix| format!("{prefix}/"));
        let next = move |page: Page| {
            let (client, prefix) = (Arc::clone(&client), prefix.clone());
            async move {
                let token = match page {
                    Page::First => None,
                    Page::After(token) => Some(token),
                    Page::None => return Ok::<_, Error>(None),
                };
                let (objects, next) =
                    list(&client, &prefix, token.as_deref()).await.map_err(|error| error.about(&prefix))?;
                Ok(Some((stream::iter(objects), next)))
            }
        };
        stream::try_unfold(Page::First, next).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(not_there("listing by folder"))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(not_there("copy"))
    }
}

/// Which part of an object an answer has, and how large the object is.
fn extent(answer: &Answer, wanted: Option<&GetRange>, is_head: bool) -> Result<(Range<u64>, u64), S3Error> {
    if let Some(wanted) = wanted {
        if answer.status != StatusCode::PARTIAL_CONTENT {
            return Err(S3Error::Unexpected("all of an object instead of a part"));
        }
        let found = answer.header("content-range").and_then(content_range);
        let (range, size) = found.ok_or(S3Error::Unexpected("no range of a part"))?;
        let length = range.end - range.start;
        let is_that = wanted.as_range(size).is_ok_and(|wanted| wanted == range);
        if !is_that || (!is_head && length != answer.body.len() as u64) {
            return Err(S3Error::Unexpected("another part than was asked for"));
        }
        return Ok((range, size));
    }
    let size = if is_head {
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        length.ok_or(S3Error::Unexpected("no length"))?
    } else {
        answer.body.len() as u64
    };
    Ok((0..size, size))
}

/// `bytes 3-9/20`, with the end included.
fn content_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let (start, last, size): (u64, u64, u64) = (start.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    (start <= last && last < size).then(|| (start..last + 1, size))
}

/// When an object was made. Nobody depends on it, so one that cannot be read is long ago.
fn last_modified(header: Option<&str>) -> DateTime<Utc> {
    header.and_then(|text| DateTime::parse_from_rfc2822(text).ok()).map(|at| at.to_utc()).unwrap_or_default()
}

/// Where a listing goes on.
enum Page {
    First,
    After(String),
    None,
}

async fn list(
    client: &Client,
    prefix: &str,
    token: Option<&str>,
) -> Result<(Vec<Result<ObjectMeta>>, Page), S3Error> {
    let mut query = vec![("list-type", "2"), ("prefix", prefix)];
    query.extend(token.map(|token| ("continuation-token", token)));
    let answer = client.call(Call { query: &query, ..Call::new(Method::GET, "") }).await?;
    let listed = Element::parse(&answer.body)?;
    if listed.name != "ListBucketResult" {
        return Err(S3Error::Unexpected("no listing"));
    }
    let object = |object: &Element| {
        let location = Path::parse(object.text_of("Key"))?;
        let size = object.text_of("Size").parse();
        let size = size.map_err(|_| S3Error::Unexpected("an object without a size").about(prefix))?;
        let at = DateTime::parse_from_rfc3339(object.text_of("LastModified"));
        let last_modified = at.map(|at| at.to_utc()).unwrap_or_default();
        Ok(ObjectMeta { location, last_modified, size, e_tag: None, version: None })
    };
    // Consoles make folders visible by empty objects whose names end so.
    let files = listed.all("Contents").filter(|found| !found.text_of("Key").ends_with('/'));
    let objects = files.map(object).collect();
    let next = match (listed.text_of("IsTruncated"), listed.text_of("NextContinuationToken")) {
        ("true", "") => return Err(S3Error::Unexpected("a listing that does not go on")),
        ("true", token) => Page::After(token.to_owned()),
        _ => Page::None,
    };
    Ok((objects, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(content_range("bytes 3-9/20"), Some((3..10, 20)));
        for bad in ["", "bytes 3-9", "bytes 9-3/20", "bytes 3-20/20", "bytes */20", "items 3-9/20"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }
}
