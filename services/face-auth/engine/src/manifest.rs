//! The manifest of a model pack, as `models/pack.toml` documents it.

use serde::Deserialize;

/// Everything the engine must know about a pack. Sources and licence are for `models/prepare.mjs` and for people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) licence: Licence,
    #[serde(default, rename = "source")]
    _sources: toml::Table,
    pub(super) detect: DetectSpec,
    pub(super) landmark: NetSpec,
    pub(super) feature: FeatureSpec,
    /// Without any of the next three a pack can compare faces and can't judge liveness.
    pub(super) liveness: Option<LivenessSpec>,
    pub(super) eye: Option<EyeSpec>,
    pub(super) pose: Option<PoseSpec>,
    pub(super) thresholds: Thresholds,
    pub(super) runtime: Vec<LibrarySpec>,
}

/// Under which terms the nets may be used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Licence {
    pub(super) name: String,
    #[serde(rename = "note")]
    _note: String,
}

/// A file of the pack. `source` and `member` say where `prepare.mjs` finds it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FileSpec {
    pub(super) file: String,
    pub(super) sha256: String,
}

/// How a net wants its pixels: `(value - mean) / divisor`, planes in `order`; mean and divisor are one number, or one per plane.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct InputSpec {
    pub(super) input: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) order: ChannelOrder,
    pub(super) mean: PerPlane,
    pub(super) divisor: PerPlane,
}

/// A number for each plane of an input.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum PerPlane {
    /// The same for all.
    All(f32),
    /// In the planes' order.
    Each([f32; 3]),
}

impl PerPlane {
    /// Of the plane with this index; the last one's beyond them.
    pub(super) fn of(self, plane: usize) -> f32 {
        match self {
            Self::All(value) => value,
            Self::Each(values) => values[plane.min(2)],
        }
    }

    fn has_zero(self) -> bool {
        (0..3).any(|plane| self.of(plane) == 0.0)
    }
}

/// Planes of a net's input, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ChannelOrder {
    Rgb,
    Bgr,
    Grey,
}

impl ChannelOrder {
    pub(super) const fn planes(self) -> usize {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Grey => 1,
        }
    }
}

/// The face detector: score per anchor and box per anchor (x1 y1 x2 y2 in 0..1 of the input).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DetectSpec {
    #[serde(flatten)]
    pub(super) file: FileSpec,
    #[serde(flatten)]
    pub(super) input: InputSpec,
    pub(super) scores: String,
    pub(super) boxes: String,
    /// A box with less is no face.
    pub(super) min_score: f32,
    /// Of two boxes that overlap more (intersection over union) the weaker is dropped.
    pub(super) max_overlap: f32,
}

/// A net with one output.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct NetSpec {
    #[serde(flatten)]
    pub(super) file: FileSpec,
    #[serde(flatten)]
    pub(super) input: InputSpec,
    pub(super) output: String,
}

/// The net that tells people apart.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FeatureSpec {
    #[serde(flatten)]
    pub(super) net: NetSpec,
    pub(super) dimensions: usize,
}

/// The net that tells a face from a picture of one: a logit per class, for two crops about the detector's box.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LivenessSpec {
    #[serde(flatten)]
    pub(super) net: NetSpec,
    /// Index of the class "live".
    pub(super) live_class: usize,
    /// Sides of the crops, as multiples of the box.
    pub(super) near_crop: f32,
    pub(super) wide_crop: f32,
    /// With less in one of the crops, 0 to 1, hardly any live face is seen: it refuses by itself.
    pub(super) min_score: f32,
    /// From here on a face looks alive; in between it is doubtful, and the rest of the judgement must be the clearer.
    pub(super) clear_score: f32,
}

