//! The real contract is read whole, and each kind of nonsense is refused by name.

use std::path::Path;

use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use shiming_proto::options::v1::{Fact, Secret};

use super::*;

const FILE: &str = "shiming/sample/v1/sample.proto";

struct Source(String);

impl FileResolver for Source {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == FILE { File::from_source(name, &self.0) } else { Err(protox::Error::file_not_found(name)) }
    }
}

/// A contract with one more service, which has `body` in it.
pub(super) fn pool(method: &str, messages: &str) -> DescriptorPool {
    let source = format!(
        r#"syntax = "proto3";
        package shiming.sample.v1;
        import "google/protobuf/duration.proto";
        import "google/protobuf/timestamp.proto";
        import "shiming/options/v1/edge.proto";
        import "shiming/options/v1/policy.proto";
        service SampleService {{ {method} }}
        {messages}"#
    );
    let mut resolver = ChainFileResolver::new();
    resolver.add(Source(source));
    resolver.add(IncludeFileResolver::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file(FILE).unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

/// A method that the gateway may call.
pub(super) fn method(idempotency: &str, session: &str, edge: &str, input: &str, output: &str) -> String {
    format!(
        "rpc Sample({input}) returns ({output}) {{
            option (shiming.options.v1.policy) = {{
                callers: [CALLER_KIND_GATEWAY]
                session: SESSION_RULE_{session}
                timeout: {{seconds: 5}}
                idempotency: IDEMPOTENCY_{idempotency}
            }};
            option (shiming.options.v1.edge) = {{{edge}}};
        }}"
    )
}

fn refusal(method: &str, messages: &str) -> String {
    Contract::from_pool(&pool(method, messages)).unwrap_err().to_string()
}

const MUTATION: &str = "message Ask { string request_id = 1; bool validate_only = 2; } message Answer {}";
const READ: &str = "message Ask {} message Answer {}";

fn mutation(edge: &str) -> String {
    method("REQUEST_ID", "NONE", edge, "Ask", "Answer")
}

fn read(edge: &str) -> String {
    method("READ", "NONE", edge, "Ask", "Answer")
}

#[test]
fn the_real_contract_makes_sense() {
    let contract = Contract::read().unwrap();
    let find = |name: &str| contract.methods().find(|method| method.name() == name).unwrap();
    assert!(contract.methods().count() > 30);
    assert!(contract.methods().all(|method| method.name() != "IntrospectSession"));
    assert!(contract.by_hand().any(|method| method.name() == "SubmitCapture"));
    assert_eq!(find("GetSession").address(), "/api/shiming.identity.v1.SessionService/GetSession");
    assert_eq!(find("GetSession").service(), "shiming.identity.v1.SessionService");
    for (name, allowed) in [
        ("GetSession", true),
        ("GetCollection", true),
        ("WatchCounts", true),
        ("LookUpEnterprise", false),
        ("LogIn", false),
    ] {
        assert_eq!(find(name).get_allowed, allowed, "{name}");
    }
    assert!(find("WatchCounts").streaming && find("ListDemoSms").is_demo());
    for method in contract.methods() {
        // A client that was generated asks by GET what says so, and nothing else.
        assert_eq!(
            method::is_free_of_side_effects(&method.descriptor),
            method.get_allowed,
            "{}",
            method.path
        );
    }
    let token = find("LogIn").output.get_field_by_name("session_token").unwrap();
    assert_eq!(contract.rules().of(&token).secret(), Secret::Session);
}

#[test]
fn what_makes_sense_is_read() {
    let contract = Contract::from_pool(&pool(&mutation("forget: SECRET_SESSION"), MUTATION)).unwrap();
    assert!(contract.methods().any(|method| method.name() == "Sample" && !method.get_allowed));
    let contract = Contract::from_pool(&pool(&read(""), READ)).unwrap();
    assert!(contract.methods().any(|method| method.name() == "Sample" && method.get_allowed));
}

