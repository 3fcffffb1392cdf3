//! Every method that browsers may call, met as it must not be: one walk from the descriptors, so that a new method is walked as well.

use prost_reflect::{Kind, MethodDescriptor};
use reqwest::Method as Verb;
use serde_json::{Value, json};
use shiming_gateway::DemoConfig;
use shiming_proto::options::v1::{CallerKind, EdgeRule, FieldRule, Secret};
use shiming_rpc::policy::{self, Idempotency, Method, PolicyTable, SessionRule};
use uuid::Uuid;

use crate::world::{Answer, Browser, COLLECTION, TOKEN, World};

/// A method and what its options say.
struct Exposed {
    descriptor: MethodDescriptor,
    policy: Method,
    edge: EdgeRule,
    /// The cookies that its request can't do without.
    secrets: Vec<Secret>,
}

fn exposed() -> Vec<Exposed> {
    let pool = policy::pool().unwrap();
    let policies = PolicyTable::contract().unwrap();
    let edge = pool.get_extension_by_name("shiming.options.v1.edge").unwrap();
    let rule = pool.get_extension_by_name("shiming.options.v1.field").unwrap();
    let methods = pool.services().filter(|service| service.full_name().starts_with("shiming."));
    let methods =
        methods.flat_map(|service| service.methods().collect::<Vec<_>>()).filter_map(|descriptor| {
            let path = format!("/{}/{}", descriptor.parent_service().full_name(), descriptor.name());
            let policy = policies.find(&path).unwrap().as_ref().clone();
            let options = descriptor.options();
            let edge: EdgeRule = options.get_extension(&edge).as_message().unwrap().transcode_to().unwrap();
            let input = descriptor.input();
            let rules = input.fields().map(|field| {
                let options = field.options();
                options.get_extension(&rule).as_message().unwrap().transcode_to::<FieldRule>().unwrap()
            });
            let secrets = rules.filter(|rule| rule.required).map(|rule| rule.secret());
            let secrets = secrets.filter(|secret| *secret != Secret::Unspecified).collect();
            let for_browsers = policy.callers.contains(&CallerKind::Gateway) && !edge.by_hand;
            for_browsers.then_some(Exposed { descriptor, policy, edge, secrets })
        });
    methods.collect()
}

impl Exposed {
    fn path(&self) -> String {
        format!("/api{}", self.policy.path)
    }

    fn changes(&self) -> bool {
        self.policy.idempotency == Idempotency::RequestId
    }
}

async fn world() -> World {
    World::with(|config| {
        config.demo = Some(DemoConfig { citizens: Vec::new(), people: None });
        for limit in [
            &mut config.limits.requests,
            &mut config.limits.codes,
            &mut config.limits.logins,
            &mut config.limits.collections,
            &mut config.limits.challenges,
        ] {
            (limit.per_address, limit.per_browser) = (100_000, 100_000);
        }
        config.captcha.free_login_codes_per_browser = 100_000;
        config.captcha.free_login_codes_per_address = 100_000;
    })
    .await
}

/// A browser that lacks nothing.
async fn welcome(world: &World) -> Browser {
    let mut browser = world.browser().await;
    browser.cookies.insert("shiming_session".into(), TOKEN.into());
    browser.cookies.insert("shiming_collection".into(), COLLECTION.into());
    browser
}

/// What no service was asked.
fn refused(answer: &Answer, path: &str, status: u16, reason: &str) {
    assert_eq!(answer.refusal(), (status, reason.into()), "{path}");
}

#[tokio::test]
async fn without_its_cookies_nothing_is_asked() {
    let world = world().await;
    let mut browser = world.browser().await;
    let mut asked = 0;
    for method in exposed() {
        let wanted = match (method.policy.session, method.secrets.first()) {
            (SessionRule::Required, _) | (_, Some(Secret::Session)) => (401, "SESSION_REQUIRED"),
            (_, Some(Secret::Collection)) => (404, "COLLECTION_NOT_FOUND"),
            _ => continue,
        };
        asked += 1;
        let path = method.path();
        // Before the body is looked at.
        let answer = browser.post(&path, json!("nonsense")).await;
        refused(&answer, &path, wanted.0, wanted.1);
    }
    assert!(asked > 20, "{asked}");
}

