//! Merges the layers and reads them into a type, collecting every complaint on the way.

use std::path::Path;

use figment::error::Kind;
use figment::providers::{Env, Format as _, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Metadata};
use serde::de::DeserializeOwned;

use super::error::describe;
use super::{ConfigError, Problem, Validate};

/// Loads the configuration of `service` (`identity`, `face-auth`, …): `default_toml`, which the binary carries, is overridden by `file`,
/// which is overridden by the environment (`SHIMING_FACE_AUTH__…`). A file that is named must exist.
pub fn load<T>(service: &str, default_toml: &str, file: Option<&Path>) -> Result<T, ConfigError>
where
    T: DeserializeOwned + Validate,
{
    let mut figment = Figment::from(Toml::string(default_toml));
    if let Some(path) = file {
        figment = figment.merge(Toml::file_exact(path));
    }
    read(&figment.merge(environment(service)))
}

fn environment(service: &str) -> Env {
    Env::prefixed(&format!("SHIMING_{}__", service.to_uppercase().replace('-', "_"))).split("__")
}

fn read<T: DeserializeOwned + Validate>(figment: &Figment) -> Result<T, ConfigError> {
    let mut tree: Dict = figment.extract().map_err(|error| ConfigError {
        problems: error.into_iter().map(|one| problem(figment, &one)).collect(),
    })?;
    let mut problems = Vec::new();
    loop {
        match T::deserialize(&Value::from(tree.clone())) {
            Ok(config) => {
                problems.extend(broken_rules(&config));
                return if problems.is_empty() { Ok(config) } else { Err(ConfigError { problems }) };
            }
            Err(error) => {
                problems.push(problem(figment, &error));
                // Only an unknown key can be set aside to look for the next complaint: any other leaves no value to go on with.
                let unknown = matches!(error.kind, Kind::UnknownField(..));
                if !unknown || !remove(&mut tree, &error.path) {
                    return Err(ConfigError { problems });
                }
            }
        }
    }
}

fn broken_rules<T: Validate>(config: &T) -> Vec<Problem> {
    let broken = config.validate().err().unwrap_or_default();
    broken.into_iter().map(|what| Problem { key: String::new(), what, origin: None }).collect()
}

fn problem(figment: &Figment, error: &figment::Error) -> Problem {
    let mut key = error.path.join(".");
    if let Kind::MissingField(field) = &error.kind {
        key = if key.is_empty() { field.to_string() } else { format!("{key}.{field}") };
    }
    let metadata = error.metadata.as_ref().or_else(|| figment.find_metadata(&key));
    Problem { key, what: describe(&error.kind), origin: metadata.map(origin) }
}

fn origin(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(source) if metadata.name.contains("file") => format!("{} {source}", metadata.name),
        _ if metadata.name.contains("environment") => metadata.name.replace('`', ""),
        _ => "the checked-in default".to_owned(),
    }
}

fn remove(tree: &mut Dict, path: &[String]) -> bool {
    match path {
        [] => false,
        [last] => tree.remove(last).is_some(),
        [first, rest @ ..] => match tree.get_mut(first) {
            Some(Value::Dict(_, inner)) => remove(inner, rest),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        store: Store,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Store {
        url: String,
        connections: u32,
    }

    impl Validate for Sample {
        fn validate(&self) -> Result<(), Vec<String>> {
            let mut broken = Vec::new();
            if self.name.is_empty() {
                broken.push("name: must not be empty".to_owned());
            }
            if self.store.connections == 0 {
                broken.push("store.connections: must be at least 1".to_owned());
            }
            if broken.is_empty() { Ok(()) } else { Err(broken) }
        }
    }

    const DEFAULT: &str = "name = \"a\"\n[store]\nurl = \"sqlite:x\"\nconnections = 4\n";

    fn with(layer: &str) -> Result<Sample, ConfigError> {
        read(&Figment::from(Toml::string(DEFAULT)).merge(Toml::string(layer)))
    }

    #[test]
    fn a_file_overrides_the_default_and_is_named_in_complaints() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[store]\nconnections = 9\n").unwrap();
        let sample: Sample = load("sample", DEFAULT, Some(file.path())).unwrap();
        assert_eq!((sample.store.connections, sample.store.url.as_str()), (9, "sqlite:x"));

        std::fs::write(file.path(), "[store]\nconections = 9\nurl = \"a\"\nurll = \"b\"\n").unwrap();
        let error = load::<Sample>("sample", DEFAULT, Some(file.path())).unwrap_err();
        let keys: Vec<_> = error.problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["store.conections", "store.urll"], "every unknown key at once");
        let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            error.problems.iter().all(|p| p.origin.as_ref().is_some_and(|o| o.contains(&name))),
            "{error}"
        );
    }

    #[test]
    fn a_named_file_must_exist() {
        let error = load::<Sample>("sample", DEFAULT, Some(Path::new("/nonexistent/x.toml"))).unwrap_err();
        assert!(error.to_string().contains("/nonexistent/x.toml"), "{error}");
    }

    #[test]
    fn complaints_never_repeat_the_value() {
        let error = with("[store]\nconnections = \"s3cret\"\n").unwrap_err();
        assert_eq!(error.problems[0].key, "store.connections");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }

    #[test]
    fn all_broken_rules_come_at_once() {
        let error = with("name = \"\"\nnonsense = 1\n[store]\nconnections = 0\n").unwrap_err();
        assert_eq!(error.problems.len(), 3, "{error}");
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "the signature of figment's jail")]
    fn the_environment_comes_last_and_knows_its_service() {
        figment::Jail::expect_with(|jail| {
            jail.set_env("SHIMING_FACE_AUTH__STORE__URL", "postgres://x");
            jail.set_env("SHIMING_IDENTITY__STORE__URL", "other");
            let sample: Sample = load("face-auth", DEFAULT, None).expect("loads");
            assert_eq!(sample.store.url, "postgres://x");
            jail.set_env("SHIMING_FACE_AUTH__STORE__URLL", "x");
            let error = load::<Sample>("face-auth", DEFAULT, None).expect_err("unknown key");
            assert_eq!(error.problems[0].key, "store.urll");
            assert!(error.to_string().contains("SHIMING_FACE_AUTH__"), "{error}");
            Ok(())
        });
    }
}
