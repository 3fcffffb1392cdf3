//! Messages as the writer of JSON wants them: fields by number, with the JSON key ready to copy, and what browsers don't see marked.

use std::collections::HashMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use crate::ContractError;
use crate::rules::Rules;

/// Every message that an answer of the contract can hold.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    list: Vec<Shape>,
    known: HashMap<String, ShapeId>,
}

/// Where a message's shape stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeId(usize);

/// One message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// In ascending order of their numbers.
    pub(crate) fields: Vec<Field>,
    /// Whether some of them exclude one another.
    pub(crate) has_choice: bool,
}

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    /// `"unreadMessages":`
    pub(crate) key: String,
    pub(crate) form: Form,
    pub(crate) count: Count,
    /// An answer without it is a defect; said of fields with presence only.
    pub(crate) required: Option<&'static str>,
    /// Not for JSON: a secret, or none of the browsers' business.
    pub(crate) hidden: bool,
    /// The choice (`oneof`) it belongs to.
    pub(crate) choice: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
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
pub(crate) enum Form {
    /// A number, a text, bytes or an enum.
    Scalar(Kind),
    Message(ShapeId),
    Timestamp,
    Duration,
}

impl Shapes {
    /// The shape of `message` and of everything in it.
    pub fn add(&mut self, message: &MessageDescriptor, rules: &Rules) -> Result<ShapeId, ContractError> {
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

    /// The shape of the message with this full name, once it was added.
    pub fn find(&self, name: &str) -> Option<ShapeId> {
        self.known.get(name).copied()
    }

    pub(crate) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.list.get(id.0)
    }

    fn field(&mut self, field: &FieldDescriptor, rules: &Rules) -> Result<Field, ContractError> {
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
            required: (count == Count::Optional && rules.of(field).required).then_some("required field"),
            hidden: rules.is_hidden(field),
            choice,
        })
    }

    fn form(&mut self, field: &FieldDescriptor, rules: &Rules) -> Result<Form, ContractError> {
        let kind = field.kind();
        let Some(message) = kind.as_message() else { return Ok(Form::Scalar(kind)) };
        match message.full_name() {
            "google.protobuf.Timestamp" => Ok(Form::Timestamp),
            "google.protobuf.Duration" => Ok(Form::Duration),
            name if name.starts_with("google.protobuf.") => {
                let what = "is of a well-known type whose JSON is not written here";
                Err(ContractError::nonsense(field.full_name(), what))
            }
            _ => self.add(message, rules).map(Form::Message),
        }
    }
}
