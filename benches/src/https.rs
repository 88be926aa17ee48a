//! Just enough of an HTTP/1.1 client over TLS: the load generator shares its cores with the server it
//! measures, so it does as little as it can.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The largest answer that is read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// A server on this machine, under the name `localhost`.
#[derive(Clone)]
pub(crate) struct Endpoint {
    port: u16,
    tls: TlsConnector,
}

impl Endpoint {
    /// Trusts the authorities of a PEM file and no other.
    pub(crate) fn new(port: u16, ca_file: &Path) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        let unreadable = || format!("{} holds no usable PEM", ca_file.display());
        for certificate in CertificateDer::pem_file_iter(ca_file).with_context(unreadable)? {
            roots.add(certificate.with_context(unreadable)?).with_context(unreadable)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("the TLS library offers no protocol version")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { port, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// The `Host` header for this server.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let name = ServerName::try_from("localhost").expect("localhost is a DNS name");
        let stream = self.tls.connect(name, stream).await.context("the TLS handshake failed")?;
        Ok(Connection { stream, received: Vec::with_capacity(8 * 1024) })
    }
}

/// A connection that is used for one request after the other.
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    received: Vec<u8>,
}

impl Connection {
    /// Sends a request and returns the body of the answer, which has to have the status 200.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(request).await.context("cannot send a request")?;
        self.received.clear();
        loop {
            let read = self.stream.read_buf(&mut self.received).await.context("cannot read an answer")?;
            match Head::parse(&self.received)? {
                Some(head) if self.received.len() >= head.length + head.content_length => {
                    let body = &self.received[head.length..];
                    if head.status != 200 {
                        bail!("the answer is a {}: {}", head.status, String::from_utf8_lossy(body));
                    }
                    return Ok(body);
                }
                _ if read == 0 => bail!("the server closed the connection"),
                _ if self.received.len() > MAX_ANSWER_BYTES => bail!("an answer is too long"),
                _ => {}
            }
        }
    }
}

/// What has to be known of an answer's head. Answers in chunks are not understood.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    content_length: usize,
}

impl Head {
    /// `None` while the head is incomplete.
    fn parse(received: &[u8]) -> anyhow::Result<Option<Self>> {
        const END: &[u8] = b"\r\n\r\n";
        let Some(end) = received.windows(END.len()).position(|window| window == END) else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&received[..end]).context("the head of an answer is no text")?;
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let content_length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok());
        Ok(Some(Self {
            status: status.with_context(|| format!("'{status_line}' is no status line"))?,
            length: end + END.len(),
            content_length: content_length.context("an answer has no Content-Length")?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_complete() {
        let text = b"HTTP/1.1 200 OK\r\nDate: x\r\ncontent-length: 12\r\n\r\n{}";
        let expected = Head { status: 200, length: 48, content_length: 12 };
        assert_eq!(Head::parse(text).unwrap(), Some(expected));
        assert_eq!(Head::parse(&text[..40]).unwrap(), None);
    }

    #[test]
    fn an_answer_without_a_length_or_a_status_is_refused() {
        for text in
            ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "nonsense\r\nContent-Length: 1\r\n\r\n"]
        {
            assert!(Head::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
