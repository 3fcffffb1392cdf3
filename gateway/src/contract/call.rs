//! The one handler: what a browser sends becomes a call, and the answer goes back as JSON.
//!
//! Nothing is spent on a request that can't succeed: the session comes first, then the budget, then the body, then the picture code.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::handler::Handler;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method as Verb};
use percent_encoding::percent_decode_str;
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};
use shiming_exposed::{self as exposed, Contract, ContractError, Method, ShapeId, Shapes};
use shiming_proto::options::v1::{Budget, PictureCodeRule};
use shiming_rpc::client::with_session;
use shiming_rpc::{ClientChannel, deadline, policy::Idempotency};
use tokio::time::{Instant, timeout_at};
use tonic::client::Grpc;

use super::connect::{self, Encoding};
use super::raw::Raw;
use super::secret::{Brought, Plan};
use super::stream;
use crate::SharedEdge;
use crate::browser::limits::{Captures, Challenges, Codes, Collections, Counted, FreeUses, Logins, Within};
use crate::browser::mutation::request_id;
use crate::browser::visitor::Visitor;
use crate::clients::Clients;
use crate::error::GatewayError;
use crate::http::input::limited;

const CAPTCHA_ID: HeaderName = HeaderName::from_static("x-captcha-id");
/// Percent-encoded, because people type what no header can hold.
const CAPTCHA_ANSWER: HeaderName = HeaderName::from_static("x-captcha-answer");

/// Everything that is served from the contract.
#[derive(Debug)]
pub(crate) struct Exposed {
    pub(crate) contract: Contract,
    pub(super) shapes: Shapes,
    served: Vec<Arc<Served>>,
}

/// A call that may be made.
pub(super) struct Prepared {
    pub(super) ask: tonic::Request<Bytes>,
    brought: Brought,
    dry_run: bool,
    encoding: Encoding,
}

/// One method with all that a call of it needs.
#[derive(Debug)]
pub(super) struct Served {
    method: Arc<Method>,
    pub(super) channel: ClientChannel,
    pub(super) path: PathAndQuery,
    plan: Plan,
    pub(super) output: ShapeId,
    has_hidden: bool,
    request_id: Option<FieldDescriptor>,
    validate_only: Option<FieldDescriptor>,
    disposition: Option<HeaderValue>,
}

impl Exposed {
    /// Reads the contract and joins it with the services; the demo's methods only with the demo.
    pub(crate) fn read(clients: &Clients, demo: bool) -> Result<Self, ContractError> {
        let contract = Contract::read()?;
        let mut shapes = Shapes::default();
        for message in contract.own_answers() {
            shapes.add(message, contract.rules())?;
        }
        let methods = contract.methods().filter(|method| demo || !method.is_demo());
        let served = methods
            .map(|method| Served::new(method, &contract, &mut shapes, clients).map(Arc::new))
            .collect::<Result<_, _>>()?;
        Ok(Self { contract, shapes, served })
    }

    /// An answer of the edge's own, written as every other is.
    pub(crate) fn json<M: Message + Name>(&self, answer: &M) -> Result<Vec<u8>, GatewayError> {
        let shape = self.shapes.find(&M::full_name());
        let shape = shape.ok_or(GatewayError::Internal("an answer is no message of the edge's own"))?;
        let mut json = Vec::new();
        self.shapes.write(shape, &answer.encode_to_vec(), false, &mut json)?;
        Ok(json)
    }

    /// The same as a response.
    pub(crate) fn answer<M: Message + Name>(&self, answer: &M) -> Result<Response, GatewayError> {
        Ok(([(CONTENT_TYPE, Encoding::Json.content_type())], self.json(answer)?).into_response())
    }

    /// A route for each method, so that logs and metrics name it.
    pub(crate) fn routes(&self) -> Router<SharedEdge> {
        let unary = self.served.iter().filter(|served| !served.method.streaming);
        unary.fold(Router::new(), |router, served| {
            let method = Arc::clone(served);
            route(router, &served.method, move |State(edge), request| call(edge, method, request))
        })
    }

