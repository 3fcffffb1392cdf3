//! `POST /api/applications`: applies for a role in an enterprise.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shiming_proto::enterprise::v1::SubmitApplicationRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::routes::bindings::BindingAnswer;
use crate::session::SignedIn;
use crate::wire::Role;

/// What is applied for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubmitApplication {
    enterprise_id: String,
    /// As looked up; another one means that the registry's record changed since.
    enterprise_etag: String,
    role: Role,
}

/// Applies; the enterprise's managers get a to-do.
#[utoipa::path(
    post,
    path = "/api/applications",
    tag = "applications",
    request_body = SubmitApplication,
    responses((status = 200, body = BindingAnswer))
)]
pub(crate) async fn submit(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    mutation: Mutation,
    Body(body): Body<SubmitApplication>,
) -> Result<Json<BindingAnswer>, GatewayError> {
    let ask = SubmitApplicationRequest {
        enterprise_id: body.enterprise_id,
        enterprise_etag: body.enterprise_etag,
        role: body.role.into(),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.applications().submit_application(signed_in.request(ask)).await?;
    BindingAnswer::from_wire(answer.into_inner().binding).map(Json)
}
