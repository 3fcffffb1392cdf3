//! `POST /api/enterprises/lookup`: one enterprise by its code, behind a picture code.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shiming_proto::enterprise::v1::LookUpEnterpriseRequest;
use utoipa::ToSchema;

use super::Enterprise;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::session::SignedIn;
use crate::wire::part;

/// Which enterprise.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LookUpEnterprise {
    /// Unified social credit code or taxpayer id, as typed.
    identifier: String,
    /// Of the picture code.
    #[serde(default)]
    captcha_id: String,
    /// What the picture shows.
    #[serde(default)]
    captcha_answer: String,
}

/// An answer that carries an enterprise.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnterpriseAnswer {
    enterprise: Enterprise,
}

/// Finds an enterprise. Each look-up costs a picture code, right or wrong.
#[utoipa::path(
    post,
    path = "/api/enterprises/lookup",
    tag = "enterprises",
    request_body = LookUpEnterprise,
    responses((status = 200, body = EnterpriseAnswer))
)]
pub(crate) async fn look_up(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    _: Mutation,
    Body(body): Body<LookUpEnterprise>,
) -> Result<Json<EnterpriseAnswer>, GatewayError> {
    edge.captchas.redeem(&body.captcha_id, &body.captcha_answer).await?;
    let ask = LookUpEnterpriseRequest { identifier: body.identifier };
    let answer = edge.clients.registry().look_up_enterprise(signed_in.request(ask)).await?.into_inner();
    Ok(Json(EnterpriseAnswer { enterprise: part("enterprise", answer.enterprise)?.into() }))
}
