//! `GET /api/captcha`: a new picture code.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shiming_proto::gateway::v1::Captcha;
use shiming_rpc::convert::timestamp;

use crate::SharedEdge;
use crate::browser::limits::{Captchas, Within};
use crate::error::GatewayError;

/// Draws a picture code. Its answer counts once, for three minutes, in small letters too.
pub(crate) async fn issue(
    State(edge): State<SharedEdge>,
    _: Within<Captchas>,
) -> Result<Response, GatewayError> {
    let made = edge.captchas.issue().await?;
    let image = format!("data:image/png;base64,{}", STANDARD.encode(&made.png));
    let expire_time = Some(timestamp(made.expire_time));
    edge.exposed.answer(&Captcha { captcha_id: made.id, image, expire_time })
}
