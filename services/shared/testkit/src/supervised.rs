//! A server process that stops with the test process, however that ends.
//!
//! The server's parent is a small shell script whose stdin is a pipe from us: when the test process is gone (returned,
//! panicked or was killed with -9) the pipe closes, and the script stops the server and removes its folder. It stands in
//! its own process group, so that a signal to the test's group doesn't take the watchdog before its ward.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The user that servers refusing root (PostgreSQL) run as.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// `postgres`, else `nobody`, when we are root; `None` when we are an ordinary user already.
    pub(crate) fn unprivileged() -> Option<Self> {
        if user_id() != 0 {
            return None;
        }
        let table = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
        let find = |name: &str| {
            let line = table.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            let uid = fields.next()?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { name: name.to_owned(), uid, gid })
        };
        Some(find("postgres").or_else(|| find("nobody")).expect("a user `postgres` or `nobody`"))
    }

    pub(crate) fn own(&self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).expect("root may give a folder away");
    }
}

/// Whose process this is.
pub(crate) fn user_id() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").expect("procfs is mounted").uid()
}

/// `program`, run as `user` when one is given.
pub(crate) fn command_as(user: Option<&User>, program: impl AsRef<Path>) -> Command {
    let Some(user) = user else { return Command::new(program.as_ref()) };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", &user.uid.to_string(), "--regid", &user.gid.to_string(), "--clear-groups", "--"])
        .arg(program.as_ref())
        .env("HOME", "/nonexistent");
    command
}

/// What ends a server in good order, and what ends it as a crash would.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    pub(crate) stop: &'static str,
    pub(crate) kill: &'static str,
}

/// One supervised server.
#[derive(Debug)]
pub(crate) struct Supervised {
    folder: PathBuf,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    supervisor: Mutex<Child>,
}

impl Supervised {
    /// Starts the supervisor (not yet the server) over `folder`, which it removes at the end.
    pub(crate) fn new(user: Option<&User>, folder: PathBuf, signals: Signals, server: &[String]) -> Self {
        let mut child = command_as(user, "sh")
            .args(["-c", include_str!("supervisor.sh"), "supervisor"])
            .arg(&folder)
            .args([signals.stop, signals.kill])
            .args(server)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh (and setpriv, when root) can be started");
        let input = child.stdin.take().expect("stdin is piped");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { folder, pipes: Mutex::new(Some((input, output))), supervisor: Mutex::new(child) }
    }

    /// Sends one order (`start`, `stop`, `kill`, `pause`, `resume`, `alive`) and waits for its answer.
    pub(crate) fn order(&self, order: &str) -> String {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (input, output) = pipes.as_mut().expect("the supervisor lives as long as we do");
        writeln!(input, "{order}").expect("the supervisor listens");
        let mut answer = String::new();
        output.read_line(&mut answer).expect("the supervisor answers");
        answer.trim().to_owned()
    }

    pub(crate) fn alive(&self) -> bool {
        self.order("alive") == "yes"
    }

    /// What the server printed, for a failed start's message.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        *self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.supervisor.get_mut().unwrap_or_else(PoisonError::into_inner).wait();
    }
}
