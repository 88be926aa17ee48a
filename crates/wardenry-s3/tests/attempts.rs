//! What is tried again, against a server that answers as it is told.

use std::sync::Arc;

use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::time::SystemClock;
use wardenry_s3::{Address, Credentials, S3Settings, S3Store};

const BUSY: &str = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const WHOLE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole";
const CUT_OFF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwh";
const NOTHING: &str = "";
const PART: &str = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-3/5\r\nContent-Length: 3\r\nConnection: close\r\n\r\nhol";

/// A store, and its server, which gives one answer to each connection and then how many there were.
async fn store(answers: &'static [&'static str]) -> (S3Store, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let read = connection.read_buf(&mut request).await.unwrap();
                assert!(read > 0, "the request ends");
            }
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        answers.len()
    });
    let settings = S3Settings {
        address: Address::new("events", "r", Some(&endpoint), true).unwrap(),
        region: "r".into(),
        credentials: Credentials { access_key_id: "id".into(), secret_access_key: "secret".into() },
        authority_pem: None,
    };
    (S3Store::new(settings, Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap(), server)
}

#[tokio::test]
async fn what_may_succeed_later_is_tried_again() {
    let (store, server) = store(&[BUSY, NOTHING, CUT_OFF, WHOLE]).await;
    let found = store.get(&Path::from("a")).await.unwrap().bytes().await.unwrap();
    assert_eq!((&*found, server.await.unwrap()), (&b"whole"[..], 4));
}

#[tokio::test]
async fn it_ends_after_five_times() {
    let (store, server) = store(&[BUSY; 5]).await;
    let failure = store.get(&Path::from("a")).await.unwrap_err();
    assert!(matches!(failure, Error::Generic { .. }), "{failure:?}");
    assert_eq!(server.await.unwrap(), 5);
}

#[tokio::test]
async fn a_refusal_is_final() {
    let (store, server) = store(&[REFUSED]).await;
    let failure = store.get(&Path::from("a")).await.unwrap_err();
    assert!(matches!(failure, Error::PermissionDenied { .. }), "{failure:?}");
    assert_eq!(server.await.unwrap(), 1);
}

/// Otherwise the wrong bytes would be taken for those of the file.
#[tokio::test]
async fn a_part_is_the_part_that_was_asked_for() {
    let (parts, server) = store(&[PART, WHOLE]).await;
    let location = Path::from("a");
    assert_eq!(parts.get_range(&location, 1..4).await.unwrap(), "hol");
    assert!(parts.get_range(&location, 1..4).await.is_err());
    server.await.unwrap();
    let (parts, server) = store(&[PART]).await;
    assert!(parts.get_range(&location, 0..4).await.is_err());
    server.await.unwrap();
}
