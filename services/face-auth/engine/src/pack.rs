//! Loads a model pack and checks that every file is the one its manifest names.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;

use super::config::EngineConfig;
use super::manifest::{FileSpec, Manifest, NetRole};
use super::template::MARK;

/// The default pack's manifest, fixed when the service was built.
const BUILT_IN: &str = include_str!("../../models/pack.toml");
const FIX: &str = "run `make models`";

/// Why the engine can't start. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file of the pack can't be read.
    #[error("face model {path} is missing or unreadable (expected sha256 {expected}); {FIX}", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// sha256 the manifest states, lower-case hex.
        expected: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file isn't the one the manifest names.
    #[error("face model {path} is altered: sha256 is {found}, expected {expected}; {FIX}", path = path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// sha256 the manifest states, lower-case hex.
        expected: String,
        /// sha256 of the file, lower-case hex.
        found: String,
    },
    /// The manifest is unreadable or contradicts itself.
    #[error("manifest {origin} of the face models can't be used: {detail}")]
    Manifest {
        /// Its path, or "built-in".
        origin: String,
        /// What is wrong.
        detail: String,
    },
    /// The pack has no inference library for this machine.
    #[error(
        "the face model pack has no runtime library for {platform}; add a [[runtime]] entry to its manifest"
    )]
    Platform {
        /// `<os>-<architecture>`.
        platform: String,
    },
    /// The inference library doesn't load.
    #[error("runtime library {path} can't be loaded; {FIX}", path = path.display())]
    Runtime {
        /// The library.
        path: PathBuf,
        /// What the loader said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A process can hold one inference library.
    #[error(
        "runtime library {loaded} is loaded already, {wanted} can't be too",
        loaded = loaded.display(),
        wanted = wanted.display()
    )]
    OtherRuntimeLoaded {
        /// The one in use.
        loaded: PathBuf,
        /// The one asked for.
        wanted: PathBuf,
    },
    /// A net's file is right by its checksum and still no usable net.
    #[error("net {file} of the face model pack can't be used")]
    Net {
        /// Its name in the manifest.
        file: String,
        /// What the runtime said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The settings can't be used.
    #[error("face engine settings: {0}")]
    Settings(String),
    /// The system gave no thread.
    #[error("a face worker could not be started")]
    Worker(#[source] std::io::Error),
}

/// What is running, for operators and for the record of each decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersions {
    /// `id@version` of the pack.
    pub pack: String,
    /// Licence the pack's nets come under.
    pub licence: String,
    /// The nets.
    pub nets: Vec<ModelVersion>,
}

/// One net of the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersion {
    /// `detect`, `landmark`, `feature`, `liveness`, `eye` or `pose`; a pack may lack the last three.
    pub role: &'static str,
    /// sha256 of its file, lower-case hex.
    pub sha256: String,
}

/// A pack whose files have been checked; the nets' contents are in memory, so nobody can swap them afterwards.
pub(super) struct Pack {
    pub(super) manifest: Manifest,
    pub(super) library: PathBuf,
    nets: Vec<(NetRole, Vec<u8>)>,
}

impl Pack {
    /// Reads and checks everything, the library on a thread of its own: it is by far the largest file.
    pub(super) fn load(config: &EngineConfig) -> Result<Self, PackError> {
        let manifest = manifest_of(config)?;
        let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let library = manifest
            .runtime
            .iter()
            .find(|entry| entry.platform == platform)
            .ok_or(PackError::Platform { platform })?;
        let library_path = config.models.join(&library.file.file);
        let (checked, nets) = std::thread::scope(|scope| {
            let library = scope.spawn(|| check(&config.models, &library.file));
            let nets: Result<Vec<_>, _> = manifest
                .nets()
                .map(|(role, file)| read_checked(&config.models, file).map(|bytes| (role, bytes)))
                .collect();
            (library.join(), nets)
        });
        checked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(Self { library: library_path, nets: nets?, manifest })
    }

    /// The content of a net's file; empty when the manifest has no such net.
    pub(super) fn content(&self, role: NetRole) -> &[u8] {
        self.nets.iter().find(|(of, _)| *of == role).map_or(&[], |(_, bytes)| bytes)
    }

    /// Every net's content, and the name of the input its picture goes to.
    pub(super) fn contents(&mut self) -> impl Iterator<Item = (&mut Vec<u8>, &str)> {
        let inputs = self.manifest.inputs().map(|input| input.input.as_str());
        self.nets.iter_mut().map(|(_, bytes)| bytes).zip(inputs)
    }

    /// Marks templates with the net that made them.
    pub(super) fn mark(&self) -> [u8; MARK] {
        let mut mark = [0; MARK];
        let sum = digest::digest(&digest::SHA256, self.manifest.feature.net.file.sha256.as_bytes());
        mark.copy_from_slice(&sum.as_ref()[..MARK]);
        mark
    }

