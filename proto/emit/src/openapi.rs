//! The contract as OpenAPI 3.1: `/api/openapi.json`. What handlers of the gateway's own serve is described by hand in `by_hand.json`.

use std::collections::BTreeMap;

use prost_reflect::DescriptorPool;
use serde_json::{Map, Value, json};
use shiming_exposed::Contract;
use shiming_proto::options::v1::{PictureCodeRule, Secret};
use shiming_rpc::policy::{Idempotency, SessionRule};

use crate::comments::Refusal;
use crate::view::{Call, Choice, Field, Shape, Type, View};

const BY_HAND: &str = include_str!("by_hand.json");

const ABOUT: &str = "What the pages call, and any Connect client. Times are RFC 3339, dates YYYY-MM-DD, durations seconds such as 300s. Every \
    POST carries X-CSRF-Token, the value of the cookie __Host-shiming_csrf (over plain http: shiming_csrf) that GET /api/bootstrap sets; a call that changes something carries an \
    Idempotency-Key. Errors are application/problem+json (RFC 9457); their `reason` tells which.";

/// What any call may end in, beside its own refusals.
const ALWAYS: [&str; 5] = ["INTERNAL", "UNAVAILABLE", "OVERLOADED", "DEADLINE_EXCEEDED", "TOO_MANY_REQUESTS"];

/// The whole document, the demo's calls included.
pub(crate) fn openapi(contract: &Contract, pool: &DescriptorPool) -> Result<Value, serde_json::Error> {
    let view = View::of(contract, pool);
    let mut document: Value = serde_json::from_str(BY_HAND)?;
    document["openapi"] = "3.1.0".into();
    document["info"] = json!({"title": "Shiming gateway", "version": "1", "description": ABOUT});
    for shape in &view.shapes {
        document["components"]["schemas"][&shape.name] = object(shape);
    }
    for choice in &view.choices {
        document["components"]["schemas"][&choice.name] = choices(choice);
    }
    for call in &view.calls {
        let address = call.method.address();
        document["paths"][&address]["post"] = post(call, &view, contract);
        if call.method.get_allowed {
            document["paths"][&address]["get"] = get(call, &view);
        }
    }
    document["components"]["responses"]["Failure"] = failure(&view);
    Ok(document)
}

fn post(call: &Call<'_>, view: &View<'_>, contract: &Contract) -> Value {
    let method = call.method;
    let mut operation = operation(call, "");
    let mut parameters = vec![parameter("CsrfToken")];
    if method.policy.idempotency == Idempotency::RequestId {
        parameters.extend([parameter("IdempotencyKey"), parameter("ValidateOnly")]);
    }
    match method.edge.picture_code() {
        PictureCodeRule::Unspecified => {}
        PictureCodeRule::Always => parameters.extend(["PictureId", "PictureAnswer"].map(parameter)),
        PictureCodeRule::BeyondFree => {
            parameters.extend(["MaybePictureId", "MaybePictureAnswer"].map(parameter));
        }
    }
    operation["parameters"] = parameters.into();
    operation["requestBody"] = json!({
        "required": true,
        "content": {"application/json": {"schema": reference(&call.request)}},
    });
    let mut refusals = call.refusals.clone();
    refusals.extend(view.refusals.named("CSRF_REFUSED").cloned());
    operation["responses"] = responses(call, &refusals);
    let cookies = contract.rules().secrets(&method.output).into_keys().chain([method.edge.forget()]);
    if cookies.into_iter().any(|secret| secret != Secret::Unspecified) {
        operation["responses"]["200"]["headers"]["Set-Cookie"] =
            header("Keeps or ends what the browser holds in a cookie.");
    }
    operation
}

fn get(call: &Call<'_>, view: &View<'_>) -> Value {
    let mut operation = operation(call, "_Get");
    let fields = view.shape(&call.request).map(|shape| shape.fields.as_slice()).unwrap_or_default();
    let parameters = fields.iter().map(|field| {
        json!({
            "name": field.name,
            "in": "query",
            "required": field.required,
            "description": field.words,
            "schema": schema(&field.kind),
        })
    });
    operation["parameters"] = parameters.collect();
    operation["responses"] = responses(call, &call.refusals);
    operation
}

