//! What a capture's frames show: measured by the engine, judged for life, compared with the reference.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use shiming_face_engine::{CaptureFault, EngineError, Observation, ObserveOptions, Thumbnail};

use super::capture::Begun;
use super::compare_face::compare_face;
use crate::app::App;
use crate::clients::authority::Probe;
use crate::domain::{Doubt, Frame, Live, PASSIVE_FRAMES, Refusal, Sight, Verdict, judge};
use crate::error::FaceAuthError;

/// Frames of the opening that are compared with the reference.
const COMPARED_FRAMES: usize = 3;
/// Two pictures whose fields differ by less, on average and at the most, are one: above what compressing again changes, below what a
/// camera's noise and a person's breath do between two frames (99 of 100 pairs of 2250 frames).
const SAME_PICTURE: (f32, u8) = (0.12, 1);

/// What a capture is recognised by when it comes again.
pub(super) type Marks = Vec<[u8; 32]>;

/// What was found.
pub(super) enum Finding {
    /// A living face, compared with the reference.
    /// The picture is a frontal frame, where one is to be kept.
    Compared { live: Live, verdict: Verdict, frames: usize, picture: Option<Bytes> },
    /// Doubts about the living face.
    Doubted(Doubt),
    /// Nothing that could be compared; not counted as an attempt.
    NotCompared(Refusal),
}

/// A frame that showed one face.
struct Seen {
    step: usize,
    offset: Duration,
    image: Bytes,
    observation: Observation,
}

/// Judges the frames; gives the marks of those that showed a face.
pub(super) async fn examine(
    app: &App,
    begun: &Begun,
    frames: Vec<Frame>,
) -> Result<(Finding, Marks), FaceAuthError> {
    let count = frames.len();
    let (seen, faults) = match observe(app, frames).await? {
        Ok(found) => found,
        Err(refusal) => return Ok((Finding::NotCompared(refusal), Marks::new())),
    };
    let marks = marks(app, &seen);
    Ok((weigh(app, begun, count, &seen, &faults).await?, marks))
}

async fn weigh(
    app: &App,
    begun: &Begun,
    count: usize,
    seen: &[Seen],
    faults: &[CaptureFault],
) -> Result<Finding, FaceAuthError> {
    let sights = sights(seen)?;
    let challenge = &begun.challenge;
    let since = (begun.begin_time - challenge.issue_time).to_std().unwrap_or_default();
    let live = match judge(app.rules.liveness, &challenge.actions, &sights, faults, since) {
        Ok(live) => live,
        Err(doubt) => return Ok(Finding::Doubted(doubt)),
    };
    let Some(probe) = probe(seen) else {
        return Ok(Finding::NotCompared(Refusal::CaptureQuality(CaptureFault::NoFace)));
    };
    let picture = app.privacy.evidence_kept.is_some().then(|| probe.best_frame.clone());
    match compare_face(app, &begun.session, begun.capture_id, probe).await? {
        Ok(verdict) => Ok(Finding::Compared { live, verdict, frames: count, picture }),
        Err(refusal) => Ok(Finding::NotCompared(refusal)),
    }
}

type Observed = (Vec<Seen>, Vec<CaptureFault>);

/// Measures every frame, the looks of some. A file that is no picture refuses the capture: cameras don't make such.
async fn observe(app: &App, frames: Vec<Frame>) -> Result<Result<Observed, Refusal>, FaceAuthError> {
    let looked_at = frames_to_look_at(&frames);
    let places: Vec<_> = frames.iter().map(|frame| (frame.step, frame.offset, frame.image.clone())).collect();
    let burst: Vec<(Bytes, ObserveOptions)> = frames
        .into_iter()
        .zip(looked_at)
        .map(|(frame, passive)| (frame.image, ObserveOptions { passive }))
        .collect();
    let observed = app.engine.observe_burst(burst).await.map_err(FaceAuthError::Engine)?;
    let (mut seen, mut faults) = (Vec::new(), Vec::new());
    for ((step, offset, image), observation) in places.into_iter().zip(observed) {
        match observation {
            Ok(observation) => seen.push(Seen { step, offset, image, observation }),
            Err(EngineError::Capture(CaptureFault::NotAnImage)) => return Ok(Err(Refusal::NotAnImage)),
            Err(EngineError::Capture(CaptureFault::ImageTooLarge)) => {
                return Ok(Err(app.rules.capture.too_large()));
            }
            Err(EngineError::Capture(fault)) => faults.push(fault),
            Err(error) => return Err(FaceAuthError::Engine(error)),
        }
    }
    Ok(Ok((seen, faults)))
}

/// Some of the opening and the first of each step: where faces look straight ahead, over the whole capture.
fn frames_to_look_at(frames: &[Frame]) -> Vec<bool> {
    let opening = frames.iter().filter(|frame| frame.step == 0).count();
    let stride = opening.div_ceil(PASSIVE_FRAMES).max(1);
    let begins_step = |at: usize| at > 0 && frames[at - 1].step != frames[at].step;
    (0..frames.len())
        .map(|at| if frames[at].step == 0 { at % stride == 0 } else { begins_step(at) })
        .collect()
}

fn sights(seen: &[Seen]) -> Result<Vec<Sight>, FaceAuthError> {
    let Some(first) = seen.iter().find(|seen| seen.observation.fault.is_none()).or(seen.first()) else {
        return Ok(Vec::new());
    };
    let mut sights = Vec::with_capacity(seen.len());
    for (at, one) in seen.iter().enumerate() {
        let resemblance = one.observation.template.similarity(&first.observation.template)?;
        let picture = &one.observation.thumbnail;
        let is_repeat = seen[..at].iter().any(|before| is_same(&before.observation.thumbnail, picture));
        sights.push(Sight::of(&one.observation, (one.step, one.offset), resemblance, is_repeat));
    }
    Ok(sights)
}

fn is_same(one: &Thumbnail, other: &Thumbnail) -> bool {
    let (mean, most) = SAME_PICTURE;
    let largest = one.fields().iter().zip(other.fields()).map(|(a, b)| a.abs_diff(*b)).max();
    one.difference(other) < mean && largest.unwrap_or(0) <= most
}

/// A keyed mark of each different picture. It is made of the brightness of 8 × 8 fields in 16 steps: neither another compression nor
/// another wrapping changes it, a camera's next picture of the same person nearly always does.
fn marks(app: &App, seen: &[Seen]) -> Marks {
    let marks = seen.iter().map(|one| app.vault.frame_mark(&one.observation.thumbnail.coarse()));
    marks.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The frontal faces of the opening without a fault, and the picture with the largest of them; the liveness judgement has seen that there
/// are some.
fn probe(seen: &[Seen]) -> Option<Probe> {
    let opening = seen.iter().filter(|one| one.step == 0 && one.observation.fault.is_none());
    let faces: Vec<&Seen> = opening.take(COMPARED_FRAMES).collect();
    let width = |one: &Seen| one.observation.area.right - one.observation.area.left;
    let best_frame = faces.iter().max_by(|one, other| width(one).total_cmp(&width(other)))?.image.clone();
    Some(Probe { templates: faces.iter().map(|one| one.observation.template.clone()).collect(), best_frame })
}
