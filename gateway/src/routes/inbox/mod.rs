//! 消息 and 我的待办.

pub(crate) mod counts;
pub(crate) mod live;
pub(crate) mod messages;
pub(crate) mod read_message;
pub(crate) mod todos;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::messaging::v1::Message as WireMessage;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::wire::time;

/// One message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// Opaque.
    message_id: String,
    title: String,
    /// Plain text.
    body: String,
    read: bool,
    create_time: DateTime<Utc>,
    /// A path of the pages, or empty.
    link: String,
}

impl Message {
    pub(crate) fn from_wire(message: WireMessage) -> Result<Self, GatewayError> {
        Ok(Self {
            message_id: message.message_id,
            title: message.title,
            body: message.body,
            read: message.read,
            create_time: time("create_time", message.create_time)?,
            link: message.link,
        })
    }
}
