//! Objects that are put in parts.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use reqwest::Method;

use crate::answer::{Element, refusal};
use crate::client::{Call, Client};
use crate::error::S3Error;

/// Nothing shows of the object before it is complete.
#[derive(Debug)]
pub(crate) struct Upload {
    client: Arc<Client>,
    key: Arc<str>,
    id: Arc<str>,
    bytes: u64,
    /// What each part is called, as soon as it is there.
    parts: Arc<Mutex<Vec<Option<String>>>>,
}

impl Upload {
    pub(crate) async fn begin(client: &Arc<Client>, key: &str) -> Result<Self, S3Error> {
        let query = &[("uploads", "")];
        let answer = client.call(Call { query, ..Call::new(Method::POST, key) }).await?;
        let begun = Element::parse(&answer.body)?;
        let id = begun.text_of("UploadId");
        if id.is_empty() {
            return Err(S3Error::Unexpected("no id of an upload"));
        }
        Ok(Self {
            client: Arc::clone(client),
            key: key.into(),
            id: id.into(),
            bytes: 0,
            parts: Arc::default(),
        })
    }

    async fn finish(&self) -> Result<Option<String>, S3Error> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut xml = String::from("<CompleteMultipartUpload>");
        for (number, part) in (1..).zip(parts) {
            let name = part.ok_or(S3Error::Unexpected("no name of a part"))?;
            let name = quick_xml::escape::escape(&name);
            let _infallible =
                write!(xml, "<Part><PartNumber>{number}</PartNumber><ETag>{name}</ETag></Part>");
        }
        xml.push_str("</CompleteMultipartUpload>");
        let call =
            Call { query: &[("uploadId", &self.id)], body: xml.into(), ..Call::new(Method::POST, &self.key) };
        match self.client.call(call).await {
            // It may fail after it has said that it succeeds.
            Ok(answer) => match Element::parse(&answer.body)? {
                done if done.name == "CompleteMultipartUploadResult" => {
                    Ok(Some(done.text_of("ETag").to_owned()))
                }
                _ => Err(refusal(answer.status.as_u16(), &answer.body)),
            },
            // The answer to an attempt before may have been lost.
            Err(error) if error.is("NoSuchUpload") => {
                let found = self.client.call(Call::new(Method::HEAD, &self.key)).await;
                match found {
                    Ok(found) if found.header("content-length") == Some(&*self.bytes.to_string()) => Ok(None),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let body = Bytes::from(data);
        self.bytes += body.len() as u64;
        let index = {
            let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
            parts.push(None);
            parts.len() - 1
        };
        let (client, key, id) = (Arc::clone(&self.client), Arc::clone(&self.key), Arc::clone(&self.id));
        let parts = Arc::clone(&self.parts);
        Box::pin(async move {
            let number = (index + 1).to_string();
            let query = &[("partNumber", &*number), ("uploadId", &*id)];
            let sent = client.call(Call { query, body, ..Call::new(Method::PUT, &key) }).await;
            let sent = sent.map_err(|error| error.about(&key))?;
            let name = sent.header("etag").map(str::to_owned);
            let name = name.ok_or_else(|| S3Error::Unexpected("no name of a part").about(&key))?;
            parts.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(name);
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let e_tag = self.finish().await.map_err(|error| error.about(&self.key))?;
        Ok(PutResult { e_tag, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        let query = &[("uploadId", &*self.id)];
        let done = self.client.call(Call { query, ..Call::new(Method::DELETE, &self.key) }).await;
        match done {
            Err(error) if !error.is("NoSuchUpload") => Err(error.about(&self.key)),
            _ => Ok(()),
        }
    }
}
