//! The contract as browsers see it: every method whose policy lists the gateway, read from the embedded descriptors, and the messages of
//! such methods as canonical JSON, both ways.
//!
//! Nothing is exposed by a line of code here, and nothing is exposed half: a method or field whose options make no sense stops the start,
//! in words that name it and the rule it breaks.

mod method;
mod read;
mod rules;
mod shape;
mod status;
mod write;

use std::sync::Arc;

use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor};
use shiming_proto::options::v1::{CallerKind, EdgeRule};
use shiming_rpc::policy::{self, PolicyError, PolicyTable};

pub use read::{Unreadable, dry_run, from_json, from_proto, from_query, json_path, refuse_hidden};
pub use rules::Rules;
pub use shape::{ShapeId, Shapes};
pub use status::status;
pub use write::Defect;

/// What stops a start.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
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
    /// An option that breaks a rule.
    pub fn nonsense(at: &str, what: &'static str) -> Self {
        Self::Nonsense { at: at.to_owned(), what }
    }
}

/// One method that browsers may call.
#[derive(Clone, Debug)]
pub struct Method {
    /// `/shiming.identity.v1.SessionService/GetSession`; the same behind `/api`.
    pub path: String,
    /// With the names, the comments and the service it belongs to.
    pub descriptor: MethodDescriptor,
    /// The request.
    pub input: MessageDescriptor,
    /// The answer.
    pub output: MessageDescriptor,
    /// Session, timeout, idempotency.
    pub policy: Arc<policy::Method>,
    /// Costs, cookies, the demo.
    pub edge: EdgeRule,
    /// Asked for by GET as well: a read whose request holds nothing personal, and that costs nothing.
    pub get_allowed: bool,
    /// The answer is a stream, served as server-sent events.
    pub streaming: bool,
}

/// What browsers may call.
#[derive(Clone, Debug)]
pub struct Contract {
    methods: Vec<Arc<Method>>,
    by_hand: Vec<Arc<Method>>,
    own: Vec<MessageDescriptor>,
    rules: Rules,
}

impl Contract {
    /// The contract that this build embeds.
    pub fn read() -> Result<Self, ContractError> {
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
        let own = pool.all_messages().filter(|message| message.package_name() == "shiming.gateway.v1");
        let own = own.filter(|message| message.parent_message().is_none()).collect();
        Ok(Self { methods, by_hand, own, rules })
    }

    /// Every method that the one handler serves, the demo's included, in the order of the contract.
    pub fn methods(&self) -> impl Iterator<Item = &Arc<Method>> {
        self.methods.iter()
    }

    /// Methods that handlers of the gateway's own serve, at paths of their own.
    pub fn by_hand(&self) -> impl Iterator<Item = &Arc<Method>> {
        self.by_hand.iter()
    }

    /// What the gateway answers by handlers of its own: messages of its own, and the answers of methods served by hand.
    pub fn own_answers(&self) -> impl Iterator<Item = &MessageDescriptor> {
        self.own.iter().chain(self.by_hand.iter().map(|method| &method.output))
    }

    /// What fields are to browsers.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Method {
    /// `shiming.identity.v1.SessionService`
    pub fn service(&self) -> String {
        self.descriptor.parent_service().full_name().to_owned()
    }

    /// `GetSession`
    pub fn name(&self) -> &str {
        self.descriptor.name()
    }

    /// Where browsers find it.
    pub fn address(&self) -> String {
        format!("/api{}", self.path)
    }

    /// Only in the demo.
    pub fn is_demo(&self) -> bool {
        self.edge.demo
    }
}

/// Whether the policy lets the gateway call.
fn is_for_browsers(policy: &policy::Method) -> bool {
    policy.callers.contains(&CallerKind::Gateway)
}

#[cfg(test)]
mod tests;
