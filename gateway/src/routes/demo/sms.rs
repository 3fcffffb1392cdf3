//! `POST /api/demo/sms`: what the demo phone received. A POST, because a phone number belongs in no URL.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::Redacted;
use shiming_proto::messaging::v1::ListDemoSmsRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::visitor::Visitor;
use crate::wire::time;

/// Whose phone.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DemoPhone {
    #[schema(value_type = String)]
    mobile: Redacted<String>,
}

/// What it received.
#[derive(Serialize, ToSchema)]
pub(crate) struct DemoMessages {
    /// The newest first, at most ten.
    messages: Vec<DemoSms>,
}

/// A text message of the demo.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DemoSms {
    text: String,
    send_time: DateTime<Utc>,
}

/// Shows the demo phone. Changes nothing, so it needs no Idempotency-Key.
#[utoipa::path(
    post,
    path = "/api/demo/sms",
    tag = "demo",
    request_body = DemoPhone,
    responses((status = 200, body = DemoMessages))
)]
pub(crate) async fn sms(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    Body(body): Body<DemoPhone>,
) -> Result<Json<DemoMessages>, GatewayError> {
    let ask = ListDemoSmsRequest { mobile: body.mobile.into_inner() };
    let answer = edge.clients.demo_sms().list_demo_sms(visitor.request(ask)).await?.into_inner();
    let messages = answer.messages.into_iter().map(|message| {
        Ok::<_, GatewayError>(DemoSms {
            text: message.text,
            send_time: time("send_time", message.send_time)?,
        })
    });
    Ok(Json(DemoMessages { messages: messages.collect::<Result<_, _>>()? }))
}
