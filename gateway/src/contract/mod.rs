//! The contract as browsers see it: every method whose policy lists the gateway, read from the embedded descriptors at the start.
//!
//! Nothing is exposed by a line of code here, and nothing is exposed half: a method or field whose options make no sense stops the start,
//! in words that name it and the rule it breaks.

mod answer;
mod ask;
mod call;
mod connect;
mod method;
mod raw;
mod rules;
mod secret;
mod shape;
mod stream;

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor, MethodDescriptor};
use shiming_proto::options::v1::{CallerKind, EdgeRule, FieldRule, Secret};
use shiming_rpc::policy::{self, PolicyError, PolicyTable};

pub(crate) use call::Exposed;
pub(crate) use connect::errors as connect_errors;
use rules::Rules;

/// What stops a start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContractError {
    /// The policies, or the descriptors themselves.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The contract lacks one of the options.
    #[error("the contract has no {0}")]
    NoOption(&'static str),
    /// An option that can't be read, or makes no sense.
    #[error("{at}: {what}")]
    Nonsense {
        /// Full name of the method or field.
        at: String,
        /// The rule it breaks.
        what: &'static str,
    },
}

impl ContractError {
    fn nonsense(at: &str, what: &'static str) -> Self {
        Self::Nonsense { at: at.to_owned(), what }
    }
}

/// One method that browsers may call.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// `/shiming.identity.v1.SessionService/GetSession`; the same behind `/api`.
    pub(crate) path: String,
    /// With the names, the comments and the service it belongs to.
    pub(crate) descriptor: MethodDescriptor,
    pub(crate) input: MessageDescriptor,
    pub(crate) output: MessageDescriptor,
    /// Session, timeout, idempotency.
    pub(crate) policy: Arc<policy::Method>,
    /// Costs, cookies, the demo.
    pub(crate) edge: EdgeRule,
    /// Asked for by GET as well: a read whose request holds nothing personal, and that costs nothing.
    pub(crate) get_allowed: bool,
    /// The answer is a stream, served as server-sent events.
    pub(crate) streaming: bool,
}

/// What browsers may call.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    methods: Vec<Arc<Method>>,
    by_hand: Vec<Arc<Method>>,
    rules: Rules,
}

impl Contract {
    /// The contract that this build embeds.
    pub(crate) fn read() -> Result<Self, ContractError> {
        Self::from_pool(&policy::pool()?)
    }

    fn from_pool(pool: &DescriptorPool) -> Result<Self, ContractError> {
        let policies = PolicyTable::from_pool(pool)?;
        let rules = Rules::read(pool)?;
        let reader = method::Reader::new(pool, &rules)?;
        let (mut methods, mut by_hand) = (Vec::new(), Vec::new());
        let services = pool.services().filter(|service| service.full_name().starts_with("shiming."));
        for descriptor in services.flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let path = format!("/{}/{}", descriptor.parent_service().full_name(), descriptor.name());
            let unknown = || PolicyError::UnknownService(path.clone());
            let policy = Arc::clone(policies.find(&path).ok_or_else(unknown)?);
            let Some(edge) = reader.edge_rule(&descriptor, &policy)? else { continue };
            let list = if edge.by_hand { &mut by_hand } else { &mut methods };
            list.push(Arc::new(reader.method(path, descriptor, policy, edge)?));
        }
        Ok(Self { methods, by_hand, rules })
    }

    /// Every method that the one handler serves, the demo's included, in the order of the contract.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Arc<Method>> {
        self.methods.iter()
    }

    /// Methods that handlers of the gateway's own serve, at paths of their own.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for what is generated from the contract, which follows")
    )]
    pub(crate) fn by_hand(&self) -> impl Iterator<Item = &Arc<Method>> {
        self.by_hand.iter()
    }

    /// What a field is to a browser; a field without the option is nothing special.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for what is generated from the contract, which follows")
    )]
    pub(crate) fn rule(&self, field: &FieldDescriptor) -> FieldRule {
        self.rules.of(field)
    }
}

impl Method {
    /// `shiming.identity.v1.SessionService`
    pub(crate) fn service(&self) -> String {
        self.descriptor.parent_service().full_name().to_owned()
    }

    /// `GetSession`
    pub(crate) fn name(&self) -> &str {
        self.descriptor.name()
    }

    /// Where browsers find it.
    pub(crate) fn address(&self) -> String {
        format!("/api{}", self.path)
    }

    /// Only in the demo.
    pub(crate) fn is_demo(&self) -> bool {
        self.edge.demo
    }
}

/// Whether the policy lets the gateway call.
fn is_for_browsers(policy: &policy::Method) -> bool {
    policy.callers.contains(&CallerKind::Gateway)
}

/// The fields of `message` that are secrets of the browser, by which secret they are.
fn secrets(rules: &Rules, message: &MessageDescriptor) -> HashMap<Secret, FieldDescriptor> {
    let fields = message.fields().map(|field| (rules.of(&field).secret(), field));
    fields.filter(|(secret, _)| *secret != Secret::Unspecified).collect()
}

#[cfg(test)]
mod tests;
