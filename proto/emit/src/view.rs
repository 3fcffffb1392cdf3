//! What browsers see of the contract, for what is made from it: calls, messages and enums, without what stays between the gateway and the
//! services.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use shiming_exposed::{Contract, Method};
use shiming_proto::options::v1::{FieldRule, PictureCodeRule, Secret};
use shiming_rpc::policy::{Idempotency, SessionRule};

use crate::comments::{Comments, Refusal, Refusals, about, renamed};

/// All of it, in the contract's order.
pub(crate) struct View<'c> {
    pub(crate) calls: Vec<Call<'c>>,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) refusals: Refusals,
}

/// One exposed method that the one handler serves.
pub(crate) struct Call<'c> {
    pub(crate) method: &'c Method,
    pub(crate) words: String,
    /// Why it may be refused: what its comment names, and what follows from its rules.
    pub(crate) refusals: Vec<Refusal>,
    /// Shape of the request.
    pub(crate) request: String,
    /// Shape of the answer.
    pub(crate) answer: String,
}

/// A message, as it is sent or as it is answered.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) words: String,
    pub(crate) fields: Vec<Field>,
    /// It is sent, not answered.
    pub(crate) asked: bool,
}

/// A field of a message.
pub(crate) struct Field {
    /// In JSON.
    pub(crate) name: String,
    pub(crate) words: String,
    pub(crate) kind: Type,
    /// A request without it is refused, an answer always has it.
    pub(crate) required: bool,
}

/// A type in canonical JSON.
pub(crate) enum Type {
    Flag,
    Integer,
    Number,
    /// 64 bits, as text.
    LongInteger,
    Text,
    Bytes,
    Time,
    Duration,
    /// By its name; the other is its zero, where an answer may have it.
    Choice(String, Option<String>),
    Shape(String),
    List(Box<Self>),
    Map(Box<Self>),
}

/// An enum's values, without the zero that stands for none.
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) words: String,
    /// Names and words.
    pub(crate) values: Vec<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Asked,
    Answered,
}

impl<'c> View<'c> {
    pub(crate) fn of(contract: &'c Contract, pool: &DescriptorPool) -> Self {
        let comments = Comments::of(pool);
        let reader = Reader { contract, refusals: Refusals::of(pool, &comments), comments };
        let mut found = Found::default();
        for method in contract.methods() {
            reader.find(&method.input, Way::Asked, &mut found);
            reader.find(&method.output, Way::Answered, &mut found);
        }
        for message in contract.own_answers() {
            reader.find(message, Way::Answered, &mut found);
        }
        Self {
            calls: contract.methods().map(|method| reader.call(method, &found)).collect(),
            shapes: found.messages.iter().map(|(message, way)| reader.shape(message, *way, &found)).collect(),
            choices: found.enums.iter().map(|choice| reader.choice(choice)).collect(),
            refusals: reader.refusals,
        }
    }

    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }
}

/// What the calls reach.
#[derive(Default)]
struct Found {
    messages: Vec<(MessageDescriptor, Way)>,
    enums: Vec<EnumDescriptor>,
}

impl Found {
    fn has(&self, message: &MessageDescriptor, way: Way) -> bool {
        self.messages.iter().any(|(other, known)| other == message && *known == way)
    }

    /// A message that goes both ways is two types: what may be left out differs.
    fn name(&self, message: &MessageDescriptor, way: Way) -> String {
        let both = way == Way::Asked && self.has(message, Way::Answered);
        format!("{}{}", message.name(), if both { "Input" } else { "" })
    }
}

struct Reader<'c> {
    contract: &'c Contract,
    comments: Comments,
    refusals: Refusals,
}

