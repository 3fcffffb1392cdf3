//! Who may call a method, and how: read from the options that stand beside it in the contract.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prost_reflect::{DescriptorPool, ExtensionDescriptor, MethodDescriptor};
use shiming_kernel::Caller;
use shiming_proto::options::v1 as proto;
pub use shiming_proto::options::v1::{Idempotency, SessionRule};

const EXTENSION: &str = "shiming.options.v1.policy";

/// What stops a start.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The embedded descriptors can't be read.
    #[error("the contract's descriptors can't be read")]
    Descriptors(#[source] prost_reflect::DescriptorError),
    /// The contract lacks the option itself.
    #[error("the contract has no {EXTENSION}")]
    NoOption,
    /// A service that is to be served is not in the contract.
    #[error("{0}: no such service in the contract")]
    UnknownService(String),
    /// A method says nothing, or not enough, about its callers.
    #[error("{method}: {what}")]
    Incomplete {
        /// Full name.
        method: String,
        /// What its policy lacks.
        what: &'static str,
    },
}

/// One method of the contract.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "as the contract says it, each by itself")]
pub struct Method {
    /// `/shiming.identity.v1.SessionService/GetSession`
    pub path: String,
    /// Kinds of callers admitted.
    pub callers: Vec<proto::CallerKind>,
    /// Services admitted, by name.
    pub services: Vec<String>,
    /// The scope a partner needs.
    pub partner_scope: String,
    /// Whether a person's session comes with the call.
    pub session: SessionRule,
    /// The longest the call may take; a stream's whole life.
    pub timeout: Duration,
    /// Whether the call may be sent again.
    pub idempotency: Idempotency,
    /// The call is no use of the session it carries.
    pub passive: bool,
    /// The call gives the session a new token, and may be repeated with the old one for a moment.
    pub renews: bool,
    /// The request is a stream.
    pub client_streaming: bool,
    /// The response is a stream.
    pub server_streaming: bool,
}

impl Method {
    /// Whether the policy lets `caller` in.
    pub fn admits(&self, caller: &Caller) -> bool {
        let kind = |kind| self.callers.contains(&kind);
        match caller {
            Caller::Gateway => kind(proto::CallerKind::Gateway),
            Caller::Service(name) => kind(proto::CallerKind::Service) && self.services.contains(name),
            Caller::Partner { scopes, .. } => {
                kind(proto::CallerKind::Partner) && scopes.contains(&self.partner_scope)
            }
            Caller::Ops(_) => kind(proto::CallerKind::Operator),
        }
    }

    /// Whether a client may send a call again after UNAVAILABLE.
    pub fn is_repeatable(&self) -> bool {
        !self.client_streaming
            && !self.server_streaming
            && matches!(self.idempotency, Idempotency::Read | Idempotency::RequestId)
    }
}

/// The policies of a set of services. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PolicyTable(Arc<Tables>);

#[derive(Debug, Default)]
struct Tables {
    methods: HashMap<String, Arc<Method>>,
    services: BTreeSet<String>,
}

impl PolicyTable {
    /// Reads the policies of `services` (full names) from an encoded descriptor set. A method without a complete policy is an error.
    pub fn from_descriptor(encoded: &[u8], services: &[&str]) -> Result<Self, PolicyError> {
        let pool = DescriptorPool::decode(encoded).map_err(PolicyError::Descriptors)?;
        Self::read(&pool, services.iter().map(|name| (*name).to_owned()))
    }

    /// The policies of `services` (full names) in the contract this build embeds.
    pub fn of(services: &[&str]) -> Result<Self, PolicyError> {
        Self::read(&pool()?, services.iter().map(|name| (*name).to_owned()))
    }

    /// The policies of every service of the contract, as a client needs them.
    pub fn contract() -> Result<Self, PolicyError> {
        Self::from_pool(&pool()?)
    }

    /// The policies of every service of Shiming in `pool`.
    pub fn from_pool(pool: &DescriptorPool) -> Result<Self, PolicyError> {
        let names: Vec<_> = pool.services().map(|service| service.full_name().to_owned()).collect();
        Self::read(pool, names.into_iter().filter(|name| name.starts_with("shiming.")))
    }

    fn read(pool: &DescriptorPool, services: impl Iterator<Item = String>) -> Result<Self, PolicyError> {
        let option = pool.get_extension_by_name(EXTENSION).ok_or(PolicyError::NoOption)?;
        let mut tables = Tables::default();
        for name in services {
            let service =
                pool.get_service_by_name(&name).ok_or_else(|| PolicyError::UnknownService(name.clone()))?;
            for method in service.methods() {
                let method = read_method(&method, &option)?;
                tables.methods.insert(method.path.clone(), Arc::new(method));
            }
            tables.services.insert(name);
        }
        Ok(Self(Arc::new(tables)))
    }

