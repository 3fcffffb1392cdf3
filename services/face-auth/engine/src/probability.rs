//! From a net's logits to probabilities.

use super::fault::EngineError;

/// The softmax of `logits`; empty for none.
pub(super) fn softmax(logits: &[f32]) -> Vec<f32> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The probability of one class, 0 to 1. Refuses outputs without it and outputs that are no numbers: a score that can't be
/// compared must not pass any threshold.
pub(super) fn of_class(logits: &[f32], class: usize) -> Result<f32, EngineError> {
    softmax(logits)
        .get(class)
        .copied()
        .filter(|probability| probability.is_finite())
        .ok_or_else(|| EngineError::inference("a net gave no probability for its class"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_however_large_the_logits() {
        let found = softmax(&[1000.0, 1000.0, -1000.0]);
        assert!((found[0] - 0.5).abs() < 1e-6 && found[2] < 1e-6, "{found:?}");
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(of_class(&[0.0, f32::NAN], 0).is_err());
        assert!(of_class(&[0.0, 1.0], 2).is_err());
        assert!(of_class(&[], 0).is_err());
    }
}
