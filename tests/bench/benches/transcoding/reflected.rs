//! prost-reflect: a `DynamicMessage` from the descriptors at run time.

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions,
};

use crate::Way;

pub(crate) fn profile() -> Way {
    way("shiming.identity.v1.GetProfileResponse")
}

pub(crate) fn page() -> Way {
    way("shiming.enterprise.v1.ListBindingsResponse")
}

fn way(name: &str) -> Way {
    let pool = DescriptorPool::decode(shiming_proto::DESCRIPTOR_SET).unwrap();
    let message = pool.get_message_by_name(name).unwrap();
    let same = message.clone();
    Way {
        name: "prost-reflect",
        to_json: Box::new(move |wire| to_json(message.clone(), wire)),
        to_wire: Box::new(move |json| to_wire(same.clone(), json)),
    }
}

fn to_json(message: MessageDescriptor, wire: &[u8]) -> Vec<u8> {
    let message = DynamicMessage::decode(message, wire).unwrap();
    let mut json = serde_json::Serializer::new(Vec::with_capacity(2 * wire.len()));
    // Pages get every field, as the generated types say.
    let options = SerializeOptions::new().skip_default_fields(false);
    message.serialize_with_options(&mut json, &options).unwrap();
    json.into_inner()
}

fn to_wire(message: MessageDescriptor, json: &[u8]) -> Vec<u8> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(message, &mut json, &options).unwrap().encode_to_vec()
}
