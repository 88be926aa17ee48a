//! Edits of the file's text that leave people's comments and layout alone.
//!
//! The edits are simple on purpose; [`Registry::save`](super::Registry::save) checks that the result means
//! what was meant.

use serde::Serialize;

use super::file::{ConnectionFile, TenantFile};
use super::{Connection, TenantEntry};

pub(super) fn is_bare_key(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The text with a block at its end, one empty line before it.
pub(super) fn with_block(text: &str, block: &str) -> String {
    match text.trim_end() {
        "" => block.to_owned(),
        before => format!("{before}\n\n{block}"),
    }
}

pub(super) fn connection_block(name: &str, connection: &Connection) -> String {
    format!("[connections.{name}]\n{}", key_values(&ConnectionFile::from(connection)))
}

pub(super) fn tenant_block(entry: &TenantEntry) -> String {
    let file = TenantFile {
        name: entry.name.clone(),
        tenant: entry.tenant.name().to_string(),
        connection: entry.connection.clone(),
    };
    format!("[[tenants]]\n{}", key_values(&file))
}

/// The members as `key = value` lines in the order in which people read them, tables inline.
fn key_values(members: &impl Serialize) -> String {
    const ORDER: [&str; 4] = ["name", "tenant", "profile", "server"];
    let table = toml::Table::try_from(members).expect("the file's own types have a TOML form");
    let mut lines: Vec<_> =
        table.into_iter().map(|(key, value)| (key.clone(), format!("{key} = {value}\n"))).collect();
    lines.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len()));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The text without the `index`th `[[tenants]]` block and the comment lines right above it.
pub(super) fn without_tenant(text: &str, index: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let is_tenant = |line: &str| line.split('#').next().is_some_and(|code| code.trim() == "[[tenants]]");
    let headers: Vec<_> = (0..lines.len()).filter(|&at| is_tenant(lines[at])).collect();
    let Some(&header) = headers.get(index) else { return text.to_owned() };
    let next = (header + 1..lines.len()).find(|&at| is_header(lines[at])).unwrap_or(lines.len());
    let comments_above = |at: usize| {
        (0..at).rev().take_while(|&above| lines[above].trim_start().starts_with('#')).last().unwrap_or(at)
    };
    // The comments right above the following block are that block's.
    let (start, end) =
        (comments_above(header), if next == lines.len() { next } else { comments_above(next) });
    let kept: Vec<_> = lines[..start].iter().chain(&lines[end.max(start)..]).copied().collect();
    let mut kept = kept.join("\n").trim_end().to_owned();
    if !kept.is_empty() {
        kept.push('\n');
    }
    kept
}
