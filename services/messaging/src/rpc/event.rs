//! `EventService`.

use std::sync::Arc;

use shiming_proto::messaging::v1::event_service_server::EventService;
use shiming_proto::messaging::v1::{DeliverEventsRequest, DeliverEventsResponse};
use shiming_rpc::context;
use shiming_rpc::status::from_error;
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
        let caller = context(&request);
        let accepted = async {
            let events = convert::events(request.into_inner().events)?;
            app::deliver_events(&self.0, &caller, &events).await
        };
        let accepted = accepted.await.map_err(|error: MessagingError| from_error(&error))?;
        let accepted_count = i32::try_from(accepted).unwrap_or(i32::MAX);
        Ok(Response::new(DeliverEventsResponse { accepted_count }))
    }
}
