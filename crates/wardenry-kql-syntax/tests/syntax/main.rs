//! Reading and formatting queries.

mod documents;
mod formatting;
mod hostile;
mod random;
mod reading;