    pub(super) fn versions(&self) -> ModelVersions {
        let Manifest { id, version, licence, .. } = &self.manifest;
        let nets = self.manifest.nets();
        ModelVersions {
            pack: format!("{id}@{version}"),
            licence: licence.name.clone(),
            nets: nets
                .map(|(role, file)| ModelVersion { role: role.name(), sha256: file.sha256.clone() })
                .collect(),
        }
    }
}

fn manifest_of(config: &EngineConfig) -> Result<Manifest, PackError> {
    let Some(path) = &config.manifest else {
        let origin = "built-in".to_owned();
        return Manifest::parse(BUILT_IN).map_err(|detail| PackError::Manifest { origin, detail });
    };
    let origin = path.display().to_string();
    fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| Manifest::parse(&text))
        .map_err(|detail| PackError::Manifest { origin, detail })
}

fn read_checked(directory: &Path, file: &FileSpec) -> Result<Vec<u8>, PackError> {
    let path = directory.join(&file.file);
    match fs::read(&path) {
        Ok(bytes) => {
            let found = digest::digest(&digest::SHA256, &bytes);
            compare(path, file, found.as_ref()).map(|()| bytes)
        }
        Err(source) => Err(PackError::Missing { path, expected: file.sha256.clone(), source }),
    }
}

/// Like [`read_checked`], for a file that is too large to hold.
fn check(directory: &Path, file: &FileSpec) -> Result<(), PackError> {
    let path = directory.join(&file.file);
    match digest_of(&path) {
        Ok(found) => compare(path, file, found.as_ref()),
        Err(source) => Err(PackError::Missing { path, expected: file.sha256.clone(), source }),
    }
}

fn digest_of(path: &Path) -> std::io::Result<digest::Digest> {
    let mut file = fs::File::open(path)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut block = vec![0; 256 * 1024];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(context.finish()),
            length => context.update(&block[..length]),
        }
    }
}

fn compare(path: PathBuf, file: &FileSpec, found: &[u8]) -> Result<(), PackError> {
    let (expected, found) = (file.sha256.clone(), hex::encode(found));
    if found == expected { Ok(()) } else { Err(PackError::Altered { path, expected, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository_models() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../.setup/models")
    }

    fn copy_of_the_models() -> (tempfile::TempDir, EngineConfig) {
        let directory = tempfile::tempdir().expect("temporary directory");
        let from = repository_models();
        let manifest = Manifest::parse(BUILT_IN).expect("built-in manifest");
        let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let library =
            manifest.runtime.iter().find(|entry| entry.platform == platform).expect("this platform");
        for file in manifest.nets().map(|(_, file)| file).chain([&library.file]) {
            let target = directory.path().join(&file.file);
            fs::create_dir_all(target.parent().expect("has a parent")).expect("made");
            fs::copy(from.join(&file.file), target).expect("models are ready (make models)");
        }
        let config = EngineConfig { models: directory.path().to_owned(), ..EngineConfig::default() };
        (directory, config)
    }

    #[test]
    fn the_prepared_pack_is_whole() {
        let config = EngineConfig { models: repository_models(), ..EngineConfig::default() };
        let pack = Pack::load(&config).expect("models are ready (make models)");
        assert_eq!(pack.versions().pack, "sface-fr@1");
        assert_eq!(pack.versions().nets.len(), 6);
    }

    #[test]
    fn a_missing_net_is_named_with_the_cure() {
        let (directory, config) = copy_of_the_models();
        fs::remove_file(directory.path().join("fr_landmark.onnx")).expect("removed");
        let error = Pack::load(&config).err().expect("refused").to_string();
        assert!(error.contains("fr_landmark.onnx") && error.contains("make models"), "{error}");
        assert!(error.contains("f10b0ba1"), "{error}");
    }

    #[test]
    fn one_changed_bit_is_noticed() {
        let (directory, config) = copy_of_the_models();
        let net = directory.path().join("face_recognition_sface_2021dec_int8bq.onnx");
        let mut bytes = fs::read(&net).expect("read");
        bytes[1_000_000] ^= 1;
        fs::write(&net, bytes).expect("written");
        let error = Pack::load(&config).err().expect("refused");
        assert!(matches!(&error, PackError::Altered { path, .. } if path == &net), "{error}");
    }

    #[test]
    fn an_altered_library_is_not_loaded() {
        let (directory, config) = copy_of_the_models();
        let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        fs::write(directory.path().join(platform).join("libonnxruntime.so.1"), b"\x7fELF").expect("written");
        assert!(matches!(Pack::load(&config), Err(PackError::Altered { .. })));
    }

    #[test]
    fn a_manifest_that_is_none_is_named() {
        let (directory, config) = copy_of_the_models();
        let manifest = directory.path().join("own.toml");
        fs::write(&manifest, "id = 1").expect("written");
        let error = Pack::load(&EngineConfig { manifest: Some(manifest), ..config }).err().expect("refused");
        assert!(error.to_string().contains("own.toml"), "{error}");
    }
}
