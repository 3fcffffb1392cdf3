//! An answer's bytes as canonical proto3 JSON, in one pass over them: no message is built in between.
//!
//! Fields that are always there are written with their default too, so that pages need not fill anything in. Held equal to prost-reflect's
//! JSON by a property test. Whatever is no message of the expected shape is a service's defect, never guessed at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use prost_reflect::Kind;
use prost_types::{Duration, Timestamp};

use crate::shape::{Count, Field, Form, Shape, ShapeId, Shapes};

/// Messages in messages; ours have five.
const DEEPEST: usize = 64;
/// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, as RFC 3339 can say it.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defect(pub &'static str);

/// A value as it stands on the wire.
#[derive(Clone, Copy)]
enum Raw<'w> {
    Number(u64),
    Bytes(&'w [u8]),
}

type Entry<'w> = (usize, Raw<'w>);

impl Shapes {
    /// Writes `wire`, a message of this shape. `lenient` is for dry runs, whose answers may lack what is required.
    pub fn write(&self, id: ShapeId, wire: &[u8], lenient: bool, out: &mut Vec<u8>) -> Result<(), Defect> {
        Writer { shapes: self, lenient }.message(id, wire, 0, out)
    }

    /// `wire` without what browsers don't see, for those who read protobuf.
    pub fn shown(&self, id: ShapeId, wire: &[u8]) -> Result<Vec<u8>, Defect> {
        let mut out = Vec::with_capacity(wire.len());
        self.prune(id, wire, &mut out).map(|()| out)
    }

    fn prune(&self, id: ShapeId, wire: &[u8], out: &mut Vec<u8>) -> Result<(), Defect> {
        let shape = self.get(id).ok_or(Defect("depth"))?;
        let mut rest = wire;
        loop {
            let before = rest;
            let Some((number, raw)) = next(&mut rest)? else { return Ok(()) };
            let Ok(index) = shape.fields.binary_search_by_key(&number, |field| field.number) else {
                continue;
            };
            let Some(field) = shape.fields.get(index).filter(|field| !field.hidden) else { continue };
            match (&field.form, raw) {
                (Form::Message(inner), Raw::Bytes(bytes)) => {
                    let mut kept = Vec::with_capacity(bytes.len());
                    self.prune(*inner, bytes, &mut kept)?;
                    encode_key(number, WireType::LengthDelimited, out);
                    encode_varint(kept.len() as u64, out);
                    out.extend_from_slice(&kept);
                }
                _ => out.extend_from_slice(before.get(..before.len() - rest.len()).unwrap_or_default()),
            }
        }
    }

    /// The text of the field with this number, empty if there is none.
    pub fn text(wire: &[u8], number: u32) -> Result<&str, Defect> {
        let mut rest = wire;
        let mut found: &[u8] = &[];
        while let Some((field, raw)) = next(&mut rest)? {
            if let (true, Raw::Bytes(bytes)) = (field == number, raw) {
                found = bytes;
            }
        }
        std::str::from_utf8(found).map_err(|_| Defect("text"))
    }
}

struct Writer<'s> {
    shapes: &'s Shapes,
    lenient: bool,
}

