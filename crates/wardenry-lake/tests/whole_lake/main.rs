//! The lake on real files, with the real catalogue, asked through the real engine.

mod clock;
mod crash;
mod damage;
mod defined_tables;
mod duckdb;
mod files;
mod limits;
mod load;
mod object_stores;
mod objects;
mod reading;
mod recovery;
mod rows;
mod s3;
mod searches;
mod support;
mod tidying;
