//! A person with a browser, as far as the consent link needs one: cookies, forms, one page at a time.

use std::collections::BTreeMap;

use anyhow::Context as _;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use super::exchange::Exchange;
use crate::failure::Failure;

/// A browser with its cookies.
pub(super) struct Browser<'a> {
    exchange: &'a Exchange,
    cookies: BTreeMap<String, String>,
}

/// What the person sees in the end.
pub(super) enum Seen {
    /// A page of the server.
    Page(Page),
    /// The browser was sent to the application.
    Redirect(Url),
}

pub(super) struct Page {
    pub(super) status: u16,
    html: String,
}

impl<'a> Browser<'a> {
    pub(super) fn new(exchange: &'a Exchange) -> Self {
        Self { exchange, cookies: BTreeMap::new() }
    }

    /// Opens a link and signs in when asked.
    pub(super) async fn open_signed_in(
        &mut self,
        link: &str,
        user: &str,
        password: &str,
    ) -> Result<Seen, Failure> {
        let page = match self.get(link).await? {
            Seen::Page(page) if page.has_form("/sign-in") => page,
            other => return Ok(other),
        };
        self.submit(&page, "/sign-in", &[("user_name", user), ("password", password)]).await
    }

    /// Presses a button of a page's form, after filling in fields.
    pub(super) async fn submit(
        &mut self,
        page: &Page,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<Seen, Failure> {
        let mut filled = page.hidden_fields();
        filled.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = format!("{}{action}", self.exchange.origin);
        let request = self.exchange.http.post(&url).form(&filled);
        self.send(request, &url).await
    }

    async fn get(&mut self, url: &str) -> Result<Seen, Failure> {
        self.send(self.exchange.http.get(url), url).await
    }

    /// Follows redirects of the server itself, and stops at one that leads elsewhere.
    async fn send(&mut self, request: reqwest::RequestBuilder, url: &str) -> Result<Seen, Failure> {
        let mut request = request;
        let mut url = Url::parse(url).context("the link is no address")?;
        for _ in 0..10 {
            let response = request
                .header(COOKIE, self.cookie_header())
                .send()
                .await
                .context("the demo's server does not answer")?;
            self.keep_cookies(&response);
            let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok())
            else {
                let status = response.status().as_u16();
                return Ok(Seen::Page(Page { status, html: response.text().await? }));
            };
            url = url.join(location).context("the server redirects to no address")?;
            if url.origin().ascii_serialization() != self.exchange.origin {
                return Ok(Seen::Redirect(url));
            }
            request = self.exchange.http.get(url.clone());
        }
        Err(Failure::new("the server redirects in circles"))
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, response: &reqwest::Response) {
        for header in response.headers().get_all(SET_COOKIE) {
            let pair = header.to_str().ok().and_then(|text| text.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

impl Page {
    pub(super) fn has_form(&self, action: &str) -> bool {
        self.html.contains(&format!("action=\"{action}\""))
    }

    /// The readable text of the page's main part, line by line.
    pub(super) fn text(&self) -> String {
        let main = self.html.split_once("<main>").map_or(self.html.as_str(), |(_, rest)| rest);
        let main = main.split_once("</main>").map_or(main, |(main, _)| main);
        let mut text = String::new();
        let mut inside_tag = false;
        let mut tag = String::new();
        for c in main.chars() {
            match c {
                '<' => {
                    inside_tag = true;
                    tag.clear();
                }
                '>' => {
                    inside_tag = false;
                    if ends_line(&tag) && !text.ends_with('\n') {
                        text.push('\n');
                    } else if matches!(tag.as_str(), "/dt" | "/span" | "/a" | "/button") {
                        text.push(' ');
                    }
                }
                c if inside_tag => tag.push(c),
                c => text.push(c),
            }
        }
        let lines = unescaped(&text);
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn hidden_fields(&self) -> Vec<(String, String)> {
        self.html
            .split("<input ")
            .skip(1)
            .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
            .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
            .collect()
    }
}

fn ends_line(tag: &str) -> bool {
    matches!(tag, "/p" | "/h1" | "/h2" | "/li" | "/dd" | "br" | "/label" | "/div")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_person_reads_it() {
        let html = r#"<main><h1>An &amp; B</h1><dl><dt>Who</dt><dd>Ada</dd></dl><form method="post" action="/sign-in">
            <input type="hidden" name="a" value="x&amp;y"><input type="text" name="b" value="no"></form></main><footer>x</footer>"#;
        let page = Page { status: 200, html: html.to_owned() };
        assert_eq!(page.text(), "An & B\nWho Ada");
        assert_eq!(page.hidden_fields(), [("a".to_owned(), "x&y".to_owned())]);
        assert!(page.has_form("/sign-in") && !page.has_form("/consent"));
    }
}
