//! `EventService`.

use std::sync::Arc;

use shiming_proto::messaging::v1::event_service_server::EventService;
use shiming_proto::messaging::v1::{DeliverEventsRequest, DeliverEventsResponse};
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App};
use crate::error::MessagingError;

/// Takes events in.
#[derive(Clone)]
pub(crate) struct EventApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl EventService for EventApi {
    async fn deliver_events(
        &self,
        request: Request<DeliverEventsRequest>,
    ) -> Result<Response<DeliverEventsResponse>, Status> {
        serve(request, |call, ask| async move {
            let accepted = app::deliver_events(&self.0, &call, &convert::events(ask.events)?).await?;
            let accepted_count = i32::try_from(accepted).unwrap_or(i32::MAX);
            Ok::<_, MessagingError>(DeliverEventsResponse { accepted_count })
        })
        .await
    }
}
