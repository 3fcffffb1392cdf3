//! Every picture once through the engine.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use shiming_face_engine::{EngineError, FaceEngine};

use crate::engine::refusal;

/// What the engine said about each picture.
pub(crate) struct Measured<T> {
    /// By file name: what was measured.
    pub(crate) found: HashMap<String, T>,
    /// Why the others were refused.
    pub(crate) refused: BTreeMap<String, &'static str>,
}

impl<T> Measured<T> {
    /// How many pictures were refused for which reason.
    pub(crate) fn reasons(&self) -> BTreeMap<&'static str, usize> {
        let mut reasons = BTreeMap::new();
        for reason in self.refused.values() {
            *reasons.entry(*reason).or_default() += 1;
        }
        reasons
    }
}

/// Runs `look` on the named pictures of `folder`, as many at once as the engine has workers.
pub(crate) async fn pictures<T>(
    engine: &FaceEngine,
    folder: &Path,
    names: Vec<String>,
    look: impl AsyncFn(Bytes) -> Result<T, EngineError>,
) -> Result<Measured<T>> {
    let look = &look;
    let answers = stream::iter(names).map(|name| async move {
        let answer = match look(read(&folder.join(&name))?).await {
            Ok(found) => Ok(found),
            Err(error) => Err(refusal(error).with_context(|| format!("measuring {name}"))?),
        };
        anyhow::Ok((name, answer))
    });
    let answers: Vec<_> = answers.buffer_unordered(engine.workers()).try_collect().await?;
    let mut measured = Measured { found: HashMap::new(), refused: BTreeMap::new() };
    for (name, answer) in answers {
        match answer {
            Ok(found) => drop(measured.found.insert(name, found)),
            Err(reason) => drop(measured.refused.insert(name, reason)),
        }
    }
    Ok(measured)
}

pub(crate) fn read(path: &Path) -> Result<Bytes> {
    Ok(fs::read(path).with_context(|| format!("reading {}", path.display()))?.into())
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// Names of the pictures that lie in `folder` itself, in order.
pub(crate) fn names_in(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    let mut names: Vec<String> =
        paths.iter().filter(|path| is_picture(path)).filter_map(|path| name(path)).collect();
    names.sort();
    ensure!(!names.is_empty(), "no JPEG, PNG or WebP in {}", folder.display());
    Ok(names)
}

fn is_picture(path: &Path) -> bool {
    const KINDS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
    let kind = path.extension().and_then(|kind| kind.to_str());
    path.is_file() && kind.is_some_and(|kind| KINDS.contains(&kind.to_ascii_lowercase().as_str()))
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}
