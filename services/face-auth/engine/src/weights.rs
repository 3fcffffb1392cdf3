//! Sets a net's vanishing weights to zero, in memory, after its file was checked.
//!
//! The default pack's nets hold tens of thousands of subnormal weights. On many processors one multiplication with such a
//! number costs a hundred ordinary ones: an inference takes 60 ms instead of 8. ONNX Runtime's own switch
//! (`session.set_denormal_as_zero`) is bound to the thread that makes the first session of the process, which is no promise
//! for a pool of threads; numbers below 1e-15 change no output (cosine 1.0000000), so they are cleared here instead. The
//! file on disk stays the one the manifest names.
//!
//! ONNX is protobuf; a tensor's raw bytes are overwritten in place, so no length changes and no schema is needed beyond
//! four field numbers.

/// Weights of smaller magnitude are cleared.
const VANISHING: f32 = 1e-15;

const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_DATA_TYPE: u64 = 2;
const TENSOR_RAW_DATA: u64 = 9;
const FLOAT: u64 = 1;

/// Clears vanishing float weights of an ONNX model; returns how many. Bytes that are no ONNX model are left as they are.
pub(super) fn clear_vanishing(model: &mut [u8]) -> usize {
    let mut spans = Vec::new();
    for graph in payloads(model, 0..model.len(), MODEL_GRAPH) {
        for tensor in payloads(model, graph, GRAPH_INITIALIZER) {
            if is_float(model, tensor.clone()) {
                spans.extend(payloads(model, tensor, TENSOR_RAW_DATA));
            }
        }
    }
    spans.into_iter().map(|span| clear(&mut model[span])).sum()
}

fn clear(raw: &mut [u8]) -> usize {
    let mut cleared = 0;
    for word in raw.as_chunks_mut::<4>().0 {
        let weight = f32::from_le_bytes(*word);
        if weight != 0.0 && weight.abs() < VANISHING {
            *word = [0; 4];
            cleared += 1;
        }
    }
    cleared
}

type Span = std::ops::Range<usize>;

enum Value {
    Number(u64),
    Bytes(Span),
}

fn payloads(model: &[u8], within: Span, field: u64) -> Vec<Span> {
    let of_field = Fields { model, at: within.start, end: within.end }.filter(|(number, _)| *number == field);
    of_field
        .filter_map(|(_, value)| match value {
            Value::Bytes(span) => Some(span),
            Value::Number(_) => None,
        })
        .collect()
}

fn is_float(model: &[u8], tensor: Span) -> bool {
    Fields { model, at: tensor.start, end: tensor.end }
        .any(|(number, value)| number == TENSOR_DATA_TYPE && matches!(value, Value::Number(FLOAT)))
}

/// The fields of one protobuf message; ends at the first thing it can't read.
struct Fields<'a> {
    model: &'a [u8],
    at: usize,
    end: usize,
}

impl Fields<'_> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(fields: &[(u64, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, payload) in fields {
            bytes.push(u8::try_from(number << 3 | 2).expect("small field number"));
            bytes.push(u8::try_from(payload.len()).expect("short payload"));
            bytes.extend_from_slice(payload);
        }
        bytes
    }

    fn model(data_type: u8, weights: &[f32]) -> Vec<u8> {
        let raw: Vec<u8> = weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let mut tensor = vec![u8::try_from(TENSOR_DATA_TYPE << 3).expect("small"), data_type];
        tensor.extend(message(&[(TENSOR_RAW_DATA, &raw)]));
        message(&[(2, b"producer"), (MODEL_GRAPH, &message(&[(GRAPH_INITIALIZER, &tensor)]))])
    }

    #[test]
    fn clears_only_vanishing_floats() {
        let mut bytes = model(1, &[0.5, 1e-40, 0.0, -1e-20, -1e-10]);
        assert_eq!(clear_vanishing(&mut bytes), 2);
        assert_eq!(bytes, model(1, &[0.5, 0.0, 0.0, 0.0, -1e-10]));
    }

    #[test]
    fn leaves_other_types_alone() {
        let before = model(7, &[1e-40]);
        let mut after = before.clone();
        assert_eq!(clear_vanishing(&mut after), 0);
        assert_eq!(after, before);
    }

    proptest! {
        #[test]
        fn survives_any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            clear_vanishing(&mut bytes);
        }
    }
}
