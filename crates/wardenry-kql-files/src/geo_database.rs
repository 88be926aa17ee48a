//! Where addresses are, from a file in MaxMind's format.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use serde::Deserialize;
use wardenry_kql_functions::{GeoDatabase, GeoLocation};

/// Bytes of a file, all of which are kept in memory. The largest databases of cities have about a third of it.
const FILE_BYTES: u64 = 1 << 30;
/// Entries by which a database shows what it knows.
const SAMPLE: usize = 1_000;

/// A database that says of addresses where they are: GeoLite2-City, GeoIP2-City, and others that have their members.
pub struct MaxMindDatabase {
    reader: Reader<Vec<u8>>,
}

/// Why a file is no such database.
#[derive(Debug, thiserror::Error)]
pub enum GeoDatabaseError {
    #[error("cannot read {path}", path = path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} is larger than {limit} bytes", path = path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{path} is no database in MaxMind's format (.mmdb)", path = path.display())]
    Format {
        path: PathBuf,
        #[source]
        source: MaxMindDbError,
    },
    #[error("{path} says nothing of places: it is a database of the type {database_type}", path = path.display())]
    NoPlaces { path: PathBuf, database_type: String },
}

/// What is read of an entry. Names are those in English, as the function gives them.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    country: Option<Named<'a>>,
    /// From the largest to the smallest.
    subdivisions: Option<Vec<Named<'a>>>,
    city: Option<Named<'a>>,
    location: Option<Position>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    names: Option<Names<'a>>,
}

#[derive(Deserialize)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Deserialize)]
struct Position {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl MaxMindDatabase {
    /// Reads a file into memory.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, is no database, or one that says nothing of places.
    pub fn open(path: &Path) -> Result<Self, GeoDatabaseError> {
        let io = |source| GeoDatabaseError::Io { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        File::open(path).map_err(io)?.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > FILE_BYTES {
            return Err(GeoDatabaseError::TooLarge { path: path.to_owned(), limit: FILE_BYTES });
        }
        let format = |source| GeoDatabaseError::Format { path: path.to_owned(), source };
        let reader = Reader::from_source(bytes).map_err(format)?;
        let knows_places = {
            let mut entries = reader.networks(WithinOptions::default()).map_err(format)?.take(SAMPLE);
            entries.any(|entry| {
                entry.and_then(|entry| entry.decode::<Entry<'_>>()).ok().flatten().is_some_and(|entry| {
                    entry.country.is_some() || entry.city.is_some() || entry.location.is_some()
                })
            })
        };
        if !knows_places {
            let database_type = reader.metadata().database_type.clone();
            return Err(GeoDatabaseError::NoPlaces { path: path.to_owned(), database_type });
        }
        Ok(Self { reader })
    }
}

impl GeoDatabase for MaxMindDatabase {
    /// An entry that is broken is one of which nothing is known: a query over millions of addresses does not end because of it.
    fn find(&self, address: IpAddr) -> Option<GeoLocation> {
        let entry: Entry<'_> = self.reader.lookup(address).ok()?.decode().ok()??;
        let name = |named: &Option<Named<'_>>| {
            Some(named.as_ref()?.names.as_ref()?.en.filter(|name| !name.is_empty())?.to_owned())
        };
        let state = entry.subdivisions.and_then(|subdivisions| subdivisions.into_iter().next());
        Some(GeoLocation {
            country: name(&entry.country),
            state: name(&state),
            city: name(&entry.city),
            latitude: entry.location.as_ref().and_then(|position| position.latitude),
            longitude: entry.location.as_ref().and_then(|position| position.longitude),
        })
    }
}

impl fmt::Debug for MaxMindDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database_type = &self.reader.metadata().database_type;
        f.debug_struct("MaxMindDatabase").field("database_type", database_type).finish_non_exhaustive()
    }
}
