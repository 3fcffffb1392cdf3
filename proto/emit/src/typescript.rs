//! The contract in TypeScript, for the pages: `web/src/api/contract.ts`.

use std::fmt::Write as _;

use shiming_proto::options::v1::PictureCodeRule;
use shiming_rpc::policy::Idempotency;

use crate::view::{Call, Choice, Shape, Type, View};

const HEAD: &str = "\
// Made from the contract (proto/shiming) by `make contract`. Changes belong there.
//
// Times are RFC 3339, durations seconds such as \"300s\". A request's fields may be left out unless they are needed; what an answer may lack
// has a question mark.

import { addressOf, call, read, watch, type CallOptions, type PictureCode, type Watcher } from './client';
";

/// The whole file.
pub(crate) fn typescript(view: &View<'_>) -> String {
    let mut code = HEAD.to_owned();
    for choice in &view.choices {
        code += &union(choice);
    }
    for shape in &view.shapes {
        code += &interface(shape);
    }
    let mut service = String::new();
    for call in &view.calls {
        if service != call.method.service() {
            service = call.method.service();
            let _ = write!(code, "\n// {service}\n");
        }
        code += &function(call, view);
    }
    code
}

fn union(choice: &Choice) -> String {
    let mut code = format!("\n{}export type {} =", doc("", &choice.words), choice.name);
    for (name, words) in &choice.values {
        let _ = write!(code, "\n{}  | '{name}'", doc("  ", words));
    }
    code + ";\n"
}

fn interface(shape: &Shape) -> String {
    let head = doc("", &shape.words);
    if shape.fields.is_empty() {
        return format!("\n{head}export type {} = Record<string, never>;\n", shape.name);
    }
    let mut code = format!("\n{head}export interface {} {{\n", shape.name);
    for field in &shape.fields {
        let mark = if field.required { "" } else { "?" };
        let _ =
            writeln!(code, "{}  {}{mark}: {};", doc("  ", &field.words), field.name, type_name(&field.kind));
    }
    code + "}\n"
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::Flag => "boolean".to_owned(),
        Type::Integer | Type::Number => "number".to_owned(),
        Type::LongInteger | Type::Text | Type::Bytes | Type::Time | Type::Duration => "string".to_owned(),
        Type::Choice(name, None) | Type::Shape(name) => name.clone(),
        Type::Choice(name, Some(zero)) => format!("{name} | '{zero}'"),
        Type::List(one) => match one.as_ref() {
            Type::Choice(_, Some(_)) => format!("({})[]", type_name(one)),
            _ => format!("{}[]", type_name(one)),
        },
        Type::Map(one) => format!("Record<string, {}>", type_name(one)),
    }
}

/// A function for one call. An empty request is no parameter, one that needs nothing may be left out.
fn function(call: &Call<'_>, view: &View<'_>) -> String {
    let Call { method, request, answer, .. } = call;
    let fields = view.shape(request).map(|shape| shape.fields.as_slice()).unwrap_or_default();
    let (asked, given) = match fields {
        [] => (String::new(), "{}"),
        fields if fields.iter().any(|field| field.required) => (format!("request: {request}, "), "request"),
        _ => (format!("request: {request} = {{}}, "), "request"),
    };
    let options = match method.edge.picture_code() {
        PictureCodeRule::Always => "options: CallOptions & { pictureCode: PictureCode }",
        _ => "options?: CallOptions",
    };
    let (how, last, options) = match (method.streaming, method.get_allowed) {
        (true, _) => ("watch", "watcher", format!("watcher: Watcher<{answer}>")),
        (false, true) => ("read", "options", options.to_owned()),
        (false, false) => ("call", "options", options.to_owned()),
    };
    let name = camel(method.name());
    let path = method.path.trim_start_matches('/');
    let mut code = format!(
        "\n{}export const {name} = ({asked}{options}) =>\n  {how}<{answer}>('{path}', {given}, {last});\n",
        doc("", &words(call)),
    );
    if !method.edge.file_name.is_empty() {
        let asked = asked.trim_end_matches(", ");
        code += &doc("", &format!("Where browsers find the answer of {name} as a file."));
        let _ = writeln!(code, "export const {name}Address = ({asked}) => addressOf('{path}', {given});");
    }
    code
}

/// The comment, and why the call may be refused beside what may befall any.
fn words(call: &Call<'_>) -> String {
    let reasons: Vec<_> = call.refusals.iter().map(|refusal| refusal.reason.as_str()).collect();
    let again = match call.method.policy.idempotency {
        Idempotency::RequestId => " Done once per key.",
        _ => "",
    };
    format!("{}\n\nRefused with {}.{again}", call.words, reasons.join(", "))
}

fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A comment, filled to lines of readable length.
fn doc(indent: &str, words: &str) -> String {
    const WIDTH: usize = 120;
    let one = format!("{indent}/** {words} */\n");
    if words.is_empty() {
        return String::new();
    }
    if !words.contains('\n') && one.chars().count() <= WIDTH {
        return one;
    }
    let mut code = format!("{indent}/**\n");
    for line in words.split('\n') {
        let mut filled = format!("{indent} *");
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            if filled.chars().count() + 1 + word.chars().count() > WIDTH {
                code += &filled;
                code.push('\n');
                filled = format!("{indent} *");
            }
            filled.push(' ');
            filled += word;
        }
        code += &filled;
        code.push('\n');
    }
    code + indent + " */\n"
}
