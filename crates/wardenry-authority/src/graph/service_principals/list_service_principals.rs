//! `GET /v1.0/servicePrincipals`: the service principals of the caller's tenant.

use axum::response::Response;
use wardenry_core::calls;
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::ServicePrincipal;
use wardenry_directory::store::Page;

use super::super::collection::{self, Found};
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::super::filter::Filter;
use super::super::query::ListQuery;
use super::wire::{Described, FILTERABLE, PROPERTIES, SET};

/// Lists service principals, oldest first.
pub(in super::super) async fn list_service_principals(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::LIST_SERVICE_PRINCIPALS)?;
    let query = exchange.list_query(&PROPERTIES)?;
    let filter = match &query.filter {
        Some(text) => Filter::parse(text, FILTERABLE)?,
        None => Filter::default(),
    };
    let page = find(&exchange, &reader, &query, &filter).await?.map(|described| described.entity());
    Ok(page.into_answer(&exchange, &query, SET))
}

async fn find(
    exchange: &Exchange,
    reader: &DirectoryReader,
    query: &ListQuery,
    filter: &Filter,
) -> Result<Found<Described>, DirectoryError> {
    let Some(app_id) = filter.exact("appId") else {
        return collection::gather(query, filter, |page| described_page(exchange, reader, page)).await;
    };
    let found = match app_id.parse() {
        Ok(app_id) => match exchange.directory().service_principal_by_app_id(reader, app_id).await {
            Ok(principal) => vec![principal],
            Err(DirectoryError::NotFound { .. }) => Vec::new(),
            Err(error) => return Err(error),
        },
        Err(_) => Vec::new(),
    };
    let mut found = described(exchange, reader, found).await?;
    found.retain(|described| filter.admits(described));
    Ok(collection::slice(query, found))
}

async fn described_page(
    exchange: &Exchange,
    reader: &DirectoryReader,
    page: Page,
) -> Result<Vec<Described>, DirectoryError> {
    described(exchange, reader, exchange.directory().service_principals(reader, page).await?).await
}

async fn described(
    exchange: &Exchange,
    reader: &DirectoryReader,
    principals: Vec<ServicePrincipal>,
) -> Result<Vec<Described>, DirectoryError> {
    let mut described = Vec::with_capacity(principals.len());
    for principal in principals {
        described.push(Described::of(exchange, reader, principal).await?);
    }
    Ok(described)
}
