//! A process of ours, started by a test: its output kept, killed with the test.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Which binaries are started, and what becomes of what they print.
#[derive(Clone, Debug)]
pub struct Build {
    folder: PathBuf,
    prints_to: Option<PathBuf>,
}

impl Build {
    /// What cargo built beside this test; its output is kept for the test to read.
    pub fn beside_this_test() -> Self {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(|deps| deps.parent()).unwrap().to_owned();
        Self { folder, prints_to: None }
    }

    /// Of `folder`; what they print goes to files in `prints_to`, as a container's does: reading it along would cost a measurement dear.
    pub fn of(folder: impl Into<PathBuf>, prints_to: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), prints_to: Some(prints_to.into()) }
    }
}

/// A running process.
#[derive(Debug)]
pub struct Process {
    build: Build,
    name: &'static str,
    settings: BTreeMap<String, String>,
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    /// Starts the workspace's binary `name` with `settings` as its environment.
    pub fn start(name: &'static str, settings: BTreeMap<String, String>) -> Self {
        Self::start_from(&Build::beside_this_test(), name, settings)
    }

    /// The same of another build.
    pub fn start_from(build: &Build, name: &'static str, settings: BTreeMap<String, String>) -> Self {
        let output = Arc::default();
        let child = spawn(build, name, &settings, &output);
        Self { build: build.clone(), name, settings, child, output }
    }

    /// As the system numbers it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a crash would: SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again with the same settings; what it printed before stays.
    pub fn restart(&mut self) {
        self.child = spawn(&self.build, self.name, &self.settings, &self.output);
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

fn spawn(
    build: &Build,
    name: &str,
    settings: &BTreeMap<String, String>,
    output: &Arc<Mutex<String>>,
) -> Child {
    let path = build.folder.join(name);
    let printed = || match &build.prints_to {
        Some(folder) => {
            let file = folder.join(format!("{name}.log"));
            Stdio::from(File::options().create(true).append(true).open(file).unwrap())
        }
        None => Stdio::piped(),
    };
    let mut child = Command::new(&path)
        .envs(settings)
        .current_dir(repository())
        .stdin(Stdio::null())
        .stdout(printed())
        .stderr(printed())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{}: {error}; build the binaries first: cargo build --workspace", path.display())
        });
    if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
        keep(out, Arc::clone(output));
        keep(err, Arc::clone(output));
    }
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

/// The repository's root.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
