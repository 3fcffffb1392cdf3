//! ONNX as the protobuf that it is: enough to find a model's tensors and nodes, with no schema beyond a few field numbers.

/// Of a model: its graph.
pub(super) const MODEL_GRAPH: u64 = 7;
/// Of a graph: a node.
pub(super) const GRAPH_NODE: u64 = 1;
/// Of a graph: a tensor of weights.
pub(super) const GRAPH_INITIALIZER: u64 = 5;
/// Of a graph: something that is given from outside.
pub(super) const GRAPH_INPUT: u64 = 11;

/// A part of a model's bytes.
pub(super) type Span = std::ops::Range<usize>;

/// What a field holds.
pub(super) enum Value {
    /// A number.
    Number(u64),
    /// A message, a text or raw bytes: where they lie.
    Bytes(Span),
}

/// Where the field's messages, texts or bytes lie.
pub(super) fn payloads(model: &[u8], within: Span, field: u64) -> Vec<Span> {
    let of_field = fields(model, within).filter(|(number, _)| *number == field);
    of_field
        .filter_map(|(_, value)| match value {
            Value::Bytes(span) => Some(span),
            Value::Number(_) => None,
        })
        .collect()
}

/// The fields of the message in `within`.
pub(super) fn fields(model: &[u8], within: Span) -> Fields<'_> {
    Fields { model, at: within.start, end: within.end }
}

/// The fields of one protobuf message; ends at the first thing it can't read.
pub(super) struct Fields<'a> {
    model: &'a [u8],
    at: usize,
    end: usize,
}

impl Fields<'_> {
    /// Where the next field begins: at the message's end once all of it was read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.model.get(self.at).filter(|_| self.at < self.end)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn skip(&mut self, length: usize) -> Option<Span> {
        let span = self.at..self.at.checked_add(length).filter(|end| *end <= self.end)?;
        self.at = span.end;
        Some(span)
    }
}

impl Iterator for Fields<'_> {
    type Item = (u64, Value);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.skip(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.skip(length)?)
            }
            5 => Value::Bytes(self.skip(4)?),
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

/// Appends a field of bytes.
pub(super) fn put(message: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(message, field << 3 | 2);
    put_varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn put_varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    message.push((number & 0x7f) as u8);
}
