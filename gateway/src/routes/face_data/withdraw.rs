//! `POST /api/consents/{consentId}/withdraw`: withdraws a consent.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shiming_proto::identity::v1::WithdrawConsentRequest;
use utoipa::ToSchema;

use super::Withdrawal;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Id;
use crate::mutation::Mutation;
use crate::session::SignedIn;

/// How the withdrawal stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Withdrawn {
    /// Absent when it was only checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<Withdrawal>,
}

/// Withdraws a consent with all earlier ones, and has the face data erased. Takes no body.
#[utoipa::path(
    post,
    path = "/api/consents/{consentId}/withdraw",
    tag = "face data",
    params(("consentId" = String, Path)),
    responses((status = 200, body = Withdrawn))
)]
pub(crate) async fn withdraw(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Id(consent_id): Id,
    mutation: Mutation,
) -> Result<Json<Withdrawn>, GatewayError> {
    let ask = WithdrawConsentRequest {
        consent_id,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.consents().withdraw_consent(signed_in.request(ask)).await?.into_inner();
    Ok(Json(Withdrawn { withdrawal: answer.withdrawal.map(Withdrawal::from_wire).transpose()? }))
}
