//! Lists that are read and written as a whole, as JSON text in a column.

use serde::Serialize;
use wardenry_directory::store::StoreError;

use super::failed;

/// The JSON text to store.
pub(super) fn to_json<T: Serialize + ?Sized>(list: &T) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(failed)
}