fn operation(call: &Call<'_>, suffix: &str) -> Value {
    let service = call.method.service();
    let tag = service.rsplit('.').next().unwrap_or(&service);
    let summary = call.words.split_inclusive(['.', ';', ':']).next().unwrap_or_default();
    let security = match call.method.policy.session {
        SessionRule::Required => json!([{"session": []}]),
        SessionRule::Optional => json!([{}, {"session": []}]),
        SessionRule::None | SessionRule::Unspecified => json!([]),
    };
    json!({
        "operationId": format!("{tag}_{}{suffix}", call.method.name()),
        "tags": [tag],
        "summary": summary.trim_end_matches(['.', ';', ':']),
        "description": call.words,
        "security": security,
    })
}

/// The answer, and the refusals by their status.
fn responses(call: &Call<'_>, refusals: &[Refusal]) -> Value {
    let kind = if call.method.streaming { "text/event-stream" } else { "application/json" };
    let words = if call.method.streaming {
        "Events without a name, whose data is this; `signed-out` is the last when the session is over."
    } else {
        "The answer."
    };
    let mut answers = Map::new();
    answers.insert(
        "200".into(),
        json!({"description": words, "content": {kind: {"schema": reference(&call.answer)}}}),
    );
    if !call.method.edge.file_name.is_empty() {
        answers["200"]["headers"]["Content-Disposition"] = header("Names the answer as a file.");
    }
    let mut by_status: BTreeMap<u16, Vec<_>> = BTreeMap::new();
    for refusal in refusals {
        by_status.entry(refusal.status).or_default().push(refusal);
    }
    for (status, refusals) in by_status {
        let words: Vec<_> = refusals.iter().map(|one| format!("{}: {}", one.reason, one.words)).collect();
        let reasons: Vec<_> = refusals.iter().map(|one| one.reason.as_str()).collect();
        answers.insert(status.to_string(), problem(&words.join("\n\n"), &reasons));
    }
    answers.insert("default".into(), json!({"$ref": "#/components/responses/Failure"}));
    answers.into()
}

fn failure(view: &View<'_>) -> Value {
    let known = ALWAYS.iter().filter_map(|reason| view.refusals.named(reason));
    let words: Vec<_> = known.map(|one| format!("{} ({}): {}", one.reason, one.status, one.words)).collect();
    problem(&format!("What may befall any call.\n\n{}", words.join("\n\n")), &ALWAYS)
}

fn problem(words: &str, reasons: &[&str]) -> Value {
    let schema = json!({
        "$ref": "#/components/schemas/Problem",
        "properties": {"reason": {"description": "Which of them it is.", "enum": reasons}},
    });
    json!({"description": words, "content": {"application/problem+json": {"schema": schema}}})
}

fn header(words: &str) -> Value {
    json!({"description": words, "schema": {"type": "string"}})
}

fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn object(shape: &Shape) -> Value {
    let properties: Map<_, _> =
        shape.fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    let required: Vec<_> =
        shape.fields.iter().filter(|field| field.required).map(|field| &*field.name).collect();
    let mut schema = json!({"type": "object", "description": shape.words, "properties": properties});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if shape.asked {
        // What the contract doesn't know is refused; an answer may hold what only a newer service knows.
        schema["additionalProperties"] = false.into();
    }
    schema
}

fn property(field: &Field) -> Value {
    let mut property = schema(&field.kind);
    property["description"] = field.words.as_str().into();
    property
}

fn choices(choice: &Choice) -> Value {
    let words: Vec<_> = choice.values.iter().map(|(_, words)| words.as_str()).collect();
    let names: Vec<_> = choice.values.iter().map(|(name, _)| name.as_str()).collect();
    json!({"type": "string", "description": format!("{}\n\n{}", choice.words, words.join("\n\n")), "enum": names})
}

fn schema(kind: &Type) -> Value {
    match kind {
        Type::Flag => json!({"type": "boolean"}),
        Type::Integer => json!({"type": "integer", "format": "int32"}),
        Type::Number => json!({"type": "number"}),
        Type::LongInteger => json!({"type": "string", "pattern": "^-?[0-9]+$"}),
        Type::Text => json!({"type": "string"}),
        Type::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Type::Time => json!({"type": "string", "format": "date-time"}),
        Type::Duration => json!({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"}),
        Type::Choice(name, None) | Type::Shape(name) => reference(name),
        Type::Choice(name, Some(zero)) => json!({"anyOf": [reference(name), {"const": zero}]}),
        Type::List(one) => json!({"type": "array", "items": schema(one)}),
        Type::Map(one) => json!({"type": "object", "additionalProperties": schema(one)}),
    }
}
