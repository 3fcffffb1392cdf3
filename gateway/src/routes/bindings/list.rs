//! `GET /api/bindings`: the person's bindings and applications.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shiming_proto::enterprise::v1::ListBindingsRequest;
use utoipa::{IntoParams, ToSchema};

use super::Binding;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Query;
use crate::session::SignedIn;
use crate::wire::BindingState;

/// Which bindings.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct BindingsQuery {
    /// From 1 to 200; absent: 50.
    #[serde(default)]
    page_size: i32,
    /// Of the page before; absent for the first.
    #[serde(default)]
    page_token: String,
    /// One state; absent for all.
    state: Option<BindingState>,
}

/// A page of bindings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BindingsPage {
    bindings: Vec<Binding>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists the caller's bindings, the newest first.
#[utoipa::path(
    get,
    path = "/api/bindings",
    tag = "bindings",
    params(BindingsQuery),
    responses((status = 200, body = BindingsPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<BindingsQuery>,
) -> Result<Json<BindingsPage>, GatewayError> {
    let ask = ListBindingsRequest {
        page_size: query.page_size,
        page_token: query.page_token,
        states: query.state.map(i32::from).into_iter().collect(),
    };
    let page = edge.clients.bindings().list_bindings(signed_in.request(ask)).await?.into_inner();
    Ok(Json(BindingsPage {
        bindings: page.bindings.into_iter().map(Binding::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
