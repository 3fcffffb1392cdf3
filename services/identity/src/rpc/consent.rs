//! `ConsentService`.

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::consent_service_server::ConsentService;
use shiming_rpc::convert::known_enum;
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use crate::domain::consent::{ConsentPurpose, ConsentText};
use crate::error::IdentityError;

#[derive(Clone, Copy, Debug)]
pub(super) struct Consents;

#[tonic::async_trait]
impl ConsentService for Consents {
    async fn get_consent_text(
        &self,
        request: Request<wire::GetConsentTextRequest>,
    ) -> Result<Response<wire::GetConsentTextResponse>, Status> {
        answer(text_in_force(request.get_ref().purpose))
    }
}

fn text_in_force(wanted: i32) -> Result<wire::GetConsentTextResponse, IdentityError> {
    let purpose = match known_enum("purpose", wanted)? {
        wire::ConsentPurpose::Unspecified | wire::ConsentPurpose::FaceVerification => {
            ConsentPurpose::FaceVerification
        }
    };
    let text = ConsentText::in_force(purpose);
    let text = wire::ConsentText {
        purpose: wanted,
        version: text.version.to_owned(),
        title: text.title.to_owned(),
        text: text.text.to_owned(),
        text_sha256: text.text_sha256.to_owned(),
    };
    Ok(wire::GetConsentTextResponse { text: Some(text) })
}
