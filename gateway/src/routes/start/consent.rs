//! `GET /api/consent/face`: what a person agrees to before a face is compared, or agreed to once.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shiming_proto::identity::v1::{ConsentGiven as WireConsent, ConsentPurpose, GetConsentTextRequest};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Query;
use crate::visitor::Visitor;
use crate::wire::part;

/// The text in force, or an earlier one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentText {
    version: String,
    title: String,
    /// Paragraphs separated by newlines.
    text: String,
    /// Lower-case hex.
    text_sha256: String,
}

/// Which text a person has ticked.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentGiven {
    version: String,
    text_sha256: String,
}

impl From<ConsentGiven> for WireConsent {
    fn from(given: ConsentGiven) -> Self {
        // When it was ticked is the server's to say.
        Self { version: given.version, text_sha256: given.text_sha256, agree_time: None }
    }
}

/// Which text is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Absent: the text in force.
    #[serde(default)]
    version: String,
}

/// Gives the text in force for comparing faces, or an earlier version of it.
#[utoipa::path(
    get,
    path = "/api/consent/face",
    tag = "start",
    params(Which),
    responses((status = 200, body = ConsentText))
)]
pub(crate) async fn consent(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Json<ConsentText>, GatewayError> {
    let ask =
        GetConsentTextRequest { purpose: ConsentPurpose::FaceVerification.into(), version: which.version };
    let answer = edge.clients.consents().get_consent_text(visitor.request(ask)).await?.into_inner();
    let text = part("text", answer.text)?;
    Ok(Json(ConsentText {
        version: text.version,
        title: text.title,
        text: text.text,
        text_sha256: text.text_sha256,
    }))
}
