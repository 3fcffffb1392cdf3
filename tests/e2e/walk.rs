//! Every method that browsers may call, against the real services: strangers' ids, forged page tokens, dead sessions and dry runs. One walk
//! from the descriptors, so that a new method is walked as well; what the edge refuses by itself the gateway's own walk asks for.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, Kind, MethodDescriptor};
use serde_json::{Map, Value, json};
use shiming_proto::DESCRIPTOR_SET;
use shiming_proto::options::v1::{CallerKind, FieldRule, Idempotency, MethodPolicy, Secret, SessionRule};
use shiming_tests::{Browser, ENTERPRISE, Journey, World};
use uuid::Uuid;

/// What somebody's answers hold, by the fields' names.
type Found = BTreeMap<String, BTreeSet<String>>;

/// A method that asks for a session.
struct Method {
    name: String,
    descriptor: MethodDescriptor,
    is_read: bool,
    /// Names of the fields that a browser may say, as JSON spells them, and whether they must be said.
    fields: Vec<(String, Kind, bool)>,
}

fn methods() -> Vec<Method> {
    let pool = DescriptorPool::decode(DESCRIPTOR_SET).unwrap();
    let option = |name: &str| pool.get_extension_by_name(&format!("shiming.options.v1.{name}")).unwrap();
    let (policy, rule) = (option("policy"), option("field"));
    let all = pool.services().filter(|service| service.full_name().starts_with("shiming."));
    let all = all.flat_map(|service| service.methods().collect::<Vec<_>>());
    let mut methods = Vec::new();
    for descriptor in all {
        let options = descriptor.options();
        let policy: MethodPolicy =
            options.get_extension(&policy).as_message().unwrap().transcode_to().unwrap();
        let asks = policy.session() == SessionRule::Required;
        let streams = descriptor.is_client_streaming() || descriptor.is_server_streaming();
        if !policy.callers().any(|caller| caller == CallerKind::Gateway) || !asks || streams {
            continue;
        }
        let input = descriptor.input();
        let fields = input.fields().filter_map(|field| {
            let options = field.options();
            let rule: FieldRule = options.get_extension(&rule).as_message().unwrap().transcode_to().unwrap();
            let says = !rule.internal && rule.secret() == Secret::Unspecified;
            let is_ours = matches!(field.name(), "request_id" | "validate_only");
            (says && !is_ours).then(|| (field.json_name().to_owned(), field.kind(), rule.required))
        });
        let fields = fields.collect();
        let service = descriptor.parent_service().full_name().trim_start_matches("shiming.").to_owned();
        methods.push(Method {
            name: format!("{service}/{}", descriptor.name()),
            is_read: policy.idempotency() == Idempotency::Read,
            fields,
            descriptor,
        });
    }
    assert!(methods.len() > 15, "{}", methods.len());
    methods
}

impl Method {
    /// A request that says all that can be said with what was found.
    fn request(&self, found: &Found) -> Value {
        let mut request = Map::new();
        for (name, kind, required) in &self.fields {
            let value = match kind {
                Kind::String => {
                    let known = found.get(name).and_then(|values| values.first()).map(String::as_str);
                    // Made up, so that not its absence is what is refused.
                    known.or(required.then_some("x")).map(|text| json!(text))
                }
                Kind::Enum(kind) => kind.values().nth(1).map(|value| json!(value.name())),
                _ => None,
            };
            if let Some(value) = value.filter(|_| !self.is_list(name)) {
                request.insert(name.clone(), value);
            }
        }
        request.into()
    }

    fn is_list(&self, name: &str) -> bool {
        self.descriptor.input().get_field_by_json_name(name).is_some_and(|field| field.is_list())
    }

    fn is_asked_by_get(&self) -> bool {
        let options = self.descriptor.method_descriptor_proto().options.clone().unwrap_or_default();
        options.idempotency_level() == prost_types::method_options::IdempotencyLevel::NoSideEffects
    }

    fn must_say(&self) -> bool {
        self.fields.iter().any(|field| field.2)
    }
}

/// Everything that can be read in somebody's session without saying anything.
async fn everything(browser: &Browser) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for method in methods().into_iter().filter(|method| method.is_asked_by_get() && !method.must_say()) {
        let mut answer = browser.read(&method.name).await.ok();
        if let Some(session) = answer.get_mut("session").and_then(Value::as_object_mut) {
            // Reading is use of the session.
            session.remove("idleExpireTime");
        }
        all.insert(method.name, answer);
    }
    all
}

