//! The time a call has left, as a task-local that every outgoing call of the same task reads.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// When the answer to the call this task serves stops being useful.
pub fn current() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

/// The time left, zero when it is over; `None` outside a call.
pub fn remaining() -> Option<Duration> {
    current().map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// Runs `work` as part of a call that must be answered by `deadline`. An earlier deadline that stands already stays.
pub async fn scope<F: Future>(deadline: Instant, work: F) -> F::Output {
    let deadline = current().map_or(deadline, |standing| standing.min(deadline));
    DEADLINE.scope(deadline, work).await
}

/// Reads a `grpc-timeout` value such as `1500m`. A fraction, which the protocol doesn't know and some clients send, is cut off.
pub(crate) fn parse(value: &str) -> Option<Duration> {
    let unit = value.chars().last().filter(char::is_ascii)?;
    let number = &value[..value.len() - 1];
    let (digits, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.len() > 8 || !are_digits(digits) || !are_digits(fraction) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(amount * 3600)),
        'M' => Some(Duration::from_secs(amount * 60)),
        'S' => Some(Duration::from_secs(amount)),
        'm' => Some(Duration::from_millis(amount)),
        'u' => Some(Duration::from_micros(amount)),
        'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// Writes a `grpc-timeout` value, rounded down to what eight digits can say.
pub(crate) fn format(timeout: Duration) -> String {
    const MOST: u128 = 99_999_999;
    if timeout.as_micros() <= MOST {
        format!("{}u", timeout.as_micros())
    } else if timeout.as_millis() <= MOST {
        format!("{}m", timeout.as_millis())
    } else {
        format!("{}S", u128::from(timeout.as_secs()).min(MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_grpc_timeouts_and_refuses_everything_else() {
        assert_eq!(parse("1500m"), Some(Duration::from_millis(1500)));
        assert_eq!(parse("99999999H"), Some(Duration::from_hours(99_999_999)));
        assert_eq!(parse("1500.25m"), Some(Duration::from_millis(1500)), "as a real client writes it");
        for wrong in
            ["", "m", "5", ".5m", "5.m", "1.5.5m", "1e3m", "-5m", "+5m", "123456789m", "5x", "5秒", "5 m"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for millis in [0, 1, 4_999, 100_000, 86_400_000] {
            let timeout = Duration::from_millis(millis);
            assert_eq!(parse(&format(timeout)), Some(timeout));
        }
        assert_eq!(parse(&format(Duration::MAX)), Some(Duration::from_secs(99_999_999)));
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic_and_all_durations_come_back(text in ".*", micros in 0_u64..99_999_999_000_000) {
            parse(&text);
            let timeout = Duration::from_micros(micros);
            let back = parse(&format(timeout)).expect("what is written can be read");
            proptest::prop_assert!(back <= timeout && timeout.abs_diff(back) < Duration::from_secs(1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_inner_scope_can_only_shorten() {
        let now = Instant::now();
        let (short, long) = (now + Duration::from_secs(1), now + Duration::from_secs(9));
        assert_eq!(remaining(), None);
        scope(short, async {
            scope(long, async { assert_eq!(current(), Some(short)) }).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(remaining(), Some(Duration::ZERO));
        })
        .await;
    }
}
