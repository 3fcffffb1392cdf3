//! `InboxService`.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use shiming_proto::messaging::v1::inbox_service_server::InboxService;
use shiming_proto::messaging::v1::{
    GetCountsRequest, GetCountsResponse, ListMessagesRequest, ListMessagesResponse, ListTodosRequest,
    ListTodosResponse, ReadMessageRequest, ReadMessageResponse, WatchCountsRequest, WatchCountsResponse,
};
use shiming_rpc::context;
use shiming_rpc::convert::{page, parse_id, request_meta};
use shiming_rpc::status::from_error;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App};
use crate::error::MessagingError;

/// Shows people their inboxes.
#[derive(Clone)]
pub(crate) struct InboxApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl InboxService for InboxApi {
    type WatchCountsStream = BoxStream<'static, Result<WatchCountsResponse, Status>>;

    async fn list_messages(
        &self,
        request: Request<ListMessagesRequest>,
    ) -> Result<Response<ListMessagesResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let found = async {
            let page = page(request.page_size, &request.page_token)?;
            app::list_messages(&self.0, &caller, page.size, page.token.as_deref().unwrap_or_default()).await
        };
        let found = found.await.map_err(|error: MessagingError| from_error(&error))?;
        Ok(Response::new(convert::messages(found)))
    }

    async fn read_message(
        &self,
        request: Request<ReadMessageRequest>,
    ) -> Result<Response<ReadMessageResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let message = async {
            let meta = request_meta(&request.request_id, request.validate_only)?;
            app::read_message(&self.0, &caller, parse_id("message_id", &request.message_id)?, meta).await
        };
        let message = message.await.map_err(|error: MessagingError| from_error(&error))?;
        Ok(Response::new(ReadMessageResponse { message: Some(convert::message(message)) }))
    }

    async fn list_todos(
        &self,
        request: Request<ListTodosRequest>,
    ) -> Result<Response<ListTodosResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let found = async {
            let page = page(request.page_size, &request.page_token)?;
            app::list_todos(&self.0, &caller, page.size, page.token.as_deref().unwrap_or_default()).await
        };
        let found = found.await.map_err(|error: MessagingError| from_error(&error))?;
        Ok(Response::new(convert::todos(found)))
    }

    async fn get_counts(
        &self,
        request: Request<GetCountsRequest>,
    ) -> Result<Response<GetCountsResponse>, Status> {
        let counts =
            app::get_counts(&self.0, &context(&request)).await.map_err(|error| from_error(&error))?;
        Ok(Response::new(GetCountsResponse { counts: Some(convert::counts(counts)) }))
    }

    async fn watch_counts(
        &self,
        request: Request<WatchCountsRequest>,
    ) -> Result<Response<Self::WatchCountsStream>, Status> {
        let watched = app::watch_counts(Arc::clone(&self.0), &context(&request)).await;
        let counts = watched.map_err(|error| from_error(&error))?;
        let answers = counts.map(|counts| match counts {
            Ok(counts) => Ok(WatchCountsResponse { counts: Some(convert::counts(counts)) }),
            Err(error) => Err(from_error(&error)),
        });
        Ok(Response::new(answers.boxed()))
    }
}
