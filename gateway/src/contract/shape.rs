//! Messages as the writer of JSON wants them: fields by number, with the JSON key ready to copy, and what browsers don't see marked.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use shiming_proto::options::v1::Secret;

use super::ContractError;
use super::rules::Rules;

/// Every message that an answer of the contract can hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shapes {
    list: Vec<Shape>,
    known: HashMap<String, ShapeId>,
}

/// Where a message's shape stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShapeId(usize);

/// One message.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// In ascending order of their numbers.
    pub(super) fields: Vec<Field>,
    /// Whether some of them exclude one another.
    pub(super) has_choice: bool,
}

/// One field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    /// `"unreadMessages":`
    pub(super) key: String,
    pub(super) form: Form,
    pub(super) count: Count,
    /// An answer without it is a defect; said of fields with presence only.
    pub(super) required: Option<&'static str>,
    /// Not for JSON: a secret, or none of the browsers' business.
    pub(super) hidden: bool,
    /// The choice (`oneof`) it belongs to.
    pub(super) choice: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Always there: absent on the wire means its default.
    Implicit,
    /// May be absent.
    Optional,
    /// A list.
    Many,
    /// An object with keys of its own.
    Map,
}

/// How a value is written.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
    Text,
    Bytes,
    Enum(Arc<HashMap<i32, String>>),
    Message(ShapeId),
    Timestamp,
    Duration,
}

impl Shapes {
    /// The shape of `message` and of everything in it.
    pub(super) fn add(
        &mut self,
        message: &MessageDescriptor,
        rules: &Rules,
    ) -> Result<ShapeId, ContractError> {
        if let Some(id) = self.known.get(message.full_name()) {
            return Ok(*id);
        }
        // Known before its fields are looked at, for messages that hold themselves.
        let id = ShapeId(self.list.len());
        self.list.push(Shape::default());
        self.known.insert(message.full_name().to_owned(), id);
        let mut fields =
            message.fields().map(|field| self.field(&field, rules)).collect::<Result<Vec<_>, _>>()?;
        fields.sort_by_key(|field| field.number);
        let has_choice = fields.iter().any(|field| field.choice.is_some());
        if let Some(shape) = self.list.get_mut(id.0) {
            *shape = Shape { fields, has_choice };
        }
        Ok(id)
    }

    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.list.get(id.0)
    }

    fn field(&mut self, field: &FieldDescriptor, rules: &Rules) -> Result<Field, ContractError> {
        let rule = rules.of(field);
        let count = match () {
            () if field.is_map() => Count::Map,
            () if field.is_list() => Count::Many,
            () if field.supports_presence() => Count::Optional,
            () => Count::Implicit,
        };
        let choice = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        let choice = choice.and_then(|oneof| u32::try_from(oneof.path().last().copied()?).ok());
        Ok(Field {
            number: field.number(),
            key: format!("\"{}\":", field.json_name()),
            form: self.form(field, rules)?,
            count,
            required: (rule.required && count == Count::Optional).then_some("required field"),
            hidden: rule.internal || rule.secret() != Secret::Unspecified,
            choice,
        })
    }

    fn form(&mut self, field: &FieldDescriptor, rules: &Rules) -> Result<Form, ContractError> {
        Ok(match field.kind() {
            Kind::Bool => Form::Bool,
            Kind::Int32 => Form::Int32,
            Kind::Int64 => Form::Int64,
            Kind::Uint32 => Form::Uint32,
            Kind::Uint64 => Form::Uint64,
            Kind::Sint32 => Form::Sint32,
            Kind::Sint64 => Form::Sint64,
            Kind::Fixed32 => Form::Fixed32,
            Kind::Fixed64 => Form::Fixed64,
            Kind::Sfixed32 => Form::Sfixed32,
            Kind::Sfixed64 => Form::Sfixed64,
            Kind::Float => Form::Float,
            Kind::Double => Form::Double,
            Kind::String => Form::Text,
            Kind::Bytes => Form::Bytes,
            Kind::Enum(kind) => Form::Enum(Arc::new(names(&kind))),
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => Form::Timestamp,
                "google.protobuf.Duration" => Form::Duration,
                name if name.starts_with("google.protobuf.") => {
                    let what = "is of a well-known type whose JSON is not written here";
                    return Err(ContractError::nonsense(field.full_name(), what));
                }
                _ => Form::Message(self.add(&message, rules)?),
            },
        })
    }
}

fn names(kind: &EnumDescriptor) -> HashMap<i32, String> {
    let mut names = HashMap::new();
    for value in kind.values() {
        // Of two names for a number the first counts.
        names.entry(value.number()).or_insert_with(|| value.name().to_owned());
    }
    names
}
