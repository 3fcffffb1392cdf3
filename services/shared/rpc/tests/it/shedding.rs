//! A call too many is turned away at once, with a time to come back.

use shiming_kernel::ErrorKind;
use shiming_rpc::status::Problem;

use crate::rig::{Rig, log_out};

#[tokio::test]
async fn a_call_too_many_is_told_when_to_come_back() {
    let rig = Rig::start_with(|listen| listen.concurrency_limit = 1).await;
    let mut first = rig.client("gateway");
    let mut second = rig.client("gateway");
    let waiting = async { first.log_out(log_out("wait")).await };
    let turned_away = async {
        rig.seen.until_waiting(1).await;
        second.log_out(log_out("")).await
    };
    let status = tokio::select! {
        _ = waiting => unreachable!("waits for ever"),
        status = turned_away => status.unwrap_err(),
    };
    let problem = Problem::from_status(&status);
    assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::ResourceExhausted, "OVERLOADED"));
    assert!(problem.facts.retry_after.unwrap().as_millis() >= 500);

    rig.seen.until_waiting(0).await;
    second.log_out(log_out("")).await.unwrap();
}
