//! `POST /api/bindings/{bindingId}/switch` (切换): the session acts by another binding.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use shiming_proto::enterprise::v1::SwitchEnterpriseRequest;

use super::BindingAnswer;
use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Id;
use crate::mutation::Mutation;
use crate::session::SignedIn;

/// Makes the session act by one of the caller's active bindings; it gets a new token.
#[utoipa::path(
    post,
    path = "/api/bindings/{bindingId}/switch",
    tag = "bindings",
    params(("bindingId" = String, Path)),
    responses((status = 200, body = BindingAnswer))
)]
pub(crate) async fn switch(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Id(binding_id): Id,
    mutation: Mutation,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = SwitchEnterpriseRequest {
        binding_id,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.bindings().switch_enterprise(signed_in.request(ask)).await?.into_inner();
    let cookie = edge.cookies.set_unless_empty(Cookie::Session, &answer.session_token)?;
    Ok((cookie, Json(BindingAnswer::from_wire(answer.binding)?)))
}
