//! Functions of the hunting service that yield rows. [AH advanced-hunting-fileprofile-function, -devicefromip-function,
//! -seenby-function, -assignedipaddresses-function, device-discovery]
//!
//! What the service knows from elsewhere comes from tables here, which a deployment may have. `FileProfile` reads the table
//! `FileProfiles`: the columns that the function adds, of which one is the hash. `SeenBy` reads the table `DeviceSeenBy`: a row
//! for each device `DeviceId` and each device `SeenBy` that has seen it. Without the tables nothing is known. The
//! others are queries over `DeviceNetworkInfo`.

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind, JoinKind, Rel, RelKind};
use wardenry_kql_values::{ScalarType, Value};

use super::conversion::{call, null, read};
use super::template::Template;
use crate::RunError;
use crate::lower::{Lowered, Lowerer};

const FILE_PROFILES: &str = "FileProfiles";
const SIGHTINGS: &str = "DeviceSeenBy";

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    name: &str,
    input: Option<&Rel>,
    arguments: &[Expr],
) -> Result<Lowered, RunError> {
    match (name, input, arguments) {
        ("FileProfile", Some(input), [hash, limit]) => file_profile(lowerer, rel, input, hash, limit),
        ("SeenBy", Some(input), [device]) => seen_by(lowerer, rel, input, device),
        ("DeviceFromIP", Some(input), [address, rest @ ..]) => {
            device_from_ip(lowerer, rel, input, address, rest.first())
        }
        ("AssignedIPAddresses", None, [device, rest @ ..]) => {
            assigned_ip_addresses(lowerer, rel, device, rest.first())
        }
        _ => Err(RunError::Unsupported { what: format!("the function {name}"), span: rel.span }),
    }
}

/// The first rows are enriched, as many as the query says; the others have an empty availability.
fn file_profile(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    hash: &Expr,
    limit: &Expr,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let added = &rel.columns[input.columns.len()..];
    let Some(known) = lowerer.tables().table(FILE_PROFILES) else {
        return lowerer.rel(&with_nulls(rel, input));
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
    let text = |text: &str| Expr {
        kind: ExprKind::Literal(Value::String(text.into())),
        scalar_type: ScalarType::String,
        span,
    };
    let not_empty = |column: &Column| call("isnotempty", vec![read(column, span)], ScalarType::Bool, span);

    let scan = Rel { kind: RelKind::Table { name: FILE_PROFILES.into() }, columns: table.clone(), span };
    let kind = RelKind::Filter { input: Box::new(scan), predicate: not_empty(key) };
    let with_hash = Rel { kind, columns: table.clone(), span };
    // Of a file that has several profiles any one counts, as the service has one.
    let (profiles, profile_columns) = one_for_each_key(lowerer, with_hash, key, span);
    let profile = |name: &str| {
        let position = table.iter().position(|column| &*column.name == name)?;
        Some(&profile_columns[position])
    };
    let key = profile(key_name).ok_or_else(|| RunError::internal("lowering", "the key of profiles"))?;

    let (numbered, number) = numbered(lowerer, input);
    let within = call("<=", vec![read(&number, span), limit.clone()], ScalarType::Bool, span);
    let wanted = call("iff", vec![within.clone(), hash.clone(), text("")], ScalarType::String, span);
    let columns: Vec<Column> = numbered.columns.iter().chain(&profile_columns).cloned().collect();
    let kind = RelKind::Join {
        kind: JoinKind::LeftOuter,
        left: Box::new(numbered),
        right: Box::new(profiles),
        on: vec![(wanted, read(key, span))],
    };
    let joined = Rel { kind, columns, span };
    let names = FILE_PROFILE_COLUMNS.iter().zip(added);
    let enriched = names.map(|(name, column)| match (profile(name), *name) {
        (Some(profile), _) if profile.scalar_type == column.scalar_type => read(profile, span),
        (_, "ProfileAvailability") => {
            let cases = vec![not_empty(key), text("Available"), within.clone(), text("Missing"), text("")];
            call("case", cases, ScalarType::String, span)
        }
        _ => null(column.scalar_type, span),
    });
    let exprs = input.columns.iter().map(|column| read(column, span)).chain(enriched).collect();
    let kind = RelKind::Project { input: Box::new(joined), exprs };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span })
}

