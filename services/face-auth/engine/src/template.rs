//! A face as numbers: what is stored instead of a picture.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// First byte of a template's bytes.
const FORMAT: u8 = 1;
/// Bytes of the model's mark: enough to tell nets apart, it guards nothing.
pub(super) const MARK: usize = 8;

/// A unit vector that says whose face it is, and the mark of the net that made it. Cleared from memory when dropped; personal
/// data, so it is never printed.
#[derive(Clone, PartialEq)]
pub struct Template {
    mark: [u8; MARK],
    vector: Zeroizing<Vec<f32>>,
}

/// Why bytes are no template, or two templates can't be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not written by [`Template::to_bytes`].
    #[error("not a face template")]
    Malformed,
    /// Made by different nets: the reference must be taken again with the present pack.
    #[error("face templates of different models can't be compared")]
    OtherModel,
}

impl Template {
    /// Scales `vector` to length one. `None` when it has no direction (zero or not finite).
    pub(super) fn new(mark: [u8; MARK], mut vector: Vec<f32>) -> Option<Self> {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if !(length.is_finite() && length > f32::EPSILON) {
            vector.zeroize();
            return None;
        }
        for value in &mut vector {
            *value /= length;
        }
        Some(Self { mark, vector: Zeroizing::new(vector) })
    }

    /// Cosine of the two faces, -1 to 1; to be held against [`Thresholds`](super::Thresholds).
    pub fn similarity(&self, other: &Self) -> Result<f32, TemplateError> {
        if self.mark != other.mark || self.vector.len() != other.vector.len() {
            return Err(TemplateError::OtherModel);
        }
        let cosine: f32 = self.vector.iter().zip(other.vector.iter()).map(|(a, b)| a * b).sum();
        Ok(cosine.clamp(-1.0, 1.0))
    }

    /// Format byte, mark of the net, then the numbers as little-endian `f32`. To be sealed before it is stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + MARK + 4 * self.vector.len()));
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.mark);
        for value in self.vector.iter() {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Whether the net still is the present one shows when it is compared.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        let (&format, rest) = bytes.split_first().ok_or(TemplateError::Malformed)?;
        let (mark, rest) = rest.split_first_chunk::<MARK>().ok_or(TemplateError::Malformed)?;
        let (words, []) = rest.as_chunks::<4>() else { return Err(TemplateError::Malformed) };
        if format != FORMAT {
            return Err(TemplateError::Malformed);
        }
        let vector = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        Self::new(*mark, vector).ok_or(TemplateError::Malformed)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Template([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template(values: &[f32]) -> Template {
        Template::new([7; MARK], values.to_vec()).expect("has a direction")
    }

    #[test]
    fn similarity_is_the_cosine() {
        let face = template(&[3.0, 4.0]);
        assert!((face.similarity(&template(&[6.0, 8.0])).expect("same net") - 1.0).abs() < 1e-6);
        assert!(face.similarity(&template(&[-4.0, 3.0])).expect("same net").abs() < 1e-6);
    }

    #[test]
    fn templates_of_another_net_are_not_compared() {
        let other = Template::new([8; MARK], vec![3.0, 4.0]).expect("has a direction");
        assert_eq!(template(&[3.0, 4.0]).similarity(&other), Err(TemplateError::OtherModel));
        assert_eq!(template(&[3.0, 4.0]).similarity(&template(&[1.0])), Err(TemplateError::OtherModel));
    }

    #[test]
    fn nothing_of_it_is_printed() {
        assert_eq!(format!("{:?}", template(&[0.25, 0.5])), "Template([redacted])");
    }

    #[test]
    fn a_vector_without_direction_is_none() {
        assert!(Template::new([0; MARK], vec![0.0; 4]).is_none());
        assert!(Template::new([0; MARK], vec![f32::NAN, 1.0]).is_none());
    }

    proptest! {
        #[test]
        fn bytes_round_trip(values in proptest::collection::vec(0.01_f32..1.0, 1..64)) {
            let face = template(&values);
            let read = Template::from_bytes(&face.to_bytes()).expect("own bytes");
            prop_assert!((face.similarity(&read).expect("same net") - 1.0).abs() < 1e-5);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Template::from_bytes(&bytes);
        }
    }
}
