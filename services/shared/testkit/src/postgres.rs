//! PostgreSQL clusters: temporary, on a free loopback port, without fsync. One is shared by all tests that need no more than a database;
//! a test that stops its server starts one of its own.
//!
//! `initdb` costs about a second, so its result is kept in the temporary folder and copied for every cluster.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::ports::free_port;
use crate::shared::{Shared, Starter};
use crate::supervised::{Signals, Supervised, User, command_as};

const ADMIN: &str = "shiming";
const START_LIMIT: Duration = Duration::from_mins(1);
/// A fast shutdown: clients are disconnected.
const STOP: &str = "INT";

/// A running cluster. It stops, and its folder goes, when this is dropped or the test process ends in any way.
#[derive(Debug)]
pub struct Postgres {
    server: Supervised,
    cluster: Cluster,
}

/// Where a cluster is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster {
    port: u16,
}

/// The cluster that all tests share which run now; this process holds it until it ends.
pub(crate) fn shared() -> Cluster {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    let join = || {
        let user = User::unprivileged();
        let template = template(user.as_ref());
        let starter = Starter {
            user: user.as_ref(),
            prepare: &|port| prepare(port, user.as_ref(), &template),
            is_up: &|port| Cluster { port }.is_up(),
            comes_up: &|port| Cluster { port }.comes_up(|| true),
            stop: STOP,
        };
        Shared::join("postgres", &starter)
            .unwrap_or_else(|log| panic_with(&format!("PostgreSQL didn't start: {log}")))
    };
    Cluster { port: SHARED.get_or_init(join).port }
}

impl Postgres {
    /// Starts a cluster; panics with the server's log when that fails.
    pub fn start() -> Self {
        let user = User::unprivileged();
        let template = template(user.as_ref());
        let mut log = String::new();
        for _ in 0..3 {
            match Self::start_on(free_port(), user.as_ref(), &template) {
                Ok(cluster) => return cluster,
                Err(said) => log = said,
            }
        }
        panic_with(&format!("PostgreSQL didn't start: {log}"))
    }

    /// Creates the database when it isn't there, and answers its URL.
    pub fn database(&self, name: &str) -> String {
        let known = self.psql("postgres", &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"));
        if known.is_empty() {
            self.cluster.create(name);
        }
        self.cluster.url(name)
    }

    /// Runs SQL as the cluster's owner and answers the rows as text, unaligned; panics when it fails.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.cluster.psql(database, sql)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.cluster.port
    }

    /// Stops the server in good order (fast shutdown); clients are disconnected.
    pub fn stop(&self) {
        self.server.order("stop");
    }

    /// Stops the server as a crash would: no checkpoint, recovery at the next start.
    pub fn kill(&self) {
        self.server.order("kill");
    }

    /// Starts it again after `stop` or `kill`, on the same port with the same data.
    pub fn restart(&self) {
        if self.server.alive() {
            self.stop();
        }
        self.server.order("start");
        assert!(
            self.cluster.comes_up(|| self.server.alive()),
            "PostgreSQL didn't restart: {}",
            self.server.log()
        );
    }

    /// Freezes the server and its connections (SIGSTOP): connections stay open and nobody answers.
    pub fn pause(&self) {
        self.server.order("pause");
    }

    /// Undoes `pause`.
    pub fn resume(&self) {
        self.server.order("resume");
    }

    fn start_on(port: u16, user: Option<&User>, template: &Path) -> Result<Self, String> {
        let (folder, command) = prepare(port, user, template)?;
        let server = Supervised::new(user, folder, Signals { stop: STOP, kill: "QUIT" }, &command);
        server.order("start");
        let own = Self { server, cluster: Cluster { port } };
        if own.cluster.comes_up(|| own.server.alive()) { Ok(own) } else { Err(own.server.log()) }
    }
}

impl Cluster {
    pub(crate) fn url(self, database: &str) -> String {
        format!("postgres://{ADMIN}@127.0.0.1:{}/{database}", self.port)
    }

    /// An empty database. Its files are copied, as versions before 15 do it anyhow: written through the log it costs three times as much.
    pub(crate) fn create(self, database: &str) {
        let create = format!("CREATE DATABASE \"{database}\"");
        if self.try_psql("postgres", &format!("{create} STRATEGY file_copy")).is_err() {
            self.psql("postgres", &create);
        }
    }