impl Writer<'_> {
    fn message(&self, id: ShapeId, wire: &[u8], depth: usize, out: &mut Vec<u8>) -> Result<(), Defect> {
        let shape = self.shapes.get(id).filter(|_| depth < DEEPEST).ok_or(Defect("depth"))?;
        let entries = entries(shape, wire)?;
        let mut rest = entries.as_slice();
        out.push(b'{');
        let start = out.len();
        for (index, field) in shape.fields.iter().enumerate() {
            let (mine, others) = rest.split_at(rest.iter().take_while(|entry| entry.0 == index).count());
            rest = others;
            if field.hidden {
                continue;
            }
            if mine.is_empty() && field.count == Count::Optional {
                match field.required {
                    Some(what) if !self.lenient => return Err(Defect(what)),
                    _ => continue,
                }
            }
            if out.len() > start {
                out.push(b',');
            }
            out.extend_from_slice(field.key.as_bytes());
            self.field(field, mine, depth, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn field(
        &self,
        field: &Field,
        mine: &[Entry<'_>],
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        match field.count {
            Count::Many => self.list(field, mine, depth, out),
            Count::Map => self.map(field, mine, depth, out),
            Count::Implicit | Count::Optional => match (&field.form, mine) {
                // Split messages are merged, and concatenation is how.
                (Form::Message(_) | Form::Timestamp | Form::Duration, [_, _, ..]) => {
                    let mut whole = Vec::new();
                    for (_, raw) in mine {
                        whole.extend_from_slice(bytes(Some(*raw))?);
                    }
                    self.value(&field.form, Some(Raw::Bytes(&whole)), depth, out)
                }
                _ => self.value(&field.form, mine.last().map(|entry| entry.1), depth, out),
            },
        }
    }

    fn list(&self, field: &Field, mine: &[Entry<'_>], depth: usize, out: &mut Vec<u8>) -> Result<(), Defect> {
        out.push(b'[');
        let start = out.len();
        let item = |raw, out: &mut Vec<u8>| {
            if out.len() > start {
                out.push(b',');
            }
            self.value(&field.form, Some(raw), depth, out)
        };
        for (_, raw) in mine {
            match (raw, packed(&field.form)) {
                (Raw::Bytes(numbers), Some(kind)) => {
                    let mut rest = *numbers;
                    while !rest.is_empty() {
                        item(Raw::Number(number(kind, &mut rest)?), out)?;
                    }
                }
                _ => item(*raw, out)?,
            }
        }
        out.push(b']');
        Ok(())
    }

    /// Each entry is a message of a key (1) and a value (2); of two with the same key the later counts.
    fn map(&self, field: &Field, mine: &[Entry<'_>], depth: usize, out: &mut Vec<u8>) -> Result<(), Defect> {
        let Form::Message(entry) = field.form else { return Err(Defect("map")) };
        let shape = self.shapes.get(entry).ok_or(Defect("map"))?;
        let [key, value] = shape.fields.as_slice() else { return Err(Defect("map")) };
        let mut written: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (_, raw) in mine {
            let parts = entries(shape, bytes(Some(*raw))?)?;
            let last = |index| parts.iter().rev().find(|part| part.0 == index).map(|part| part.1);
            let mut name = Vec::new();
            self.value(&key.form, last(0), depth, &mut name)?;
            if name.first() != Some(&b'"') {
                name = [b"\"", name.as_slice(), b"\""].concat();
            }
            let mut text = Vec::new();
            self.value(&value.form, last(1), depth, &mut text)?;
            match written.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = text,
                None => written.push((name, text)),
            }
        }
        out.push(b'{');
        for (index, (name, text)) in written.iter().enumerate() {
            out.extend_from_slice(if index > 0 { b"," } else { b"" });
            out.extend_from_slice(name);
            out.push(b':');
            out.extend_from_slice(text);
        }
        out.push(b'}');
        Ok(())
    }

    fn value(
        &self,
        form: &Form,
        raw: Option<Raw<'_>>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        match form {
            Form::Scalar(kind @ (Kind::String | Kind::Bytes)) => text(kind, bytes(raw)?, out),
            Form::Scalar(kind) => match raw {
                None => scalar(kind, 0, out),
                Some(Raw::Number(number)) => scalar(kind, number, out),
                Some(Raw::Bytes(_)) => Err(Defect("number")),
            },
            Form::Message(id) => self.message(*id, bytes(raw)?, depth + 1, out),
            Form::Timestamp => timestamp(bytes(raw)?, out),
            Form::Duration => duration(bytes(raw)?, out),
        }
    }
}

fn text(kind: &Kind, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Defect> {
    match kind {
        Kind::Bytes => json(out, &STANDARD.encode(bytes)),
        _ => json(out, std::str::from_utf8(bytes).map_err(|_| Defect("text"))?),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "as protobuf reads numbers")]
fn scalar(kind: &Kind, number: u64, out: &mut Vec<u8>) -> Result<(), Defect> {
    let zigzag = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
    match kind {
        Kind::Bool => json(out, &(number != 0)),
        Kind::Int32 | Kind::Sfixed32 => json(out, &(number as i32)),
        Kind::Sint32 => json(out, &zigzag(u64::from(number as u32))),
        Kind::Uint32 | Kind::Fixed32 => json(out, &(number as u32)),
        // JavaScript can't count that far.
        Kind::Int64 | Kind::Sfixed64 => json(out, &(number as i64).to_string()),
        Kind::Sint64 => json(out, &zigzag(number).to_string()),
        Kind::Uint64 | Kind::Fixed64 => json(out, &number.to_string()),
        Kind::Float => real(out, f32::from_bits(number as u32)),
        Kind::Double => real(out, f64::from_bits(number)),
        // A value that only a newer service knows has no name.
        Kind::Enum(names) => match names.get_value(number as i32) {
            Some(value) => json(out, value.name()),
            None => json(out, &(number as i32)),
        },
        Kind::String | Kind::Bytes | Kind::Message(_) => Err(Defect("number")),
    }
}

fn json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Defect> {
    serde_json::to_writer(out, value).map_err(|_| Defect("value"))
}

fn real<T: serde::Serialize + Into<f64> + Copy>(out: &mut Vec<u8>, value: T) -> Result<(), Defect> {
    let wide: f64 = value.into();
    match wide {
        _ if wide.is_finite() => json(out, &value),
        _ if wide.is_nan() => json(out, "NaN"),
        _ if wide > 0.0 => json(out, "Infinity"),
        _ => json(out, "-Infinity"),
    }
}

fn timestamp(wire: &[u8], out: &mut Vec<u8>) -> Result<(), Defect> {
    let time = Timestamp::decode(wire).map_err(|_| Defect("time"))?;
    if !TIMES.contains(&time.seconds) || !(0..1_000_000_000).contains(&time.nanos) {
        return Err(Defect("time"));
    }
    json(out, &time.to_string())
}

fn duration(wire: &[u8], out: &mut Vec<u8>) -> Result<(), Defect> {
    const MOST: u64 = 315_576_000_000;
    let length = Duration::decode(wire).map_err(|_| Defect("duration"))?;
    let mixed = length.seconds.signum() * i64::from(length.nanos.signum()) < 0;
    if mixed || length.seconds.unsigned_abs() > MOST || length.nanos.unsigned_abs() > 999_999_999 {
        return Err(Defect("duration"));
    }
    json(out, &length.to_string())
}

/// A value of many bytes; absent ones have none.
fn bytes(raw: Option<Raw<'_>>) -> Result<&[u8], Defect> {
    match raw {
        None => Ok(&[]),
        Some(Raw::Bytes(bytes)) => Ok(bytes),
        Some(Raw::Number(_)) => Err(Defect("length")),
    }
}

/// The known fields of a message, in the order of the shape and otherwise as they came.
fn entries<'w>(shape: &Shape, wire: &'w [u8]) -> Result<Vec<Entry<'w>>, Defect> {
    let mut entries: Vec<Entry<'w>> = Vec::with_capacity(shape.fields.len());
    let mut rest = wire;
    let mut sorted = true;
    while let Some((number, raw)) = next(&mut rest)? {
        let Ok(index) = shape.fields.binary_search_by_key(&number, |field| field.number) else { continue };
        if shape.has_choice
            && let Some(choice) = shape.fields.get(index).and_then(|field| field.choice)
        {
            let of_other = |entry: &Entry<'_>| {
                entry.0 != index
                    && shape.fields.get(entry.0).is_some_and(|field| field.choice == Some(choice))
            };
            entries.retain(|entry| !of_other(entry));
        }
        sorted &= entries.last().is_none_or(|last| last.0 <= index);
        entries.push((index, raw));
    }
    if !sorted {
        entries.sort_by_key(|entry| entry.0);
    }
    Ok(entries)
}

/// The next field.
fn next<'w>(rest: &mut &'w [u8]) -> Result<Option<(u32, Raw<'w>)>, Defect> {
    if rest.is_empty() {
        return Ok(None);
    }
    let (number, kind) = decode_key(rest).map_err(|_| Defect("key"))?;
    let raw = match kind {
        WireType::LengthDelimited => {
            let length = decode_varint(rest).ok().and_then(|length| usize::try_from(length).ok());
            let (bytes, after) =
                length.and_then(|length| rest.split_at_checked(length)).ok_or(Defect("length"))?;
            *rest = after;
            Raw::Bytes(bytes)
        }
        WireType::StartGroup | WireType::EndGroup => return Err(Defect("group")),
        scalar => Raw::Number(self::number(scalar, rest)?),
    };
    Ok(Some((number, raw)))
}

