//! `POST /api/messages/{messageId}/read`: opens a message.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shiming_proto::messaging::v1::ReadMessageRequest;
use utoipa::ToSchema;

use super::Message;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Id;
use crate::mutation::Mutation;
use crate::session::SignedIn;
use crate::wire::part;

/// An answer that carries a message.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageAnswer {
    message: Message,
}

/// Gives one message and marks it read.
#[utoipa::path(
    post,
    path = "/api/messages/{messageId}/read",
    tag = "inbox",
    params(("messageId" = String, Path)),
    responses((status = 200, body = MessageAnswer))
)]
pub(crate) async fn read(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Id(message_id): Id,
    mutation: Mutation,
) -> Result<Json<MessageAnswer>, GatewayError> {
    let ask = ReadMessageRequest {
        message_id,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.inbox().read_message(signed_in.request(ask)).await?.into_inner();
    Ok(Json(MessageAnswer { message: Message::from_wire(part("message", answer.message)?)? }))
}
