//! What a method's options say to the edge, and which of them make no sense.

use std::sync::Arc;

use prost_reflect::{DescriptorPool, ExtensionDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use prost_types::method_options::IdempotencyLevel;
use shiming_proto::options::v1::{Budget, EdgeRule, PictureCodeRule, Secret};
use shiming_rpc::policy::{self, Idempotency};

use crate::rules::Rules;
use crate::{ContractError, Method, is_for_browsers};

const OPTION: &str = "shiming.options.v1.edge";

/// Parameters of a GET that are no fields of its request: Connect's, and the dry run's.
pub(crate) const RESERVED: [&str; 6] =
    ["connect", "encoding", "message", "base64", "compression", "validateOnly"];

/// Reads methods.
pub(crate) struct Reader<'r> {
    option: ExtensionDescriptor,
    rules: &'r Rules,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(pool: &DescriptorPool, rules: &'r Rules) -> Result<Self, ContractError> {
        let option = pool.get_extension_by_name(OPTION).ok_or(ContractError::NoOption(OPTION))?;
        Ok(Self { option, rules })
    }

    /// The method's rule; `None` for a method that is not for browsers.
    pub(crate) fn edge_rule(
        &self,
        method: &MethodDescriptor,
        policy: &policy::Method,
    ) -> Result<Option<EdgeRule>, ContractError> {
        let nonsense = |what| Err(ContractError::nonsense(method.full_name(), what));
        let options = method.options();
        let has_rule = options.has_extension(&self.option);
        if !is_for_browsers(policy) {
            return if has_rule {
                nonsense("has an edge rule, but the gateway may not call it")
            } else {
                Ok(None)
            };
        }
        let value = options.get_extension(&self.option);
        let Some(rule) = value.as_message().and_then(|message| message.transcode_to::<EdgeRule>().ok())
        else {
            return nonsense("its edge rule can't be read");
        };
        if Budget::try_from(rule.budget).is_err() {
            return nonsense("is counted in a budget that nobody knows");
        }
        if PictureCodeRule::try_from(rule.picture_code).is_err() || Secret::try_from(rule.forget).is_err() {
            return nonsense("its edge rule says what nobody knows");
        }
        Ok(Some(rule))
    }

    pub(crate) fn method(
        &self,
        path: String,
        descriptor: MethodDescriptor,
        policy: Arc<policy::Method>,
        edge: EdgeRule,
    ) -> Result<Method, ContractError> {
        let is_read = policy.idempotency == Idempotency::Read;
        let costs =
            edge.budget() != Budget::Unspecified || edge.picture_code() != PictureCodeRule::Unspecified;
        let input = descriptor.input();
        let method = Method {
            get_allowed: is_read && !costs && !edge.by_hand && !self.rules.is_personal(&input),
            streaming: policy.server_streaming,
            output: descriptor.output(),
            path,
            descriptor,
            input,
            policy,
            edge,
        };
        let complaint = if method.edge.by_hand { self.by_hand(&method) } else { self.complaint(&method) };
        match complaint {
            Some(what) => Err(ContractError::nonsense(method.descriptor.full_name(), what)),
            None => Ok(method),
        }
    }

    /// What a method asks of the one handler although a handler of its own serves it.
    fn by_hand(&self, method: &Method) -> Option<&'static str> {
        let edge = &method.edge;
        let asks = edge.picture_code() != PictureCodeRule::Unspecified
            || edge.forget() != Secret::Unspecified
            || !edge.file_name.is_empty()
            || !self.rules.secrets(&method.input).is_empty()
            || !self.rules.secrets(&method.output).is_empty();
        asks.then_some("is served by hand; picture codes, cookies and file names are that handler's to know")
    }

    fn complaint(&self, method: &Method) -> Option<&'static str> {
        let Method { policy, edge, input, output, .. } = method;
        let is_read = policy.idempotency == Idempotency::Read;
        let gives = !self.rules.secrets(output).is_empty();
        let forgets = edge.forget() != Secret::Unspecified;
        let is_mutation = policy.idempotency == Idempotency::RequestId;
        let asks_session = self.rules.secrets(input).contains_key(&Secret::Session);
        [
            (policy.client_streaming, "takes a stream of requests, which only a handler by hand can serve"),
            (policy.server_streaming && !is_read, "is a stream that changes something"),
            (
                policy.server_streaming && edge.picture_code() != PictureCodeRule::Unspecified,
                "is a stream that asks for a picture code, which a browser can't send with it",
            ),
            (
                !is_read && is_free_of_side_effects(&method.descriptor),
                "says that it has no side effects, but its policy doesn't",
            ),
            (is_read && gives, "is a read that sets a cookie"),
            (is_read && forgets, "is a read that ends a cookie"),
            (
                is_mutation && !has(input, "request_id", &Kind::String),
                "is idempotent by request_id, but its request has none that is a string",
            ),
            (
                !is_mutation && input.get_field_by_name("request_id").is_some(),
                "has a request_id that its policy doesn't use",
            ),
            (
                is_mutation && !has(input, "validate_only", &Kind::Bool),
                "is idempotent by request_id, but its request has no validate_only that is a bool",
            ),
            (doubled(self.rules, input) || doubled(self.rules, output), "has one secret in two fields"),
            (
                self.rules.hides_a_secret(input) || self.rules.hides_a_secret(output),
                "has a secret below the first level, where no cookie fills it",
            ),
            (
                policy.session != policy::SessionRule::None && asks_session,
                "takes the session both in the metadata and in a field",
            ),
            (!edge.file_name.is_empty() && !is_file_name(&edge.file_name), "its file name is none"),
            (
                !edge.file_name.is_empty() && !method.get_allowed,
                "has a file name, but can't be asked for by GET",
            ),
            (method.get_allowed && takes_reserved(input), "has a field named like a parameter of every GET"),
        ]
        .into_iter()
        .find_map(|(broken, what)| broken.then_some(what))
    }
}

/// The standard option by which generated clients know what they may ask for by GET.
pub(crate) fn is_free_of_side_effects(method: &MethodDescriptor) -> bool {
    let options = method.method_descriptor_proto().options.as_ref();
    options.is_some_and(|options| options.idempotency_level() == IdempotencyLevel::NoSideEffects)
}

fn has(message: &MessageDescriptor, name: &str, kind: &Kind) -> bool {
    message.get_field_by_name(name).is_some_and(|field| &field.kind() == kind && !field.is_list())
}

fn doubled(rules: &Rules, message: &MessageDescriptor) -> bool {
    let fields = message.fields().filter(|field| rules.of(field).secret() != Secret::Unspecified);
    fields.count() != rules.secrets(message).len()
}

fn takes_reserved(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| RESERVED.contains(&field.name()) || RESERVED.contains(&field.json_name()))
}

/// Letters, digits, `-`, `_` and `.`: what stands in a header in quotes and on a disk as it is.
fn is_file_name(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
