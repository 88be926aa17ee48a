//! Functions of the hunting service that yield rows. [AH advanced-hunting-fileprofile-function, -devicefromip-function,
//! -assignedipaddresses-function]
//!
//! What the service knows from elsewhere comes from tables here. `FileProfile` reads the table `FileProfiles`, which a
//! deployment may have; without it no file has a profile. It enriches every row: the service's bound on the number of rows is
//! one on calls to another service. The others are queries over `DeviceNetworkInfo`.

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind, JoinKind, Rel, RelKind};
use wardenry_kql_semantics::{CheckOptions, check};
use wardenry_kql_values::{ScalarType, Value};

use super::conversion::{call, null, read};
use crate::RunError;
use crate::lower::{ExternalTables, Lowered, Lowerer, column_expr, column_name};

const FILE_PROFILES: &str = "FileProfiles";

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    name: &str,
    input: Option<&Rel>,
    arguments: &[Expr],
) -> Result<Lowered, RunError> {
    match (name, input, arguments) {
        ("FileProfile", Some(input), [hash, ..]) => file_profile(lowerer, rel, input, hash),
        ("DeviceFromIP", Some(input), [address, rest @ ..]) => {
            device_from_ip(lowerer, rel, input, address, rest.first())
        }
        ("AssignedIPAddresses", None, [device, rest @ ..]) => {
            assigned_ip_addresses(lowerer, rel, device, rest.first())
        }
        _ => Err(RunError::Unsupported { what: format!("the function {name}"), span: rel.span }),
    }
}

fn file_profile(lowerer: &mut Lowerer<'_>, rel: &Rel, input: &Rel, hash: &Expr) -> Result<Lowered, RunError> {
    let span = rel.span;
    let added = &rel.columns[input.columns.len()..];
    let Some(known) = lowerer.tables().table(FILE_PROFILES) else {
        let empty = added.iter().map(|column| null(column.scalar_type, span));
        let exprs = input.columns.iter().map(|column| read(column, span)).chain(empty).collect();
        let kind = RelKind::Project { input: Box::new(input.clone()), exprs };
        return lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span });
    };
    // The column's name says which hash it holds.
    let key_name = match hash.kind {
        ExprKind::Column(id) => {
            input.columns.iter().find(|column| column.id == id).map(|column| &*column.name)
        }
        _ => None,
    };
    let key_name = if key_name.is_some_and(|name| name.ends_with("SHA256")) { "SHA256" } else { "SHA1" };
    let table: Vec<Column> = known
        .iter()
        .map(|(name, scalar_type)| Column { name: Arc::clone(name), ..lowerer.new_column(*scalar_type) })
        .collect();
    let Some(key) = table.iter().find(|column| &*column.name == key_name) else {
        let message = format!("the table {FILE_PROFILES} has no column {key_name}");
        return Err(RunError::Operator { operator: "FileProfile", message, span });
    };
    // Of a file that has several profiles any one counts, as the service has one.
    let scan = Rel { kind: RelKind::Table { name: FILE_PROFILES.into() }, columns: table.clone(), span };
    let (profiles, profile_columns) = one_for_each_key(lowerer, scan, key, span);
    let profile = |name: &str| {
        let position = table.iter().position(|column| &*column.name == name)?;
        Some(&profile_columns[position])
    };
    let key = profile(key_name).ok_or_else(|| RunError::internal("lowering", "the key of profiles"))?;
    let columns: Vec<Column> = input.columns.iter().chain(&profile_columns).cloned().collect();
    let kind = RelKind::Join {
        kind: JoinKind::LeftOuter,
        left: Box::new(input.clone()),
        right: Box::new(profiles),
        on: vec![(hash.clone(), read(key, span))],
    };
    let joined = Rel { kind, columns, span };
    let found = call("isnotempty", vec![read(key, span)], ScalarType::Bool, span);
    let names = FILE_PROFILE_COLUMNS.iter().zip(added);
    let enriched = names.map(|(name, column)| match (profile(name), *name) {
        (Some(profile), _) if profile.scalar_type == column.scalar_type => read(profile, span),
        (_, "ProfileAvailability") => {
            let text = |text: &str| Expr {
                kind: ExprKind::Literal(Value::String(text.into())),
                scalar_type: ScalarType::String,
                span,
            };
            call("iff", vec![found.clone(), text("Available"), text("Missing")], ScalarType::String, span)
        }
        _ => null(column.scalar_type, span),
    });
    let exprs = input.columns.iter().map(|column| read(column, span)).chain(enriched).collect();
    let kind = RelKind::Project { input: Box::new(joined), exprs };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span })
}

/// The columns that `FileProfile` adds, in order; under other names where the input has these.
const FILE_PROFILE_COLUMNS: [&str; 18] = [
    "SHA1",
    "SHA256",
    "MD5",
    "FileSize",
    "GlobalPrevalence",
    "GlobalFirstSeen",
    "GlobalLastSeen",
    "Signer",
    "Issuer",
    "SignerHash",
    "IsCertificateValid",
    "IsRootSignerMicrosoft",
    "SignatureState",
    "IsExecutable",
    "ThreatName",
    "Publisher",
    "SoftwareName",
    "ProfileAvailability",
];

