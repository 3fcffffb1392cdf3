//! A request's JSON, or a GET's parameters, as a message.
//!
//! Refusals name the field by its JSON path and never repeat a value.

use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use url::form_urlencoded;

use crate::rules::Rules;

const VALIDATE_ONLY: &str = "validateOnly";

/// The part of a request that can't be taken, by its path in JSON; `body` for the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not what it should be.
    Malformed(String),
    /// There is no such thing, or none that a browser may say.
    Unknown(String),
}

/// Reads protobuf.
pub fn from_proto(input: &MessageDescriptor, wire: &[u8]) -> Result<DynamicMessage, Unreadable> {
    DynamicMessage::decode(input.clone(), wire).map_err(|_| malformed("body"))
}

/// Reads canonical proto3 JSON. Names may be spelled as in JSON or as in the contract; what the message doesn't have is refused.
pub fn from_json(input: &MessageDescriptor, json: &[u8]) -> Result<DynamicMessage, Unreadable> {
    let mut track = serde_path_to_error::Track::new();
    let mut source = serde_json::Deserializer::from_slice(json);
    let tracked = serde_path_to_error::Deserializer::new(&mut source, &mut track);
    let read = DynamicMessage::deserialize_with_options(input.clone(), tracked, &DeserializeOptions::new());
    match read {
        Ok(message) => source.end().map(|()| message).map_err(|_| malformed("body")),
        Err(error) => Err(wrong_json(&track.path(), &error)),
    }
}

/// Reads a query: parameters are called like the request's fields, and repeated for lists.
pub fn from_query(input: &MessageDescriptor, query: &str) -> Result<DynamicMessage, Unreadable> {
    let mut fields: Vec<(FieldDescriptor, Vec<String>)> = Vec::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let field = input.get_field_by_json_name(&name).or_else(|| input.get_field_by_name(&name));
        let field = field.ok_or_else(|| unknown(&name))?;
        let value = json_of(&field, &text).ok_or_else(|| malformed(field.json_name()))?;
        match fields.iter_mut().find(|known| known.0 == field) {
            Some(known) if field.is_list() => known.1.push(value),
            Some(_) => return Err(malformed(field.json_name())),
            None => fields.push((field, vec![value])),
        }
    }
    let members = fields.iter().map(|(field, values)| {
        let values = values.join(",");
        let list = field.is_list();
        format!(
            "\"{}\":{}{values}{}",
            field.json_name(),
            if list { "[" } else { "" },
            if list { "]" } else { "" }
        )
    });
    from_json(input, format!("{{{}}}", members.collect::<Vec<_>>().join(",")).as_bytes())
}

/// A parameter's text as JSON: a string, which canonical JSON takes for numbers too. Whether it fits is the reader's to say.
fn json_of(field: &FieldDescriptor, text: &str) -> Option<String> {
    let quoted = || serde_json::to_string(text).ok();
    match field.kind() {
        _ if field.is_map() => None,
        Kind::Bool => matches!(text, "true" | "false").then(|| text.to_owned()),
        Kind::Enum(_) => text.parse::<i32>().map_or_else(|_| quoted(), |number| Some(number.to_string())),
        Kind::Message(message) => {
            matches!(message.full_name(), "google.protobuf.Timestamp" | "google.protobuf.Duration")
                .then(quoted)
                .flatten()
        }
        _ => quoted(),
    }
}

/// Refuses what is not the browser's to say: secrets, which only cookies hold, and what services tell one another.
pub fn refuse_hidden(message: &DynamicMessage, rules: &Rules) -> Result<(), Unreadable> {
    match hidden(message, rules) {
        Some(path) => Err(unknown(&path)),
        None => Ok(()),
    }
}

fn hidden(message: &DynamicMessage, rules: &Rules) -> Option<String> {
    message.fields().find_map(|(field, value)| {
        let name = field.json_name();
        if rules.is_hidden(&field) {
            return Some(name.to_owned());
        }
        let inside = |value: &Value| value.as_message().and_then(|message| hidden(message, rules));
        match value {
            Value::Message(_) => inside(value).map(|rest| format!("{name}.{rest}")),
            Value::List(list) => list
                .iter()
                .enumerate()
                .find_map(|(index, value)| inside(value).map(|rest| format!("{name}[{index}].{rest}"))),
            Value::Map(map) => map.values().find_map(inside).map(|rest| format!("{name}.{rest}")),
            _ => None,
        }
    })
}

