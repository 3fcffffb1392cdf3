//! What identity asks of others: ports as traits, and their adapters to the other services.

pub mod face;
pub mod face_data;
mod signed_result;
pub mod sms;

use std::sync::Arc;

use shiming_service::Frame;

use face::{FaceAuth, FaceAuthService};
use face_data::{FaceData, FaceDataOfService};
use sms::{MessagingSms, SmsSender};

/// Whom identity calls.
pub struct Neighbours {
    /// Compares faces.
    pub face: Arc<dyn FaceAuth>,
    /// Erases face data and tells how it was processed.
    pub face_data: Arc<dyn FaceData>,
    /// Sends codes.
    pub sms: Arc<dyn SmsSender>,
}

impl Neighbours {
    /// The services that the configuration names.
    pub(crate) fn of(frame: &Frame) -> anyhow::Result<Self> {
        let face_auth = frame.peer("face-auth")?;
        Ok(Self {
            face: Arc::new(FaceAuthService::new(face_auth.clone())),
            face_data: Arc::new(FaceDataOfService::new(face_auth)),
            sms: Arc::new(MessagingSms::new(frame.peer("messaging")?)),
        })
    }
}
