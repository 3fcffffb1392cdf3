//! Settings of the identity service; the checked-in defaults stand in `config/default.toml`.

use serde::Deserialize;

pub use crate::app::rules::Rules;

/// What identity can be told beside what every service can.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Limits and lifetimes.
    pub rules: Rules,
}

impl shiming_service::Settings for Settings {
    fn problems(&self, _embedded: bool) -> Vec<String> {
        self.rules.problems()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Identity;

    fn load(more: &str) -> Result<Rules, String> {
        let needed = toml::toml! {
            [keyring]
            current = 1
            keys = { 1 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }
            [listen]
            grpc = "127.0.0.1:0"
            plaintext_loopback = true
            [peers]
            face_auth = { uri = "http://a:1" }
            messaging = { uri = "http://b:1" }
        };
        let mut table: toml::Table = more.parse().unwrap();
        table.extend(needed);
        let config = shiming_service::load_over::<Identity>(&table).map_err(|error| error.to_string())?;
        Ok(config.own.rules)
    }

    #[test]
    fn the_defaults_are_the_rules_of_the_domain() {
        let rules = load("").unwrap();
        assert_eq!(rules.session().idle, Duration::from_mins(30));
        assert_eq!(rules.session().absolute, Duration::from_hours(12));
        assert_eq!((rules.code().lifetime, rules.code().tries), (Duration::from_mins(5), 5));
        assert_eq!(rules.sending().map(|limit| limit.most), [1, 5, 10]);
        assert_eq!((rules.wrong_tries_per_day, rules.persons_per_mobile), (10, 3));
    }

    #[test]
    fn rules_that_make_no_sense_stop_the_start() {
        for (rules, complaint) in [
            ("[rules]\nguardian_consent_under_age = 10\n", "guardian_consent_under_age"),
            ("[rules]\ncode_tries = 0\n", "code_tries"),
            ("[rules]\nsession_idle = \"13h\"\n", "session_idle"),
            ("[rules]\nmobile_pattern = \"(\"\n", "mobile_pattern"),
            ("[rules]\nsesion_idle = \"1h\"\n", "sesion_idle"),
        ] {
            let error = load(rules).unwrap_err();
            assert!(error.contains(complaint), "{rules}: {error}");
        }
    }
}
