//! A process of ours, started by a test: its output kept, killed with the test.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A running process.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    settings: BTreeMap<String, String>,
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    /// Starts the workspace's binary `name` with `settings` as its environment.
    pub fn start(name: &'static str, settings: BTreeMap<String, String>) -> Self {
        let output = Arc::default();
        let child = spawn(name, &settings, &output);
        Self { name, settings, child, output }
    }

    /// Ends it as a crash would: SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again with the same settings; what it printed before stays.
    pub fn restart(&mut self) {
        self.child = spawn(self.name, &self.settings, &self.output);
    }

    /// Asks it to end: SIGTERM; answers how it ended within `limit`.
    pub fn stop(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Everything it printed so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("──── {}\n{}", self.name, self.output());
        }
    }
}

fn spawn(name: &str, settings: &BTreeMap<String, String>, output: &Arc<Mutex<String>>) -> Child {
    let path = folder_of_binaries().join(name);
    let mut child = Command::new(&path)
        .envs(settings)
        .current_dir(repository())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{}: {error}; build the binaries first: cargo build --workspace", path.display())
        });
    keep(child.stdout.take().unwrap(), Arc::clone(output));
    keep(child.stderr.take().unwrap(), Arc::clone(output));
    child
}

fn keep(from: impl Read + Send + 'static, output: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.push_str(&line);
            output.push('\n');
        }
    });
}

/// Where cargo put the binaries: beside the folder of this test.
fn folder_of_binaries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(|deps| deps.parent()).unwrap().to_owned()
}

/// The repository's root.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