    /// Removes a database, whoever is still connected.
    pub(crate) fn remove(self, database: &str) {
        self.psql("postgres", &format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"));
    }

    fn psql(self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql).unwrap_or_else(|said| panic_with(&format!("psql: {said}")))
    }

    fn try_psql(self, database: &str, sql: &str) -> Result<String, String> {
        let output = Command::new(binary("psql"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", ADMIN, "-d", database])
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .output()
            .expect("psql is installed");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Waits until it answers, as long as there is hope.
    fn comes_up(self, is_there: impl Fn() -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < START_LIMIT && is_there() {
            if self.is_up() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Whether it takes calls, asked only where somebody listens.
    fn is_up(self) -> bool {
        std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            && Command::new(binary("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", ADMIN])
                .status()
                .is_ok_and(|status| status.success())
    }
}

/// A folder with an empty cluster's data, and the command that serves it.
fn prepare(port: u16, user: Option<&User>, template: &Path) -> Result<(PathBuf, Vec<String>), String> {
    let folder = tempfile::Builder::new().prefix("shiming-postgres-").tempdir().map_err(|e| e.to_string())?;
    if let Some(user) = user {
        user.own(folder.path());
    }
    let folder = folder.keep();
    let data = folder.join("data");
    run(command_as(user, "cp").arg("-a").arg(template).arg(&data))?;
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=64MB",
        "log_min_messages=fatal",
    ];
    let mut command = vec![binary("postgres").display().to_string()];
    command.extend(["-D".to_owned(), data.display().to_string(), "-p".to_owned(), port.to_string()]);
    command.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    Ok((folder, command))
}

/// The folder an `initdb` of this version filled, made once per machine.
fn template(user: Option<&User>) -> PathBuf {
    let version = output(Command::new(binary("postgres")).arg("--version"))
        .replace(|c: char| !c.is_alphanumeric(), "-");
    let owner = user.map_or_else(|| "own".to_owned(), |user| user.name.clone());
    let finished = std::env::temp_dir().join(format!("shiming-testkit-{version}-{owner}"));
    if finished.join("PG_VERSION").exists() {
        return finished;
    }
    let folder = tempfile::Builder::new().prefix("shiming-initdb-").tempdir().expect("a temporary folder");
    if let Some(user) = user {
        user.own(folder.path());
    }
    let data = folder.path().join("data");
    let mut initdb = command_as(user, binary("initdb"));
    initdb
        .args(["--no-sync", "-A", "trust", "-U", ADMIN, "-E", "UTF8", "--no-locale", "--wal-segsize=1", "-D"])
        .arg(&data);
    if let Err(said) = run(&mut initdb) {
        panic_with(&format!("initdb failed: {said}"));
    }
    match std::fs::rename(&data, &finished) {
        Ok(()) => finished,
        Err(_) if finished.join("PG_VERSION").exists() => finished,
        Err(error) => panic_with(&format!("{}: {error}", finished.display())),
    }
}

/// The newest installed PostgreSQL's program, else whatever PATH has.
fn binary(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .max_by_key(|(version, _)| *version)
        .map(|(_, path)| path.join("bin").join(name))
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(name))
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("PostgreSQL is installed (apt install postgresql)");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.current_dir("/").stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[expect(clippy::panic, reason = "a test that can't have its database must fail, loudly")]
fn panic_with(message: &str) -> ! {
    panic!("{message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_cluster_is_one_and_gives_a_database_away_for_good() {
        let cluster = shared();
        assert_eq!(cluster.port, shared().port);
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        cluster.create(&name);
        assert_eq!(cluster.psql(&name, "SELECT current_database()"), name);
        cluster.remove(&name);
        let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert_eq!(cluster.psql("postgres", &left), "0");
    }

    #[test]
    fn a_cluster_answers_survives_a_crash_and_leaves_nothing() {
        let cluster = Postgres::start();
        assert_eq!(cluster.psql("postgres", "SELECT 1 + 1"), "2");
        assert!(cluster.database("one").ends_with("/one"));
        cluster.psql("one", "CREATE TABLE kept (n int)");
        cluster.kill();
        assert!(!cluster.server.alive());
        cluster.restart();
        assert_eq!(cluster.psql("one", "SELECT count(*) FROM kept"), "0");
        let port = cluster.port();
        drop(cluster);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
