//! Whether this replica can do its work now: health as probes and clients see it, which is more than "the process runs".

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_health::server::{HealthReporter, HealthService};

/// Asks what the replica can't work without. Probes ask often: an answer is bounded in time and may be a moment old.
#[async_trait]
pub trait Readiness: Send + Sync + 'static {
    /// Whether everything answers.
    async fn is_ready(&self) -> bool;
}

/// For servers that need nothing but themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct AlwaysReady;

#[async_trait]
impl Readiness for AlwaysReady {
    async fn is_ready(&self) -> bool {
        true
    }
}

/// Health of a server: what the shutdown set it to, and only while the replica is ready. A watch hears the shutdown alone.
#[derive(Clone)]
pub(super) struct ReadyHealth {
    pub(super) health: HealthReporter,
    pub(super) readiness: Arc<dyn Readiness>,
    /// The end of all watches.
    pub(super) soft: CancellationToken,
}

impl ReadyHealth {
    fn service(&self) -> HealthService {
        HealthService::from_health_reporter(self.health.clone())
    }
}

#[async_trait]
impl Health for ReadyHealth {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let answer = self.service().check(request).await?;
        if answer.get_ref().status == ServingStatus::Serving as i32 && !self.readiness.is_ready().await {
            return Ok(Response::new(HealthCheckResponse { status: ServingStatus::NotServing as i32 }));
        }
        Ok(answer)
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let watch = match self.service().watch(request).await {
            Ok(known) => known.into_inner().boxed(),
            // A watch waits for a service that may come; here none comes later.
            Err(status) if status.code() == Code::NotFound => {
                let unknown = HealthCheckResponse { status: ServingStatus::ServiceUnknown as i32 };
                stream::once(async move { Ok(unknown) }).chain(stream::pending()).boxed()
            }
            Err(status) => return Err(status),
        };
        Ok(Response::new(watch.take_until(self.soft.clone().cancelled_owned()).boxed()))
    }
}
