//! The lake on real files, with the real catalogue, asked through the real engine.

mod rows;
mod support;
