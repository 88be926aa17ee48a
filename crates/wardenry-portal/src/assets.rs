//! The style sheet and scripts: files of ours, named by their content.

use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// A file that pages refer to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const fn script(name: &'static str, content: &'static str) -> Asset {
    Asset { name, content_type: "text/javascript; charset=utf-8", content }
}

pub(crate) const STYLE: Asset = Asset {
    name: "portal.css",
    content_type: "text/css; charset=utf-8",
    content: concat!(include_str!("../assets/portal.css"), include_str!("../assets/hunting.css")),
};
/// Makes the copy buttons work, and shows them.
pub(crate) const COPY: Asset = script("copy.js", include_str!("../assets/copy.js"));

/// Renews parts of a page ([`live`](crate::live)).
pub(crate) const LIVE: Asset = script("live.js", include_str!("../assets/live.js"));

/// The token tool.
pub(crate) const TOKEN: Asset = script("token.js", include_str!("../assets/token.js"));

/// The hunting page: the editor, running, the grid. It imports the others.
#[cfg(feature = "hunting")]
pub(crate) const HUNTING: Asset = script("hunting.js", include_str!("../assets/hunting.js"));

const ALL: &[Asset] = &[
    STYLE,
    COPY,
    LIVE,
    TOKEN,
    #[cfg(feature = "hunting")]
    HUNTING,
    #[cfg(feature = "hunting")]
    script("hunting-editor.js", include_str!("../assets/hunting-editor.js")),
    #[cfg(feature = "hunting")]
    script("hunting-grid.js", include_str!("../assets/hunting-grid.js")),
];

/// A mark of all contents together: another build's pages never meet this build's files in a cache.
static VERSION: LazyLock<String> = LazyLock::new(|| mark(ALL.iter().flat_map(|asset| asset.content.bytes())));

/// A short name for a content (FNV-1a): it tells versions apart, it protects nothing.
pub(crate) fn mark(content: impl Iterator<Item = u8>) -> String {
    let hash = content.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

impl Asset {
    /// Where pages find it.
    pub(crate) fn address(self) -> String {
        format!("/portal/assets/{}?v={}", self.name, *VERSION)
    }
}

/// `GET /portal/assets/{name}`.
pub(crate) async fn serve(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(asset) = ALL.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let current = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(VERSION.as_str());
    let cached = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cached)),
    ];
    (headers, asset.content).into_response()
}
