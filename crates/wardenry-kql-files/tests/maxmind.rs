//! Databases in MaxMind's format, written here by the format's public description.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use wardenry_kql_files::{GeoDatabaseError, MaxMindDatabase};
use wardenry_kql_functions::{GeoDatabase, GeoLocation};

/// A value of the data section.
#[derive(Clone)]
enum Value {
    Text(&'static str),
    Double(f64),
    Short(u16),
    Word(u32),
    Long(u64),
    List(Vec<Value>),
    Map(Vec<(&'static str, Value)>),
}

impl Value {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                control(out, 2, text.len());
                out.extend_from_slice(text.as_bytes());
            }
            Self::Double(number) => {
                control(out, 3, 8);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Short(number) => {
                control(out, 5, 2);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Word(number) => {
                control(out, 6, 4);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Long(number) => {
                control(out, 9, 8);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::List(items) => {
                control(out, 11, items.len());
                for item in items {
                    item.encode(out);
                }
            }
            Self::Map(members) => {
                control(out, 7, members.len());
                for (name, value) in members {
                    Self::Text(name).encode(out);
                    value.encode(out);
                }
            }
        }
    }
}

/// Type and size; types from 8 on have a byte of their own.
fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (small, more) = if size < 29 { (size, None) } else { (29, Some(u8::try_from(size - 29).unwrap())) };
    let small = u8::try_from(small).unwrap();
    out.push(if kind < 8 { kind << 5 | small } else { small });
    out.extend((kind >= 8).then(|| kind - 7));
    out.extend(more);
}

/// What a side of a node leads to.
#[derive(Clone, Copy)]
enum Side {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A database of networks: address, bits of it that count, and what is known of it.
fn database(database_type: &'static str, networks: &[(&str, usize, Value)]) -> Vec<u8> {
    let mut nodes = vec![[Side::Nothing; 2]];
    let mut data = Vec::new();
    for (address, bits, value) in networks {
        let (address, bits) = match address.parse().unwrap() {
            // The first 96 bits of an address of version 4 are 0 in a tree of version 6.
            IpAddr::V4(address) => (u128::from(u32::from(address)), bits + 96),
            IpAddr::V6(address) => (u128::from(address), *bits),
        };
        let mut node = 0;
        for bit in 0..bits {
            let side = usize::from(address >> (127 - bit) & 1 == 1);
            if bit + 1 == bits {
                nodes[node][side] = Side::Data(data.len());
            } else if let Side::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Side::Nothing; 2]);
                nodes[node][side] = Side::Node(nodes.len() - 1);
                node = nodes.len() - 1;
            }
        }
        value.encode(&mut data);
    }
    let mut file = Vec::new();
    for side in nodes.iter().flatten() {
        let record = match side {
            Side::Nothing => nodes.len(),
            Side::Node(node) => *node,
            Side::Data(offset) => nodes.len() + 16 + offset,
        };
        file.extend_from_slice(&u32::try_from(record).unwrap().to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.append(&mut data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(1_780_000_000)),
        ("database_type", Value::Text(database_type)),
        ("description", Value::Map(vec![("en", Value::Text("for tests"))])),
        ("ip_version", Value::Short(6)),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("node_count", Value::Word(u32::try_from(nodes.len()).unwrap())),
        ("record_size", Value::Short(24)),
    ])
    .encode(&mut file);
    file
}

fn named(name: &'static str) -> Value {
    let names = BTreeMap::from([("de", "anders"), ("en", name)]);
    let names = names.into_iter().map(|(language, name)| (language, Value::Text(name))).collect();
    Value::Map(vec![("geoname_id", Value::Word(1)), ("names", Value::Map(names))])
}

/// [D geo-info-from-ip-address-function.md]: the example's address.
fn cities() -> Vec<u8> {
    let sydney = Value::Map(vec![
        ("city", named("Sydney")),
        ("country", named("Australia")),
        (
            "location",
            Value::Map(vec![
                ("accuracy_radius", Value::Short(20)),
                ("latitude", Value::Double(-33.8715)),
                ("longitude", Value::Double(151.2006)),
            ]),
        ),
        ("subdivisions", Value::List(vec![named("New South Wales"), named("a smaller part")])),
    ]);
    let somewhere = Value::Map(vec![("country", named("United States"))]);
    let broken = Value::Map(vec![("country", Value::Text("no map"))]);
    database(
        "Test-City",
        &[("20.53.203.0", 24, sydney), ("2a03:2880::", 32, somewhere), ("192.0.2.0", 24, broken)],
    )
}

struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn written(bytes: &[u8]) -> Written {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("places.mmdb");
    std::fs::write(&path, bytes).expect("a file can be written");
    Written { _folder: folder, path }
}

#[test]
fn an_address_is_where_the_database_says() {
    let file = written(&cities());
    let database = MaxMindDatabase::open(&file.path).expect("a database");
    let find = |address: &str| database.find(address.parse().expect("an address"));
    let sydney = GeoLocation {
        country: Some("Australia".to_owned()),
        state: Some("New South Wales".to_owned()),
        city: Some("Sydney".to_owned()),
        latitude: Some(-33.8715),
        longitude: Some(151.2006),
    };
    assert_eq!(find("20.53.203.50"), Some(sydney));
    let country = GeoLocation { country: Some("United States".to_owned()), ..GeoLocation::default() };
    assert_eq!(find("2a03:2880:f12c:83:face:b00c::25de"), Some(country));
    assert_eq!(find("20.53.204.1"), None);
    assert_eq!(find("::1"), None);
    assert_eq!(find("192.0.2.1"), None, "an entry that is broken");
}

#[test]
fn other_files_are_refused() {
    let refusal = |bytes: &[u8]| {
        let file = written(bytes);
        let refusal = MaxMindDatabase::open(&file.path).expect_err("it is no database");
        refusal.to_string().replace(&file.path.display().to_string(), "FILE")
    };
    let no_database = "FILE is no database in MaxMind's format (.mmdb)";
    assert_eq!(refusal(b""), no_database);
    assert_eq!(refusal(b"Account,Bytes\n"), no_database);
    let operators = Value::Map(vec![("autonomous_system_number", Value::Word(64_496))]);
    assert_eq!(
        refusal(&database("Test-ASN", &[("192.0.2.0", 24, operators)])),
        "FILE says nothing of places: it is a database of the type Test-ASN"
    );
    assert_eq!(
        refusal(&database("Test-City", &[])),
        "FILE says nothing of places: it is a database of the type Test-City"
    );
    let missing = MaxMindDatabase::open("no such file.mmdb".as_ref());
    assert!(matches!(missing, Err(GeoDatabaseError::Io { .. })), "{missing:?}");
}

/// Whatever is cut off or changed, it ends without harm.
#[test]
fn broken_databases_end_well() {
    let whole = cities();
    let addresses = ["20.53.203.50", "192.0.2.1", "2a03:2880::1", "ffff::"].map(|text| text.parse().unwrap());
    for at in (0..whole.len()).step_by(11) {
        for byte in [0_u8, 0xff] {
            let mut changed = whole.clone();
            changed[at] = byte;
            for bytes in [changed.as_slice(), &whole[..at]] {
                let file = written(bytes);
                if let Ok(database) = MaxMindDatabase::open(&file.path) {
                    for address in addresses {
                        let _whatever_it_says = database.find(address);
                    }
                }
            }
        }
    }
}
