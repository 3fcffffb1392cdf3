//! What fields are to browsers.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{
    Cardinality, DescriptorPool, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
};
use shiming_proto::options::v1::{FieldRule, Secret};

use crate::ContractError;

const OPTION: &str = "shiming.options.v1.field";

/// The rule of every field that has one.
#[derive(Clone, Debug, Default)]
pub struct Rules(Arc<HashMap<String, FieldRule>>);

impl Rules {
    pub(crate) fn read(pool: &DescriptorPool) -> Result<Self, ContractError> {
        let option = pool.get_extension_by_name(OPTION).ok_or(ContractError::NoOption(OPTION))?;
        let mut rules = HashMap::new();
        let messages = pool.all_messages().filter(|message| message.full_name().starts_with("shiming."));
        for field in messages.flat_map(|message| message.fields().collect::<Vec<_>>()) {
            if let Some(rule) = read(&field, &option)? {
                rules.insert(field.full_name().to_owned(), rule);
            }
        }
        Ok(Self(Arc::new(rules)))
    }

    /// What a field is to a browser; a field without the option is nothing special.
    pub fn of(&self, field: &FieldDescriptor) -> FieldRule {
        self.0.get(field.full_name()).copied().unwrap_or_default()
    }

    /// The fields of `message` that are secrets of the browser, by which secret they are.
    pub fn secrets(&self, message: &MessageDescriptor) -> HashMap<Secret, FieldDescriptor> {
        let fields = message.fields().map(|field| (self.of(&field).secret(), field));
        fields.filter(|(secret, _)| *secret != Secret::Unspecified).collect()
    }

    /// Whether a field is not the browser's to say or to see: a secret, or what services tell one another.
    pub fn is_hidden(&self, field: &FieldDescriptor) -> bool {
        let rule = self.of(field);
        rule.internal || rule.secret() != Secret::Unspecified
    }

    /// Whether the field, or anything in it, holds what browsers must not be asked for in a URL. What they are not asked for at all, a secret of
    /// theirs or a field that is none of their business, doesn't count.
    pub(crate) fn is_personal(&self, message: &MessageDescriptor) -> bool {
        let mut seen = Vec::new();
        self.any(message, &mut seen, &|rule, field| {
            rule.secret() == Secret::Unspecified && !rule.internal && is_redacted(field)
        })
    }

    /// Whether the message, at any depth, has a field that is not the browser's to say.
    pub fn hides(&self, message: &MessageDescriptor) -> bool {
        self.any(message, &mut Vec::new(), &|rule, _| rule.internal || rule.secret() != Secret::Unspecified)
    }

    /// Whether a field below the first level, at any depth, is a secret.
    pub(crate) fn hides_a_secret(&self, message: &MessageDescriptor) -> bool {
        let mut seen = vec![message.full_name().to_owned()];
        let inner = message.fields().filter_map(|field| inner(&field)).collect::<Vec<_>>();
        inner.iter().any(|inner| self.any(inner, &mut seen, &|rule, _| rule.secret() != Secret::Unspecified))
    }

    fn any(
        &self,
        message: &MessageDescriptor,
        seen: &mut Vec<String>,
        is: &dyn Fn(FieldRule, &FieldDescriptor) -> bool,
    ) -> bool {
        if seen.iter().any(|name| name == message.full_name()) {
            return false;
        }
        seen.push(message.full_name().to_owned());
        message.fields().any(|field| {
            is(self.of(&field), &field) || inner(&field).is_some_and(|inner| self.any(&inner, seen, is))
        })
    }
}

fn inner(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    field.kind().as_message().cloned()
}

/// `[debug_redact = true]`: personal, or a secret.
pub(crate) fn is_redacted(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").is_some_and(|value| value.as_bool() == Some(true))
}

fn read(field: &FieldDescriptor, option: &ExtensionDescriptor) -> Result<Option<FieldRule>, ContractError> {
    let nonsense = |what| ContractError::nonsense(field.full_name(), what);
    let options = field.options();
    if !options.has_extension(option) {
        return Ok(None);
    }
    let value = options.get_extension(option);
    let rule = value.as_message().and_then(|message| message.transcode_to::<FieldRule>().ok());
    let rule = rule.ok_or_else(|| nonsense("its rule can't be read"))?;
    if Secret::try_from(rule.secret).is_err() {
        return Err(nonsense("is a secret that nobody knows"));
    }
    let is_secret = rule.secret() != Secret::Unspecified;
    let is_single = field.cardinality() != Cardinality::Repeated && field.containing_oneof().is_none();
    let complaint = [
        (is_secret && !matches!(field.kind(), Kind::String), "a secret is a string"),
        (is_secret && !is_single, "a secret is neither repeated nor optional"),
        (is_secret && !is_redacted(field), "a secret is debug_redact"),
        (is_secret && rule.internal, "a secret is the browser's; it can't be internal"),
        (rule.internal && rule.required, "what is internal can't be required of browsers"),
    ]
    .into_iter()
    .find_map(|(broken, what)| broken.then_some(what));
    complaint.map_or(Ok(Some(rule)), |what| Err(nonsense(what)))
}
