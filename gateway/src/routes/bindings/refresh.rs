//! `POST /api/bindings/refresh` (刷新): bindings that the registry itself gives.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shiming_proto::enterprise::v1::RefreshBindingsRequest;
use utoipa::ToSchema;

use super::Binding;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::mutation::Mutation;
use crate::session::SignedIn;

/// What is new.
#[derive(Serialize, ToSchema)]
pub(crate) struct BindingsRefreshed {
    bindings: Vec<Binding>,
}

/// Binds the caller to the enterprises whose registry record names them; needs a recent face check (`STEP_UP_REQUIRED`).
#[utoipa::path(
    post,
    path = "/api/bindings/refresh",
    tag = "bindings",
    responses((status = 200, body = BindingsRefreshed))
)]
pub(crate) async fn refresh(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    mutation: Mutation,
) -> Result<Json<BindingsRefreshed>, GatewayError> {
    let ask =
        RefreshBindingsRequest { request_id: mutation.request_id, validate_only: mutation.validate_only };
    let answer = edge.clients.bindings().refresh_bindings(signed_in.request(ask)).await?.into_inner();
    let bindings = answer.bindings.into_iter().map(Binding::from_wire).collect::<Result<_, _>>()?;
    Ok(Json(BindingsRefreshed { bindings }))
}
