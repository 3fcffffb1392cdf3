//! `PersonService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::person_service_server::PersonService;
use shiming_proto::types::v1::IdentityDocument;
use shiming_rpc::convert::{InvalidField, known_enum, parse_id};
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use super::{convert, split};
use crate::app::App;
use crate::app::get_profile::get_profile;
use crate::app::resolve_person::{ResolvePurpose, resolve_person};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(super) struct Persons(pub(super) Arc<App>);

#[tonic::async_trait]
impl PersonService for Persons {
    async fn get_profile(
        &self,
        request: Request<wire::GetProfileRequest>,
    ) -> Result<Response<wire::GetProfileResponse>, Status> {
        answer(self.profile(request).await)
    }

    async fn resolve_person(
        &self,
        request: Request<wire::ResolvePersonRequest>,
    ) -> Result<Response<wire::ResolvePersonResponse>, Status> {
        answer(self.resolve(request).await)
    }
}

impl Persons {
    async fn profile(
        &self,
        request: Request<wire::GetProfileRequest>,
    ) -> Result<wire::GetProfileResponse, IdentityError> {
        let (caller, _) = split(request);
        let person = get_profile(&self.0, &caller).await?;
        Ok(wire::GetProfileResponse { profile: Some(convert::masked_profile(&person)) })
    }

    async fn resolve(
        &self,
        request: Request<wire::ResolvePersonRequest>,
    ) -> Result<wire::ResolvePersonResponse, IdentityError> {
        let (caller, message) = split(request);
        let purpose = match known_enum("purpose", message.purpose)? {
            wire::ResolvePurpose::RegistryMatch => ResolvePurpose::RegistryMatch,
            wire::ResolvePurpose::Application => ResolvePurpose::Application,
            wire::ResolvePurpose::Unspecified => return Err(InvalidField::missing("purpose").into()),
        };
        let id = parse_id("person_id", &message.person_id)?;
        let resolved = resolve_person(&self.0, &caller, id, purpose).await?;
        let identity = &resolved.person.identity;
        let document = IdentityDocument {
            r#type: convert::wire_document_type(identity.document_type()).into(),
            number: identity.document.as_str().to_owned(),
            name: identity.name.original().to_owned(),
        };
        Ok(wire::ResolvePersonResponse {
            document: Some(document),
            document_valid: resolved.document_valid,
            adult: resolved.adult,
        })
    }
}
