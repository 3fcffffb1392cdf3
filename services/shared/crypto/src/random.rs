//! Randomness for secrets: the thread's generator (`ChaCha12`, seeded and reseeded by the operating system).

use rand::Rng;
use shiming_kernel::Redacted;

/// `count` decimal digits, each uniform: a one-time code as it is sent to a phone.
pub fn random_digits(count: usize) -> Redacted<String> {
    let mut rng = rand::rng();
    Redacted::new((0..count).map(|_| char::from(rng.random_range(b'0'..=b'9'))).collect())
}

/// A whole number below `end`, each with the same chance; 0 when there is only that.
pub fn random_below(end: usize) -> usize {
    if end <= 1 { 0 } else { rand::rng().random_range(0..end) }
}

pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_have_the_length_asked_for_and_keep_leading_zeros() {
        let codes: Vec<_> = (0..2000).map(|_| random_digits(6).into_inner()).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        assert!(codes.iter().any(|code| code.starts_with('0')));
        assert!(codes.iter().collect::<BTreeSet<_>>().len() > 1900);
    }
}