/// Whether the query of a POST asks for a dry run, where that is possible; nothing else is said there.
pub fn dry_run(query: &str, possible: bool) -> Result<Option<bool>, Unreadable> {
    let mut found = None;
    for (given, text) in form_urlencoded::parse(query.as_bytes()) {
        found = match (given == VALIDATE_ONLY && possible, &*text) {
            (true, "true") => Some(true),
            (true, "false") => Some(false),
            (true, _) => return Err(malformed(VALIDATE_ONLY)),
            (false, _) => return Err(unknown(&given)),
        };
    }
    Ok(found)
}

fn malformed(field: &str) -> Unreadable {
    Unreadable::Malformed(field.to_owned())
}

fn unknown(field: &str) -> Unreadable {
    Unreadable::Unknown(printable(field))
}

/// A name that a stranger made up, as far as it looks like one.
fn printable(name: &str) -> String {
    name.chars().filter(|one| one.is_ascii_alphanumeric() || "_.[]-".contains(*one)).take(100).collect()
}

fn wrong_json(path: &serde_path_to_error::Path, error: &serde_json::Error) -> Unreadable {
    let path = path.to_string();
    let path = if path == "." { String::new() } else { json_path(&path) };
    // The reader's only way to say so.
    let text = error.to_string();
    match text.strip_prefix("unrecognized field name '").and_then(|rest| rest.split('\'').next()) {
        Some(name) if path.is_empty() => unknown(name),
        Some(name) => unknown(&format!("{path}.{name}")),
        None if path.is_empty() => malformed("body"),
        None => malformed(&printable(&path)),
    }
}

