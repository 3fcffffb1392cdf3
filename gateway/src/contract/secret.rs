//! Cookies that take the place of fields: filled into requests, taken out of answers, renewed and ended as the contract says.

use http::HeaderMap;
use http::HeaderValue;
use http::header::SET_COOKIE;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_reflect::MessageDescriptor;
use shiming_exposed::{Method, Rules, Shapes};
use shiming_kernel::Redacted;
use shiming_proto::options::v1::Secret;
use shiming_rpc::policy::{Idempotency, SessionRule};

use crate::browser::cookie::{Cookie, Cookies, SetCookie};
use crate::error::GatewayError;

/// What a method does with cookies.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    session: SessionRule,
    asks: Vec<Field>,
    gives: Vec<Field>,
    forgets: Option<Cookie>,
    renews: bool,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    cookie: Cookie,
    number: u32,
    required: bool,
}

/// What a browser brought.
#[derive(Clone, Debug)]
pub(super) struct Brought {
    /// Goes with the call's metadata.
    pub(super) session: Option<Redacted<String>>,
    fields: Vec<(Field, Redacted<String>)>,
}

impl Plan {
    pub(super) fn of(method: &Method, rules: &Rules) -> Self {
        let asks = fields(rules, &method.input);
        let forgets = cookie(method.edge.forget());
        let renews = method.policy.idempotency == Idempotency::RequestId
            && forgets != Some(Cookie::Collection)
            && asks.iter().any(|field| field.cookie == Cookie::Collection);
        Self { session: method.policy.session, gives: fields(rules, &method.output), asks, forgets, renews }
    }

    /// Reads the cookies that the method asks for; refused when one that it can't do without is missing.
    pub(super) fn read(&self, cookies: Cookies, headers: &HeaderMap) -> Result<Brought, GatewayError> {
        let read = |cookie| cookies.read(headers, cookie).map(|value| Redacted::from(value.to_owned()));
        let session = match self.session {
            SessionRule::None | SessionRule::Unspecified => None,
            SessionRule::Optional => read(Cookie::Session),
            SessionRule::Required => Some(read(Cookie::Session).ok_or(GatewayError::SessionRequired)?),
        };
        let mut fields = Vec::new();
        for field in &self.asks {
            match read(field.cookie) {
                Some(value) => fields.push((*field, value)),
                None if field.required => return Err(missing(field.cookie)),
                None => {}
            }
        }
        Ok(Brought { session, fields })
    }

    /// What an answer does to the browser's cookies; nothing after a dry run.
    pub(super) fn answer(
        &self,
        cookies: Cookies,
        brought: &Brought,
        answer: &[u8],
        is_dry_run: bool,
        headers: &mut HeaderMap<HeaderValue>,
    ) -> Result<(), GatewayError> {
        if is_dry_run {
            return Ok(());
        }
        let collection = brought.fields.iter().find(|(field, _)| field.cookie == Cookie::Collection);
        let mut given = Vec::new();
        for field in &self.gives {
            let value = Shapes::text(answer, field.number).map_err(|_| GatewayError::BadAnswer("token"))?;
            given.push((field.cookie, value));
        }
        let has_new = given.iter().any(|(cookie, value)| *cookie == Cookie::Collection && !value.is_empty());
        if let (true, Some((field, value))) = (self.renews && !has_new, collection) {
            // A step taken: the cookie lives as long as the collection does.
            set(headers, cookies.set(field.cookie, value.expose())?);
        }
        for (cookie, value) in given {
            set(headers, cookies.set_unless_empty(cookie, value)?);
        }
        if let Some(cookie) = self.forgets {
            set(headers, cookies.clear(cookie));
        }
        Ok(())
    }
}

impl Brought {
    /// Adds the fields that come from cookies to an encoded request.
    pub(super) fn fill(&self, wire: &mut Vec<u8>) {
        for (field, value) in &self.fields {
            let value = value.expose().as_bytes();
            encode_key(field.number, WireType::LengthDelimited, wire);
            encode_varint(value.len() as u64, wire);
            wire.extend_from_slice(value);
        }
    }
}

fn fields(rules: &Rules, message: &MessageDescriptor) -> Vec<Field> {
    let secrets = rules.secrets(message).into_iter();
    let field = |(secret, field): (Secret, prost_reflect::FieldDescriptor)| {
        let cookie = cookie(secret)?;
        Some(Field { cookie, number: field.number(), required: rules.of(&field).required })
    };
    secrets.filter_map(field).collect()
}

fn cookie(secret: Secret) -> Option<Cookie> {
    match secret {
        Secret::Unspecified => None,
        Secret::Session => Some(Cookie::Session),
        Secret::Collection => Some(Cookie::Collection),
    }
}

fn missing(cookie: Cookie) -> GatewayError {
    match cookie {
        Cookie::Session | Cookie::Csrf => GatewayError::SessionRequired,
        Cookie::Collection => GatewayError::CollectionRequired,
    }
}

fn set(headers: &mut HeaderMap, cookie: SetCookie) {
    if let Some((_, value)) = cookie.0 {
        headers.append(SET_COOKIE, value);
    }
}