/// The net that sees whether an eye is closed: a logit per class, for a square about the lids.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EyeSpec {
    #[serde(flatten)]
    pub(super) net: NetSpec,
    /// Index of the class "closed".
    pub(super) closed_class: usize,
    /// Side of the square, as a multiple of the eye's width.
    pub(super) crop: f32,
    /// From here on an eye counts as closed, 0 to 1.
    pub(super) closed_from: f32,
    /// Up to here it counts as open.
    pub(super) open_up_to: f32,
}

/// The net that sees how far a head is turned: logits over bins of equal width.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PoseSpec {
    #[serde(flatten)]
    pub(super) file: FileSpec,
    #[serde(flatten)]
    pub(super) input: InputSpec,
    /// Its output for the turn to a side.
    pub(super) yaw: String,
    /// Side of the crop, as a multiple of the detector's box.
    pub(super) crop: f32,
    /// Degrees a bin is wide, towards the viewer's right; below 0 when the net counts the other way.
    pub(super) bin: f32,
    /// Degrees bin 0 stands for, so that a head that faces the camera has 0.
    pub(super) offset: f32,
}

/// The inference library of one platform.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LibrarySpec {
    /// `<os>-<architecture>` as Rust spells them, e.g. `linux-x86_64`.
    pub(super) platform: String,
    #[serde(flatten)]
    pub(super) file: FileSpec,
}

/// Smallest similarity (cosine, -1 to 1) that counts as the same person. Fitted to the pack's feature net.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// For ordinary purposes; of a thousand pairs of strangers one or two pass.
    pub standard: f32,
    /// Where more is at stake; more people must try twice.
    pub strict: f32,
}

/// What the scores of an [`Observation`](super::Observation) are held against. Fitted to the pack's nets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LivenessThresholds {
    /// The smaller one of a live face's two passive scores reaches this, hardly ever excepted.
    pub passive: f32,
    /// It looks alive from here on; below, it is in doubt.
    pub clear: f32,
    /// An eye with at least this probability counts as closed.
    pub eye_closed: f32,
    /// An eye with at most this probability counts as open; in between it is neither.
    pub eye_open: f32,
}

/// What a net of the pack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetRole {
    Detect,
    Landmark,
    Feature,
    Liveness,
    Eye,
    Pose,
}

