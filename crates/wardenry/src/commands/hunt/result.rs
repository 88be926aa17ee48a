//! A merged result, and how it is printed. The forms are those of `wardenry kql run`; values stand as the services sent
//! them.

use std::io::{self, Write};

use serde_json::{Value, json};
use wardenry_fleet::{HuntMerge, Share};

use super::Answered;
use crate::output::{Column, Columns, Format, safe, terminal_width};

pub(super) struct HuntResult {
    pub(super) merge: HuntMerge,
    /// In the order asked; empty where the rows are printed already.
    pub(super) shares: Vec<Share>,
    /// One for every tenant asked, in the order asked.
    pub(super) outcomes: Vec<Answered>,
}

impl HuntResult {
    /// The rows of all tenants, a value for each column.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<Value>> {
        let width = self.merge.columns().len();
        self.shares.iter().flat_map(move |share| share.rows(width))
    }

    /// Prints what is not printed yet.
    pub(super) fn print(&self, format: Format) -> io::Result<()> {
        let mut out = io::BufWriter::new(anstream::stdout().lock());
        match format {
            Format::Table => self.print_table(&mut out)?,
            Format::Json => self.print_json(&mut out)?,
            Format::Csv => self.print_csv(&mut out)?,
            Format::Jsonl => {}
        }
        out.flush()
    }

    fn print_table(&self, out: &mut impl Write) -> io::Result<()> {
        let columns = self.merge.columns().iter();
        let columns = columns.map(|column| Column::new(&column.name, column.column_type.is_number()));
        let mut table = Columns::new(terminal_width(), columns.collect());
        let (mut buffer, mut rows) = (Vec::new(), 0);
        for row in self.rows() {
            rows += 1;
            table.row(row.iter().map(|value| safe(&plain(value))).collect(), &mut buffer);
            out.write_all(&buffer)?;
            buffer.clear();
        }
        table.end(rows, &mut buffer);
        out.write_all(&buffer)
    }

    fn print_json(&self, out: &mut impl Write) -> io::Result<()> {
        let columns = self.merge.columns().iter();
        let columns = columns.map(|column| json!({"name": column.name, "type": column.column_type.name()}));
        write!(out, "{{\"columns\": {},\n\"rows\": [", Value::Array(columns.collect()))?;
        let mut separator = "\n";
        for row in self.rows() {
            write!(out, "{separator}{}", Value::Array(row))?;
            separator = ",\n";
        }
        let end = if separator == "\n" { "" } else { "\n" };
        let tenants = Value::Array(self.outcomes.iter().map(outcome).collect());
        let truncated = self.merge.is_truncated();
        writeln!(out, "{end}],\n\"tenants\": {tenants},\n\"truncated\": {truncated}}}")
    }

    fn print_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let names = self.merge.columns().iter().map(|column| column.name.clone());
        write_line(names, out)?;
        for row in self.rows() {
            write_line(row.iter().map(plain), out)?;
        }
        Ok(())
    }
}

fn outcome(answered: &Answered) -> Value {
    let error = answered.result.as_ref().err();
    let statistics = answered.result.as_ref().ok().and_then(|(_, statistics)| statistics.as_ref());
    json!({
        "tenant": answered.member.name().to_string(),
        "tenantName": answered.member.label(),
        "rows": answered.result.as_ref().ok().map(|(rows, _)| rows),
        "statistics": statistics.map(|statistics| &statistics.all),
        "error": error.map(|error| json!({"code": error.code(), "message": error.to_string()})),
    })
}

/// A value as text: nothing for null, a text as it is, JSON for what is nested.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn write_line(cells: impl Iterator<Item = String>, out: &mut impl Write) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        if cell.contains([',', '"', '\r', '\n']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}
