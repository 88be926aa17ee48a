//! Accepting TLS connections and serving HTTP/1.1 and HTTP/2 on them.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use wardenry_directory::client_address;
use wardenry_web::limits::{
    HANDSHAKE_TIMEOUT, HEADER_TIMEOUT, IDLE_TIMEOUT, MAX_CONCURRENT_STREAMS, MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
};

/// How long running requests may take once the server stops, and answers once their connection is idle.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves until told to stop, then lets running requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    router: Router,
    stop: CancellationToken,
) {
    let acceptor = TlsAcceptor::from(tls);
    let protocol = Arc::new(protocol());
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, mostly: wait until some are given back.
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (acceptor, protocol, router) = (acceptor.clone(), Arc::clone(&protocol), router.clone());
        let stop = stop.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let Some(stream) = handshake(acceptor, stream, peer).await else { return };
            attend(&protocol, stream, peer, router, &stop).await;
        });
    }
    drop(listener);
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(DRAIN_TIMEOUT, permits.acquire_many(all)).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Waits for a place among the connections, then for a connection.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.expect("the semaphore is never closed");
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

fn protocol() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Serves one connection until its client leaves, it has been idle for too long, or the server stops.
///
/// The protocol's own timeouts do not cover a client that says nothing after the handshake, one that
/// answers pings and asks nothing, and one that does not read its answers.
async fn attend(
    protocol: &auto::Builder<TokioExecutor>,
    stream: tokio_rustls::server::TlsStream<TcpStream>,
    peer: SocketAddr,
    router: Router,
    stop: &CancellationToken,
) {
    let running = Arc::new(watch::Sender::new(0_usize));
    let requests = running.subscribe();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let request_runs = Running::start(&running);
        let answer = router.clone().oneshot(request);
        async move {
            let _request_runs = request_runs;
            client_address::scope(peer.ip(), answer).await
        }
    });
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
    let outcome = tokio::select! {
        outcome = connection.as_mut() => Some(outcome),
        () = idle(requests, HEADER_TIMEOUT, IDLE_TIMEOUT) => None,
        () = stop.cancelled() => None,
    };
    let outcome = match outcome {
        Some(outcome) => Ok(outcome),
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(DRAIN_TIMEOUT, connection).await
        }
    };
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(peer = %peer, "connection ended: {error}"),
        Err(_) => tracing::debug!(peer = %peer, "connection cut off"),
    }
}

/// A request that is being answered.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn start(running: &Arc<watch::Sender<usize>>) -> Self {
        running.send_modify(|count| *count += 1);
        Self(Arc::clone(running))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Resolves when no request has come in the `first` time, or none has been running for the `later` one.
async fn idle(mut requests: watch::Receiver<usize>, first: Duration, later: Duration) {
    let mut limit = first;
    loop {
        let changed = if *requests.borrow_and_update() == 0 {
            match tokio::time::timeout(limit, requests.changed()).await {
                Ok(changed) => changed,
                Err(_) => return,
            }
        } else {
            requests.changed().await
        };
        if changed.is_err() {
            // The connection is gone, and whoever waits for this with it.
            return;
        }
        limit = later;
    }
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(peer = %peer, "cannot set TCP_NODELAY: {error}");
    }
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!(peer = %peer, "TLS handshake failed: {error}");
            None
        }
        Err(_) => {
            tracing::debug!(peer = %peer, "TLS handshake took too long");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(30);
    const LATER: Duration = Duration::from_millis(120);

    #[tokio::test]
    async fn a_connection_is_idle_without_a_first_request_and_later_after_the_last() {
        let running = Arc::new(watch::Sender::new(0));
        let start = tokio::time::Instant::now();
        idle(running.subscribe(), FIRST, LATER).await;
        assert!((FIRST..LATER).contains(&start.elapsed()));

        let start = tokio::time::Instant::now();
        let mut ended = pin!(idle(running.subscribe(), FIRST, LATER));
        let request = Running::start(&running);
        assert!(tokio::time::timeout(LATER * 2, ended.as_mut()).await.is_err(), "a request is running");
        drop(request);
        assert!(tokio::time::timeout(LATER / 2, ended.as_mut()).await.is_err(), "it has just ended");
        drop(Running::start(&running));
        ended.await;
        assert!(start.elapsed() >= LATER * 7 / 2, "another one came in between");
    }
}
