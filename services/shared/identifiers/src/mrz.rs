//! The machine-readable zone of passports (ICAO 9303, TD3).

use crate::check;

/// Whether the second line of a passport's zone (44 characters) holds its four field checks and the composite one. An empty
/// optional field may have `<` for its check.
pub fn td3_second_line_ok(line: &str) -> bool {
    let bytes = line.as_bytes();
    if bytes.len() != 44 {
        return false;
    }
    let holds = |from: usize, to: usize| check::icao9303(&bytes[from..to]) == Some(bytes[to]);
    let personal = holds(28, 42) || bytes[28..43].iter().all(|b| *b == b'<');
    let composite = [&bytes[0..10], &bytes[13..20], &bytes[21..43]].concat();
    holds(0, 9)
        && holds(13, 19)
        && holds(21, 27)
        && personal
        && check::icao9303(&composite) == Some(bytes[43])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn a_changed_digit_is_noticed_wherever_it_stands() {
        assert!(td3_second_line_ok(LINE));
        for position in (0..10).chain(13..20).chain(21..44) {
            let mut altered = LINE.as_bytes().to_vec();
            altered[position] = if altered[position] == b'3' { b'4' } else { b'3' };
            assert!(!td3_second_line_ok(std::str::from_utf8(&altered).unwrap()), "{position}");
        }
    }

    #[test]
    fn other_lengths_and_scripts_are_refused() {
        for line in ["", &LINE[1..], "护照护照护照护照护照护照护照12"] {
            assert!(!td3_second_line_ok(line), "{line}");
        }
    }
}