#[test]
fn nothing_personal_is_asked_for_in_a_url() {
    let asks = |field: &str| {
        let messages = format!(
            "message Ask {{ Inner inner = 1; }} message Inner {{ {field} Inner more = 9; }} message Answer {{}}"
        );
        let contract = Contract::from_pool(&pool(&read(""), &messages)).unwrap();
        contract.methods().find(|method| method.name() == "Sample").unwrap().get_allowed
    };
    assert!(asks("string plain = 1;"));
    assert!(!asks("string number = 1 [debug_redact = true];"));
    assert!(asks("string number = 1 [debug_redact = true, (shiming.options.v1.field).internal = true];"));
}

#[test]
fn what_costs_is_not_asked_for_by_get() {
    for edge in ["budget: BUDGET_CODES", "picture_code: PICTURE_CODE_RULE_ALWAYS"] {
        let contract = Contract::from_pool(&pool(&read(edge), READ)).unwrap();
        assert!(contract.methods().all(|method| method.name() != "Sample" || !method.get_allowed));
    }
}

#[test]
fn nonsense_of_a_method_is_refused_by_name() {
    let stream = |edge: &str| read(edge).replace("returns (Answer)", "returns (stream Answer)");
    let secret = "[debug_redact = true, (shiming.options.v1.field).secret = SECRET_SESSION]";
    let answer = format!("message Ask {{}} message Answer {{ string token = 1 {secret}; }}");
    let cases = [
        (read("").replace("(Ask)", "(stream Ask)"), READ.to_owned(), "stream of requests"),
        (
            mutation("").replace("returns (Answer)", "returns (stream Answer)"),
            MUTATION.to_owned(),
            "changes something",
        ),
        (stream("picture_code: PICTURE_CODE_RULE_ALWAYS"), READ.to_owned(), "can't send"),
        (read(""), answer, "sets a cookie"),
        (
            mutation("").replace(
                "option (shiming.options.v1.policy)",
                "option idempotency_level = NO_SIDE_EFFECTS; option (shiming.options.v1.policy)",
            ),
            MUTATION.to_owned(),
            "no side effects",
        ),
        (read("forget: SECRET_SESSION"), READ.to_owned(), "ends a cookie"),
        (mutation(""), READ.to_owned(), "no"),
        (mutation(""), MUTATION.replace("string request_id", "int32 request_id"), "request_id"),
        (mutation(""), MUTATION.replace("bool validate_only", "string validate_only"), "validate_only"),
        (read(""), MUTATION.to_owned(), "doesn't use"),
        (read("file_name: \"../x\""), READ.to_owned(), "file name is none"),
        (mutation("file_name: \"x.json\""), MUTATION.to_owned(), "can't be asked for by GET"),
        (
            read(""),
            "message Ask { string message = 1; } message Answer {}".to_owned(),
            "parameter of every GET",
        ),
        (read("budget: BUDGET_CODES by_hand: true forget: SECRET_SESSION"), READ.to_owned(), "by hand"),
        (read("").replace("GATEWAY]", "OPERATOR]"), READ.to_owned(), "may not call"),
        (
            method("READ", "REQUIRED", "", "Ask", "Answer"),
            format!("message Ask {{ string token = 1 {secret}; }} message Answer {{}}"),
            "both in the metadata",
        ),
        (
            read(""),
            format!(
                "message Ask {{ string one = 1 {secret}; string two = 2 {secret}; }} message Answer {{}}"
            ),
            "in two fields",
        ),
        (
            read(""),
            format!(
                "message Ask {{ Inner inner = 1; }} message Inner {{ string token = 1 {secret}; }} message Answer {{}}"
            ),
            "below the first level",
        ),
    ];
    for (method, messages, words) in cases {
        let refusal = refusal(&method, &messages);
        assert!(refusal.starts_with("shiming.sample.v1.SampleService.Sample: "), "{refusal}");
        assert!(refusal.contains(words), "{refusal} / {words}");
    }
}

