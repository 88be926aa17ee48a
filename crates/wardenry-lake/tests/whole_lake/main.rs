//! The lake on real files, with the real catalogue, asked through the real engine.

mod crash;
mod duckdb;
mod files;
mod limits;
mod recovery;
mod rows;
mod support;
mod tidying;
