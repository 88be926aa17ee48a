//! `wardenry-s3` against a server that checks signatures; without one there is nothing to ask.

use std::sync::Arc;

use datafusion::object_store::path::Path;
use datafusion::object_store::{Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload};
use futures_util::TryStreamExt as _;

use crate::object_stores::{Server, bucket, bucket_at};

async fn names(store: &dyn ObjectStore, prefix: Option<&str>) -> Vec<(String, u64)> {
    let prefix = prefix.map(Path::from);
    let listed = store.list(prefix.as_ref()).map_ok(|object| (object.location.to_string(), object.size));
    let mut names: Vec<_> = listed.try_collect().await.unwrap();
    names.sort();
    names
}

#[tokio::test]
async fn objects_are_put_read_listed_and_removed() {
    let Some(server) = Server::start() else { return };
    let store = bucket_at(server.port());
    let at = |name: &str| Path::from(name);
    let content = b"0123456789".to_vec();
    for name in ["a/b", "a/c d+e=f&g", "ab"] {
        store.put(&at(name), content.clone().into()).await.unwrap();
    }
    store.put(&at("empty"), PutPayload::new()).await.unwrap();
    let name = |name: &str, size| (name.to_owned(), size);
    assert_eq!(names(&store, Some("a")).await, [name("a/b", 10), name("a/c d+e=f&g", 10)]);
    let all = [name("a/b", 10), name("a/c d+e=f&g", 10), name("ab", 10), name("empty", 0)];
    assert_eq!(names(&store, None).await, all);

    assert_eq!(store.get(&at("a/c d+e=f&g")).await.unwrap().bytes().await.unwrap(), content);
    assert_eq!(store.get(&at("empty")).await.unwrap().bytes().await.unwrap(), "");
    assert_eq!(store.head(&at("ab")).await.unwrap().size, 10);
    let ranges = store.get_ranges(&at("ab"), &[2..5, 0..1, 9..10]).await.unwrap();
    assert_eq!(ranges, ["234", "0", "9"]);
    for (range, expected, extent) in [
        (GetRange::Bounded(8..20), "89", 8..10),
        (GetRange::Offset(7), "789", 7..10),
        (GetRange::Suffix(4), "6789", 6..10),
    ] {
        let options = GetOptions { range: Some(range), ..GetOptions::default() };
        let found = store.get_opts(&at("ab"), options).await.unwrap();
        assert_eq!((found.range.clone(), found.meta.size), (extent, 10));
        assert_eq!(found.bytes().await.unwrap(), expected);
    }

    store.delete(&at("a/b")).await.unwrap();
    for missing in ["a/b", "nothing"] {
        assert!(matches!(store.get(&at(missing)).await, Err(Error::NotFound { .. })));
        assert!(matches!(store.head(&at(missing)).await, Err(Error::NotFound { .. })));
    }
    assert_eq!(names(&store, Some("a")).await, [name("a/c d+e=f&g", 10)]);
}

#[tokio::test]
async fn parts_become_one_object_when_they_are_complete() {
    let Some(server) = Server::start() else { return };
    let store = bucket_at(server.port());
    let location = Path::from("large");
    let parts = [vec![b'a'; 6 << 20], vec![b'b'; 5 << 20], vec![b'c'; 7]];
    let mut upload = store.put_multipart(&location).await.unwrap();
    // They may arrive in any order.
    let sent: Vec<_> = parts.iter().map(|part| upload.put_part(part.clone().into())).collect();
    for part in sent.into_iter().rev() {
        part.await.unwrap();
    }
    assert_eq!(names(&store, None).await, []);
    upload.complete().await.unwrap();
    assert_eq!(store.get(&location).await.unwrap().bytes().await.unwrap(), parts.concat());

    let mut given_up = store.put_multipart(&Path::from("given up")).await.unwrap();
    given_up.put_part(vec![b'd'; 9].into()).await.unwrap();
    given_up.abort().await.unwrap();
    assert!(given_up.complete().await.is_err());
    assert_eq!(names(&store, None).await, [("large".to_owned(), (11 << 20) + 7)]);
}

#[tokio::test]
async fn refusals_say_what_is_wrong() {
    let Some(mut server) = Server::start() else { return };
    let location = Path::from("a");
    let source = |error: Error| -> (String, String) {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let kind = format!("{error:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
        (kind, source)
    };
    let wrong = bucket(server.port(), "events", "something else");
    let (kind, said) = source(wrong.get(&location).await.unwrap_err());
    assert_eq!(kind, "PermissionDenied");
    assert!(said.starts_with("the object store refuses: SignatureDoesNotMatch (403), "), "{said}");
    let store: Arc<dyn ObjectStore> = Arc::new(bucket_at(server.port()));
    server.stop();
    let (kind, said) = source(store.get(&location).await.unwrap_err());
    assert_eq!((&*kind, &*said), ("Generic", "the object store cannot be reached"));
}
