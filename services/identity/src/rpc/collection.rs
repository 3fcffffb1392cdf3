//! `CollectionService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::collection_service_server::CollectionService;
use shiming_rpc::convert::{parse_id, request_meta, timestamp};
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use super::{convert, split};
use crate::app::App;
use crate::app::begin_collection_face::{BeginCollectionFace, begin_collection_face};
use crate::app::complete_collection_face::{CompleteCollectionFace, complete_collection_face};
use crate::app::finish_collection::{FinishCollection, finish_collection};
use crate::app::get_collection::get_collection;
use crate::app::send_collection_code::{SendCollectionCode, send_collection_code};
use crate::app::start_collection::{StartCollection, start_collection};
use crate::domain::collection::Step;
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(super) struct Collections(pub(super) Arc<App>);

#[tonic::async_trait]
impl CollectionService for Collections {
    async fn start_collection(
        &self,
        request: Request<wire::StartCollectionRequest>,
    ) -> Result<Response<wire::StartCollectionResponse>, Status> {
        answer(self.start(request).await)
    }

    async fn get_collection(
        &self,
        request: Request<wire::GetCollectionRequest>,
    ) -> Result<Response<wire::GetCollectionResponse>, Status> {
        answer(self.get(request).await)
    }

    async fn begin_collection_face(
        &self,
        request: Request<wire::BeginCollectionFaceRequest>,
    ) -> Result<Response<wire::BeginCollectionFaceResponse>, Status> {
        answer(self.begin_face(request).await)
    }

    async fn complete_collection_face(
        &self,
        request: Request<wire::CompleteCollectionFaceRequest>,
    ) -> Result<Response<wire::CompleteCollectionFaceResponse>, Status> {
        answer(self.complete_face(request).await)
    }

    async fn send_collection_code(
        &self,
        request: Request<wire::SendCollectionCodeRequest>,
    ) -> Result<Response<wire::SendCollectionCodeResponse>, Status> {
        answer(self.send_code(request).await)
    }

    async fn finish_collection(
        &self,
        request: Request<wire::FinishCollectionRequest>,
    ) -> Result<Response<wire::FinishCollectionResponse>, Status> {
        answer(self.finish(request).await)
    }
}

impl Collections {
    async fn start(
        &self,
        request: Request<wire::StartCollectionRequest>,
    ) -> Result<wire::StartCollectionResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = StartCollection { document: convert::document(message.document)? };
        let started = start_collection(&self.0, &caller, meta, &command).await?;
        Ok(wire::StartCollectionResponse {
            collection_token: started.token.into_inner(),
            expire_time: Some(timestamp(started.expire_time)),
            next_step: convert::wire_step(Step::Face).into(),
            document_masked: started.document_masked,
            name_masked: started.name_masked,
        })
    }

    async fn get(
        &self,
        request: Request<wire::GetCollectionRequest>,
    ) -> Result<wire::GetCollectionResponse, IdentityError> {
        let token = convert::token("collection_token", request.into_inner().collection_token)?;
        let view = get_collection(&self.0, &token).await?;
        Ok(wire::GetCollectionResponse {
            next_step: convert::wire_step(view.step).into(),
            expire_time: Some(timestamp(view.expire_time)),
            document_masked: view.document_masked,
            name_masked: view.name_masked,
            birth_date: view.birth_date.into_inner(),
            document_type: convert::wire_document_type(view.document_type).into(),
        })
    }

    async fn begin_face(
        &self,
        request: Request<wire::BeginCollectionFaceRequest>,
    ) -> Result<wire::BeginCollectionFaceResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = BeginCollectionFace {
            token: convert::token("collection_token", message.collection_token)?,
            consent: convert::consent(message.consent)?,
        };
        let ticket = begin_collection_face(&self.0, &caller, meta, &command).await?;
        Ok(wire::BeginCollectionFaceResponse { face_session: ticket.map(convert::ticket) })
    }

    async fn complete_face(
        &self,
        request: Request<wire::CompleteCollectionFaceRequest>,
    ) -> Result<wire::CompleteCollectionFaceResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = CompleteCollectionFace {
            token: convert::token("collection_token", message.collection_token)?,
            face_session_id: parse_id("face_session_id", &message.face_session_id)?,
        };
        let passed = complete_collection_face(&self.0, &caller, meta, &command).await?;
        Ok(wire::CompleteCollectionFaceResponse {
            next_step: convert::wire_step(Step::Profile).into(),
            expire_time: Some(timestamp(passed.expire_time)),
        })
    }

    async fn send_code(
        &self,
        request: Request<wire::SendCollectionCodeRequest>,
    ) -> Result<wire::SendCollectionCodeResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = SendCollectionCode {
            token: convert::token("collection_token", message.collection_token)?,
            mobile: message.mobile.into(),
        };
        send_collection_code(&self.0, &caller, meta, &command).await?;
        let (lifetime, resend_after) = convert::code_times(&self.0);
        Ok(wire::SendCollectionCodeResponse { lifetime, resend_after })
    }

    async fn finish(
        &self,
        request: Request<wire::FinishCollectionRequest>,
    ) -> Result<wire::FinishCollectionResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = FinishCollection {
            token: convert::token("collection_token", message.collection_token)?,
            mobile: message.mobile.into(),
            code: message.code.into(),
            profile: convert::profile_form(message.profile)?,
        };
        let finished = finish_collection(&self.0, &caller, meta, &command).await?;
        Ok(wire::FinishCollectionResponse { person_id: finished.person_id.to_string() })
    }
}
