//! Merges the layers and reads them into a type, collecting every complaint on the way.

use std::path::Path;

use figment::error::Kind;
use figment::providers::{Env, Format as _, Serialized, Toml};
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
    Layers::new(service, default_toml).file(file).read()
}

/// Where a configuration comes from, for those who need more than [`load`].
#[derive(Clone, Debug)]
pub struct Layers {
    figment: Figment,
    service: String,
}

impl Layers {
    /// The checked-in default of `service`.
    pub fn new(service: &str, default_toml: &str) -> Self {
        Self { figment: Figment::from(Toml::string(default_toml)), service: service.to_owned() }
    }

    /// Over it what `file` says; a file that is named must exist.
    #[must_use]
    pub fn file(mut self, file: Option<&Path>) -> Self {
        if let Some(path) = file {
            self.figment = self.figment.merge(Toml::file_exact(path));
        }
        self
    }

    /// Over it a table that the process made itself.
    #[must_use]
    pub fn table(mut self, table: &toml::Table) -> Self {
        self.figment = self.figment.merge(Serialized::defaults(table));
        self
    }

    /// Over all of it the environment, read into a type.
    pub fn read<T: DeserializeOwned + Validate>(self) -> Result<T, ConfigError> {
        let figment = self.with_environment();
        let mut problems = Vec::new();
        let config: Option<T> = read_tree(&figment, tree(&figment)?, &mut problems);
        if let Some(config) = &config {
            problems.extend(broken_rules(config.validate()));
        }
        config.filter(|_| problems.is_empty()).ok_or(ConfigError { problems })
    }

    /// The same, read into two types: the first gets the top-level keys that `is_first` names, the second all others. `validate` holds
    /// the rules of both.
    pub fn read_two<A: DeserializeOwned, B: DeserializeOwned>(
        self,
        is_first: impl Fn(&str) -> bool,
        validate: impl FnOnce(&A, &B) -> Result<(), Vec<String>>,
    ) -> Result<(A, B), ConfigError> {
        let figment = self.with_environment();
        let (first, second) = tree(&figment)?.into_iter().partition(|(key, _)| is_first(key));
        let mut problems = Vec::new();
        let first = read_tree(&figment, first, &mut problems);
        let second = read_tree(&figment, second, &mut problems);
        let both = first.zip(second);
        if let Some((first, second)) = &both {
            problems.extend(broken_rules(validate(first, second)));
        }
        both.filter(|_| problems.is_empty()).ok_or(ConfigError { problems })
    }

    fn with_environment(self) -> Figment {
        let Self { figment, service } = self;
        figment.merge(environment(&service))
    }
}

fn environment(service: &str) -> Env {
    Env::prefixed(&format!("SHIMING_{}__", service.to_uppercase().replace('-', "_"))).split("__")
}

fn tree(figment: &Figment) -> Result<Dict, ConfigError> {
    figment.extract().map_err(|error| ConfigError {
        problems: error.into_iter().map(|one| problem(figment, &one)).collect(),
    })
}

/// `None` when there is no value to go on with. Unknown keys are all found, and complained of, on the way.
fn read_tree<T: DeserializeOwned>(
    figment: &Figment,
    mut tree: Dict,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    loop {
        match T::deserialize(&Value::from(tree.clone())) {
            Ok(config) => return Some(config),
            Err(error) => {
                problems.push(problem(figment, &error));
                // Only an unknown key can be set aside to look for the next complaint: any other leaves no value to go on with.
                let unknown = matches!(error.kind, Kind::UnknownField(..));
                if !unknown || !remove(&mut tree, &error.path) {
                    return None;
                }
            }
        }
    }
}

fn broken_rules(validated: Result<(), Vec<String>>) -> Vec<Problem> {
    let broken = validated.err().unwrap_or_default();
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

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Names {
        name: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Stores {
        store: Store,
    }

    impl Validate for Store {
        fn validate(&self) -> Result<(), Vec<String>> {
            if self.connections > 0 {
                Ok(())
            } else {
                Err(vec!["store.connections: must be at least 1".to_owned()])
            }
        }
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
        Layers::new("sample", DEFAULT).table(&layer.parse().unwrap()).read()
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
    fn a_tree_in_two_parts_complains_like_one() {
        let read = |layer: &str| {
            let layers = Layers::new("sample", DEFAULT).table(&layer.parse().unwrap());
            layers.read_two::<Names, Stores>(|key| key == "name", |_, stores| stores.store.validate())
        };
        let (names, stores) = read("[store]\nconnections = 9\n").unwrap();
        assert_eq!((names.name.as_str(), stores.store.connections), ("a", 9));
        let error = read("nonsense = 1\n[store]\nconnections = 0\nurll = \"x\"\n").unwrap_err();
        let keys: Vec<_> = error.problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["nonsense", "store.urll", ""], "{error}");
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