#[test]
fn nonsense_of_a_field_is_refused_by_name() {
    let rule = "(shiming.options.v1.field)";
    let cases = [
        (format!("int32 it = 1 [debug_redact = true, {rule}.secret = SECRET_SESSION]"), "is a string"),
        (
            format!("repeated string it = 1 [debug_redact = true, {rule}.secret = SECRET_SESSION]"),
            "neither repeated",
        ),
        (
            format!("optional string it = 1 [debug_redact = true, {rule}.secret = SECRET_SESSION]"),
            "nor optional",
        ),
        (format!("string it = 1 [{rule}.secret = SECRET_SESSION]"), "debug_redact"),
        (
            format!(
                "string it = 1 [debug_redact = true, {rule}.secret = SECRET_SESSION, {rule}.internal = true]"
            ),
            "can't be internal",
        ),
        (format!("string it = 1 [{rule}.internal = true, {rule}.required = true]"), "can't be required"),
    ];
    for (field, words) in cases {
        let refusal = refusal(&read(""), &format!("message Ask {{ {field}; }} message Answer {{}}"));
        assert!(refusal.starts_with("shiming.sample.v1.Ask.it: "), "{refusal}");
        assert!(refusal.contains(words), "{refusal} / {words}");
    }
}

#[test]
fn a_contract_without_the_options_is_none() {
    let error = Contract::from_pool(&DescriptorPool::new()).unwrap_err();
    assert!(matches!(error, ContractError::Policy(PolicyError::NoOption)), "{error}");
}

/// Facts that a masked one can be computed from, beside the fact itself.
fn tellers(masked: Fact) -> &'static [Fact] {
    match masked {
        Fact::DocumentNumber => &[Fact::BirthDate, Fact::Sex],
        _ => &[],
    }
}

/// Every fact that a message tells, at any depth, with the field that tells it.
fn facts(
    rules: &Rules,
    message: &MessageDescriptor,
    seen: &mut Vec<String>,
    told: &mut Vec<(Fact, bool, String)>,
) {
    if seen.iter().any(|name| name == message.full_name()) {
        return;
    }
    seen.push(message.full_name().to_owned());
    for field in message.fields() {
        let rule = rules.of(&field);
        if rule.states() != Fact::Unspecified {
            told.push((rule.states(), rule.masked, field.full_name().to_owned()));
        }
        if let Some(inner) = field.kind().as_message() {
            facts(rules, inner, seen, told);
        }
    }
}

#[test]
fn no_answer_tells_what_it_masks() {
    let (pool, contract) = (policy::pool().unwrap(), Contract::read().unwrap());
    let methods = pool.services().filter(|one| one.full_name().starts_with("shiming."));
    let mut masked_facts = 0;
    for method in methods.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let mut told = Vec::new();
        facts(&contract.rules, &method.output(), &mut Vec::new(), &mut told);
        for (masked, _, hidden) in told.iter().filter(|(_, is_masked, _)| *is_masked) {
            masked_facts += 1;
            let mut whole = told.iter().filter(|(_, is_masked, _)| !*is_masked);
            let teller = whole.find(|(fact, ..)| fact == masked || tellers(*masked).contains(fact));
            // An applicant's whole name stands beside the representative's masked one: two people.
            let teller = teller.filter(|(fact, ..)| *fact != Fact::Name);
            assert_eq!(teller, None, "{}: {hidden} can be computed", method.full_name());
        }
    }
    assert!(masked_facts > 10, "the contract's options are read");
}

#[test]
fn what_looks_like_a_fact_about_a_person_says_which() {
    const WORDS: [&str; 8] = ["birth", "birthday", "sex", "gender", "age", "region", "masked", "mobile"];
    let (pool, contract) = (policy::pool().unwrap(), Contract::read().unwrap());
    let services = pool.services().filter(|one| one.full_name().starts_with("shiming."));
    let mut silent = std::collections::BTreeSet::new();
    for method in services.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let mut seen = Vec::new();
        facts(&contract.rules, &method.output(), &mut seen, &mut Vec::new());
        for field in
            seen.iter().flat_map(|name| pool.get_message_by_name(name).unwrap().fields().collect::<Vec<_>>())
        {
            let looks = field.name().split('_').any(|word| WORDS.contains(&word));
            if looks && contract.rules.of(&field).states() == Fact::Unspecified {
                silent.insert(field.full_name().to_owned());
            }
        }
    }
    assert_eq!(silent, std::collections::BTreeSet::new(), "say `states`, and `masked`, in the contract");
}