/// A field's path as JSON spells it: services name fields as the contract does.
pub fn json_path(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut up = false;
    for character in field.chars() {
        if character == '_' {
            up = true;
        } else if std::mem::take(&mut up) {
            text.extend(character.to_uppercase());
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use prost_reflect::DescriptorPool;

    use super::*;
    use crate::tests::pool;

    const MESSAGES: &str = r"
        enum Sort { SORT_UNSPECIFIED = 0; SORT_ONE = 1; }
        message Ask {
            string plain_text = 1; int32 page_size = 2; int64 large = 3; repeated string names = 4; Sort sort = 5;
            bool on = 6; google.protobuf.Duration length = 7; google.protobuf.Timestamp time = 8; Inner inner = 9;
            repeated Inner inners = 10; map<string, string> words = 11;
        }
        message Inner {
            string shown_text = 1;
            string told = 2 [(shiming.options.v1.field).internal = true];
        }";

    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| pool("", MESSAGES));

    fn input() -> (MessageDescriptor, Rules) {
        let pool = POOL.clone();
        (pool.get_message_by_name("shiming.sample.v1.Ask").unwrap(), Rules::read(&pool).unwrap())
    }

    fn refusal<T>(read: Result<T, Unreadable>) -> (String, &'static str) {
        match read.map(|_| ()).unwrap_err() {
            Unreadable::Malformed(field) => (field, "MALFORMED"),
            Unreadable::Unknown(field) => (field, "UNKNOWN"),
        }
    }

    #[test]
    fn canonical_json_is_read_in_all_its_spellings() {
        let (input, _) = input();
        let camel = r#"{"plainText":"a","pageSize":5,"large":"7","names":["x"],"sort":"SORT_ONE","length":"3s",
            "time":"2026-11-01T08:00:00Z","inner":{"shownText":"b"}}"#;
        let snake = r#"{"plain_text":"a","page_size":"5","large":7,"names":["x"],"sort":1,"length":"3.0s",
            "time":"2026-11-01T08:00:00.000Z","inner":{"shown_text":"b"},"on":null}"#;
        let (camel, snake) =
            (from_json(&input, camel.as_bytes()).unwrap(), from_json(&input, snake.as_bytes()).unwrap());
        assert!(camel == snake);
    }

    #[test]
    fn a_refusal_names_the_field_and_not_the_value() {
        let (input, _) = input();
        let number = "640101199003070015";
        for (json, field, reason) in [
            (format!(r#"{{"pageSize":"{number}"}}"#), "pageSize", "MALFORMED"),
            (format!(r#"{{"page_size":"{number}"}}"#), "pageSize", "MALFORMED"),
            (format!(r#"{{"inner":{{"shown_text":{number}}}}}"#), "inner.shownText", "MALFORMED"),
            (
                format!(r#"{{"inners":[{{}},{{"shownText":[{number}]}}]}}"#),
                "inners[1].shownText",
                "MALFORMED",
            ),
            (format!(r#"{{"sort":"{number}"}}"#), "sort", "MALFORMED"),
            (format!(r#"{{"time":"{number}"}}"#), "time", "MALFORMED"),
            (format!(r#"{{"{number}号":1}}"#), number, "UNKNOWN"),
            (format!(r#"{{"inner":{{"other":"{number}"}}}}"#), "inner.other", "UNKNOWN"),
            ("nonsense".to_owned(), "body", "MALFORMED"),
            ("[]".to_owned(), "body", "MALFORMED"),
            ("{} {}".to_owned(), "body", "MALFORMED"),
            (String::new(), "body", "MALFORMED"),
        ] {
            let (named, why) = refusal(from_json(&input, json.as_bytes()));
            assert_eq!((named.as_str(), why), (field, reason), "{json}");
        }
    }

    #[test]
    fn a_query_is_read_like_json() {
        let (input, _) = input();
        let query = "plainText=a%20b&page_size=5&large=7&names=x&names=y&sort=SORT_ONE&on=true&length=3s";
        let json = br#"{"plainText":"a b","pageSize":5,"large":"7","names":["x","y"],"sort":1,"on":true,"length":"3s"}"#;
        assert!(from_query(&input, query).unwrap() == from_json(&input, json).unwrap());
        assert!(from_query(&input, "").unwrap() == from_json(&input, b"{}").unwrap());
        for (query, field, reason) in [
            ("pageSize=many", "pageSize", "MALFORMED"),
            ("pageSize=1&page_size=2", "pageSize", "MALFORMED"),
            ("inner=x", "inner", "MALFORMED"),
            ("words=x", "words", "MALFORMED"),
            ("on=1", "on", "MALFORMED"),
            ("other=x", "other", "UNKNOWN"),
        ] {
            let (named, why) = refusal(from_query(&input, query));
            assert_eq!((named.as_str(), why), (field, reason), "{query}");
        }
    }

    #[test]
    fn what_is_not_the_browsers_to_say_is_refused_at_any_depth() {
        let (input, rules) = input();
        assert!(rules.hides(&input));
        for (json, path) in [
            (r#"{"inner":{"told":"x"}}"#, "inner.told"),
            (r#"{"inners":[{},{"told":"x"}]}"#, "inners[1].told"),
        ] {
            let message = from_json(&input, json.as_bytes()).unwrap();
            assert_eq!(refusal(refuse_hidden(&message, &rules)).0, path);
        }
        let message = from_json(&input, br#"{"inner":{"shownText":"x"}}"#).unwrap();
        assert!(refuse_hidden(&message, &rules).is_ok());
    }

    #[test]
    fn a_post_takes_one_parameter_if_any() {
        assert_eq!(dry_run("", true).unwrap(), None);
        assert_eq!(dry_run("validateOnly=true", true).unwrap(), Some(true));
        for (query, allowed) in [("validateOnly=true", false), ("validateOnly=1", true), ("other=true", true)]
        {
            assert!(dry_run(query, allowed).is_err(), "{query}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_strangers_send_makes_it_panic(json: Vec<u8>, text in "\\PC{0,200}", query in "(([a-zA-Z_]{1,9}|plainText|names|inner)=[^&]{0,9}&?){0,5}") {
            let (input, rules) = input();
            for read in [from_json(&input, &json), from_json(&input, text.as_bytes()), from_query(&input, &query), from_query(&input, &text)] {
                match read {
                    Ok(message) => drop(refuse_hidden(&message, &rules)),
                    Err(Unreadable::Malformed(field) | Unreadable::Unknown(field)) => prop_assert!(field.len() <= 100),
                }
            }
        }

        #[test]
        fn texts_come_through_a_query_whole(text in "\\PC{0,60}") {
            let (input, _) = input();
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("plainText", &text).finish();
            let message = from_query(&input, &query).unwrap();
            prop_assert_eq!(message.get_field_by_name("plain_text").unwrap().as_str().unwrap().to_owned(), text);
        }
    }
}
