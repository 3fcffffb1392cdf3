//! ONNX Runtime: the process's one environment and a net ready to run.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;

use super::fault::EngineError;
use super::manifest::InputSpec;
use super::pack::PackError;

/// The library can be loaded once in a process, and its environment made once.
static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

/// The environment of `library`, loading it at the first call. A second library in one process is refused.
pub(super) fn environment(library: &Path) -> Result<Environment, PackError> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((path, environment)) = loaded.as_ref() {
        if path == library {
            return Ok(environment.clone());
        }
        return Err(PackError::OtherRuntimeLoaded { loaded: path.clone(), wanted: library.to_owned() });
    }
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| PackError::Runtime {
        path: library.to_owned(),
        source: cause,
    };
    let builder = ort::init_from(library).map_err(|error| failed(error.into()))?;
    let environment = builder
        .with_name("shiming-face")
        .with_telemetry(false)
        .build()
        .map_err(|error| failed(error.into()))?;
    *loaded = Some((library.to_owned(), environment.clone()));
    Ok(environment)
}

/// Where a net's intermediate values live. An arena costs each session some 6 MiB or more and gains the small nets no time; the
/// feature net's are large, and asking the system for them anew for every face takes a third of its time (14 ms instead of 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// Kept between two inferences.
    Kept,
    /// Given back.
    GivenBack,
}

/// One net with its input buffer. Runs on the calling thread alone: parallelism comes from several workers.
pub(super) struct Net {
    session: Session,
    input: String,
    shape: [i64; 4],
    planes: Vec<f32>,
}

impl Net {
    /// `model` is the checked content of the net's file.
    pub(super) fn load(
        environment: &Environment,
        spec: &InputSpec,
        model: &[u8],
        memory: Memory,
    ) -> Result<Self, ort::Error> {
        let cpu = ort::ep::CPU::default().with_arena_allocator(memory == Memory::Kept).build();
        let session = Session::builder(environment)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            // Weights that are stored in 8 bits are unpacked here once, not for every picture.
            .with_quant_qdq(false)?
            .with_execution_providers([cpu])?
            .commit_from_memory(model)?;
        let planes = spec.order.planes();
        let shape = [1, i64::try_from(planes).unwrap_or(3), spec.height.into(), spec.width.into()];
        let size = planes * spec.width as usize * spec.height as usize;
        Ok(Self { session, input: spec.input.clone(), shape, planes: vec![0.0; size] })
    }

    /// The input planes, to be filled before [`infer`](Self::infer).
    pub(super) fn planes(&mut self) -> &mut [f32] {
        &mut self.planes
    }

    /// Runs the net on its planes; the named outputs, flattened.
    pub(super) fn infer<const N: usize>(&mut self, outputs: [&str; N]) -> Result<[Vec<f32>; N], EngineError> {
        let input = TensorRef::from_array_view((self.shape, self.planes.as_slice()))
            .map_err(EngineError::inference)?;
        let found =
            self.session.run(ort::inputs![self.input.as_str() => input]).map_err(EngineError::inference)?;
        let mut values = [const { Vec::new() }; N];
        for (name, value) in outputs.iter().zip(&mut values) {
            let output =
                found.get(name).ok_or_else(|| EngineError::inference(format!("no output {name}")))?;
            let (_, flat) = output.try_extract_tensor::<f32>().map_err(EngineError::inference)?;
            *value = flat.to_vec();
        }
        Ok(values)
    }
}