    /// The same for streams, whose length is the services' to bound.
    pub(crate) fn streams(&self) -> Router<SharedEdge> {
        let streams = self.served.iter().filter(|served| served.method.streaming);
        streams.fold(Router::new(), |router, served| {
            let method = Arc::clone(served);
            route(router, &served.method, move |State(edge), request| stream::open(edge, method, request))
        })
    }
}

fn route<H, T>(router: Router<SharedEdge>, method: &Method, handler: H) -> Router<SharedEdge>
where
    H: Handler<T, SharedEdge>,
    T: 'static,
{
    let by_post = post(handler.clone());
    router.route(&method.address(), if method.get_allowed { by_post.get(handler) } else { by_post })
}

impl Served {
    fn new(
        method: &Arc<Method>,
        contract: &Contract,
        shapes: &mut Shapes,
        clients: &Clients,
    ) -> Result<Self, ContractError> {
        let nonsense = |what| ContractError::nonsense(method.descriptor.full_name(), what);
        let channel = clients.serving(&method.service()).ok_or_else(|| nonsense("no peer serves it"))?;
        let path = method.path.parse().map_err(|_| nonsense("its name is no path"))?;
        let file = Some(&method.edge.file_name).filter(|name| !name.is_empty());
        let disposition = file.map(|name| HeaderValue::try_from(format!("attachment; filename=\"{name}\"")));
        Ok(Self {
            channel: channel.clone(),
            path,
            plan: Plan::of(method, contract.rules()),
            output: shapes.add(&method.output, contract.rules())?,
            has_hidden: contract.rules().hides(&method.input),
            request_id: method.input.get_field_by_name("request_id"),
            validate_only: method.input.get_field_by_name("validate_only"),
            disposition: disposition.transpose().map_err(|_| nonsense("its file name is none"))?,
            method: Arc::clone(method),
        })
    }
}

async fn call(edge: SharedEdge, served: Arc<Served>, request: Request) -> Result<Response, GatewayError> {
    let wait = connect::timeout(request.headers())?;
    let prepared = prepare(&edge, &served, request).await?;
    let Prepared { ask, brought, dry_run, encoding } = prepared;
    let mut client = Grpc::new(served.channel.clone());
    let Ok(()) = client.ready().await;
    let answer = client.unary(ask, served.path.clone(), Raw);
    let answer = match wait.map(|wait| Instant::now() + wait) {
        Some(end) => {
            timeout_at(end, deadline::scope(end, answer)).await.map_err(|_| GatewayError::TimedOut)?
        }
        None => answer.await,
    };
    let answer = answer?;
    answer_with(&edge, &served, &brought, answer.get_ref(), dry_run, encoding)
}

/// Everything before the call: who asks, what it costs, and what is asked.
pub(super) async fn prepare(
    edge: &SharedEdge,
    served: &Served,
    request: Request,
) -> Result<Prepared, GatewayError> {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, edge).await?;
    let brought = served.plan.read(edge.cookies, &parts.headers)?;
    connect::check_version(&parts.headers)?;
    count(edge, served.method.edge.budget(), &mut parts).await?;

    let (message, encoding) = read(edge, served, &parts, body).await?;
    let dry_run = served.validate_only.as_ref().and_then(|field| message.get_field(field).as_bool());
    let dry_run = dry_run.unwrap_or_default();
    if !dry_run {
        check_picture(edge, served, &parts, &visitor).await?;
    }
    let mut wire = message.encode_to_vec();
    brought.fill(&mut wire);
    let mut ask = visitor.request(Bytes::from(wire));
    if let Some(token) = &brought.session {
        ask = with_session(ask, token);
    }
    Ok(Prepared { ask, brought, dry_run, encoding })
}

