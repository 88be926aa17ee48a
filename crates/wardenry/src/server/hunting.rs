//! The lake, and hunting over it, as a part of the platform.

use std::sync::Arc;

use axum::Router;
use wardenry_api::hunting::HuntingApi;
use wardenry_hunting::{Hunting, Ingest};
use wardenry_lake::Lake;
use wardenry_store::SqliteStore;
use wardenry_web::bearer::BearerGate;

use super::serve_settings::{ServeSettings, cores};
use crate::failure::Failure;
use crate::host::Host;

/// The folder of the lake in the data folder.
const LAKE_FOLDER: &str = "lake";

/// The lake and its services. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HuntingPart {
    pub(crate) lake: Lake,
    api: HuntingApi,
}

impl HuntingPart {
    /// Opens the lake in the data folder.
    pub(crate) async fn open(
        host: &Host,
        settings: &ServeSettings,
        store: &SqliteStore,
        gate: &Arc<BearerGate>,
    ) -> Result<Self, Failure> {
        let mut of_lake = settings.lake.settings(settings.data.join(LAKE_FOLDER), settings.tables.clone());
        of_lake.objects = settings.lake.objects(host)?;
        let lake = Lake::open(of_lake, Arc::new(store.clone()), Arc::clone(&host.clock)).await?;
        let of_hunting = settings.hunting.settings(cores());
        let api = HuntingApi {
            hunting: Hunting::new(lake.clone(), of_hunting, Arc::clone(&host.clock)),
            ingest: Ingest::new(lake.clone()),
            gate: Arc::clone(gate),
            clock: Arc::clone(&host.clock),
        };
        Ok(Self { lake, api })
    }

    /// The routes of hunting and ingest.
    pub(crate) fn router(&self) -> Router {
        wardenry_api::hunting::router(self.api.clone())
    }

    /// Running queries, for the portal.
    pub(crate) fn hunting(&self) -> Hunting {
        self.api.hunting.clone()
    }

    /// Ends the lake's work in the background.
    pub(crate) async fn close(self) {
        self.lake.close().await;
    }
}
