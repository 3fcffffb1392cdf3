//! The repository as git would commit it: tracked files and new ones that are not ignored.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};

/// A text file, by its path from the top of the repository with `/` between the parts.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file of the repository.
pub(crate) struct Repository {
    pub(crate) files: Vec<File>,
}

impl Repository {
    pub(crate) fn read() -> Result<Self> {
        let top = top()?;
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&top)
            .output()
            .context("git is needed to list the repository's files")?;
        ensure!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        let mut files = Vec::new();
        for path in String::from_utf8(listed.stdout)?.split('\0').filter(|path| !path.is_empty()) {
            // Deleted but not yet committed, or not text: nothing to read.
            let Ok(bytes) = std::fs::read(top.join(path)) else { continue };
            let Ok(text) = String::from_utf8(bytes) else { continue };
            files.push(File { path: path.to_owned(), text });
        }
        ensure!(!files.is_empty(), "git lists no file in {}", top.display());
        Ok(Self { files })
    }

    pub(crate) fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| Path::new(&file.path).extension().is_some_and(|e| e == extension))
    }

    pub(crate) fn text(&self, path: &str) -> Result<&str> {
        let file = self.files.iter().find(|file| file.path == path);
        Ok(&file.with_context(|| format!("{path} is missing"))?.text)
    }
}

/// Packages, their dependencies and licences, without the network.
pub(crate) fn metadata() -> Result<Metadata> {
    let manifest = top()?.join("Cargo.toml");
    Ok(MetadataCommand::new().manifest_path(manifest).other_options(vec!["--locked".to_owned()]).exec()?)
}

fn top() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.ancestors().nth(2).context("tests/architecture lies two folders below the top")?.to_path_buf())
}