/// One row of a table for each value of a key; all columns under new ids.
fn one_for_each_key(lowerer: &mut Lowerer<'_>, table: Rel, key: &Column, span: Span) -> (Rel, Vec<Column>) {
    let made: Vec<Column> = table
        .columns
        .iter()
        .map(|column| Column { name: Arc::clone(&column.name), ..lowerer.new_column(column.scalar_type) })
        .collect();
    let (mut keys, mut others, mut aggregates) = (Vec::new(), Vec::new(), Vec::new());
    for (column, made) in table.columns.iter().zip(&made) {
        if column.id == key.id {
            keys.push(made.clone());
        } else {
            aggregates.push(wardenry_kql_semantics::checked::AggregateCall {
                function: "take_any",
                arguments: vec![read(column, span)],
                scalar_type: column.scalar_type,
                span,
            });
            others.push(made.clone());
        }
    }
    let columns = keys.into_iter().chain(others).collect();
    let kind = RelKind::Summarize { input: Box::new(table), keys: vec![read(key, span)], aggregates };
    (Rel { kind, columns, span }, made)
}

/// The latest device that had an address, up to a time.
fn device_from_ip(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    address: &Expr,
    until: Option<&Expr>,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let text = format!(
        "DeviceNetworkInfo | where Timestamp <= {} | mv-expand Address = parse_json(IPAddresses) \
         | extend IP = tostring(Address.IPAddress) | where isnotempty(IP) \
         | summarize arg_max(Timestamp, DeviceId) by IP | project IP, DeviceId",
        time(lowerer, until)?,
    );
    let (rows, columns) = provided(lowerer, &text, span)?;
    let scope = lowerer.new_scope();
    let found = Rel { kind: RelKind::Scope(scope), columns: columns.clone(), span };
    let on = vec![(address.clone(), read(&columns[0], span))];
    let all: Vec<Column> = input.columns.iter().chain(&columns).cloned().collect();
    let kind = RelKind::Join {
        kind: JoinKind::LeftOuter,
        left: Box::new(input.clone()),
        right: Box::new(found),
        on,
    };
    let exprs = all.iter().map(|column| read(column, span)).collect();
    let joined = Rel { kind, columns: all, span };
    let kind = RelKind::Project { input: Box::new(joined), exprs };
    lowerer.body(&Rel { kind, columns: rel.columns.clone(), span }, scope, rows)
}

/// The addresses that a device had, up to a time.
fn assigned_ip_addresses(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    device: &Expr,
    until: Option<&Expr>,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let Value::String(device) = lowerer.constant(device)? else {
        return Err(RunError::internal("lowering", "a device is a text"));
    };
    let device = serde_json::Value::from(&*device);
    let text = format!(
        "DeviceNetworkInfo | where Timestamp <= {} and (DeviceId == {device} or DeviceName == {device}) \
         | summarize arg_max(Timestamp, *) by NetworkAdapterName | mv-expand Address = parse_json(IPAddresses) \
         | project Timestamp, IPAddress = tostring(Address.IPAddress), IPType = tostring(Address.AddressType), \
         NetworkAdapterType = toint(NetworkAdapterType), ConnectedNetworks = toint(ConnectedNetworks)",
        time(lowerer, until)?,
    );
    let (rows, columns) = provided(lowerer, &text, span)?;
    let names = columns.iter().zip(&rel.columns);
    rows.project(
        names.map(|(from, to)| (column_expr(&column_name(from.id)), column_name(to.id))).collect::<Vec<_>>(),
    )
}

/// A query of ours over the deployment's tables: its rows, and its columns under new ids.
fn provided(lowerer: &mut Lowerer<'_>, text: &str, span: Span) -> Result<(Lowered, Vec<Column>), RunError> {
    let parsed = wardenry_kql_syntax::parse(text);
    let checked = check(&parsed.query, lowerer.tables(), &CheckOptions::default());
    let Some(query) = checked.query else {
        // The query is sound; the table may be missing or be another one.
        let what = "a function that reads DeviceNetworkInfo, without such a table,".to_owned();
        return Err(RunError::Unsupported { what, span });
    };
    let Some(statement) = query.statements.first() else {
        return Err(RunError::internal("lowering", "a provided query has no statement"));
    };
    let rel = &statement.rel;
    let columns: Vec<Column> = rel
        .columns
        .iter()
        .map(|column| Column { name: Arc::clone(&column.name), ..lowerer.new_column(column.scalar_type) })
        .collect();
    let shared = std::collections::HashMap::new();
    let lowered =
        Lowerer::new(lowerer.functions, lowerer.tables(), &shared, &ExternalTables::new()).rel(rel)?;
    let names = rel.columns.iter().zip(&columns);
    let names = names.map(|(from, to)| (column_expr(&column_name(from.id)), column_name(to.id)));
    let rows = Lowered { order: Vec::new(), ..lowered }.project(names.collect::<Vec<_>>())?;
    Ok((rows, columns))
}

/// A time as a literal; the present where the query says none.
fn time(lowerer: &mut Lowerer<'_>, until: Option<&Expr>) -> Result<String, RunError> {
    let ticks = match until.map(|until| lowerer.constant(until)).transpose()? {
        Some(Value::Datetime(Some(ticks))) => ticks,
        _ => lowerer.functions.now,
    };
    Ok(format!("datetime({})", wardenry_kql_values::datetime::text(ticks)))
}