/// The input with its rows' numbers from 1.
fn numbered(lowerer: &mut Lowerer<'_>, input: &Rel) -> (Rel, Column) {
    let span = input.span;
    let number = lowerer.new_column(ScalarType::Long);
    let one = Expr { kind: ExprKind::Literal(Value::Long(Some(1))), scalar_type: ScalarType::Long, span };
    let row_number = Expr {
        kind: ExprKind::Window { function: "row_number", arguments: vec![one] },
        scalar_type: ScalarType::Long,
        span,
    };
    let exprs = input.columns.iter().map(|column| read(column, span)).chain([row_number]).collect();
    let columns = input.columns.iter().chain([&number]).cloned().collect();
    (Rel { kind: RelKind::Project { input: Box::new(input.clone()), exprs }, columns, span }, number)
}

/// The input, and nulls where the function adds something.
fn with_nulls(rel: &Rel, input: &Rel) -> Rel {
    let span = rel.span;
    let empty = rel.columns[input.columns.len()..].iter().map(|column| null(column.scalar_type, span));
    let exprs = input.columns.iter().map(|column| read(column, span)).chain(empty).collect();
    let kind = RelKind::Project { input: Box::new(input.clone()), exprs };
    Rel { kind, columns: rel.columns.clone(), span }
}

/// The devices that have seen each device, as an array.
fn seen_by(lowerer: &mut Lowerer<'_>, rel: &Rel, input: &Rel, device: &Expr) -> Result<Lowered, RunError> {
    if lowerer.tables().table(SIGHTINGS).is_none() {
        return lowerer.rel(&with_nulls(rel, input));
    }
    let text = format!(
        "{SIGHTINGS} | where isnotempty(DeviceId) and isnotempty(SeenBy) \
         | summarize SeenBy = make_set(SeenBy) by DeviceId"
    );
    let seen = provided(lowerer, &text, SIGHTINGS, rel.span)?;
    enriched(lowerer, rel, input, device, seen)
}

/// The input with the columns of a relation whose first one is the key; `rel` has all of them, or those behind the key.
fn enriched(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    key: &Expr,
    known: Rel,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let added = rel.columns.len() - input.columns.len();
    let all: Vec<Column> = input.columns.iter().chain(&known.columns).cloned().collect();
    let kept = input.columns.iter().chain(&known.columns[known.columns.len() - added..]);
    let exprs = kept.map(|column| read(column, span)).collect();
    let on = vec![(key.clone(), read(&known.columns[0], span))];
    let (left, right) = (Box::new(input.clone()), Box::new(known));
    let kind = RelKind::Join { kind: JoinKind::LeftOuter, left, right, on };
    let kind = RelKind::Project { input: Box::new(Rel { kind, columns: all, span }), exprs };
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
    let text = format!(
        "DeviceNetworkInfo | where Timestamp <= {} | mv-expand Address = parse_json(IPAddresses) \
         | extend IP = tostring(Address.IPAddress) | where isnotempty(IP) \
         | summarize arg_max(Timestamp, DeviceId) by IP | project IP, DeviceId",
        time(lowerer, until)?,
    );
    let devices = provided(lowerer, &text, "DeviceNetworkInfo", rel.span)?;
    enriched(lowerer, rel, input, address, devices)
}

/// The addresses that a device had, up to a time.
fn assigned_ip_addresses(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    device: &Expr,
    until: Option<&Expr>,
) -> Result<Lowered, RunError> {
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
    let addresses = provided(lowerer, &text, "DeviceNetworkInfo", rel.span)?;
    let exprs = addresses.columns.iter().map(|column| read(column, rel.span)).collect();
    let kind = RelKind::Project { input: Box::new(addresses), exprs };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span: rel.span })
}

/// A query of ours over a table of the deployment.
fn provided(lowerer: &mut Lowerer<'_>, text: &str, table: &str, span: Span) -> Result<Rel, RunError> {
    let template = Template { text, sources: Vec::new(), parameters: Vec::new() };
    // The query is sound; the table may be missing or be another one.
    let what = format!("a function that reads {table}, without such a table,");
    template.rel(lowerer, span)?.ok_or(RunError::Unsupported { what, span })
}

/// A time as a literal; the present where the query says none.
fn time(lowerer: &mut Lowerer<'_>, until: Option<&Expr>) -> Result<String, RunError> {
    let ticks = match until.map(|until| lowerer.constant(until)).transpose()? {
        Some(Value::Datetime(Some(ticks))) => ticks,
        _ => lowerer.functions.now,
    };
    Ok(format!("datetime({})", wardenry_kql_values::datetime::text(ticks)))
}
