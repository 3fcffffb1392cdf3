//! Makes a net's graph quick to run, in memory, after its file was checked: the same numbers from fewer and better operations.
//!
//! - **Weights are no inputs.** Exporters of old list every weight among the graph's inputs, so that a caller might give another, and
//!   ONNX Runtime then folds nothing: `SFace` keeps unpacking its 8-bit weights for every face. Only the picture stays an input.
//! - **`PRelu` as four operations.** ONNX Runtime computes it value by value: 21 of `SFace`'s 33 ms. With `p = Relu(x)` it is
//!   `p + slope · (x − p)`, exactly, and each of these runs on whole vectors.
//!
//! Measured in one run, a busy machine, medians: `SFace` as shipped 60.8 ms, weights folded 39.9, and with both 17.4 (`fr_feature`
//! 11.3); outputs differ by less than 2e-6.

use super::onnx::{GRAPH_INPUT, GRAPH_NODE, MODEL_GRAPH, Span, Value, fields, payloads, put};

const NODE_INPUT: u64 = 1;
const NODE_OUTPUT: u64 = 2;
const NODE_OPERATION: u64 = 4;
const INPUT_NAME: u64 = 1;

/// The model with a graph that does the same and is quick. Bytes that are no ONNX model with an input of this name are left as they
/// are.
pub(super) fn quickened(model: Vec<u8>, input: &str) -> Vec<u8> {
    rewritten(&model, 0..model.len(), |number, value, out| {
        let Value::Bytes(graph) = value else { return Some(false) };
        if number != MODEL_GRAPH {
            return Some(false);
        }
        put(out, MODEL_GRAPH, &quickened_graph(&model, graph, input)?);
        Some(true)
    })
    .unwrap_or(model)
}

fn quickened_graph(model: &[u8], graph: Span, input: &str) -> Option<Vec<u8>> {
    let is_picture = |span: &Span| text(model, span.clone(), INPUT_NAME) == Some(input);
    payloads(model, graph.clone(), GRAPH_INPUT).iter().any(is_picture).then_some(())?;
    rewritten(model, graph, |number, value, out| {
        let Value::Bytes(span) = value else { return Some(false) };
        match number {
            GRAPH_INPUT => Some(!is_picture(&span)),
            GRAPH_NODE => Some(Prelu::read(model, &span).is_some_and(|node| {
                node.write(out);
                true
            })),
            _ => Some(false),
        }
    })
}

/// The message with the fields that `instead` has not dealt with copied; `None` when it can't be read to its end.
fn rewritten(
    model: &[u8],
    within: Span,
    mut instead: impl FnMut(u64, Value, &mut Vec<u8>) -> Option<bool>,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(within.len());
    let (mut all, mut began) = (fields(model, within.clone()), within.start);
    while let Some((number, value)) = all.next() {
        if !instead(number, value, &mut out)? {
            out.extend_from_slice(&model[began..all.position()]);
        }
        began = all.position();
    }
    (began == within.end).then_some(out)
}

/// The first text of a field.
fn text(model: &[u8], message: Span, field: u64) -> Option<&str> {
    let span = payloads(model, message, field).into_iter().next()?;
    std::str::from_utf8(&model[span]).ok()
}

struct Prelu<'a> {
    given: &'a str,
    slope: &'a str,
    result: &'a str,
}

impl<'a> Prelu<'a> {
    fn read(model: &'a [u8], node: &Span) -> Option<Self> {
        (text(model, node.clone(), NODE_OPERATION)? == "PRelu").then_some(())?;
        let inputs = payloads(model, node.clone(), NODE_INPUT);
        let [given, slope] = <[Span; 2]>::try_from(inputs).ok()?;
        let text_at = |span: Span| std::str::from_utf8(&model[span]).ok();
        Some(Self {
            given: text_at(given)?,
            slope: text_at(slope)?,
            result: text(model, node.clone(), NODE_OUTPUT)?,
        })
    }

