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
}

/// As it is now.
pub(crate) async fn get_engine_info(app: &App) -> Result<EngineInfo, FaceAuthError> {
    Ok(EngineInfo {
        versions: app.engine.versions().clone(),
        workers: app.engine.workers(),
        references: store::count_references(app.store.reader()).await?,
    })
}

/// Loads and checks the models. A missing or altered one is an error that says what to do.
pub(crate) async fn start_engine(settings: &EngineConfig) -> anyhow::Result<FaceEngine> {
    let settings = settings.clone();
    let engine = tokio::task::spawn_blocking(move || FaceEngine::start(&settings)).await??;
    let (versions, workers) = (engine.versions(), engine.workers());
    tracing::info!(model_pack = versions.pack, licence = versions.licence, workers, "face engine ready");
    Ok(engine)
}
