//! Filters in SQL. Every value is bound; only our own texts become part of the statement.

use sqlx::{QueryBuilder, Sqlite};
use wardenry_incidents::filter::{Comparison, Equality, Filter};

/// Appends a condition on the columns of `incident` that is true or false, never null, and says what
/// [`Filter::matches`] says.
pub(super) fn push_condition(sql: &mut QueryBuilder<Sqlite>, filter: &Filter) {
    match filter {
        Filter::Created(comparison, time) => {
            sql.push("created ").push(operator(*comparison)).push_bind(time.unix_ticks());
        }
        Filter::LastUpdated(comparison, time) => {
            sql.push("last_updated ").push(operator(*comparison)).push_bind(time.unix_ticks());
        }
        Filter::Status(equality, status) => {
            sql.push("status ").push(operator(comparison_of(*equality))).push_bind(status.as_str());
        }
        Filter::Severity(equality, severity) => {
            sql.push("severity ").push(operator(comparison_of(*equality))).push_bind(severity.as_str());
        }
        Filter::Mentions(text) => {
            let wanted = text.to_ascii_lowercase();
            sql.push("(instr(lower(name), ").push_bind(wanted.clone());
            sql.push(") > 0 OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE instr(lower(tag.value), ");
            sql.push_bind(wanted).push(") > 0) OR CAST(id AS TEXT) = ").push_bind(text.clone()).push(")");
        }
        Filter::AssignedTo(comparison, name) => {
            let absent = match comparison {
                Comparison::NotEqual => "(assigned_to IS NULL OR ",
                _ => "(assigned_to IS NOT NULL AND ",
            };
            // lower() of SQLite knows ASCII only, as the filter demands.
            sql.push(absent).push("lower(assigned_to) ").push(operator(*comparison));
            sql.push_bind(name.to_ascii_lowercase()).push(")");
        }
        Filter::Unassigned(Equality::Equal) => {
            sql.push("assigned_to IS NULL");
        }
        Filter::Unassigned(Equality::NotEqual) => {
            sql.push("assigned_to IS NOT NULL");
        }
        Filter::And(left, right) => push_pair(sql, left, " AND ", right),
        Filter::Or(left, right) => push_pair(sql, left, " OR ", right),
        Filter::Not(inner) => {
            sql.push("NOT (");
            push_condition(sql, inner);
            sql.push(")");
        }
    }
}

fn push_pair(sql: &mut QueryBuilder<Sqlite>, left: &Filter, connective: &'static str, right: &Filter) {
    sql.push("(");
    push_condition(sql, left);
    sql.push(connective);
    push_condition(sql, right);
    sql.push(")");
}

const fn comparison_of(equality: Equality) -> Comparison {
    match equality {
        Equality::Equal => Comparison::Equal,
        Equality::NotEqual => Comparison::NotEqual,
    }
}

const fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "= ",
        Comparison::NotEqual => "<> ",
        Comparison::Greater => "> ",
        Comparison::GreaterOrEqual => ">= ",
        Comparison::Less => "< ",
        Comparison::LessOrEqual => "<= ",
    }
}