    fn write(&self, graph: &mut Vec<u8>) {
        let Self { given, slope, result } = self;
        let [positive, negative, sloped] =
            ["positive", "negative", "sloped"].map(|part| format!("{result}/{part}"));
        for (operation, inputs, output) in [
            ("Relu", &[*given][..], positive.as_str()),
            ("Sub", &[given, positive.as_str()][..], &negative),
            ("Mul", &[negative.as_str(), slope][..], &sloped),
            ("Add", &[positive.as_str(), &sloped][..], result),
        ] {
            let mut node = Vec::new();
            for input in inputs {
                put(&mut node, NODE_INPUT, input.as_bytes());
            }
            put(&mut node, NODE_OUTPUT, output.as_bytes());
            put(&mut node, NODE_OPERATION, operation.as_bytes());
            put(graph, GRAPH_NODE, &node);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::manifest::{FeatureSpec, Manifest};
    use super::super::runtime::{Memory, Net, environment};
    use super::*;

    fn message(fields: &[(u64, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, payload) in fields {
            put(&mut bytes, *number, payload);
        }
        bytes
    }

    fn model(inputs: &[&str], operation: &str) -> Vec<u8> {
        let node: &[(u64, &[u8])] = &[
            (NODE_INPUT, b"x"),
            (NODE_INPUT, b"slope"),
            (NODE_OUTPUT, b"y"),
            (NODE_OPERATION, operation.as_bytes()),
        ];
        let mut graph = message(&[(GRAPH_NODE, &message(node))]);
        for input in inputs {
            put(&mut graph, GRAPH_INPUT, &message(&[(INPUT_NAME, input.as_bytes())]));
        }
        message(&[(2, b"producer"), (MODEL_GRAPH, &graph), (8, b"opset")])
    }

    /// Names of the graph's inputs, and its operations.
    fn outline(model: &[u8]) -> (Vec<String>, Vec<String>) {
        let graph = payloads(model, 0..model.len(), MODEL_GRAPH).remove(0);
        let texts = |of: u64, field: u64| {
            let spans = payloads(model, graph.clone(), of).into_iter();
            spans.map(|span| text(model, span, field).expect("a text").to_owned()).collect()
        };
        (texts(GRAPH_INPUT, INPUT_NAME), texts(GRAPH_NODE, NODE_OPERATION))
    }

    #[test]
    fn weights_are_no_inputs_and_a_prelu_is_taken_apart() {
        let quick = quickened(model(&["data", "slope"], "PRelu"), "data");
        let operations = ["Relu", "Sub", "Mul", "Add"].map(String::from).to_vec();
        assert_eq!(outline(&quick), (vec!["data".to_owned()], operations));
        assert!(
            payloads(&quick, 0..quick.len(), 2).len() == 1 && payloads(&quick, 0..quick.len(), 8).len() == 1
        );
    }

    #[test]
    fn what_is_quick_already_stays_as_it_is() {
        let before = model(&["data"], "Conv");
        assert_eq!(quickened(before.clone(), "data"), before);
    }

    #[test]
    fn a_model_without_the_input_stays_as_it_is() {
        let before = model(&["data", "slope"], "PRelu");
        assert_eq!(quickened(before.clone(), "picture"), before);
    }

    /// The output for a picture of even steps.
    fn embedded(models: &std::path::Path, spec: &FeatureSpec, net: &[u8]) -> Vec<f32> {
        let library = format!("{}-{}/libonnxruntime.so.1", std::env::consts::OS, std::env::consts::ARCH);
        let environment = environment(&models.join(library)).expect("models are ready (make models)");
        let mut net = Net::load(&environment, &spec.net.input, net, Memory::Kept).expect("a net");
        let steps = (0_u8..=255).cycle();
        net.planes().iter_mut().zip(steps).for_each(|(value, step)| *value = f32::from(step));
        let [vector] = net.infer([spec.net.output.as_str()]).expect("runs");
        vector
    }

    #[test]
    fn the_default_packs_feature_net_says_the_same() {
        let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../.setup/models");
        let manifest = Manifest::parse(include_str!("../../models/pack.toml")).expect("built-in manifest");
        let spec = &manifest.feature;
        let net = std::fs::read(models.join(&spec.net.file.file)).expect("models are ready (make models)");
        let quick = quickened(net.clone(), &spec.net.input.input);
        assert_ne!(quick, net);
        let (shipped, quick) = (embedded(&models, spec, &net), embedded(&models, spec, &quick));
        assert_eq!((shipped.len(), quick.len()), (spec.dimensions, spec.dimensions));
        let largest = shipped.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let apart = shipped.iter().zip(&quick).map(|(a, b)| (a - b).abs()).fold(0.0_f32, f32::max);
        assert!(apart < 1e-4 * largest, "{apart} of {largest}");
    }

    proptest! {
        #[test]
        fn survives_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            quickened(bytes, "data");
        }

        #[test]
        fn survives_any_cut(at in 0_usize..90) {
            let whole = model(&["data", "slope"], "PRelu");
            quickened(whole[..at.min(whole.len())].to_vec(), "data");
        }
    }
}
