//! `GET /api/profile`: the person's own record, masked.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shiming_proto::identity::v1::GetProfileRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::session::SignedIn;
use crate::wire::{DocumentType, Evidence, part};

/// A record, masked: fit to be shown to its person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    person_id: String,
    name: String,
    document_type: DocumentType,
    document_number: String,
    mobile: String,
    email: String,
    nationality: String,
    nationality_name: String,
    ethnicity: String,
    ethnicity_name: String,
    birth_date: String,
    valid_from: String,
    valid_until: String,
    long_term: bool,
    issuing_authority: String,
    address: String,
    evidence: Evidence,
}

/// Gives the caller's own record.
#[utoipa::path(get, path = "/api/profile", tag = "session", responses((status = 200, body = Profile)))]
pub(crate) async fn profile(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
) -> Result<Json<Profile>, GatewayError> {
    let answer = edge.clients.persons().get_profile(signed_in.request(GetProfileRequest {})).await?;
    let profile = part("profile", answer.into_inner().profile)?;
    Ok(Json(Profile {
        person_id: profile.person_id,
        name: profile.name,
        document_type: DocumentType::from(profile.document_type),
        document_number: profile.document_number,
        mobile: profile.mobile,
        email: profile.email,
        nationality: profile.nationality,
        nationality_name: profile.nationality_name,
        ethnicity: profile.ethnicity,
        ethnicity_name: profile.ethnicity_name,
        birth_date: profile.birth_date,
        valid_from: profile.valid_from,
        valid_until: profile.valid_until,
        long_term: profile.long_term,
        issuing_authority: profile.issuing_authority,
        address: profile.address,
        evidence: Evidence::from(profile.evidence),
    }))
}
