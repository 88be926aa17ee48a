//! `GET /v1.0/applications`: the applications whose home is the caller's tenant.

use axum::response::Response;
use wardenry_core::calls;
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::Application;

use super::super::collection::{self, Found};
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::super::filter::Filter;
use super::super::query::ListQuery;
use super::publisher_domain;
use super::wire::{CertificateContent, FILTERABLE, PROPERTIES, SET, entity};

/// Lists applications, oldest first.
pub(in super::super) async fn list_applications(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::LIST_APPLICATIONS)?;
    let query = exchange.list_query(&PROPERTIES)?;
    let filter = match &query.filter {
        Some(text) => Filter::parse(text, FILTERABLE)?,
        None => Filter::default(),
    };
    let found = find(&exchange, &reader, &query, &filter).await?;
    let domain = publisher_domain(&exchange, &reader).await?;
    let page = found.map(|application| entity(&application, domain.as_deref(), CertificateContent::Withheld));
    Ok(page.into_answer(&exchange, &query, SET))
}

async fn find(
    exchange: &Exchange,
    reader: &DirectoryReader,
    query: &ListQuery,
    filter: &Filter,
) -> Result<Found<Application>, DirectoryError> {
    let directory = exchange.directory();
    let Some(app_id) = filter.exact("appId") else {
        return collection::gather(query, filter, |page| directory.applications(reader, page)).await;
    };
    let found = match app_id.parse() {
        Ok(app_id) => match directory.application_by_app_id(reader, app_id).await {
            Ok(application) => vec![application],
            Err(DirectoryError::NotFound { .. }) => Vec::new(),
            Err(error) => return Err(error),
        },
        Err(_) => Vec::new(),
    };
    let admitted = found.into_iter().filter(|application| filter.admits(application)).collect();
    Ok(collection::slice(query, admitted))
}
