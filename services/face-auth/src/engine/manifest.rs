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

/// How a net wants its pixels: `(value - mean) / divisor`, planes in `order`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct InputSpec {
    pub(super) input: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) order: ChannelOrder,
    pub(super) mean: f32,
    pub(super) divisor: f32,
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

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let Thresholds { standard, strict } = manifest.thresholds;
        if !(standard > 0.0 && standard <= strict && strict < 1.0) {
            return Err("thresholds must hold 0 < standard <= strict < 1".to_owned());
        }
        let nets = [&manifest.detect.input, &manifest.landmark.input, &manifest.feature.net.input];
        if nets.iter().any(|net| net.width == 0 || net.height == 0 || net.divisor == 0.0) {
            return Err("a net's width, height and divisor must not be 0".to_owned());
        }
        if manifest.feature.dimensions == 0
            || manifest.feature.net.input.width != manifest.feature.net.input.height
        {
            return Err("the feature net needs dimensions and a square input".to_owned());
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = include_str!("../../models/pack.toml");

    #[test]
    fn the_built_in_manifest_is_valid() {
        let manifest = Manifest::parse(BUILT_IN).expect("built-in manifest");
        assert_eq!(manifest.feature.net.input.order, ChannelOrder::Bgr);
        assert_eq!(manifest.runtime.len(), 2);
    }

    #[test]
    fn a_threshold_out_of_order_is_refused() {
        let text = BUILT_IN.replace("strict = 0.50", "strict = 0.20");
        assert!(Manifest::parse(&text).is_err());
    }

    #[test]
    fn an_unknown_section_is_refused() {
        assert!(Manifest::parse(&format!("{BUILT_IN}\n[liveliness]\n")).is_err());
    }
}