    /// The method at an HTTP path, `/package.Service/Method`.
    pub fn find(&self, path: &str) -> Option<&Arc<Method>> {
        self.0.methods.get(path)
    }

    /// Whether the table covers a service, by its full name.
    pub fn covers(&self, service: &str) -> bool {
        self.0.services.contains(service)
    }

    /// The services covered, by full name.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.0.services.iter().map(String::as_str)
    }

    /// Every method, in no order.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.0.methods.values().map(AsRef::as_ref)
    }
}

/// The embedded descriptors, decoded once in a process: the all-in-one asks for them nine times.
pub fn pool() -> Result<DescriptorPool, PolicyError> {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    if let Some(pool) = POOL.get() {
        return Ok(pool.clone());
    }
    let pool = DescriptorPool::decode(shiming_proto::DESCRIPTOR_SET).map_err(PolicyError::Descriptors)?;
    Ok(POOL.get_or_init(|| pool).clone())
}

fn read_method(method: &MethodDescriptor, option: &ExtensionDescriptor) -> Result<Method, PolicyError> {
    let incomplete = |what| PolicyError::Incomplete { method: method.full_name().to_owned(), what };
    let options = method.options();
    if !options.has_extension(option) {
        return Err(incomplete("has no policy"));
    }
    let value = options.get_extension(option);
    let policy: proto::MethodPolicy = value
        .as_message()
        .and_then(|message| message.transcode_to().ok())
        .ok_or_else(|| incomplete("its policy can't be read"))?;

    let callers: Vec<_> = policy.callers().collect();
    let session = policy.session();
    let idempotency = policy.idempotency();
    let timeout = policy.timeout.and_then(|timeout| Duration::try_from(timeout).ok()).unwrap_or_default();
    let complaint = [
        (callers.is_empty() || callers.contains(&proto::CallerKind::Unspecified), "names no callers"),
        (
            callers.contains(&proto::CallerKind::Service) && policy.services.is_empty(),
            "admits services but names none",
        ),
        (
            callers.contains(&proto::CallerKind::Partner) && policy.partner_scope.is_empty(),
            "admits partners without a scope",
        ),
        (session == SessionRule::Unspecified, "says nothing about a session"),
        (idempotency == Idempotency::Unspecified, "says nothing about idempotency"),
        (
            policy.renews && (session != SessionRule::Required || idempotency != Idempotency::RequestId),
            "renews a session it doesn't demand, or knows no repetition",
        ),
        (timeout.is_zero(), "has no timeout"),
    ]
    .into_iter()
    .find_map(|(broken, what)| broken.then_some(what));
    if let Some(what) = complaint {
        return Err(incomplete(what));
    }
    Ok(Method {
        path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
        callers,
        services: policy.services,
        partner_scope: policy.partner_scope,
        session,
        timeout,
        idempotency,
        passive: policy.passive,
        renews: policy.renews,
        client_streaming: method.is_client_streaming(),
        server_streaming: method.is_server_streaming(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_of_the_contract_has_a_complete_policy() {
        let table = PolicyTable::contract().unwrap();
        assert!(table.methods().count() > 20);
        let introspect = table.find("/shiming.identity.v1.SessionService/IntrospectSession").unwrap();
        assert!(introspect.admits(&Caller::Service("messaging".into())));
        assert!(!introspect.admits(&Caller::Service("stranger".into())));
        assert!(!introspect.admits(&Caller::Gateway));
        assert!(introspect.is_repeatable());
        assert_eq!(introspect.timeout, Duration::from_secs(3));
    }

    #[test]
    fn a_service_that_is_not_in_the_contract_stops_the_start() {
        let error = PolicyTable::of(&["shiming.identity.v1.Nonsense"]).unwrap_err();
        assert!(matches!(error, PolicyError::UnknownService(_)), "{error}");
    }

    #[test]
    fn a_method_without_a_policy_stops_the_start() {
        let error = PolicyTable::from_descriptor(
            &[shiming_proto::DESCRIPTOR_SET, tonic_health::pb::FILE_DESCRIPTOR_SET].concat(),
            &["grpc.health.v1.Health"],
        )
        .unwrap_err();
        assert!(matches!(error, PolicyError::Incomplete { what: "has no policy", .. }), "{error}");
    }
}
