//! `GET /api/bootstrap`: the browser's id, and where the visitor stands.

use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderMap;
use shiming_kernel::{ErrorKind, Redacted, ServiceError as _};
use shiming_proto::gateway::v1 as own;
use shiming_proto::identity::v1::collection_service_client::CollectionServiceClient;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::{GetCollectionRequest, GetCollectionResponse, GetSessionRequest};
use shiming_proto::types::v1::IdentityDocument;
use shiming_rpc::client::with_session;

use crate::SharedEdge;
use crate::browser::cookie::{Cookie, SetCookie};
use crate::browser::visitor::Visitor;
use crate::config::DemoCitizen;
use crate::error::GatewayError;
use crate::own::demo::sample_person::SamplePerson;

impl From<&DemoCitizen> for own::DemoCitizen {
    fn from(citizen: &DemoCitizen) -> Self {
        let document = IdentityDocument {
            r#type: citizen.document_type.into(),
            number: citizen.document_number.clone(),
            name: citizen.name.clone(),
        };
        Self { document: Some(document), mobile: citizen.mobile.clone(), note: citizen.note.clone() }
    }
}

/// Tells a page where its visitor stands, and gives the browser its CSRF token.
pub(crate) async fn bootstrap(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<impl IntoResponse, GatewayError> {
    let [session_token, collection_token] = [Cookie::Session, Cookie::Collection]
        .map(|cookie| edge.cookies.read(&headers, cookie).map(|value| Redacted::from(value.to_owned())));
    let session = async {
        match &session_token {
            Some(token) => is_signed_in(&edge, &visitor, token).await,
            None => Ok(false),
        }
    };
    let collection = async {
        match &collection_token {
            Some(token) => unless_gone(standing(&edge, &visitor, token).await),
            None => Ok(None),
        }
    };
    let (is_open, collection) = tokio::try_join!(session, collection)?;
    let forget = |dead: bool, cookie| if dead { edge.cookies.clear(cookie) } else { no_cookie() };
    let demo = edge.config.demo.as_ref();
    let cookies = (
        csrf_cookie(&edge, &headers)?,
        forget(session_token.is_some() && !is_open, Cookie::Session),
        forget(collection_token.is_some() && collection.is_none(), Cookie::Collection),
    );
    let body = own::Bootstrap {
        demo: demo.is_some(),
        demo_citizens: demo.iter().flat_map(|demo| &demo.citizens).map(own::DemoCitizen::from).collect(),
        demo_clips: edge.sample_person.iter().flat_map(SamplePerson::addresses).collect(),
        signed_in: is_open,
        collection,
    };
    Ok((cookies.0, cookies.1, cookies.2, edge.exposed.answer(&body)?))
}

async fn is_signed_in(
    edge: &SharedEdge,
    visitor: &Visitor,
    token: &Redacted<String>,
) -> Result<bool, GatewayError> {
    let ask = with_session(visitor.request(GetSessionRequest {}), token);
    let answer = SessionServiceClient::new(edge.clients.identity.clone()).get_session(ask).await;
    match answer.map_err(GatewayError::from) {
        Ok(_) => Ok(true),
        Err(error) if error.is_renewed() => Ok(true),
        Err(error) if error.kind() == ErrorKind::Unauthenticated => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where the collection stands.
async fn standing(
    edge: &SharedEdge,
    visitor: &Visitor,
    token: &Redacted<String>,
) -> Result<GetCollectionResponse, GatewayError> {
    let ask = GetCollectionRequest { collection_token: token.expose().clone() };
    let mut client = CollectionServiceClient::new(edge.clients.identity.clone());
    Ok(client.get_collection(visitor.request(ask)).await?.into_inner())
}

fn unless_gone<T>(fetched: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match fetched {
        Ok(collection) => Ok(Some(collection)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A browser keeps its id; the cookie's life begins anew.
fn csrf_cookie(edge: &SharedEdge, headers: &HeaderMap) -> Result<SetCookie, GatewayError> {
    let known = edge.cookies.read(headers, Cookie::Csrf);
    match known.filter(|token| edge.csrf.browser(token).is_some()) {
        Some(token) => edge.cookies.set(Cookie::Csrf, token),
        None => edge.cookies.set(Cookie::Csrf, &edge.csrf.issue()),
    }
}

fn no_cookie() -> SetCookie {
    axum::response::AppendHeaders(None)
}