fn number(kind: WireType, rest: &mut &[u8]) -> Result<u64, Defect> {
    match kind {
        WireType::Varint => decode_varint(rest).map_err(|_| Defect("number")),
        WireType::ThirtyTwoBit => {
            let (bytes, after) = rest.split_first_chunk::<4>().ok_or(Defect("number"))?;
            *rest = after;
            Ok(u32::from_le_bytes(*bytes).into())
        }
        WireType::SixtyFourBit => {
            let (bytes, after) = rest.split_first_chunk::<8>().ok_or(Defect("number"))?;
            *rest = after;
            Ok(u64::from_le_bytes(*bytes))
        }
        WireType::LengthDelimited | WireType::StartGroup | WireType::EndGroup => Err(Defect("number")),
    }
}

/// How a packed list of such values lies on the wire; `None` for what is never packed.
fn packed(form: &Form) -> Option<WireType> {
    let Form::Scalar(kind) = form else { return None };
    match kind {
        Kind::String | Kind::Bytes => None,
        Kind::Fixed32 | Kind::Sfixed32 | Kind::Float => Some(WireType::ThirtyTwoBit),
        Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => Some(WireType::SixtyFourBit),
        _ => Some(WireType::Varint),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::sync::LazyLock;

    use prost_reflect::{
        Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, MapKey, MessageDescriptor,
        SerializeOptions, Value,
    };
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;
    use crate::rules::Rules;
    use crate::tests::pool;

    const EVERYTHING: &str = r"
        enum Sort { SORT_UNSPECIFIED = 0; SORT_ONE = 1; SORT_NEGATIVE = -7; }
        message Everything {
            bool truth = 1; int32 small = 2; int64 large = 3; uint32 natural = 4; uint64 big_natural = 5;
            sint32 zigzag = 6; sint64 big_zigzag = 7; fixed32 four = 8; fixed64 eight = 9; sfixed32 signed_four = 10;
            sfixed64 signed_eight = 11; float real = 12; double big_real = 13; string text = 14; bytes blob = 15;
            Sort sort = 16; Everything inner = 17; google.protobuf.Timestamp time = 18;
            google.protobuf.Duration length = 19; repeated int32 numbers = 20; repeated string texts = 21;
            repeated Everything inners = 22; repeated Sort sorts = 23; repeated double reals = 24;
            map<string, int32> counts = 25; map<int64, Everything> things = 26; optional int32 maybe = 27;
            oneof choice { string left = 28; Everything right = 29; } map<bool, google.protobuf.Duration> lengths = 30;
            repeated int32 loose = 31 [packed = false]; repeated google.protobuf.Timestamp times = 32;
        }
        message Hiding {
            string shown = 1;
            string token = 2 [debug_redact = true, (shiming.options.v1.field).secret = SECRET_SESSION];
            Part part = 3 [(shiming.options.v1.field).required = true];
        }
        message Part { string shown = 1; string told = 2 [(shiming.options.v1.field).internal = true]; }";

    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| pool("", EVERYTHING));

    fn shapes(name: &str) -> (Shapes, ShapeId, MessageDescriptor) {
        let pool = POOL.clone();
        let message = pool.get_message_by_name(&format!("shiming.sample.v1.{name}")).unwrap();
        let mut shapes = Shapes::default();
        let id = shapes.add(&message, &Rules::read(&pool).unwrap()).unwrap();
        (shapes, id, message)
    }

    fn scalar(kind: &Kind, rng: &mut StdRng, depth: usize) -> Value {
        match kind {
            Kind::Bool => Value::Bool(rng.random()),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(rng.random()),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(rng.random()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(rng.random()),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(rng.random()),
            Kind::Float => {
                Value::F32([rng.random(), f32::INFINITY, f32::NEG_INFINITY, f32::NAN][rng.random_range(0..4)])
            }
            Kind::Double => Value::F64(rng.random::<f64>() * 1e300),
            Kind::String => {
                Value::String((0..rng.random_range(0..9)).map(|_| rng.random::<char>()).collect())
            }
            Kind::Bytes => Value::Bytes((0..rng.random_range(0..9)).map(|_| rng.random::<u8>()).collect()),
            Kind::Enum(_) => Value::EnumNumber([0, 1, -7, 99][rng.random_range(0..4)]),
            Kind::Message(message) => Value::Message(some(message, rng, depth)),
        }
    }

    fn some(message: &MessageDescriptor, rng: &mut StdRng, depth: usize) -> DynamicMessage {
        let mut made = DynamicMessage::new(message.clone());
        let (seconds, nanos) = match message.full_name() {
            "google.protobuf.Timestamp" => (rng.random_range(TIMES), rng.random_range(0..1_000_000_000)),
            "google.protobuf.Duration" => {
                (rng.random_range(0..1_000_000), [0, 5, 120_000_000][rng.random_range(0..3)])
            }
            _ => {
                for field in message.fields() {
                    if depth < 3 && rng.random_range(0..3) == 0 {
                        let value = value(&field, rng, depth + 1);
                        made.set_field(&field, value);
                    }
                }
                return made;
            }
        };
        made.set_field_by_name("seconds", Value::I64(seconds));
        made.set_field_by_name("nanos", Value::I32(nanos));
        made
    }

    fn value(field: &FieldDescriptor, rng: &mut StdRng, depth: usize) -> Value {
        let kind = field.kind();
        let many = 0..rng.random_range(0..4);
        match kind.as_message().filter(|_| field.is_map()) {
            Some(entry) => {
                let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
                let key = |rng: &mut StdRng| match key.kind() {
                    Kind::String => MapKey::String(rng.random::<u16>().to_string()),
                    Kind::Int64 => MapKey::I64(rng.random()),
                    _ => MapKey::Bool(rng.random()),
                };
                Value::Map(many.map(|_| (key(rng), scalar(&value.kind(), rng, depth))).collect())
            }
            None if field.cardinality() == Cardinality::Repeated => {
                Value::List(many.map(|_| scalar(&kind, rng, depth)).collect())
            }
            None => scalar(&kind, rng, depth),
        }
    }

    fn by_reflection(message: &DynamicMessage) -> serde_json::Value {
        let mut json = serde_json::Serializer::new(Vec::new());
        let options = SerializeOptions::new().skip_default_fields(false);
        message.serialize_with_options(&mut json, &options).unwrap();
        let mut value = serde_json::from_slice(&json.into_inner()).unwrap();
        without_nothing(&mut value);
        value
    }

    /// Reflection says `null` where a message is absent; here it is left out.
    fn without_nothing(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.retain(|_, member| !member.is_null());
                members.values_mut().for_each(without_nothing);
            }
            serde_json::Value::Array(list) => list.iter_mut().for_each(without_nothing),
            _ => {}
        }
    }

    fn written(shapes: &Shapes, id: ShapeId, wire: &[u8]) -> serde_json::Value {
        let mut out = Vec::new();
        shapes.write(id, wire, false, &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn answers_are_written_as_reflection_writes_them(one: u64, two: u64) {
            let (shapes, id, message) = shapes("Everything");
            let one = some(&message, &mut StdRng::seed_from_u64(one), 0).encode_to_vec();
            // The second on top of the first: fields out of order, split messages, choices changed.
            let wire = [one, some(&message, &mut StdRng::seed_from_u64(two), 0).encode_to_vec()].concat();
            let whole = DynamicMessage::decode(message, wire.as_slice()).unwrap();
            prop_assert_eq!(written(&shapes, id, &wire), by_reflection(&whole));
            prop_assert_eq!(shapes.shown(id, &wire), Ok(wire), "nothing is hidden here");
        }

        #[test]
        fn no_bytes_make_it_panic(wire: Vec<u8>) {
            let (shapes, id, _) = shapes("Everything");
            if shapes.write(id, &wire, false, &mut Vec::new()).is_ok() {
                prop_assert!(Shapes::text(&wire, 14).is_ok());
            }
        }
    }

    #[test]
    fn secrets_and_what_services_tell_one_another_are_left_out() {
        let (shapes, id, message) = shapes("Hiding");
        let mut answer = DynamicMessage::new(message.clone());
        answer.set_field_by_name("shown", Value::String("a".into()));
        answer.set_field_by_name("token", Value::String("b".into()));
        let mut part =
            DynamicMessage::new(message.get_field(3).unwrap().kind().as_message().unwrap().clone());
        part.set_field_by_name("told", Value::String("c".into()));
        answer.set_field_by_name("part", Value::Message(part));
        let wire = answer.encode_to_vec();
        assert_eq!(written(&shapes, id, &wire), serde_json::json!({"shown": "a", "part": {"shown": ""}}));
        assert_eq!(Shapes::text(&wire, 2), Ok("b"));
        let shown = DynamicMessage::decode(message, shapes.shown(id, &wire).unwrap().as_slice()).unwrap();
        assert_eq!(
            by_reflection(&shown),
            serde_json::json!({"shown": "a", "token": "", "part": {"shown": "", "told": ""}})
        );
    }

    #[test]
    fn what_is_required_may_be_absent_from_dry_runs_only() {
        let (shapes, id, _) = shapes("Hiding");
        assert!(shapes.write(id, &[], false, &mut Vec::new()).is_err());
        let mut out = Vec::new();
        shapes.write(id, &[], true, &mut out).unwrap();
        assert_eq!(out, br#"{"shown":""}"#);
    }
}
