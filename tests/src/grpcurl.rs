//! grpcurl, as operators use it.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use shiming_testkit::LeafFiles;

use crate::process::repository;

/// grpcurl towards one server.
#[derive(Clone, Debug)]
pub struct Grpcurl {
    address: String,
    proof: Vec<String>,
}

impl Grpcurl {
    /// Plaintext on loopback, calling as `caller`.
    pub fn plaintext(address: impl Into<String>, caller: &str) -> Self {
        let proof = ["-plaintext".into(), "-H".into(), format!("x-shiming-caller: {caller}")];
        Self { address: address.into(), proof: proof.into() }
    }

    /// With a certificate.
    pub fn with_certificate(address: impl Into<String>, leaf: &LeafFiles) -> Self {
        let file = |path: &PathBuf| path.display().to_string();
        let proof = [
            "-cacert".into(),
            file(&leaf.ca),
            "-cert".into(),
            file(&leaf.cert),
            "-key".into(),
            file(&leaf.key),
        ];
        Self { address: address.into(), proof: proof.into() }
    }

    /// `list`, `list SERVICE`, `describe SYMBOL`: what it prints.
    pub fn ask(&self, words: &[&str]) -> Result<String, String> {
        self.run(&[], words, "")
    }

    /// Calls a method with `messages` as its request or stream of requests; answers the responses, or the error as printed.
    pub fn call(&self, method: &str, messages: &[Value]) -> Result<Vec<Value>, String> {
        let input = messages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let printed = self.run(&["-d", "@"], &[method], &input)?;
        let answers = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
        answers.collect::<Result<_, _>>().map_err(|error| format!("{error}: {printed}"))
    }

    fn run(&self, options: &[&str], words: &[&str], input: &str) -> Result<String, String> {
        let mut child = Command::new(repository().join(".setup/bin/grpcurl"))
            .args(&self.proof)
            .args(["-max-time", "30", "-max-msg-sz", "16777216"])
            .args(options)
            .arg(&self.address)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("grpcurl is set up by `make setup`");
        match child.stdin.take().unwrap().write_all(input.as_bytes()) {
            // A call that is refused early reads no more; what it printed says why.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            written => written.unwrap(),
        }
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }
}