impl NetRole {
    /// The manifest's section.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Landmark => "landmark",
            Self::Feature => "feature",
            Self::Liveness => "liveness",
            Self::Eye => "eye",
            Self::Pose => "pose",
        }
    }
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let Thresholds { standard, strict } = manifest.thresholds;
        if !(standard > 0.0 && standard <= strict && strict < 1.0) {
            return Err("thresholds must hold 0 < standard <= strict < 1".to_owned());
        }
        let bad = |net: &InputSpec| net.width == 0 || net.height == 0 || net.divisor.has_zero();
        if manifest.inputs().any(bad) {
            return Err("a net's width, height and divisor must not be 0".to_owned());
        }
        if manifest.feature.dimensions == 0
            || manifest.feature.net.input.width != manifest.feature.net.input.height
        {
            return Err("the feature net needs dimensions and a square input".to_owned());
        }
        manifest.check_liveness()?;
        Ok(manifest)
    }

    /// The nets' files by role, in the order a picture meets them.
    pub(super) fn nets(&self) -> impl Iterator<Item = (NetRole, &FileSpec)> {
        let needed = [
            (NetRole::Detect, &self.detect.file),
            (NetRole::Landmark, &self.landmark.file),
            (NetRole::Feature, &self.feature.net.file),
        ];
        let optional = [
            self.liveness.as_ref().map(|spec| (NetRole::Liveness, &spec.net.file)),
            self.eye.as_ref().map(|spec| (NetRole::Eye, &spec.net.file)),
            self.pose.as_ref().map(|spec| (NetRole::Pose, &spec.file)),
        ];
        needed.into_iter().chain(optional.into_iter().flatten())
    }

    /// The nets' inputs, in the order of [`nets`](Self::nets).
    pub(super) fn inputs(&self) -> impl Iterator<Item = &InputSpec> {
        let needed = [&self.detect.input, &self.landmark.input, &self.feature.net.input];
        let optional = [
            self.liveness.as_ref().map(|spec| &spec.net.input),
            self.eye.as_ref().map(|spec| &spec.net.input),
            self.pose.as_ref().map(|spec| &spec.input),
        ];
        needed.into_iter().chain(optional.into_iter().flatten())
    }

    fn check_liveness(&self) -> Result<(), String> {
        let part = |value: f32| value > 0.0 && value < 1.0;
        if let Some(spec) = &self.liveness
            && !(part(spec.min_score)
                && part(spec.clear_score)
                && spec.min_score <= spec.clear_score
                && spec.near_crop >= 1.0
                && spec.near_crop < spec.wide_crop)
        {
            return Err("liveness must hold 0 < min_score <= clear_score < 1 and 1 <= near_crop < wide_crop"
                .to_owned());
        }
        if let Some(spec) = &self.eye
            && !(part(spec.open_up_to) && part(spec.closed_from) && spec.open_up_to <= spec.closed_from)
        {
            return Err("eye must hold 0 < open_up_to <= closed_from < 1".to_owned());
        }
        if self.eye.as_ref().is_some_and(|spec| spec.net.input.width != spec.net.input.height) {
            return Err("the eye net needs a square input".to_owned());
        }
        Ok(())
    }

    /// The thresholds of the liveness judgement; `None` when the pack can't judge it.
    pub(super) fn liveness_thresholds(&self) -> Option<LivenessThresholds> {
        let (liveness, eye) = (self.liveness.as_ref()?, self.eye.as_ref()?);
        self.pose.as_ref()?;
        Some(LivenessThresholds {
            passive: liveness.min_score,
            clear: liveness.clear_score,
            eye_closed: eye.closed_from,
            eye_open: eye.open_up_to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = include_str!("../../models/pack.toml");

    #[test]
    fn the_built_in_manifest_is_valid() {
        let manifest = Manifest::parse(BUILT_IN).expect("built-in manifest");
        assert_eq!(manifest.feature.net.input.order, ChannelOrder::Rgb);
        assert_eq!(manifest.runtime.len(), 2);
    }

    #[test]
    fn a_threshold_out_of_order_is_refused() {
        let text = BUILT_IN.replace("strict = 0.48", "strict = 0.20");
        assert!(Manifest::parse(&text).is_err());
    }

    #[test]
    fn a_pack_without_the_liveness_nets_is_valid_and_judges_none() {
        let whole = Manifest::parse(BUILT_IN).expect("built-in manifest");
        assert_eq!((whole.nets().count(), whole.liveness_thresholds().is_some()), (6, true));
        let (from, to) = (BUILT_IN.find("[liveness]"), BUILT_IN.find("[thresholds]"));
        let text = BUILT_IN.replace(&BUILT_IN[from.expect("there")..to.expect("there")], "");
        let smaller = Manifest::parse(&text).expect("still a pack");
        assert_eq!((smaller.nets().count(), smaller.liveness_thresholds()), (3, None));
    }

    #[test]
    fn a_divisor_of_zero_is_refused_for_any_plane() {
        let text = BUILT_IN.replace("divisor = [58.395,", "divisor = [0.0,");
        assert_ne!(text, BUILT_IN);
        assert!(Manifest::parse(&text).is_err());
    }

    #[test]
    fn an_eye_that_is_open_and_closed_at_once_is_refused() {
        let text = BUILT_IN.replace("open_up_to = 0.2", "open_up_to = 0.95");
        assert_ne!(text, BUILT_IN);
        assert!(Manifest::parse(&text).is_err());
    }

    #[test]
    fn an_unknown_section_is_refused() {
        assert!(Manifest::parse(&format!("{BUILT_IN}\n[liveliness]\n")).is_err());
    }
}
