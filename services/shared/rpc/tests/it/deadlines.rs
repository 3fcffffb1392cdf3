//! The time of a call ends on both sides, and the handler with it.

use std::time::{Duration, Instant};

use shiming_kernel::ErrorKind;
use shiming_rpc::deadline;
use shiming_rpc::status::Problem;

use crate::rig::{Rig, log_out};

#[tokio::test]
async fn an_outgoing_call_inherits_what_is_left_and_ends_with_it() {
    let rig = Rig::start().await;
    let mut client = rig.client("gateway");
    let start = Instant::now();
    let end = tokio::time::Instant::now() + Duration::from_millis(300);
    let answer = deadline::scope(end, client.log_out(log_out("wait"))).await;
    let problem = Problem::from_status(&answer.unwrap_err());
    assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    let seen = rig.seen.context().deadline.unwrap();
    assert!(seen < start + Duration::from_secs(2), "what was left, not the method's own five seconds");
    rig.seen.until_waiting(0).await;
}

#[tokio::test]
async fn with_no_time_left_nothing_is_sent() {
    let rig = Rig::start().await;
    let now = tokio::time::Instant::now();
    let answer = deadline::scope(now, rig.client("gateway").log_out(log_out(""))).await;
    assert_eq!(Problem::from_status(&answer.unwrap_err()).kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(rig.seen.calls(), 0);
}
