//! What the HTTP surfaces share.
//!
//! [`app::wrap`] puts everything that every request needs around a router: one spelling of the path, an
//! [id](request_id), the [origin](origin) under which the client reached the server, limits, security
//! headers, a log line. The rest is used by handlers: [bearer tokens](bearer), [bodies](body), [cookies](cookie)
//! and [forms](form), [refusals in the Graph shape](graph_refusal), the [page](page) around the authority's and the portal's contents.
//!
//! Single endpoints and pages are not known here.

pub mod app;
pub mod bearer;
pub mod body;
pub mod content_security_policy;
pub mod cookie;
pub mod form;
pub mod graph_refusal;
pub mod letter_case;
pub mod limits;
pub mod origin;
pub mod page;
pub mod request_id;
