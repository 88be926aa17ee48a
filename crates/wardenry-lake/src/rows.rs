//! Records as rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, FixedSizeBinaryBuilder, Float64Builder, Int32Builder, Int64Builder,
    RecordBatch, StringViewBuilder,
};
use arrow::error::ArrowError;
use serde_json::{Map, Value};
use wardenry_core::time::Timestamp;
use wardenry_kql_values::{MAX_DATETIME, ScalarType, TICKS_PER_DAY, UNIX_EPOCH};

use crate::batch::{QuarantineCode, Quarantined, Record};
use crate::coerce::{Cell, WrongType, cell};
use crate::schema::{LakeSchema, Table};

/// What decides whether a record fits, besides the schema. Kept with the batch in the journal, so that reading it again has the same
/// outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// When the batch came in.
    pub(crate) now: Timestamp,
    pub(crate) retention_days: u32,
    pub(crate) record_bytes: u32,
}

/// A record, and its event as JSON.
#[derive(Debug)]
pub(crate) struct Written<'r> {
    pub(crate) record: &'r Record,
    pub(crate) json: &'r str,
}

/// The rows of a batch.
#[derive(Debug)]
pub(crate) struct Rows {
    /// By table, [`QUARANTINE`](crate::QUARANTINE) among them.
    pub(crate) tables: BTreeMap<Arc<str>, RecordBatch>,
    /// How many records are rows of the table that they were meant for.
    pub(crate) stored: u64,
    pub(crate) quarantined: Vec<Quarantined>,
}

/// How far clocks may be ahead.
const FUTURE_TICKS: i64 = TICKS_PER_DAY;
/// How much of a record the quarantine keeps.
const QUARANTINED_BYTES: usize = 32 * 1024;
/// How much of a value a reason quotes.
const QUOTED_CHARS: usize = 64;

impl Rows {
    /// `has_room` is asked for each record that does not fit, and says whether the quarantine takes it.
    pub(crate) fn of(
        schema: &LakeSchema,
        id: Option<&str>,
        records: &[Written<'_>],
        rules: &Rules,
        has_room: impl Fn() -> bool,
    ) -> Result<Self, ArrowError> {
        let mut builders: BTreeMap<Arc<str>, Builder> = BTreeMap::new();
        let mut quarantined = Vec::new();
        let mut stored = 0;
        for (index, written) in records.iter().enumerate() {
            match row(schema, written, rules) {
                Ok((table, row)) => {
                    builder(&mut builders, table).append(row, rules.now)?;
                    stored += 1;
                }
                Err((code, reason)) => {
                    let is_known = code == QuarantineCode::QuarantineFull;
                    if is_known || !has_room() {
                        let reason = if is_known { reason } else { full(code, &reason) };
                        let code = QuarantineCode::QuarantineFull;
                        quarantined.push(Quarantined { index, code, reason });
                        continue;
                    }
                    let refused = Quarantined { index, code, reason };
                    let row = quarantine_row(id, written, &refused, rules.now);
                    builder(&mut builders, &schema.quarantine).append(row, rules.now)?;
                    quarantined.push(refused);
                }
            }
        }
        let tables = builders
            .into_iter()
            .map(|(name, builder)| Ok((name, builder.finish()?)))
            .collect::<Result<_, ArrowError>>()?;
        Ok(Self { tables, stored, quarantined })
    }

    /// How many records are in quarantine.
    pub(crate) fn in_quarantine(&self) -> u64 {
        let is_in = |record: &&Quarantined| record.code != QuarantineCode::QuarantineFull;
        self.quarantined.iter().filter(is_in).count() as u64
    }

    /// What the rows take in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.tables.values().map(RecordBatch::get_array_memory_size).sum()
    }
}

fn builder<'b>(builders: &'b mut BTreeMap<Arc<str>, Builder>, table: &Arc<Table>) -> &'b mut Builder {
    builders.entry(Arc::clone(&table.name)).or_insert_with(|| Builder::new(table))
}

/// The cells of a row, in the order of the table's columns, and what has no column.
struct Row<'v> {
    cells: Vec<Cell<'v>>,
    unmapped: Option<String>,
}

type Refusal = (QuarantineCode, String);

fn row<'s, 'v>(
    schema: &'s LakeSchema,
    written: &Written<'v>,
    rules: &Rules,
) -> Result<(&'s Arc<Table>, Row<'v>), Refusal> {
    let record = written.record;
    if let Some((code, reason)) = &record.refused {
        return Err((*code, reason.clone()));
    }
    let name = &*record.table;
    let table = schema
        .open_table(name)
        .ok_or_else(|| (QuarantineCode::UnknownTable, format!("there is no table {}", quoted(name))))?;
    if written.json.len() > rules.record_bytes as usize {
        let reason =
            format!("the event has {} bytes, and may have {}", written.json.len(), rules.record_bytes);
        return Err((QuarantineCode::TooLarge, reason));
    }
    let mut cells: Vec<Cell<'v>> = table.columns.iter().map(|_| Cell::Null).collect();
    let mut unmapped = Map::new();
    for (member, value) in &record.properties {
        let Some(place) = table.place(member) else {
            unmapped.insert(member.clone(), value.clone());
            continue;
        };
        let (column, to) = &table.columns[place];
        cells[place] = cell(value, *to).map_err(|WrongType| {
            let found = quoted(&value.to_string());
            (QuarantineCode::WrongType, format!("{column} is of type {to}, and {found} is no such value"))
        })?;
    }
    if table.has_time {
        let time = time(&cells[table.time], record, rules);
        in_bounds(time, rules.now, table.retention_days.unwrap_or(rules.retention_days))?;
        cells[table.time] = Cell::Long(time);
    }
    let unmapped = (!unmapped.is_empty()).then(|| Value::Object(unmapped).to_string());
    Ok((table, Row { cells, unmapped }))
}

