//! One shape for every service: `lib.rs` says what it owns, `main.rs` hands it to the frame, and a use case takes its arguments in one
//! order.

use crate::breach::Breach;

const SERVICES: [&str; 4] = ["identity", "face-auth", "enterprise-binding", "messaging"];
/// What `lib.rs` may have, in lines.
const LIB: usize = 100;
/// What `main.rs` may have.
const MAIN: usize = 5;
/// The order: what the use case works with, who calls, which intent; then its own.
const ORDER: [&str; 3] = ["App", "CallContext", "RequestMeta"];

/// Breaches in the file at `path`; files outside the services' `src` have none.
pub(crate) fn check(path: &str, text: &str) -> Option<Breach> {
    let (service, file) = path.strip_prefix("services/")?.split_once("/src/")?;
    if !SERVICES.contains(&service) {
        return None;
    }
    let lines = text.lines().count();
    match file {
        "lib.rs" if lines > LIB => {
            let rule =
                format!("{lines} lines; what a service owns is said in {LIB}, the rest is the frame's");
            Some(Breach::new(path, 0, rule))
        }
        "main.rs" if lines > MAIN => Some(Breach::new(
            path,
            0,
            format!("{lines} lines; the process is the frame's, {MAIN} hand it over"),
        )),
        _ if file.starts_with("app/") => order(path, text),
        _ => None,
    }
}

/// A use case is the function that is called as its file.
fn order(path: &str, text: &str) -> Option<Breach> {
    let name = path.rsplit_once('/')?.1.strip_suffix(".rs")?;
    let start = text.find(&format!("async fn {name}("))?;
    let line = text[..start].lines().count() + 1;
    let arguments = text[start..].split_once('(')?.1.split_once(')')?.0;
    let places: Vec<_> = arguments.split(',').filter_map(place).collect();
    (!places.is_sorted()).then(|| {
        Breach::new(
            path,
            line,
            format!("`{name}` takes its arguments in another order than {}", ORDER.join(", ")),
        )
    })
}

/// Where an argument stands in the order; its own ones come last.
fn place(argument: &str) -> Option<usize> {
    let (_, kind) = argument.split_once(':')?;
    let kind = kind.trim().trim_start_matches('&').trim_start_matches("Arc<").trim_end_matches('>');
    Some(ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &str, text: &str) -> Option<String> {
        check(path, text).map(|breach| breach.to_string())
    }

    #[test]
    fn a_long_lib_or_main_is_refused() {
        let long = "\n".repeat(LIB + 1);
        assert!(refusal("services/identity/src/lib.rs", &long).unwrap().contains("101 lines"));
        assert!(refusal("services/identity/src/main.rs", &"\n".repeat(6)).unwrap().contains("6 lines"));
        assert_eq!(refusal("services/all-in-one/src/main.rs", &long), None);
        assert_eq!(refusal("services/identity/src/main.rs", "fn main() {}\n"), None);
    }

    #[test]
    fn a_use_case_takes_its_arguments_in_one_order() {
        let path = "services/messaging/src/app/inbox/read_message.rs";
        let right = "pub(crate) async fn read_message(\n    app: &App,\n    caller: &CallContext,\n    request: RequestMeta,\n    id: MessageId,\n) {}";
        assert_eq!(refusal(path, right), None);
        let wrong = "\nasync fn read_message(app: &Arc<App>, id: MessageId, request: RequestMeta) {}";
        assert!(refusal(path, wrong).unwrap().contains("read_message.rs:2"));
        assert_eq!(refusal(path, &wrong.replace("read_message(", "attempt(")), None, "no use case");
    }
}
