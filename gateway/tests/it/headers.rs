use crate::world::World;

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let world = World::start().await;
    let mut browser = world.stranger();
    for path in [
        "/api/codes",
        "/api/nothing",
        "/api/shiming.identity.v1.SessionService/GetSession",
        "/",
        "/assets/nothing.js",
    ] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.split(';').any(|part| part.trim() == rule), "{path}: {rule} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=(self)"));
        assert_eq!(answer.header("strict-transport-security"), "", "not over plain http");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("server"), "");
    }
}

#[tokio::test]
async fn a_browser_can_not_choose_the_requests_name() {
    let world = World::start().await;
    let mut browser = world.stranger();
    browser.headers.push(("x-request-id", "mine".into()));
    browser.headers.push(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()));
    let answer = browser.get("/api/codes").await;
    assert_ne!(answer.header("x-request-id"), "mine");
    assert_ne!(answer.header("x-request-id"), "0af7651916cd43dd8448eb211c80319c");
}

#[tokio::test]
async fn answers_of_the_api_are_kept_by_nobody() {
    let world = World::start().await;
    let mut browser = world.stranger();
    for path in [
        "/api/bootstrap",
        "/api/captcha",
        "/api/shiming.identity.v1.SessionService/GetSession",
        "/api/nothing",
    ] {
        assert_eq!(browser.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}
