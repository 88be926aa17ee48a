//! Tables in files.

pub mod parquet;
mod stored;
