//! A browser that keeps cookies and fills in forms.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Request, header};

use crate::world::{Answer, PASSWORD, World};

pub(crate) struct Browser<'w> {
    world: &'w World,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A form of a page, as a browser would send it: hidden fields, texts, what is ticked and chosen. Buttons are not pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HtmlForm {
    pub(crate) method: String,
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new() }
    }

    /// A browser in which this user has signed in.
    pub(crate) async fn of(world: &'w World, user_name: &str) -> Self {
        let mut browser = Self::new(world);
        let page = browser.open("/portal").await;
        let fields = [("user_name", user_name), ("password", PASSWORD)];
        let home = browser.submit(&page, "/portal/sign-in", &fields).await;
        assert_eq!((home.status.as_u16(), home.heading().as_str()), (200, "Home"));
        browser
    }

    /// Opens an address; redirects inside the server are followed.
    pub(crate) async fn open(&mut self, target: &str) -> Answer {
        let answer = self.get(target).await;
        self.follow(answer).await
    }

    /// Opens an address and stays there.
    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        let request = self.with_cookies(Request::get(target)).body(Body::empty()).unwrap();
        self.send(request).await
    }

    async fn follow(&mut self, answer: Answer) -> Answer {
        match answer.header("location") {
            inside if inside.starts_with('/') => {
                let target = inside.to_owned();
                Box::pin(self.open(&target)).await
            }
            _ => answer,
        }
    }

    /// Fills in and sends the page's form with this action, and follows redirects inside the server.
    pub(crate) async fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = HtmlForm::all_of(page).into_iter().find(|form| form.action == action);
        let mut form = form.unwrap_or_else(|| panic!("no form leads to {action}: {}", page.text));
        for (name, _) in fields {
            form.fields.retain(|(known, _)| known != name);
        }
        form.fields.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = self.post(&form.action, &form.fields).await;
        self.follow(answer).await
    }

    /// Posts fields as the browser would. Redirects are not followed.
    pub(crate) async fn post(&mut self, action: &str, fields: &[(String, String)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = self
            .with_cookies(Request::post(action))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            // What browsers send from a page with the referrer policy `no-referrer`.
            .header(header::ORIGIN, "null")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.finish()))
            .unwrap();
        self.send(request).await
    }

    fn with_cookies(&self, request: http::request::Builder) -> http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = self.world.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl HtmlForm {
    /// The forms of a page, in its order.
    pub(crate) fn all_of(page: &Answer) -> Vec<Self> {
        let forms = page.text.split("<form").skip(1);
        forms.map(|form| Self::read(form.split("</form>").next().unwrap())).collect()
    }

    fn read(form: &str) -> Self {
        let (tag, content) = form.split_once('>').unwrap();
        let mut fields = Vec::new();
        for part in content.split('<').skip(1) {
            let tag = part.split('>').next().unwrap();
            let Some(name) = attribute(tag, "name") else { continue };
            let ticked = !matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio"))
                || tag.split_whitespace().any(|word| word == "checked");
            if tag.starts_with("input") && ticked {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            } else if tag.starts_with("textarea") {
                fields.push((name, unescaped(part.split_once('>').unwrap().1)));
            } else if tag.starts_with("select") {
                let chosen = content.split_once(part).unwrap().1.split("</select>").next().unwrap();
                let options: Vec<&str> = chosen.split("<option").skip(1).collect();
                let tag_of = |option: &&str| (*option).split('>').next().unwrap().to_owned();
                let selected = options.iter().find(|option| tag_of(option).contains(" selected"));
                let option = selected.or(options.first()).map(tag_of);
                fields.push((name, option.and_then(|tag| attribute(&tag, "value")).unwrap_or_default()));
            }
        }
        Self {
            method: attribute(tag, "method").unwrap_or_default(),
            action: attribute(tag, "action").unwrap_or_default(),
            fields,
        }
    }
}

/// The value of a tag's attribute.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
