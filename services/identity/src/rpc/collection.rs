//! `CollectionService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::collection_service_server::CollectionService;
use shiming_rpc::convert::{meta, parse_id, timestamp};
use shiming_rpc::{Coded as _, serve};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::app::collection::begin_collection_face::{BeginCollectionFace, begin_collection_face};
use crate::app::collection::complete_collection_face::{CompleteCollectionFace, complete_collection_face};
use crate::app::collection::finish_collection::{FinishCollection, finish_collection};
use crate::app::collection::get_collection::get_collection;
use crate::app::collection::send_collection_code::{SendCollectionCode, send_collection_code};
use crate::app::collection::start_collection::{StartCollection, start_collection};
use crate::domain::collection::Step;
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(crate) struct CollectionApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl CollectionService for CollectionApi {
    async fn start_collection(
        &self,
        request: Request<wire::StartCollectionRequest>,
    ) -> Result<Response<wire::StartCollectionResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = StartCollection { document: convert::document(ask.document)? };
            let started = start_collection(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::StartCollectionResponse {
                collection_token: started.token.into_inner(),
                expire_time: Some(timestamp(started.expire_time)),
                next_step: Step::Face.to_wire().into(),
                document_masked: started.document_masked,
                name_masked: started.name_masked,
            })
        })
        .await
    }

    async fn get_collection(
        &self,
        request: Request<wire::GetCollectionRequest>,
    ) -> Result<Response<wire::GetCollectionResponse>, Status> {
        serve(request, |call, ask| async move {
            let token = convert::token("collection_token", ask.collection_token)?;
            let view = get_collection(&self.0, &call, &token).await?;
            Ok::<_, IdentityError>(wire::GetCollectionResponse {
                next_step: view.step.to_wire().into(),
                expire_time: Some(timestamp(view.expire_time)),
                document_masked: view.document_masked,
                name_masked: view.name_masked,
                birth_date: view.birth_date.to_owned(),
                document_type: view.document_type.to_wire().into(),
            })
        })
        .await
    }

    async fn begin_collection_face(
        &self,
        request: Request<wire::BeginCollectionFaceRequest>,
    ) -> Result<Response<wire::BeginCollectionFaceResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = BeginCollectionFace {
                token: convert::token("collection_token", ask.collection_token)?,
                consent: convert::consent(ask.consent)?,
            };
            let ticket = begin_collection_face(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::BeginCollectionFaceResponse {
                face_session: ticket.map(convert::ticket),
            })
        })
        .await
    }

    async fn complete_collection_face(
        &self,
        request: Request<wire::CompleteCollectionFaceRequest>,
    ) -> Result<Response<wire::CompleteCollectionFaceResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = CompleteCollectionFace {
                token: convert::token("collection_token", ask.collection_token)?,
                face_session_id: parse_id("face_session_id", &ask.face_session_id)?,
            };
            let passed = complete_collection_face(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::CompleteCollectionFaceResponse {
                next_step: Step::Profile.to_wire().into(),
                expire_time: Some(timestamp(passed.expire_time)),
                collection_token: passed.token.into_inner(),
            })
        })
        .await
    }

    async fn send_collection_code(
        &self,
        request: Request<wire::SendCollectionCodeRequest>,
    ) -> Result<Response<wire::SendCollectionCodeResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = SendCollectionCode {
                token: convert::token("collection_token", ask.collection_token)?,
                mobile: ask.mobile.into(),
            };
            send_collection_code(&self.0, &call, meta, &command).await?;
            let (lifetime, resend_after) = convert::code_times(&self.0);
            Ok::<_, IdentityError>(wire::SendCollectionCodeResponse { lifetime, resend_after })
        })
        .await
    }

    async fn finish_collection(
        &self,
        request: Request<wire::FinishCollectionRequest>,
    ) -> Result<Response<wire::FinishCollectionResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = FinishCollection {
                token: convert::token("collection_token", ask.collection_token)?,
                mobile: ask.mobile.into(),
                code: ask.code.into(),
                profile: convert::profile_form(ask.profile)?,
            };
            let finished = finish_collection(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::FinishCollectionResponse {
                // Nobody was made when it was only checked.
                person_id: if meta.validate_only { String::new() } else { finished.person_id.to_string() },
            })
        })
        .await
    }
}
