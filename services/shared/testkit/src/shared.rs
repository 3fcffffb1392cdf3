//! One server for all test processes that run at the same time.
//!
//! nextest runs each test in a process of its own, and a database server for each costs more than most of the tests. So the first process
//! that wants one starts it, under a keeper that outlives it; every process that uses it holds a shared lock on a file, which the system
//! lets go however the process ends. When nobody has held it for some seconds, the keeper stops the server and removes its data.

use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::supervised::{User, command_as, user_id};

/// A server that is there as long as this is.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) port: u16,
    _lease: File,
}

/// How one is started.
pub(crate) struct Starter<'a> {
    /// Whom it runs as.
    pub(crate) user: Option<&'a User>,
    /// Makes ready a folder for it, and answers it with the command that serves on a port.
    pub(crate) prepare: &'a dyn Fn(u16) -> Result<(PathBuf, Vec<String>), String>,
    /// Whether it answers there.
    pub(crate) is_up: &'a dyn Fn(u16) -> bool,
    /// Waits until it does, for a while.
    pub(crate) comes_up: &'a dyn Fn(u16) -> bool,
    /// The signal that ends it.
    pub(crate) stop: &'static str,
}

impl Shared {
    /// Joins those who use the server called `name`; starts it when there is none.
    pub(crate) fn join(name: &str, starter: &Starter<'_>) -> Result<Self, String> {
        let place = place(name);
        std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        if let Some(user) = starter.user {
            user.own(&place);
        }
        let (lease, address) = (place.join("lease"), place.join("address"));
        let held = open(&lease)?;
        held.lock_shared().map_err(|error| error.to_string())?;
        let one_at_a_time = open(&place.join("starting"))?;
        let there = || {
            std::fs::read_to_string(&address).ok()?.trim().parse().ok().filter(|port| (starter.is_up)(*port))
        };
        if let Some(port) = there() {
            return Ok(Self { port, _lease: held });
        }
        one_at_a_time.lock().map_err(|error| error.to_string())?;
        if let Some(port) = there() {
            return Ok(Self { port, _lease: held });
        }
        let mut log = String::new();
        for _ in 0..3 {
            let port = crate::free_port();
            let (folder, command) = (starter.prepare)(port)?;
            keep(starter, [&lease, &address], port, &folder, &command)?;
            if (starter.comes_up)(port) {
                std::fs::write(&address, port.to_string()).map_err(|error| error.to_string())?;
                return Ok(Self { port, _lease: held });
            }
            log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        }
        Err(log)
    }
}

/// Starts the keeper: in a group of its own, so that a signal to the test's group doesn't reach it, and with nothing of the test's open.
fn keep(
    starter: &Starter<'_>,
    [lease, address]: [&Path; 2],
    port: u16,
    folder: &Path,
    command: &[String],
) -> Result<(), String> {
    command_as(starter.user, "sh")
        .args(["-c", include_str!("keeper.sh"), "keeper"])
        .args([lease, address])
        .arg(port.to_string())
        .arg(folder)
        .arg(starter.stop)
        .args(command)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Where those who share meet: another checkout of this code has servers of its own.
fn place(name: &str) -> PathBuf {
    let mut checkout = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut checkout);
    let user = user_id();
    std::env::temp_dir().join(format!("shiming-shared-{name}-{user}-{:08x}", checkout.finish() >> 32))
}

fn open(file: &Path) -> Result<File, String> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file);
    opened.map_err(|error| format!("{}: {error}", file.display()))
}