/// The ids and tags in what was read.
fn found(everything: &BTreeMap<String, Value>) -> Found {
    fn look(value: &Value, found: &mut Found) {
        match value {
            Value::Array(list) => list.iter().for_each(|one| look(one, found)),
            Value::Object(members) => {
                for (name, member) in members {
                    let text = member.as_str().filter(|text| !text.is_empty());
                    if let Some(text) = text.filter(|_| name.ends_with("Id") || name == "etag") {
                        found.entry(name.clone()).or_default().insert(text.to_owned());
                    }
                    look(member, found);
                }
            }
            _ => {}
        }
    }
    let mut all = Found::new();
    for value in everything.values() {
        look(value, &mut all);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reaches_what_is_anothers_and_dry_runs_change_nothing() {
    let world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect(&world).await;
    boss.log_in(&world).await;
    boss.step_up().await;
    boss.refresh().await;
    let clerk = Journey::of_clerk(&world).await;
    clerk.collect(&world).await;
    clerk.log_in(&world).await;
    clerk.apply(ENTERPRISE).await.ok();
    boss.open_todos().await;

    let before = everything(&boss.browser).await;
    dry_runs(&boss.browser, &found(&before)).await;
    assert_eq!(everything(&boss.browser).await, before, "a dry run changed something");

    let clerks = found(&everything(&clerk.browser).await);
    let mut foreign = found(&before);
    for (name, values) in &mut foreign {
        values.retain(|value| !clerks.get(name).is_some_and(|own| own.contains(value)));
    }
    strangers_ids(&clerk.browser, &foreign).await;
    assert_eq!(everything(&boss.browser).await, before, "a stranger changed something");

    forged_page_tokens(&boss.browser).await;
    dead_sessions(&world).await;
}

async fn dry_runs(browser: &Browser, own: &Found) {
    let mut passed = 0;
    for method in methods().into_iter().filter(|method| !method.is_read) {
        let path = format!("/api/shiming.{}?validateOnly=true", method.name);
        let answer = browser.post(&path, method.request(own)).await;
        assert!(answer.status < 500, "{}: {} {}", method.name, answer.status, answer.body);
        assert!(answer.headers.get("set-cookie").is_none(), "{}", method.name);
        let made_up = found(&BTreeMap::from([(method.name.clone(), answer.body.clone())]));
        for (name, ids) in made_up.iter().filter(|_| answer.status == 200) {
            let known = own.get(name).cloned().unwrap_or_default();
            assert!(
                ids.is_subset(&known),
                "{}: {name} of what never comes to be: {}",
                method.name,
                answer.body
            );
        }
        passed += i32::from(answer.status == 200);
    }
    assert!(passed > 0, "at least one would have succeeded");
}

async fn strangers_ids(browser: &Browser, foreign: &Found) {
    let mut asked = Vec::new();
    for method in methods() {
        let has =
            |name: &String| name.ends_with("Id") && foreign.get(name).is_some_and(|ids| !ids.is_empty());
        if !method.fields.iter().any(|(name, _, _)| has(name)) {
            continue;
        }
        let answer = browser.call(&method.name, method.request(foreign)).await;
        let shown = answer.body.to_string();
        let leaked = foreign.values().flatten().find(|id| shown.contains(id.as_str()));
        assert_eq!(leaked, None, "{}: {shown}", method.name);
        let refused = (400..500).contains(&answer.status);
        assert!(refused || (method.is_read && answer.status == 200), "{}: {shown}", method.name);
        asked.push(method.name);
    }
    assert!(asked.len() > 1, "{asked:?} of {foreign:?}");
}

async fn forged_page_tokens(browser: &Browser) {
    let mut asked = 0;
    for method in
        methods().into_iter().filter(|method| method.fields.iter().any(|field| field.0 == "pageToken"))
    {
        asked += 1;
        for forged in ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\u{4e00}"] {
            let answer = browser.call(&method.name, json!({"pageToken": forged})).await;
            assert_eq!(answer.refusal(), (400, "PAGE_TOKEN_INVALID"), "{}: {}", method.name, answer.body);
        }
    }
    assert!(asked > 3, "{asked}");
}

async fn dead_sessions(world: &World) {
    let stranger = world.browser().await;
    let token = stranger.cookie("shiming_csrf").unwrap();
    let made_up = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
    for method in methods() {
        let act = stranger.act(Uuid::now_v7(), &format!("/api/shiming.{}", method.name));
        let cookies = format!("shiming_csrf={token}; shiming_session={made_up}");
        let response = act.header("Cookie", cookies).json(&json!({})).send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        // A picture code is asked for before a service is.
        let wanted = if body["reason"] == "CAPTCHA_WRONG" { 400 } else { 401 };
        assert_eq!(status, wanted, "{}: {body}", method.name);
        assert!(status == 400 || body["reason"] == "SESSION_INVALID", "{}: {body}", method.name);
    }
}
