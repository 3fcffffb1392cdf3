//! `POST /api/collection/finish`: profile and code make the person.

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::{Deserialize, Serialize};
use shiming_kernel::Redacted;
use shiming_proto::identity::v1::{FinishCollectionRequest, ProfileInput as WireProfile};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::limits::{Collections, Within};
use crate::mutation::Mutation;
use crate::session::Collecting;
use crate::visitor::Visitor;

/// What finishes a collection.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FinishCollection {
    #[schema(value_type = String)]
    mobile: Redacted<String>,
    /// Six digits.
    #[schema(value_type = String)]
    code: Redacted<String>,
    profile: ProfileInput,
}

/// What a person fills in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProfileInput {
    /// May be empty.
    #[schema(value_type = String)]
    #[serde(default)]
    email: Redacted<String>,
    /// ISO 3166-1 alpha-2.
    nationality: String,
    /// GB/T 3304.
    #[serde(default)]
    ethnicity: String,
    /// YYYY-MM-DD.
    #[schema(value_type = String)]
    birth_date: Redacted<String>,
    /// YYYY-MM-DD.
    valid_from: String,
    /// YYYY-MM-DD; empty when long-term.
    #[serde(default)]
    valid_until: String,
    #[serde(default)]
    long_term: bool,
    issuing_authority: String,
    #[schema(value_type = String)]
    address: Redacted<String>,
}

impl From<ProfileInput> for WireProfile {
    fn from(profile: ProfileInput) -> Self {
        Self {
            email: profile.email.into_inner(),
            nationality: profile.nationality,
            ethnicity: profile.ethnicity,
            birth_date: profile.birth_date.into_inner(),
            valid_from: profile.valid_from,
            valid_until: profile.valid_until,
            long_term: profile.long_term,
            issuing_authority: profile.issuing_authority,
            address: profile.address.into_inner(),
        }
    }
}

/// The collected person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CollectionFinished {
    /// Opaque.
    person_id: String,
}

/// Checks code and profile and collects the person.
#[utoipa::path(
    post,
    path = "/api/collection/finish",
    tag = "collection",
    request_body = FinishCollection,
    responses((status = 200, body = CollectionFinished))
)]
pub(crate) async fn finish(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    collecting: Collecting,
    _: Within<Collections>,
    mutation: Mutation,
    Body(body): Body<FinishCollection>,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = FinishCollectionRequest {
        collection_token: collecting.token().to_owned(),
        mobile: body.mobile.into_inner(),
        code: body.code.into_inner(),
        profile: Some(body.profile.into()),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.collections().finish_collection(visitor.request(ask)).await?.into_inner();
    let cookie =
        if mutation.validate_only { AppendHeaders(None) } else { edge.cookies.clear(Cookie::Collection) };
    Ok((cookie, Json(CollectionFinished { person_id: answer.person_id })))
}
