//! `GET /api/captcha`: a new picture code.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::SharedEdge;
use crate::browser::limits::{Captchas, Within};
use crate::error::GatewayError;

/// A picture to answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Captcha {
    /// Goes back with the answer.
    captcha_id: String,
    /// A `data:` URL of a PNG.
    image: String,
    expire_time: DateTime<Utc>,
}

/// Draws a picture code. Its answer counts once, for three minutes, in small letters too.
pub(crate) async fn issue(
    State(edge): State<SharedEdge>,
    _: Within<Captchas>,
) -> Result<Json<Captcha>, GatewayError> {
    let made = edge.captchas.issue().await?;
    let image = format!("data:image/png;base64,{}", STANDARD.encode(&made.png));
    Ok(Json(Captcha { captcha_id: made.id, image, expire_time: made.expire_time }))
}