#[tokio::test]
async fn nothing_is_posted_without_the_pages_token() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    for method in exposed() {
        let path = method.path();
        let request = browser.request(Verb::POST, &path).header("content-type", "application/json");
        let request = request.header("idempotency-key", Uuid::now_v7().to_string()).body("{}");
        refused(&browser.send(request).await, &path, 403, "CSRF_REFUSED");
    }
}

#[tokio::test]
async fn no_change_without_a_name() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    let mut asked = 0;
    for method in exposed().into_iter().filter(Exposed::changes) {
        asked += 1;
        let path = method.path();
        let token = browser.cookies["shiming_csrf"].clone();
        let request = browser.request(Verb::POST, &path).header("x-csrf-token", token);
        let answer = browser.send(request.header("content-type", "application/json").body("{}")).await;
        refused(&answer, &path, 400, "INVALID_FIELD");
        assert_eq!(answer.json()["violations"][0]["field"], "requestId", "{path}");
    }
    assert!(asked > 15, "{asked}");
}

/// A value of a type that the field is not.
fn wrong(kind: &Kind) -> Value {
    if matches!(kind, Kind::String) { json!(7) } else { json!([["x"]]) }
}

#[tokio::test]
async fn no_unknown_field_and_no_wrong_type_gets_through() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    for method in exposed() {
        let path = method.path();
        let answer = browser.post(&path, json!({"noSuchField": 1})).await;
        refused(&answer, &path, 400, "INVALID_FIELD");
        assert_eq!(answer.json()["violations"][0]["field"], "noSuchField", "{path}");
        for field in method.descriptor.input().fields() {
            let answer = browser.post(&path, json!({field.json_name(): wrong(&field.kind())})).await;
            refused(&answer, &path, 400, "INVALID_FIELD");
            let named = answer.json()["violations"][0]["field"].as_str().unwrap().to_owned();
            assert!(named.starts_with(field.json_name()), "{path}: {named}");
        }
    }
}

#[tokio::test]
async fn secrets_and_internal_fields_are_not_the_browsers_to_say() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    for method in exposed() {
        for secret in ["sessionToken", "collectionToken"] {
            let answer = browser.post(&method.path(), json!({secret: "x"})).await;
            refused(&answer, &method.path(), 400, "INVALID_FIELD");
        }
    }
}

#[tokio::test]
async fn a_dry_run_is_one_where_there_can_be_one_and_refused_elsewhere() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    for method in exposed() {
        let path = format!("{}?validateOnly=true", method.path());
        let answer = browser.post(&path, json!({})).await;
        if method.changes() {
            // No stand-in is there to answer; what counts is that one was asked, and what came of it.
            refused(&answer, &path, 501, "UNIMPLEMENTED");
        } else {
            refused(&answer, &path, 400, "INVALID_FIELD");
            assert_eq!(answer.json()["violations"][0]["field"], "validateOnly", "{path}");
        }
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn only_what_says_so_is_asked_for_by_get() {
    let world = world().await;
    let mut browser = welcome(&world).await;
    for method in exposed() {
        let options = method.descriptor.method_descriptor_proto().options.clone().unwrap_or_default();
        let by_get =
            options.idempotency_level() == prost_types::method_options::IdempotencyLevel::NoSideEffects;
        let answer = browser.get(&method.path()).await;
        assert_eq!(answer.status == 405, !by_get, "{}: {}", method.path(), answer.status);
        assert!(!by_get || method.edge.budget == 0, "{}", method.path());
    }
}
