//! What runs, for operators.

use shiming_face_engine::{EngineConfig, FaceEngine, ModelVersions};

use crate::app::App;
use crate::error::FaceAuthError;
use crate::store;

/// The engine and its references.
pub(crate) struct EngineInfo {
    pub(crate) versions: ModelVersions,
    pub(crate) workers: usize,
    pub(crate) references: u64,
    /// Made by another pack: not compared until they are imported again.
    pub(crate) stale: u64,
}

/// As it is now.
pub(crate) async fn get_engine_info(app: &App) -> Result<EngineInfo, FaceAuthError> {
    let versions = app.engine.versions().clone();
    let references = store::count_references(app.store.reader(), None).await?;
    let comparable = store::count_references(app.store.reader(), Some(&versions.pack)).await?;
    let stale = references.saturating_sub(comparable);
    Ok(EngineInfo { versions, workers: app.engine.workers(), references, stale })
}

/// Loads and checks the models. A missing or altered one is an error that says what to do.
pub(crate) async fn start_engine(settings: &EngineConfig) -> anyhow::Result<FaceEngine> {
    let settings = settings.clone();
    let engine = tokio::task::spawn_blocking(move || FaceEngine::start(&settings)).await??;
    let (versions, workers) = (engine.versions(), engine.workers());
    tracing::info!(model_pack = versions.pack, licence = versions.licence, workers, "face engine ready");
    Ok(engine)
}
