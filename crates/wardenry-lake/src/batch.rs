//! What goes into the lake, and what is said of it.

use serde_json::{Map, Value};
use wardenry_core::time::Timestamp;

/// Events that are stored together, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// A name for the batch: if one of that name has been stored, this one is not stored again, whatever is in it.
    pub id: Option<Box<str>>,
    pub records: Vec<Record>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Record {
    /// The table, by its exact name.
    pub table: Box<str>,
    /// When the event was received upstream, if that is known. Stands in for a `Timestamp` that the event does not have.
    pub received: Option<Timestamp>,
    /// The event, with members named as the columns are.
    pub properties: Map<String, Value>,
    /// Why the record is none, if that was found on the way here: it goes into quarantine.
    pub refused: Option<(QuarantineCode, String)>,
}

/// What became of a batch. All of it is on the disk and visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many records are rows of their tables; of a batch that came again, how many became so the first time.
    pub stored: u64,
    /// Whether the batch had been stored before. Nothing was stored now.
    pub repeated: bool,
    /// The records that are in quarantine instead, or nowhere for [`QuarantineCode::QuarantineFull`], in their order.
    pub quarantined: Vec<Quarantined>,
}

/// A record that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its place in the batch.
    pub index: usize,
    pub code: QuarantineCode,
    /// A sentence for the sender, without a full stop.
    pub reason: String,
}

/// Why a record does not fit, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuarantineCode {
    /// There is no such table.
    UnknownTable,
    /// A member cannot become a value of its column's type.
    WrongType,
    /// The event is from after tomorrow.
    InTheFuture,
    /// The event is older than rows are kept.
    TooOld,
    /// The event is too large.
    TooLarge,
    /// It is no record of the event stream.
    Malformed,
    /// It names another tenant than the one that sent it.
    WrongTenant,
    /// It does not fit for one of the other reasons, and is nowhere: the quarantine has taken its records of the day.
    QuarantineFull,
}

impl QuarantineCode {
    const ALL: [Self; 8] = [
        Self::UnknownTable,
        Self::WrongType,
        Self::InTheFuture,
        Self::TooOld,
        Self::TooLarge,
        Self::Malformed,
        Self::WrongTenant,
        Self::QuarantineFull,
    ];

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    /// The name, as it stands in the quarantine table and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownTable => "UnknownTable",
            Self::WrongType => "WrongType",
            Self::InTheFuture => "InTheFuture",
            Self::TooOld => "TooOld",
            Self::TooLarge => "TooLarge",
            Self::Malformed => "Malformed",
            Self::WrongTenant => "WrongTenant",
            Self::QuarantineFull => "QuarantineFull",
        }
    }
}
