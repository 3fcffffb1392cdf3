//! `POST /api/demo/reference`: the reference photo of a demo citizen.

use axum::extract::State;
use axum::response::Response;
use shiming_proto::face::v1::SetDemoReferenceRequest;
use shiming_proto::face::v1::demo_authority_service_client::DemoAuthorityServiceClient;
use shiming_proto::types::v1::{DocumentType, IdentityDocument};

use crate::SharedEdge;
use crate::browser::limits::{Captures, Within};
use crate::browser::mutation::Mutation;
use crate::browser::visitor::Visitor;
use crate::error::GatewayError;
use crate::http::upload::Upload;

/// Makes a photo's face the reference of a demo citizen.
pub(crate) async fn reference(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    _: Within<Captures>,
    mutation: Mutation,
    mut upload: Upload,
) -> Result<Response, GatewayError> {
    let (document, photo) = read(&mut upload).await?;
    let ask = SetDemoReferenceRequest {
        document: Some(document),
        photo,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let mut client = DemoAuthorityServiceClient::new(edge.clients.face_auth.clone());
    let answer = client.set_demo_reference(visitor.request(ask)).await?;
    edge.exposed.answer(answer.get_ref())
}

async fn read(upload: &mut Upload) -> Result<(IdentityDocument, bytes::Bytes), GatewayError> {
    let mut document = IdentityDocument::default();
    let mut photo = None;
    while let Some(part) = upload.next().await? {
        match part.name.as_str() {
            "documentType" => document.r#type = document_type(&upload.text(part).await?)?.into(),
            "documentNumber" => document.number = upload.text(part).await?,
            "name" => document.name = upload.text(part).await?,
            "photo" => photo = Some(upload.bytes(part).await?),
            _ => drop(upload.bytes(part).await?),
        }
    }
    let photo = photo.ok_or_else(|| GatewayError::field("photo", "REQUIRED", "请先选择照片"))?;
    Ok((document, photo))
}

fn document_type(text: &str) -> Result<DocumentType, GatewayError> {
    DocumentType::from_str_name(text)
        .ok_or_else(|| GatewayError::field("documentType", "MALFORMED", "证件类型不正确"))
}
