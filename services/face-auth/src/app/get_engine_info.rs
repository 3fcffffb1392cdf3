//! What runs, for operators.

use super::App;
use crate::error::FaceAuthError;
use crate::store;
use shiming_face_engine::ModelVersions;

/// The engine and its references.
pub(crate) struct EngineInfo {
    pub(crate) versions: ModelVersions,
    pub(crate) workers: usize,
    pub(crate) references: u64,
}

/// As it is now.
pub(crate) async fn get_engine_info(app: &App) -> Result<EngineInfo, FaceAuthError> {
    Ok(EngineInfo {
        versions: app.engine.versions().clone(),
        workers: app.engine.workers(),
        references: store::count_references(app.store.reader()).await?,
    })
}
