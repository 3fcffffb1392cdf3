//! One trace from the page's request to the SQL statement, through real processes to a real collector.

use std::time::Duration;

use shiming_testkit::OtlpReceiver;
use shiming_tests::{Citizen, Part, START_COLLECTION, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_runs_from_the_page_to_the_sql_statement() {
    let receiver = OtlpReceiver::start().await;
    let mut settings = Vec::new();
    for part in Part::ALL {
        settings.push((part, "TELEMETRY__OTLP_ENDPOINT", receiver.endpoint().to_owned()));
        settings.push((part, "TELEMETRY__SAMPLE_RATIO", "1.0".to_owned()));
    }
    let world = World::cluster(&settings).await;
    let browser = world.browser().await;
    let answer = browser.call(START_COLLECTION, Citizen::CLERK.form()).await;
    let trace_id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    answer.ok();

    let in_trace = |service: &str| {
        let (service, trace_id) = (service.to_owned(), trace_id.clone());
        move |span: &shiming_testkit::ReceivedSpan| {
            span.trace_id == trace_id && span.service.contains(&service)
        }
    };
    let (page, identity) = (in_trace("gateway"), in_trace("identity"));
    let spans = receiver
        .wait_for(
            |spans| {
                spans.iter().any(&page)
                    && spans.iter().any(|span| identity(span) && span.attributes.contains_key("db.statement"))
            },
            Duration::from_secs(30),
        )
        .await;
    let statement =
        spans.iter().find(|span| identity(span) && span.attributes.contains_key("db.statement")).unwrap();
    // Follow the parents from the statement up to the page's request.
    let mut here = statement;
    while let Some(parent) =
        spans.iter().find(|span| span.span_id == here.parent_span_id && span.trace_id == trace_id)
    {
        here = parent;
    }
    assert!(page(here) && here.parent_span_id.is_empty(), "the root is the page's request: {here:?}");
    let Citizen { name, number, .. } = Citizen::CLERK;
    let told = format!("{spans:?}");
    assert!(!told.contains(name) && !told.contains(number), "a span names a person");
}
