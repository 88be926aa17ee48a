//! Batches that are wrong, torn, or blow up: over HTTPS.

use std::io::Write as _;

use serde_json::{Value, json};
use wardenry_core::time::{Clock as _, SystemClock};

use crate::hunting::{DEFENDER, HUNT, INGEST, WARDENRY, World, event, message, now};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// So many blocks of 128 KiB of the same byte, in four bytes each.
fn zstd_of_blocks(count: u32) -> Vec<u8> {
    // No flags, and a window of 128 KiB.
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for number in 1..=count {
        let is_last = u32::from(number == count);
        let header = is_last | 1 << 1 | (128 << 10) << 3;
        bytes.extend(&header.to_le_bytes()[..3]);
        bytes.push(b' ');
    }
    bytes
}

async fn events_of(world: &World, hunter: &str) -> Value {
    let query = "DeviceProcessEvents | summarize n = count() by DeviceName | sort by DeviceName asc";
    let (status, _, found) = world.hunt(HUNT, hunter, query).await;
    assert_eq!(status, 200, "{found}");
    found["Results"].clone()
}

/// Each bad record is told of with its reason and kept; the good ones among them are stored.
#[tokio::test]
async fn each_bad_record_has_its_reason_and_spoils_no_other() {
    let world = World::start();
    let (alder, birch) = (world.customer(0).to_owned(), world.customer(1).to_owned());
    let (sender, hunter) = (world.token(&alder, WARDENRY).await, world.token(&alder, DEFENDER).await);
    let time = now();
    let good = event(&alder, &time, "good");
    let table = |name: &str, properties: &str| {
        format!(r#"{{"time":"{time}","category":"AdvancedHunting-{name}","properties":{properties}}}"#)
    };
    let process = |properties: &str| table("DeviceProcessEvents", properties);
    let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
    let ahead = SystemClock.now().plus(days(2)).to_string();
    let old = SystemClock.now().minus(days(40)).to_string();
    let mut invalid = good.clone().into_bytes();
    let place = invalid.windows(4).position(|found| found == b"good").unwrap();
    invalid[place] = 0xff;
    let bad: Vec<(Vec<u8>, &str)> = vec![
        (event(&birch, &time, "theirs").into(), "WrongTenant"),
        (table("NoSuchTable", "{}").into(), "UnknownTable"),
        (table("WardenryQuarantine", "{}").into(), "UnknownTable"),
        (process(r#"{"ProcessId":"seven"}"#).into(), "WrongType"),
        (process(r#"{"ProcessId":7.5}"#).into(), "WrongType"),
        (process(r#"{"Timestamp":"yesterday"}"#).into(), "WrongType"),
        (process(&format!(r#"{{"Timestamp":"{ahead}"}}"#)).into(), "InTheFuture"),
        (process(&format!(r#"{{"Timestamp":"{old}"}}"#)).into(), "TooOld"),
        (process(r#"{"DeviceName":"a","DeviceName":"b"}"#).into(), "Malformed"),
        (process(&format!(r#"{{"DeviceName":"{}"}}"#, "x".repeat(1 << 20))).into(), "TooLarge"),
        (process(&format!(r#"{{"AdditionalFields":{}}}"#, "[".repeat(5000))).into(), "Malformed"),
        (invalid, "Malformed"),
        (b"[1]".to_vec(), "Malformed"),
        (br#"{"category":"AdvancedHunting-DeviceProcessEvents","prop"#.to_vec(), "Malformed"),
    ];
    let mut body = Vec::new();
    for (record, _) in &bad {
        body.extend(good.bytes().chain(*b"\n"));
        body.extend(record.iter().chain(b"\n"));
    }
    let (status, _, receipt) = world.post(INGEST, &sender, &[], body).await;
    assert_eq!((status, &receipt["stored"]), (200, &json!(bad.len())), "{receipt}");
    let told: Vec<_> = receipt["quarantined"].as_array().unwrap().iter().collect();
    let found: Vec<_> = told.iter().map(|it| (it["index"].clone(), it["code"].clone())).collect();
    let expected: Vec<_> =
        bad.iter().enumerate().map(|(index, (_, code))| (json!(2 * index + 1), json!(code))).collect();
    assert_eq!(found, expected);
    assert_eq!(events_of(&world, &hunter).await, json!([{"DeviceName": "good", "n": bad.len()}]));
    let (_, _, kept) = world.hunt(HUNT, &hunter, "WardenryQuarantine | project Code").await;
    let codes: Vec<_> = kept["Results"].as_array().unwrap().iter().map(|row| row["Code"].clone()).collect();
    assert_eq!(codes, bad.iter().map(|(_, code)| json!(code)).collect::<Vec<_>>());
    let theirs = world.token(&birch, DEFENDER).await;
    assert_eq!(events_of(&world, &theirs).await, json!([]));
}

#[tokio::test]
async fn torn_and_blown_up_bodies_are_refused_whole() {
    let world = World::start();
    let (sender, hunter) =
        (world.token(world.customer(0), WARDENRY).await, world.token(world.customer(0), DEFENDER).await);
    let good = event(world.customer(0), &now(), "good");
    let zipped = gzip(good.as_bytes());
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 100_000);
    let zstd_bomb = zstd_of_blocks(8 * 33);
    for (encoding, body, status, code) in [
        ("gzip", zipped[..zipped.len() - 1].to_vec(), 400, "InvalidEncoding"),
        ("gzip", zipped[..zipped.len() / 2].to_vec(), 400, "InvalidEncoding"),
        ("gzip", bomb, 413, "BatchTooLarge"),
        ("zstd", zstd_bomb[..zstd_bomb.len() / 2].to_vec(), 400, "InvalidEncoding"),
        ("zstd", zstd_bomb, 413, "BatchTooLarge"),
        // A window of 128 MiB.
        ("zstd", vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0x00, 0x00], 400, "InvalidEncoding"),
        ("gzip, gzip", gzip(&zipped), 415, "UnsupportedEncoding"),
        ("identity", format!("[{good}").into(), 400, "InvalidBody"),
    ] {
        let answer = world.post(INGEST, &sender, &[("content-encoding", encoding)], body).await;
        assert_eq!((answer.0, &answer.2["error"]["code"]), (status, &json!(code)), "{encoding}: {answer:?}");
        assert!(message(&answer).ends_with('.'), "{answer:?}");
    }
    // Within the bounds, the same two are read: blanks alone are no batch.
    let blanks = zstd_of_blocks(8);
    let answer = world.post(INGEST, &sender, &[("content-encoding", "zstd")], blanks).await;
    assert_eq!((answer.0, &answer.2["error"]["code"]), (400, &json!("InvalidBody")), "{answer:?}");
    assert_eq!(events_of(&world, &hunter).await, json!([]));
    let answer = world.post(INGEST, &sender, &[("content-encoding", "gzip")], zipped).await;
    assert_eq!((answer.0, &answer.2["stored"]), (200, &json!(1)), "{answer:?}");
}
