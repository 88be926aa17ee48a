//! Comma-separated values, RFC 4180.

use serde_json::Value;

use super::Table;

pub(super) fn of_table(table: &Table) -> String {
    let header = line(table.columns.iter().map(|name| name.to_lowercase().replace(' ', "_")));
    let rows = table.rows.iter().map(|row| line(row.iter().map(|cell| cell.data().to_owned())));
    std::iter::once(header).chain(rows).collect()
}

/// One row with the object's members; members that are lists or objects stand as JSON.
pub(super) fn of_object(record: &Value) -> String {
    let members = record.as_object();
    let members = || members.into_iter().flatten();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    line(members().map(|(name, _)| name.clone())) + &line(members().map(|(_, value)| cell(value)))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted: Vec<_> = cells.map(|cell| quoted(&without_formula(cell))).collect();
    quoted.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

/// Names of incidents come from attackers as well; a spreadsheet must not run them.
fn without_formula(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::Cell;

    #[test]
    fn cells_are_quoted_where_needed_and_formulas_are_disarmed() {
        let mut table = Table::new(&["id", "first seen", "name"]);
        table.push(vec!["-7".into(), "".into(), "say \"hi\", twice".into()]);
        table.push(vec!["8".into(), Cell::short("x", "x\ny"), "=HYPERLINK(1)".into()]);
        let expected = "id,first_seen,name\r\n-7,,\"say \"\"hi\"\", twice\"\r\n8,\"x\ny\",'=HYPERLINK(1)\r\n";
        assert_eq!(of_table(&table), expected);
    }

    #[test]
    fn an_object_is_one_row() {
        let object = json!({"a": 1, "b": null, "c": ["x", "y"], "d": true});
        assert_eq!(of_object(&object), "a,b,c,d\r\n1,,\"[\"\"x\"\",\"\"y\"\"]\",true\r\n");
    }
}
