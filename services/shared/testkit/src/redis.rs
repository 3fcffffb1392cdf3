//! A Redis server of the test's own: in memory, on a free loopback port.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::ports::free_port;
use crate::supervised::{Signals, Supervised};

const START_LIMIT: Duration = Duration::from_mins(1);

/// A running server. It stops when this is dropped or the test process ends in any way.
#[derive(Debug)]
pub struct Redis {
    server: Supervised,
    port: u16,
    scheme: &'static str,
}

impl Redis {
    /// Starts a single server; panics with its log when that fails.
    pub fn start() -> Self {
        Self::start_with("redis", |_| vec![])
    }

    /// Starts a cluster of one node that owns all slots.
    pub fn start_cluster() -> Self {
        let node =
            Self::start_with("redis+cluster", |_| vec!["--cluster-enabled".to_owned(), "yes".to_owned()]);
        node.command(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        let started = Instant::now();
        while !node.is_cluster_ok() {
            assert!(started.elapsed() < START_LIMIT, "the Redis cluster didn't form");
            std::thread::sleep(Duration::from_millis(20));
        }
        node
    }

    /// Starts a sentinel that watches `master` under the name `shiming`.
    pub fn start_sentinel(master: &Self) -> Self {
        Self::start_sentinel_set(master, "")
    }

    /// The same with a password that the sentinel itself asks for.
    pub fn start_sentinel_with_password(master: &Self, password: &str) -> Self {
        Self::start_sentinel_set(master, &format!("requirepass {password}\n"))
    }

    fn start_sentinel_set(master: &Self, settings: &str) -> Self {
        Self::start_with("redis+sentinel", |folder| {
            let file = folder.join("sentinel.conf");
            let watch = format!("sentinel monitor shiming 127.0.0.1 {} 1\n{settings}", master.port);
            std::fs::write(&file, watch).expect("the temporary folder is writable");
            vec!["--sentinel".to_owned()]
        })
    }

    /// `redis://…`, `redis+cluster://…`, or `redis+sentinel://…/shiming`, as the cache crate reads them.
    pub fn url(&self) -> String {
        let name = if self.scheme == "redis+sentinel" { "/shiming" } else { "" };
        format!("{}://127.0.0.1:{}{name}", self.scheme, self.port)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server in good order.
    pub fn stop(&self) {
        self.server.order("stop");
    }

    /// Stops the server as a crash would.
    pub fn kill(&self) {
        self.server.order("kill");
    }

    /// Starts it again after `stop` or `kill`, on the same port, empty.
    pub fn restart(&self) {
        if self.server.alive() {
            self.stop();
        }
        self.server.order("start");
        assert!(self.ready(), "Redis didn't restart: {}", self.server.log());
    }

    /// Freezes the server (SIGSTOP): connections stay open and nobody answers.
    pub fn pause(&self) {
        self.server.order("pause");
    }

    /// Undoes `pause`.
    pub fn resume(&self) {
        self.server.order("resume");
    }

    /// Sends one command and answers the first line of the reply as Redis wrote it (`+OK`, `:1`, `$5` …).
    pub fn command(&self, words: &[&str]) -> String {
        self.try_command(words).expect("Redis answers")
    }

    fn try_command(&self, words: &[&str]) -> std::io::Result<String> {
        let mut stream = self.connect(words)?;
        let mut line = String::new();
        stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn connect(&self, words: &[&str]) -> std::io::Result<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "*{}\r\n", words.len())?;
        for word in words {
            write!(stream, "${}\r\n{word}\r\n", word.len())?;
        }
        Ok(BufReader::new(stream))
    }

    fn is_cluster_ok(&self) -> bool {
        let Ok(reader) = self.connect(&["CLUSTER", "INFO"]) else { return false };
        reader.lines().map_while(Result::ok).take(2).any(|line| line == "cluster_state:ok")
    }

    fn start_with(scheme: &'static str, options: impl Fn(&std::path::Path) -> Vec<String>) -> Self {
        let mut log = String::new();
        for _ in 0..3 {
            let port = free_port();
            let folder = tempfile::Builder::new()
                .prefix("shiming-redis-")
                .tempdir()
                .expect("a temporary folder")
                .keep();
            let mut command = vec!["redis-server".to_owned()];
            let options = options(&folder);
            if options.iter().any(|option| option == "--sentinel") {
                command.push(folder.join("sentinel.conf").display().to_string());
            }
            command.extend([
                "--port".to_owned(),
                port.to_string(),
                "--bind".to_owned(),
                "127.0.0.1".to_owned(),
            ]);
            command.extend(["--dir".to_owned(), folder.display().to_string()]);
            if scheme != "redis+sentinel" {
                command.extend([
                    "--save".to_owned(),
                    String::new(),
                    "--appendonly".to_owned(),
                    "no".to_owned(),
                ]);
            }
            command.extend(options);
            let server = Supervised::new(None, folder, Signals { stop: "TERM", kill: "KILL" }, &command);
            server.order("start");
            let redis = Self { server, port, scheme };
            if redis.ready() {
                return redis;
            }
            log = redis.server.log();
        }
        fail(&log)
    }

    fn ready(&self) -> bool {
        let started = Instant::now();
        while started.elapsed() < START_LIMIT && self.server.alive() {
            let up = |answer: String| answer == "+PONG" || answer.starts_with("-NOAUTH");
            if self.try_command(&["PING"]).is_ok_and(up) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

#[expect(clippy::panic, reason = "a test that can't have its server must fail, loudly")]
fn fail(log: &str) -> ! {
    panic!("Redis didn't start (apt install redis-server): {log}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_stops_and_restarts_empty() {
        let redis = Redis::start();
        assert_eq!(redis.command(&["SET", "key", "value"]), "+OK");
        redis.kill();
        assert!(redis.try_command(&["PING"]).is_err());
        redis.restart();
        assert_eq!(redis.command(&["GET", "key"]), "$-1");
    }

    #[test]
    fn a_cluster_of_one_and_a_sentinel_start() {
        let cluster = Redis::start_cluster();
        assert_eq!(cluster.command(&["SET", "key", "value"]), "+OK");
        let master = Redis::start();
        let sentinel = Redis::start_sentinel(&master);
        assert_eq!(sentinel.command(&["SENTINEL", "get-master-addr-by-name", "shiming"]), "*2");
    }

    /// The process that the next test kills; on its own it does nothing.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the next test tells this one that it is a victim")]
    fn runs_until_it_is_killed() {
        if std::env::var("SHIMING_TEST_VICTIM").is_err() {
            return;
        }
        let redis = Redis::start();
        println!("\nport {}", redis.port());
        std::thread::park();
    }

    #[test]
    fn a_killed_test_process_leaves_no_server() {
        let this = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(this)
            .args(["--exact", "redis::tests::runs_until_it_is_killed", "--nocapture"])
            .env("SHIMING_TEST_VICTIM", "yes")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix("port ")?.parse::<u16>().ok()).unwrap();
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        child.kill().unwrap();
        child.wait().unwrap();
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_ok() {
            assert!(started.elapsed() < START_LIMIT, "the server outlived its test");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
