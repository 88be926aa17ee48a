//! What the pages share.

use std::sync::Arc;

use wardenry_directory::Directory;
use wardenry_incidents::Incidents;
use wardenry_web::origin::OwnOrigins;

/// The parts that the portal's pages work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Portal {
    pub directory: Arc<Directory>,
    pub incidents: Incidents,
    pub origins: OwnOrigins,
    #[cfg(feature = "hunting")]
    pub hunting: wardenry_hunting::Hunting,
    #[cfg(feature = "hunting")]
    pub queries: wardenry_queries::Queries,
}
