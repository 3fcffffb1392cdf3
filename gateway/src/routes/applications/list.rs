//! `GET /api/applications`: what the caller may decide or has seen decided.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shiming_proto::enterprise::v1::ListApplicationsRequest;
use utoipa::{IntoParams, ToSchema};

use super::Application;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Query;
use crate::session::SignedIn;

/// Which applications.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ApplicationsQuery {
    /// From 1 to 200; absent: 50.
    #[serde(default)]
    page_size: i32,
    /// Of the page before; absent for the first.
    #[serde(default)]
    page_token: String,
    /// One enterprise; absent for every one that the caller manages.
    #[serde(default)]
    enterprise_id: String,
}

/// A page of applications.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationsPage {
    applications: Vec<Application>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists applications: pending first, then the newest.
#[utoipa::path(
    get,
    path = "/api/applications",
    tag = "applications",
    params(ApplicationsQuery),
    responses((status = 200, body = ApplicationsPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<ApplicationsQuery>,
) -> Result<Json<ApplicationsPage>, GatewayError> {
    let ask = ListApplicationsRequest {
        page_size: query.page_size,
        page_token: query.page_token,
        enterprise_id: query.enterprise_id,
    };
    let page = edge.clients.applications().list_applications(signed_in.request(ask)).await?.into_inner();
    Ok(Json(ApplicationsPage {
        applications: page.applications.into_iter().map(Application::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
