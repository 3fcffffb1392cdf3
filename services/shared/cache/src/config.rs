//! Where the cache is.

use std::time::Duration;

use serde::Deserialize;
use shiming_kernel::Redacted;

use crate::error::CacheError;

/// A process's `[cache]` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheConfig {
    /// One of
    /// - `memory://`: inside this process, for one process;
    /// - `redis://user:password@host:6379/0` (`rediss://` with TLS);
    /// - `redis+cluster://user:password@host1:6379,host2:6379`;
    /// - `redis+sentinel://user:password@sentinel1:26379,sentinel2:26379/master-name`, the password being the master's.
    pub url: Redacted<String>,
    /// The sentinels' own login, where they ask for one: `user:password`, or the password alone.
    #[serde(default)]
    pub sentinel_login: Option<Redacted<String>>,
    /// Stands before every key and channel, so that systems can share a Redis.
    #[serde(default = "defaults::prefix")]
    pub prefix: String,
    /// The most entries of `memory://`.
    #[serde(default = "defaults::capacity")]
    pub capacity: usize,
    /// After which an operation answers UNAVAILABLE, in milliseconds.
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
}

/// The servers a URL names.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Servers {
    Single { url: String },
    Cluster { urls: Vec<String> },
    Sentinel(Sentinels),
}

/// Sentinels, and the master they know.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sentinels {
    pub(crate) hosts: Vec<(String, u16)>,
    pub(crate) tls: bool,
    pub(crate) login: Option<Login>,
    pub(crate) own_login: Option<Login>,
    pub(crate) master: String,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Login {
    fn read(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or(("", text));
        Self { user: user.to_owned(), password: password.to_owned() }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Memory,
    Redis(Servers),
}

impl CacheConfig {
    /// Defaults for everything but the place.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Redacted::new(url.into()),
            sentinel_login: None,
            prefix: defaults::prefix(),
            capacity: defaults::capacity(),
            timeout_ms: defaults::timeout_ms(),
        }
    }

    /// What is wrong with the section, one sentence each; empty when it can be used.
    pub fn problems(&self) -> Vec<String> {
        self.target().err().map(|error| error.to_string()).into_iter().collect()
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    pub(crate) fn target(&self) -> Result<Target, CacheError> {
        let url = self.url.expose();
        let (scheme, rest) = url.split_once("://").ok_or_else(unknown)?;
        let (base, tls) = match scheme.strip_prefix("rediss") {
            Some(kind) => (kind, true),
            None => (scheme.strip_prefix("redis").unwrap_or(scheme), false),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) =
            authority.rsplit_once('@').map_or((None, authority), |(login, hosts)| (Some(login), hosts));
        let secure = if tls { "rediss" } else { "redis" };
        match base {
            "memory" => Ok(Target::Memory),
            "" => Ok(Target::Redis(Servers::Single { url: url.clone() })),
            "+cluster" => {
                let login = login.map(|login| format!("{login}@")).unwrap_or_default();
                let urls = hosts.split(',').map(|host| format!("{secure}://{login}{host}")).collect();
                Ok(Target::Redis(Servers::Cluster { urls }))
            }
            "+sentinel" => {
                let own_login = self.sentinel_login.as_ref().map(|login| Login::read(login.expose()));
                let hosts =
                    hosts.split(',').map(|host| host_and_port(host, 26379)).collect::<Result<_, _>>()?;
                if path.is_empty() {
                    return Err(CacheError::Config(
                        "cache.url: a sentinel URL ends with /master-name".to_owned(),
                    ));
                }
                let (login, master) = (login.map(Login::read), path.to_owned());
                Ok(Target::Redis(Servers::Sentinel(Sentinels { hosts, tls, login, own_login, master })))
            }
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> CacheError {
    CacheError::Config(
        "cache.url must start with memory://, redis://, redis+cluster:// or redis+sentinel://".to_owned(),
    )
}

fn host_and_port(text: &str, default: u16) -> Result<(String, u16), CacheError> {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let port = port
                .parse()
                .map_err(|_not_a_port| CacheError::Config(format!("cache.url: no port: {port}")))?;
            Ok((host.to_owned(), port))
        }
        _ => Ok((text.to_owned(), default)),
    }
}

mod defaults {
    pub(super) fn prefix() -> String {
        "shiming".to_owned()
    }
    pub(super) fn capacity() -> usize {
        100_000
    }
    pub(super) fn timeout_ms() -> u64 {
        800
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        CacheConfig::new(url).target().unwrap()
    }

    #[test]
    fn every_form_of_url_is_read() {
        assert!(matches!(target("memory://"), Target::Memory));
        assert!(
            matches!(target("rediss://h:1/2"), Target::Redis(Servers::Single { url }) if url == "rediss://h:1/2")
        );
        let Target::Redis(Servers::Cluster { urls }) = target("redis+cluster://u:p@a:1,b:2") else {
            unreachable!()
        };
        assert_eq!(urls, ["redis://u:p@a:1", "redis://u:p@b:2"]);
        let mut config = CacheConfig::new("rediss+sentinel://:secret@a,b:2/main");
        config.sentinel_login = Some(Redacted::new("watch:other".to_owned()));
        let Ok(Target::Redis(Servers::Sentinel(sentinels))) = config.target() else { unreachable!() };
        let Sentinels { hosts, tls, login, own_login, master } = sentinels;
        assert_eq!(hosts, [("a".to_owned(), 26379), ("b".to_owned(), 2)]);
        assert_eq!((tls, master.as_str()), (true, "main"));
        assert!(login.is_some_and(|login| login.user.is_empty() && login.password == "secret"));
        assert!(own_login.is_some_and(|login| login.user == "watch" && login.password == "other"));
    }

    #[test]
    fn what_it_can_not_read_is_named_without_the_secret() {
        for url in ["", "memcached://h", "redis+sentinel://h:1", "redis+sentinel://u:secret@h:x/m"] {
            let problems = CacheConfig::new(url).problems();
            assert_eq!(problems.len(), 1, "{url}");
            assert!(!problems[0].contains("secret"));
        }
    }
}
