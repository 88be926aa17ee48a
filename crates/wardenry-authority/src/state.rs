//! What the endpoints share.

use std::sync::Arc;

use wardenry_directory::Directory;
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_web::bearer::BearerGate;
use wardenry_web::origin::OwnOrigins;

/// The parts that the authority's endpoints work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Authority {
    pub directory: Arc<Directory>,
    pub keys: SigningKeys,
    pub origins: OwnOrigins,
    pub gate: Arc<BearerGate>,
}
