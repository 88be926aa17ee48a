//! The vocabulary that every other Wardenry crate shares: [typed ids](id), [secrets that never
//! print](secret), [time](time) and [randomness](entropy) as parameters, the [catalogue of
//! first-party resources and their permissions](catalogue), and the [cloud profiles](cloud).
//!
//! This crate performs no I/O and knows no other crate of the workspace. The only effects are the
//! system clock and the system's random source, each behind a trait with a manual twin for tests.

pub mod calls;
pub mod catalogue;
pub mod cloud;
pub mod entropy;
pub mod id;
pub mod secret;
pub mod time;
