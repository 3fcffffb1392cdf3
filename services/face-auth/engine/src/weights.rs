//! Sets a net's vanishing weights to zero, in memory, after its file was checked.
//!
//! The default pack's nets hold tens of thousands of subnormal weights. On many processors one multiplication with such a
//! number costs a hundred ordinary ones: an inference takes 60 ms instead of 8. ONNX Runtime's own switch
//! (`session.set_denormal_as_zero`) is bound to the thread that makes the first session of the process, which is no promise
//! for a pool of threads; numbers below 1e-15 change no output (cosine 1.0000000), so they are cleared here instead. The
//! file on disk stays the one the manifest names.
//!
//! A tensor's raw bytes are overwritten in place, so no length changes.

use super::onnx::{GRAPH_INITIALIZER, MODEL_GRAPH, Span, Value, fields, payloads};

/// Weights of smaller magnitude are cleared.
const VANISHING: f32 = 1e-15;

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

fn is_float(model: &[u8], tensor: Span) -> bool {
    fields(model, tensor)
        .any(|(number, value)| number == TENSOR_DATA_TYPE && matches!(value, Value::Number(FLOAT)))
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
