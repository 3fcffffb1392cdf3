use std::time::Duration;

use reqwest::{Method, Response};
use shiming_kernel::ErrorKind;
use shiming_proto::messaging::v1::{Counts, WatchCountsRequest, WatchCountsResponse};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::world::{Browser, TOKEN, Taker, Watch, World, refusal};

const LIVE: &str = "/api/shiming.messaging.v1.InboxService/WatchCounts";
const PATIENCE: Duration = Duration::from_secs(10);

fn counts(unread_messages: i32) -> WatchCountsResponse {
    WatchCountsResponse { counts: Some(Counts { unread_messages, open_todos: 1 }) }
}

/// Where the stand-in hands over the sending end of each stream it is asked for.
fn watched(world: &World) -> mpsc::Receiver<Watch> {
    let (taker, streams) = mpsc::channel::<Watch>(8);
    world.script.answer::<WatchCountsRequest, _>(Taker(taker));
    streams
}

async fn open(browser: &Browser) -> Response {
    browser.request(Method::GET, LIVE).send().await.unwrap()
}

/// The next event, without heartbeats; `None` at the end.
async fn next(response: &mut Response, held: &mut String) -> Option<String> {
    loop {
        if let Some((event, rest)) = held.split_once("\n\n") {
            let (event, rest) = (event.to_owned(), rest.to_owned());
            *held = rest;
            if !event.starts_with(':') && !event.starts_with("retry:") {
                return Some(event);
            }
            continue;
        }
        let chunk = timeout(PATIENCE, response.chunk()).await.expect("in time").unwrap()?;
        held.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn every_change_is_an_event() {
    let world = World::start().await;
    let mut streams = watched(&world);
    let browser = world.signed_in().await;
    let mut stream = open(&browser).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["cache-control"], "no-cache");
    assert_eq!(stream.headers()["x-accel-buffering"], "no");
    let watch = streams.recv().await.unwrap();
    let mut held = String::new();
    for unread in [2, 3] {
        watch.send(Ok(counts(unread))).await.unwrap();
        let event = next(&mut stream, &mut held).await.unwrap();
        assert_eq!(event, format!("data: {{\"counts\":{{\"unreadMessages\":{unread},\"openTodos\":1}}}}"));
    }
    let (metadata, _) = world.script.only::<WatchCountsRequest>();
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
    drop(watch);
    assert_eq!(next(&mut stream, &mut held).await, None, "ends with messaging's; the browser comes again");
}

#[tokio::test]
async fn a_silent_stream_says_that_it_is_alive() {
    let world = World::with(|config| config.live.heartbeat = Duration::from_millis(50).into()).await;
    let mut streams = watched(&world);
    let mut stream = open(&world.signed_in().await).await;
    let _watch = streams.recv().await.unwrap();
    let mut held = String::new();
    while !held.contains(":\n\n") {
        let chunk = timeout(PATIENCE, stream.chunk()).await.expect("in time").unwrap().unwrap();
        held.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(held.starts_with("retry: 3000"), "{held}");
}

#[tokio::test]
async fn the_end_of_the_session_is_the_last_event() {
    let world = World::start().await;
    let mut streams = watched(&world);
    let mut browser = world.signed_in().await;
    let mut stream = open(&browser).await;
    let watch = streams.recv().await.unwrap();
    let over = refusal(ErrorKind::Unauthenticated, "SESSION_INVALID");
    watch.send(Err(over.clone())).await.unwrap();
    let mut held = String::new();
    assert_eq!(next(&mut stream, &mut held).await.unwrap(), "event: signed-out\ndata: {}");
    assert_eq!(next(&mut stream, &mut held).await, None);

    // A browser that comes back afterwards hears the same; a 401 would make it give up in silence.
    world.script.refuse::<WatchCountsRequest, Taker>(over);
    let answer = browser.get(LIVE).await;
    assert_eq!(answer.status, 200);
    assert!(String::from_utf8_lossy(&answer.body).contains("event: signed-out\ndata: {}"));
}

#[tokio::test]
async fn other_failures_are_problems_or_ends() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let down = refusal(ErrorKind::Unavailable, "UNAVAILABLE");
    world.script.refuse::<WatchCountsRequest, Taker>(down.clone());
    assert_eq!(browser.get(LIVE).await.refusal(), (503, "UNAVAILABLE".into()));
    let mut streams = watched(&world);
    let mut stream = open(&browser).await;
    streams.recv().await.unwrap().send(Err(down)).await.unwrap();
    assert_eq!(next(&mut stream, &mut String::new()).await, None);
}

#[tokio::test]
async fn a_process_holds_so_many_streams_of_an_address_and_no_more() {
    let world = World::with(|config| config.live.streams = 8).await;
    let mut streams = watched(&world);
    let mut browser = world.signed_in().await;
    let (first, _second) = (open(&browser).await, open(&browser).await);
    let (first_watch, _second_watch) = (streams.recv().await.unwrap(), streams.recv().await.unwrap());
    let refused = browser.get(LIVE).await;
    assert_eq!(refused.refusal(), (429, "OVERLOADED".into()));
    assert_eq!(refused.header("retry-after"), "1");
    drop(first);
    // The gateway notices when messaging has something to say, or at the next heartbeat.
    drop(first_watch);
    let reopened = async {
        while open(&browser).await.status() != 200 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, reopened).await.expect("the place is free again");
}
