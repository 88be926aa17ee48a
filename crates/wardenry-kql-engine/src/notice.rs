//! Remarks on a query that follow from how it is run.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_semantics::checked::visit::VisitMut;
use wardenry_kql_semantics::checked::{CheckedQuery, Expr, ExprKind};

use crate::RunOptions;

/// The code of the remark that a query asks where addresses are, and nobody can tell. Stable.
pub const NO_GEO_DATABASE: &str = "KQL0951";

const GEO_INFO: &str = "geo_info_from_ip_address";

pub(crate) fn notices(query: &mut CheckedQuery, options: &RunOptions) -> Vec<Diagnostic> {
    if options.geo_database.is_some() {
        return Vec::new();
    }
    let mut calls = Calls { of: GEO_INFO, first: None };
    for (_, rel) in &mut query.shared {
        rel.visit_mut(&mut calls);
    }
    for statement in &mut query.statements {
        statement.rel.visit_mut(&mut calls);
    }
    let message = format!("`{GEO_INFO}` gives empty bags: there is no database to tell where an address is");
    calls.first.map(|span| Diagnostic::warning(NO_GEO_DATABASE, span, message)).into_iter().collect()
}

/// Finds the first call of a function in the text.
struct Calls {
    of: &'static str,
    first: Option<Span>,
}

impl VisitMut for Calls {
    fn expr(&mut self, expr: &mut Expr) {
        if let ExprKind::Call { function, .. } = &expr.kind
            && *function == self.of
        {
            self.first = Some(self.first.map_or(expr.span, |first| first.min(expr.span)));
        }
    }
}
