use std::time::Duration;

use shiming_gateway::LimitConfig;

use crate::world::{Browser, World};

async fn limited(trusted: &[&str]) -> World {
    let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
    World::with(|config| {
        config.limits.requests =
            LimitConfig { window: Duration::from_mins(1).into(), per_address: 3, per_browser: 2 };
        config.http.trusted_proxies = trusted;
    })
    .await
}

async fn ask(browser: &mut Browser) -> u16 {
    let answer = browser.get("/api/codes").await;
    if answer.status == 429 {
        assert_eq!(answer.refusal().1, "TOO_MANY_REQUESTS");
    }
    answer.status
}

#[tokio::test]
async fn an_address_is_told_where_it_stands_and_when_to_come_back() {
    let world = limited(&[]).await;
    let mut stranger = world.stranger();
    world.clock.advance(Duration::from_secs(20));
    for left in [2, 1, 0] {
        let answer = stranger.get("/api/codes").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"requests\";q=3;w=60");
        assert_eq!(answer.header("ratelimit"), format!("\"requests\";r={left};t=40"));
    }
    let answer = stranger.get("/api/codes").await;
    assert_eq!(answer.refusal(), (429, "TOO_MANY_REQUESTS".into()));
    assert_eq!(answer.header("retry-after"), "40");
    assert_eq!(answer.header("ratelimit"), "\"requests\";r=0;t=40");
    assert_eq!(stranger.get("/").await.status, 200, "pages are not counted");
    world.clock.advance(Duration::from_secs(40));
    assert_eq!(ask(&mut stranger).await, 200, "a new window");
}

#[tokio::test]
async fn a_browser_has_a_limit_of_its_own() {
    let world = World::with(|config| config.limits.requests.per_browser = 2).await;
    let (mut one, mut two) = (world.browser().await, world.browser().await);
    assert_eq!([ask(&mut one).await, ask(&mut one).await, ask(&mut one).await], [200, 200, 429]);
    assert_eq!(ask(&mut two).await, 200, "the address has more");
}

#[tokio::test]
async fn a_forged_forwarding_header_is_of_no_use() {
    let world = limited(&[]).await;
    let mut statuses = Vec::new();
    for host in 1..=5 {
        let mut browser = world.stranger();
        browser.headers.push(("x-forwarded-for", format!("203.0.113.{host}")));
        statuses.push(ask(&mut browser).await);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn behind_our_proxy_each_address_counts_for_itself() {
    let world = limited(&["127.0.0.0/8"]).await;
    for host in 1..=5 {
        let mut browser = world.stranger();
        browser.headers.push(("x-forwarded-for", format!("203.0.113.{host}")));
        assert_eq!(ask(&mut browser).await, 200);
    }
    // What stands left of the nearest stranger was written by the stranger.
    for host in 1..=4 {
        let mut browser = world.stranger();
        browser.headers.push(("x-forwarded-for", format!("198.51.100.{host}, 192.0.2.7")));
        assert_eq!(ask(&mut browser).await, if host <= 3 { 200 } else { 429 });
    }
}

#[tokio::test]
async fn costly_calls_have_tighter_limits() {
    let world = World::with(|config| config.limits.captchas.per_browser = 2).await;
    let mut browser = world.browser().await;
    for _ in 0..2 {
        assert_eq!(browser.get("/api/captcha").await.status, 200);
    }
    let answer = browser.get("/api/captcha").await;
    assert_eq!(answer.refusal(), (429, "TOO_MANY_REQUESTS".into()));
    assert_eq!(answer.header("ratelimit-policy"), "\"captchas\";q=2;w=60", "the tightest is shown");
    assert_eq!(ask(&mut browser).await, 200, "others go on");
}
