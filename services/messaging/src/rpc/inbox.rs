//! `InboxService`.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use shiming_proto::messaging::v1::inbox_service_server::InboxService;
use shiming_proto::messaging::v1::{
    GetCountsRequest, GetCountsResponse, ListMessagesRequest, ListMessagesResponse, ListTodosRequest,
    ListTodosResponse, ReadMessageRequest, ReadMessageResponse, WatchCountsRequest, WatchCountsResponse,
};
use shiming_rpc::convert::{meta, page, parse_id};
use shiming_rpc::serve;
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
        serve(request, |call, ask| async move {
            let page = page(ask.page_size, &ask.page_token)?;
            let found = app::list_messages(&self.0, &call, &page).await?;
            Ok::<_, MessagingError>(convert::messages(found))
        })
        .await
    }

    async fn read_message(
        &self,
        request: Request<ReadMessageRequest>,
    ) -> Result<Response<ReadMessageResponse>, Status> {
        serve(request, |call, ask| async move {
            let message_id = parse_id("message_id", &ask.message_id)?;
            let message = app::read_message(&self.0, &call, meta(&ask)?, message_id).await?;
            Ok::<_, MessagingError>(ReadMessageResponse { message: Some(convert::message(message)) })
        })
        .await
    }

    async fn list_todos(
        &self,
        request: Request<ListTodosRequest>,
    ) -> Result<Response<ListTodosResponse>, Status> {
        serve(request, |call, ask| async move {
            let page = page(ask.page_size, &ask.page_token)?;
            let found = app::list_todos(&self.0, &call, &page).await?;
            Ok::<_, MessagingError>(convert::todos(found))
        })
        .await
    }

    async fn get_counts(
        &self,
        request: Request<GetCountsRequest>,
    ) -> Result<Response<GetCountsResponse>, Status> {
        serve(request, |call, _ask| async move {
            let counts = app::get_counts(&self.0, &call).await?;
            Ok::<_, MessagingError>(GetCountsResponse { counts: Some(convert::counts(counts)) })
        })
        .await
    }

    async fn watch_counts(
        &self,
        request: Request<WatchCountsRequest>,
    ) -> Result<Response<Self::WatchCountsStream>, Status> {
        serve(request, |call, _ask| async move {
            let counts = app::watch_counts(Arc::clone(&self.0), &call).await?;
            let answers = counts.map(|counts| match counts {
                Ok(counts) => Ok(WatchCountsResponse { counts: Some(convert::counts(counts)) }),
                Err(error) => Err(from_error(&error)),
            });
            Ok::<_, MessagingError>(answers.boxed())
        })
        .await
    }
}
