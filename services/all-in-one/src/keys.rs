//! The keys of an embedded installation: made on the first start, kept in the data folder, readable by its owner only.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use shiming_crypto::KeyringConfig;

const FILE: &str = "keyrings.toml";

/// A keyring for each of `names`, from the data folder; those that are missing are made and kept. Losing the file loses the data.
pub(crate) fn keyrings(data: &Path, names: &[&str]) -> anyhow::Result<BTreeMap<String, KeyringConfig>> {
    fs::create_dir_all(data).with_context(|| format!("the data folder {}", data.display()))?;
    let path = data.join(FILE);
    let mut kept: BTreeMap<String, KeyringConfig> = match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("the keys in {}", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).with_context(|| format!("the keys in {}", path.display())),
    };
    let missing: Vec<_> = names.iter().filter(|name| !kept.contains_key(**name)).collect();
    if !missing.is_empty() {
        kept.extend(missing.into_iter().map(|name| ((*name).to_owned(), KeyringConfig::generate())));
        write(&path, &toml::to_string(&kept)?).with_context(|| format!("the keys in {}", path.display()))?;
    }
    Ok(kept)
}

/// Writes whole or not at all: a half-written key file would lose the data.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("toml.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_for_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = keyrings(&data, &["identity"]).unwrap();
        let second = keyrings(&data, &["identity", "messaging"]).unwrap();
        assert_eq!(first["identity"], second["identity"]);
        assert_eq!(second, keyrings(&data, &["messaging"]).unwrap());
        let mode = fs::metadata(data.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "[identity]\ncurrent = 1").unwrap();
        assert!(keyrings(folder.path(), &["identity"]).is_err());
    }
}
