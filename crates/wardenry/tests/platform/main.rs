//! The whole program as its users run it: real servers, real commands, real data folders.

mod admin;
mod client;
mod demo;
mod process;
mod serve;
