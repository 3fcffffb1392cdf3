//! The check characters of the standards. Each returns `None` for a body that is not of its form.

/// GB 11643 (ISO 7064 MOD 11-2): the check of the first 17 digits, `0`–`9` or `X`.
pub(crate) fn gb11643(body: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum = weighted(body, &WEIGHTS, |b| char::from(b).to_digit(10))?;
    b"10X98765432".get((sum % 11) as usize).copied()
}

/// GB 11714: the check of the first 8 characters of an organisation code, `0`–`9` or `X`.
pub(crate) fn gb11714(body: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum = weighted(body, &WEIGHTS, base36)?;
    b"0X987654321".get((sum % 11) as usize).copied()
}

/// The alphabet of GB 32100: digits and capitals without I, O, S, V, Z.
pub(crate) const GB32100_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// GB 32100: the check of the first 17 characters, of its own alphabet.
pub(crate) fn gb32100(body: &[u8]) -> Option<u8> {
    // 3^(i-1) mod 31
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let value = |b: u8| (0_u32..).zip(GB32100_ALPHABET).find(|(_, c)| **c == b).map(|(value, _)| value);
    let sum = weighted(body, &WEIGHTS, value)?;
    GB32100_ALPHABET.get(((31 - sum % 31) % 31) as usize).copied()
}

/// ICAO 9303, weights 7-3-1 modulo 10, `<` as 0: the check digit of any field. An empty field has `0`.
pub(crate) fn icao9303(body: &[u8]) -> Option<u8> {
    body.iter()
        .zip([7, 3, 1].into_iter().cycle())
        .try_fold(0_u32, |sum, (b, weight)| {
            let value = if *b == b'<' { 0 } else { base36(*b)? };
            Some((sum + value * weight) % 10)
        })
        .and_then(|sum| char::from_digit(sum, 10))
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Whether the last character of `text` is the check of those before it.
pub(crate) fn closes(text: &str, check: impl Fn(&[u8]) -> Option<u8>) -> bool {
    text.as_bytes().split_last().is_some_and(|(last, body)| check(body) == Some(*last))
}

fn weighted(body: &[u8], weights: &[u32], value: impl Fn(u8) -> Option<u32>) -> Option<u32> {
    if body.len() != weights.len() {
        return None;
    }
    body.iter().zip(weights).try_fold(0, |sum, (b, weight)| Some(sum + value(*b)? * weight))
}

fn base36(b: u8) -> Option<u32> {
    char::from(b).to_digit(36).filter(|_| !b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standards() {
        assert_eq!(gb11643(b"11010519491231002"), Some(b'X'));
        assert_eq!(gb11714(b"D2143569"), Some(b'X'));
        assert_eq!(gb32100(b"91350100M000100Y4"), Some(b'3'));
        assert_eq!(icao9303(b"L898902C3"), Some(b'6'));
    }

    #[test]
    fn a_remainder_of_zero_closes_with_zero() {
        assert_eq!(gb32100(b"00000000000000000"), Some(b'0'));
        assert_eq!(gb11714(b"00000000"), Some(b'0'));
        assert_eq!(icao9303(b""), Some(b'0'));
    }

    #[test]
    fn other_forms_have_no_check() {
        assert_eq!(gb11643(b"1101051949123100"), None);
        assert_eq!(gb11643(b"1101051949123100A"), None);
        assert_eq!(gb32100(b"9135010OM000100Y4"), None);
        assert_eq!(icao9303(b"l8"), None);
        assert!(!closes("", icao9303));
    }
}
