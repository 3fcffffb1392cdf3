//! `GET /api/messages`: the person's messages.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shiming_proto::messaging::v1::ListMessagesRequest;
use utoipa::ToSchema;

use super::Message;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{PageQuery, Query};
use crate::session::SignedIn;

/// A page of messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagesPage {
    messages: Vec<Message>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists messages: unread first, each part newest first.
#[utoipa::path(
    get,
    path = "/api/messages",
    tag = "inbox",
    params(PageQuery),
    responses((status = 200, body = MessagesPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<MessagesPage>, GatewayError> {
    let ask = ListMessagesRequest { page_size: query.page_size, page_token: query.page_token };
    let page = edge.clients.inbox().list_messages(signed_in.request(ask)).await?.into_inner();
    Ok(Json(MessagesPage {
        messages: page.messages.into_iter().map(Message::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