fn answer_with(
    edge: &SharedEdge,
    served: &Served,
    brought: &Brought,
    answer: &Bytes,
    dry_run: bool,
    encoding: Encoding,
) -> Result<Response, GatewayError> {
    let mut json = Vec::with_capacity(answer.len() * 2 + 64);
    edge.exposed.shapes.write(served.output, answer, dry_run, &mut json)?;
    let body = match encoding {
        Encoding::Json => json,
        Encoding::Proto => edge.exposed.shapes.shown(served.output, answer)?,
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, encoding.content_type());
    if let Some(disposition) = &served.disposition {
        headers.insert(CONTENT_DISPOSITION, disposition.clone());
    }
    served.plan.answer(edge.cookies, brought, answer, dry_run, headers)?;
    Ok(response)
}

/// The request's message, and how it was written.
async fn read(
    edge: &SharedEdge,
    served: &Served,
    parts: &Parts,
    body: Body,
) -> Result<(DynamicMessage, Encoding), GatewayError> {
    let input = &served.method.input;
    let query = parts.uri.query().unwrap_or_default();
    let mut encoding = Encoding::Json;
    let mut message = if parts.method == Verb::POST {
        let nothing = body.is_end_stream() && !parts.headers.contains_key(CONTENT_TYPE);
        let mut message = if nothing {
            DynamicMessage::new(input.clone())
        } else {
            encoding = Encoding::of(&parts.headers)?;
            encoding.read(input, &limited(edge, parts, body).await?)?
        };
        if let Some(dry_run) = exposed::dry_run(query, served.validate_only.is_some())?
            && let Some(field) = &served.validate_only
        {
            message.set_field(field, Value::Bool(dry_run));
        }
        message
    } else if let Some((given, bytes)) = connect::message(query)? {
        encoding = given;
        encoding.read(input, &bytes)?
    } else {
        exposed::from_query(input, query)?
    };
    if served.has_hidden {
        exposed::refuse_hidden(&message, edge.exposed.contract.rules())?;
    }
    if served.method.policy.idempotency == Idempotency::RequestId
        && let Some(field) = &served.request_id
    {
        let id = request_id(&parts.headers, message.get_field(field).as_str().unwrap_or_default())?;
        message.set_field(field, Value::String(id.to_string()));
    }
    Ok((message, encoding))
}

async fn count(edge: &SharedEdge, budget: Budget, parts: &mut Parts) -> Result<(), GatewayError> {
    async fn within<K: Counted>(edge: &SharedEdge, parts: &mut Parts) -> Result<(), GatewayError> {
        Within::<K>::from_request_parts(parts, edge).await.map(|_| ())
    }
    match budget {
        Budget::Unspecified => Ok(()),
        Budget::Codes => within::<Codes>(edge, parts).await,
        Budget::Logins => within::<Logins>(edge, parts).await,
        Budget::Collections => within::<Collections>(edge, parts).await,
        Budget::Challenges => within::<Challenges>(edge, parts).await,
        Budget::Captures => within::<Captures>(edge, parts).await,
    }
}

/// Not asked in a dry run, which spends nothing.
async fn check_picture(
    edge: &SharedEdge,
    served: &Served,
    parts: &Parts,
    visitor: &Visitor,
) -> Result<(), GatewayError> {
    let needed = match served.method.edge.picture_code() {
        PictureCodeRule::Unspecified => false,
        PictureCodeRule::Always => true,
        PictureCodeRule::BeyondFree => {
            let captcha = &edge.config.captcha;
            let free = FreeUses {
                per_address: captcha.free_login_codes_per_address,
                per_browser: captcha.free_login_codes_per_browser,
            };
            edge.limits.is_beyond(served.method.name(), free, visitor).await?
        }
    };
    if !needed {
        return Ok(());
    }
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = percent_decode_str(header(CAPTCHA_ANSWER)).decode_utf8_lossy();
    edge.captchas.redeem(header(CAPTCHA_ID), &answer).await
}
