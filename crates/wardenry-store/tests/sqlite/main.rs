//! What [`wardenry_store::SqliteStore`] promises beyond the storage traits.

mod data_folder;
mod killed;
mod numbered_tenants;
mod unreadable_rows;
