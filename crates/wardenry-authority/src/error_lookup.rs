//! `GET /error?code=…`: what an error code means, the target of `error_uri`.

use axum::extract::RawQuery;
use http::StatusCode;
use maud::html;
use wardenry_oauth::error::Code;
use wardenry_oauth::parameters::Parameters;
use wardenry_web::page::Page;

/// Explains one code, or lists all of them.
pub(crate) async fn show_error(RawQuery(query): RawQuery) -> Page {
    let parameters = Parameters::from_urlencoded(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    // People paste the code as the messages print it.
    let asked = parameters.get("code").ok().flatten();
    let number = asked.and_then(|text| text.strip_prefix("AADSTS").unwrap_or(text).parse::<u32>().ok());
    match Code::ALL.iter().find(|code| Some(code.number()) == number) {
        Some(code) => Page::ok(format!("AADSTS{}", code.number()), one(*code)),
        None => {
            let status = if number.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
            Page::ok("Error codes", all()).with_status(status)
        }
    }
}

fn one(code: Code) -> maud::Markup {
    html! {
        p.eyebrow { "AADSTS" (code.number()) }
        h1 { (code.title()) }
        p { (code.advice()) }
        dl.facts {
            dt { "error" } dd { code { (code.error()) } }
            dt { "HTTP status" } dd { (code.status()) }
        }
        p { a href="/error" { "All codes" } }
    }
}

fn all() -> maud::Markup {
    html! {
        h1 { "Error codes" }
        p { "The codes that this authority answers with." }
        ul.permissions role="list" {
            @for code in Code::ALL {
                li {
                    a href={ "/error?code=" (code.number()) } { "AADSTS" (code.number()) }
                    br;
                    (code.title())
                }
            }
        }
    }
}
