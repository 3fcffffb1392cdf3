//! Lets the crate build before the pages are built: `rust-embed` needs the folder to be there.

use std::{fs, io, path::Path};

const DIST: &str = "web/dist";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={DIST}");
    if !Path::new(DIST).exists() {
        fs::create_dir_all(DIST)?;
    }
    Ok(())
}