impl Reader<'_> {
    /// The fields that pages see: those that the gateway fills in are not among them.
    fn fields(&self, message: &MessageDescriptor, way: Way) -> Vec<(FieldDescriptor, FieldRule)> {
        let fields = message.fields().map(|field| (field.clone(), self.contract.rules().of(&field)));
        let seen = fields.filter(|(field, rule)| {
            let filled = way == Way::Asked && matches!(field.name(), "request_id" | "validate_only");
            !filled && !rule.internal && rule.secret() == Secret::Unspecified
        });
        seen.collect()
    }

    fn find(&self, message: &MessageDescriptor, way: Way, found: &mut Found) {
        if found.has(message, way) {
            return;
        }
        found.messages.push((message.clone(), way));
        for (field, _) in self.fields(message, way) {
            self.find_type(&field, way, found);
        }
    }

    fn find_type(&self, field: &FieldDescriptor, way: Way, found: &mut Found) {
        match field.kind() {
            Kind::Message(entry) if entry.is_map_entry() => {
                self.find_type(&entry.map_entry_value_field(), way, found);
            }
            Kind::Message(message) if message.package_name().starts_with("shiming.") => {
                self.find(&message, way, found);
            }
            Kind::Enum(choice) if !found.enums.contains(&choice) => found.enums.push(choice),
            _ => {}
        }
    }

    fn call<'m>(&self, method: &'m Method, found: &Found) -> Call<'m> {
        let descriptor = &method.descriptor;
        Call {
            method,
            words: about(self.comments.at(&descriptor.parent_file(), descriptor.path())).to_owned(),
            refusals: self.refusals_of(method),
            request: found.name(&method.input, Way::Asked),
            answer: found.name(&method.output, Way::Answered),
        }
    }

    fn refusals_of(&self, method: &Method) -> Vec<Refusal> {
        let mut reasons = self.refusals.said(&method.descriptor, &self.comments);
        let collecting = method.input.fields().any(|field| {
            let rule = self.contract.rules().of(&field);
            rule.secret() == Secret::Collection && rule.required
        });
        for (applies, reason) in [
            (true, "INVALID_FIELD"),
            (method.policy.session == SessionRule::Required, "SESSION_REQUIRED"),
            (method.policy.session != SessionRule::None, "SESSION_INVALID"),
            (collecting, "COLLECTION_NOT_FOUND"),
            (method.edge.picture_code() != PictureCodeRule::Unspecified, "CAPTCHA_WRONG"),
            (method.policy.idempotency == Idempotency::RequestId, "REQUEST_ID_REUSED"),
        ] {
            if applies {
                reasons.push(reason.to_owned());
            }
        }
        let known = reasons.iter().filter_map(|reason| self.refusals.named(reason)).cloned();
        let mut known: Vec<_> = known.collect();
        known.sort_by(|one, other| (one.status, &one.reason).cmp(&(other.status, &other.reason)));
        known.dedup_by(|one, other| one.reason == other.reason);
        known
    }

    fn shape(&self, message: &MessageDescriptor, way: Way, found: &Found) -> Shape {
        let names = message.fields().map(|field| (field.name().to_owned(), field.json_name().to_owned()));
        let names: HashMap<_, _> = names.collect();
        let file = message.parent_file();
        let fields = self.fields(message, way).into_iter().map(|(field, rule)| Field {
            name: field.json_name().to_owned(),
            words: renamed(self.comments.at(&file, field.path()), &names),
            kind: type_of(&field, rule, way, found),
            required: rule.required || way == Way::Answered && !field.supports_presence(),
        });
        Shape {
            name: found.name(message, way),
            fields: fields.collect(),
            asked: way == Way::Asked,
            words: self.comments.at(&file, message.path()).to_owned(),
        }
    }

    fn choice(&self, choice: &EnumDescriptor) -> Choice {
        let file = choice.parent_file();
        let words = |path: &[i32]| self.comments.at(&file, path).to_owned();
        let values = choice.values().filter(|value| value.number() != 0);
        Choice {
            name: choice.name().to_owned(),
            words: words(choice.path()),
            values: values.map(|value| (value.name().to_owned(), words(value.path()))).collect(),
        }
    }
}

fn type_of(field: &FieldDescriptor, rule: FieldRule, way: Way, found: &Found) -> Type {
    let one = match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => {
            return Type::Map(Box::new(type_of(&entry.map_entry_value_field(), rule, way, found)));
        }
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => Type::Time,
            "google.protobuf.Duration" => Type::Duration,
            "google.protobuf.FieldMask" => Type::Text,
            _ => Type::Shape(found.name(&message, way)),
        },
        Kind::Enum(choice) => {
            let given = way == Way::Asked || rule.required || field.is_list();
            let zero = (!given).then(|| choice.default_value().name().to_owned());
            Type::Choice(choice.name().to_owned(), zero)
        }
        Kind::Bool => Type::Flag,
        Kind::String => Type::Text,
        Kind::Bytes => Type::Bytes,
        Kind::Double | Kind::Float => Type::Number,
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => Type::Integer,
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => Type::LongInteger,
    };
    if field.is_list() { Type::List(Box::new(one)) } else { one }
}
