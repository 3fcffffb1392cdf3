//! `GET /api/consents`: what the person agreed to.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::identity::v1::{ConsentRecord, ListConsentsRequest};
use utoipa::ToSchema;

use super::Withdrawal;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{PageQuery, Query};
use crate::session::SignedIn;
use crate::wire::time;

/// A consent, and the withdrawal that ended it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent {
    /// Opaque.
    consent_id: String,
    title: String,
    /// Of the text; `/api/consent/face?version=` gives it.
    version: String,
    agree_time: DateTime<Utc>,
    /// Absent while the consent holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<Withdrawal>,
}

impl Consent {
    fn from_wire(consent: ConsentRecord) -> Result<Self, GatewayError> {
        Ok(Self {
            consent_id: consent.consent_id,
            title: consent.title,
            version: consent.version,
            agree_time: time("agree_time", consent.agree_time)?,
            withdrawal: consent.withdrawal.map(Withdrawal::from_wire).transpose()?,
        })
    }
}

/// A page of consents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentsPage {
    consents: Vec<Consent>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists consents, the newest first.
#[utoipa::path(
    get,
    path = "/api/consents",
    tag = "face data",
    params(PageQuery),
    responses((status = 200, body = ConsentsPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<ConsentsPage>, GatewayError> {
    let ask = ListConsentsRequest { page_size: query.page_size, page_token: query.page_token };
    let page = edge.clients.consents().list_consents(signed_in.request(ask)).await?.into_inner();
    Ok(Json(ConsentsPage {
        consents: page.consents.into_iter().map(Consent::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
