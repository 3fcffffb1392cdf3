//! `PersonService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::person_service_server::PersonService;
use shiming_rpc::convert::{identity_document, parse_id, timestamp};
use shiming_rpc::{Coded as _, coded, enum_table, serve};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::app::person::get_evidence::get_evidence;
use crate::app::person::get_profile::get_profile;
use crate::app::person::resolve_person::{ResolvePurpose, resolve_person};
use crate::error::IdentityError;

enum_table!(ResolvePurpose => wire::ResolvePurpose { RegistryMatch, Application });

#[derive(Clone, Debug)]
pub(crate) struct PersonApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl PersonService for PersonApi {
    async fn get_profile(
        &self,
        request: Request<wire::GetProfileRequest>,
    ) -> Result<Response<wire::GetProfileResponse>, Status> {
        serve(request, |call, _ask| async move {
            let person = get_profile(&self.0, &call).await?;
            Ok::<_, IdentityError>(wire::GetProfileResponse {
                profile: Some(convert::masked_profile(&person)),
            })
        })
        .await
    }

    async fn get_evidence(
        &self,
        request: Request<wire::GetEvidenceRequest>,
    ) -> Result<Response<wire::GetEvidenceResponse>, Status> {
        serve(request, |call, _ask| async move {
            let evidence = get_evidence(&self.0, &call).await?;
            Ok::<_, IdentityError>(wire::GetEvidenceResponse {
                evidence: evidence.level.to_wire().into(),
                evidence_time: Some(timestamp(evidence.since)),
                document_valid: evidence.document_valid,
                document_days_left: evidence.document_days_left,
            })
        })
        .await
    }

    async fn resolve_person(
        &self,
        request: Request<wire::ResolvePersonRequest>,
    ) -> Result<Response<wire::ResolvePersonResponse>, Status> {
        serve(request, |call, ask| async move {
            let purpose = coded("purpose", ask.purpose)?;
            let id = parse_id("person_id", &ask.person_id)?;
            let resolved = resolve_person(&self.0, &call, id, purpose).await?;
            Ok::<_, IdentityError>(wire::ResolvePersonResponse {
                document: Some(identity_document(&resolved.person.identity)),
                document_valid: resolved.document_valid,
                adult: resolved.adult,
            })
        })
        .await
    }
}
