//! The portal from outside: the real router in its real surroundings, over a real database, and a browser that keeps cookies and
//! fills in forms. One module per section, and those that go through all pages.

mod accounts;
mod audit;
mod browser;
mod enterprise;
mod every_page;
#[cfg(feature = "hunting")]
mod hunting;
mod incidents;
mod registrations;
mod sessions;
mod sign_in;
mod token_tool;
mod world;