/// The time of an event: its own, or when it was received, or the present.
fn time(own: &Cell<'_>, record: &Record, rules: &Rules) -> i64 {
    match own {
        Cell::Long(ticks) => *ticks,
        _ => ticks(record.received.unwrap_or(rules.now)),
    }
}

fn in_bounds(time: i64, now: Timestamp, retention_days: u32) -> Result<(), Refusal> {
    let now = ticks(now);
    if time > now.saturating_add(FUTURE_TICKS) {
        let reason = "the event is more than a day ahead of this server's clock".to_owned();
        return Err((QuarantineCode::InTheFuture, reason));
    }
    let days = i64::from(retention_days);
    if time < now.saturating_sub(days.saturating_mul(TICKS_PER_DAY)) {
        let reason = format!("the event is older than the {days} days for which rows are kept");
        return Err((QuarantineCode::TooOld, reason));
    }
    Ok(())
}

/// An instant as a KQL datetime.
pub(crate) fn ticks(at: Timestamp) -> i64 {
    at.unix_ticks().saturating_add(UNIX_EPOCH).clamp(0, MAX_DATETIME)
}

fn quoted(text: &str) -> String {
    let mut cut: String = text.chars().take(QUOTED_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// Why a record is not even in quarantine.
fn full(code: QuarantineCode, reason: &str) -> String {
    format!("{reason} ({}); it is not kept, because too many were put into quarantine today", code.name())
}

fn quarantine_row<'v>(
    id: Option<&'v str>,
    written: &Written<'v>,
    refused: &Quarantined,
    now: Timestamp,
) -> Row<'v> {
    let text = |text: &'v str| Cell::Text(text.into());
    let end = written.json.floor_char_boundary(QUARANTINED_BYTES);
    let cells = vec![
        Cell::Long(ticks(now)),
        id.map_or(Cell::Null, text),
        i32::try_from(refused.index).map_or(Cell::Null, Cell::Int),
        Cell::Text(quoted(&written.record.table).into()),
        text(refused.code.name()),
        Cell::Text(refused.reason.clone().into()),
        text(&written.json[..end]),
    ];
    Row { cells, unmapped: None }
}

/// Rows of one table, column by column.
struct Builder {
    table: Arc<Table>,
    columns: Vec<Column>,
    unmapped: StringViewBuilder,
    ingested: Int64Builder,
}

/// Without room set aside: most batches have few rows, and some tables have many columns.
impl Builder {
    fn new(table: &Arc<Table>) -> Self {
        Self {
            table: Arc::clone(table),
            columns: table.columns.iter().map(|(_, scalar_type)| Column::new(*scalar_type)).collect(),
            unmapped: StringViewBuilder::with_capacity(0),
            ingested: Int64Builder::with_capacity(0),
        }
    }

    fn append(&mut self, row: Row<'_>, now: Timestamp) -> Result<(), ArrowError> {
        for (column, cell) in self.columns.iter_mut().zip(row.cells) {
            column.append(&cell)?;
        }
        self.unmapped.append_option(row.unmapped);
        self.ingested.append_value(ticks(now));
        Ok(())
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect();
        arrays.push(Arc::new(self.unmapped.finish().gc()));
        arrays.push(Arc::new(self.ingested.finish()));
        RecordBatch::try_new(Arc::clone(&self.table.arrow), arrays)
    }
}

enum Column {
    Bool(BooleanBuilder),
    Int(Int32Builder),
    Long(Int64Builder),
    Real(Float64Builder),
    Text(StringViewBuilder),
    Guid(FixedSizeBinaryBuilder),
}

impl Column {
    fn new(scalar_type: ScalarType) -> Self {
        match scalar_type {
            ScalarType::Bool => Self::Bool(BooleanBuilder::with_capacity(0)),
            ScalarType::Int => Self::Int(Int32Builder::with_capacity(0)),
            ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
                Self::Long(Int64Builder::with_capacity(0))
            }
            ScalarType::Real => Self::Real(Float64Builder::with_capacity(0)),
            ScalarType::Guid => Self::Guid(FixedSizeBinaryBuilder::with_capacity(0, 16)),
            // No documented table has decimals, and none can be defined.
            ScalarType::String | ScalarType::Dynamic | ScalarType::Decimal => {
                Self::Text(StringViewBuilder::with_capacity(0))
            }
        }
    }

    fn append(&mut self, cell: &Cell<'_>) -> Result<(), ArrowError> {
        match (self, cell) {
            (Self::Bool(column), Cell::Bool(value)) => column.append_value(*value),
            (Self::Int(column), Cell::Int(value)) => column.append_value(*value),
            (Self::Long(column), Cell::Long(value)) => column.append_value(*value),
            (Self::Real(column), Cell::Real(value)) => column.append_value(*value),
            (Self::Text(column), Cell::Text(text)) => column.try_append_value(text)?,
            (Self::Guid(column), Cell::Guid(guid)) => column.append_value(guid.to_be_bytes())?,
            (Self::Bool(column), _) => column.append_null(),
            (Self::Int(column), _) => column.append_null(),
            (Self::Long(column), _) => column.append_null(),
            (Self::Real(column), _) => column.append_null(),
            (Self::Text(column), _) => column.append_null(),
            (Self::Guid(column), _) => column.append_null(),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(column) => Arc::new(column.finish()),
            Self::Int(column) => Arc::new(column.finish()),
            Self::Long(column) => Arc::new(column.finish()),
            Self::Real(column) => Arc::new(column.finish()),
            // The builder sets aside room in large blocks.
            Self::Text(column) => Arc::new(column.finish().gc()),
            Self::Guid(column) => Arc::new(column.finish()),
        }
    }
}
