//! The faces of the journey. The astronaut is in the repository; the others are brought by `make photos`.

use std::path::PathBuf;

use crate::process::repository;

/// Real photos, as JPEG files.
#[derive(Clone, Debug)]
pub struct Photos {
    folder: PathBuf,
}

impl Photos {
    /// The photos that set-up brought.
    pub fn brought() -> Self {
        Self { folder: repository().join(".setup/photos") }
    }

    /// The astronaut Eileen Collins: NASA, public domain.
    pub fn astronaut(&self) -> Vec<u8> {
        std::fs::read(repository().join("services/face-auth/tests/photos/astronaut.jpg")).unwrap()
    }

    /// Somebody else, as the authority has them.
    pub fn another(&self) -> Vec<u8> {
        self.named("person-1-a.jpg")
    }

    /// The same person in another picture, as the camera sees them.
    pub fn another_again(&self) -> Vec<u8> {
        self.named("person-1-b.jpg")
    }

    /// A photo that set-up brought, by its name.
    pub fn named(&self, name: &str) -> Vec<u8> {
        let path = self.folder.join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run `make photos`", path.display()))
    }
}
