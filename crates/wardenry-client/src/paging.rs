//! Following `@odata.nextLink` to the end of a collection, and not one step off the server.

use std::collections::VecDeque;

use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::client::Client;
use crate::error::{Error, ErrorKind, Surface};
use crate::tenant::Tenant;
use crate::transport::origin_of;

/// The most pages of one collection. A server whose links never end must not keep a client for ever.
const MAX_PAGES: usize = 10_000;

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

struct State<T> {
    client: Client,
    tenant: Tenant,
    surface: Surface,
    /// Judged when the link arrives, reported when the items before it have been read.
    next: Option<Result<Url, Error>>,
    pages: usize,
    items: VecDeque<T>,
}

/// The items of a collection in the server's order, page after page. Ends after the first error.
///
/// A next link that leaves the server (another scheme, host or port) is refused, because following it
/// would hand the tenant's token to whoever is there.
pub(crate) fn items<T: DeserializeOwned>(
    client: Client,
    tenant: Tenant,
    surface: Surface,
    first: Url,
) -> impl Stream<Item = Result<T, Error>> {
    let state = State { client, tenant, surface, next: Some(Ok(first)), pages: 0, items: VecDeque::new() };
    stream::try_unfold(state, |mut state| async move {
        loop {
            if let Some(item) = state.items.pop_front() {
                return Ok(Some((item, state)));
            }
            let Some(url) = state.next.take() else { return Ok(None) };
            state.fetch(url?).await?;
        }
    })
}

impl<T: DeserializeOwned> State<T> {
    async fn fetch(&mut self, url: Url) -> Result<(), Error> {
        if self.pages == MAX_PAGES {
            return Err(ErrorKind::TooManyPages { origin: origin_of(&url), limit: MAX_PAGES }.into());
        }
        let page: Page<T> = self.client.get(&self.tenant, self.surface, url.clone()).await?;
        self.pages += 1;
        self.next = page.next_link.map(|link| same_origin(&url, &link));
        self.items = page.value.into();
        Ok(())
    }
}

fn same_origin(current: &Url, link: &str) -> Result<Url, Error> {
    let foreign =
        || ErrorKind::ForeignLink { origin: origin_of(current), link: link.chars().take(200).collect() };
    let next = current.join(link).map_err(|_| foreign())?;
    let stays = next.origin() == current.origin() && next.username().is_empty() && next.password().is_none();
    if stays { Ok(next) } else { Err(foreign().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_the_same_origin_are_followed() {
        let current = Url::parse("https://api.example/api/incidents?$top=2").unwrap();
        for link in
            ["https://api.example/api/incidents?$skip=2", "https://api.example:443/x", "?$skip=2", "/api/x"]
        {
            assert!(same_origin(&current, link).is_ok(), "{link}");
        }
        for link in [
            "http://api.example/x",
            "https://api.example:444/x",
            "https://evil.example/api/incidents",
            "//evil.example/x",
            "https://u@api.example/x",
            "javascript:x",
            "https://[",
        ] {
            assert!(same_origin(&current, link).is_err(), "{link}");
        }
    }
}
