//! The messages of the transcoding bench as pbjson-build makes them: prost structs with serde impls of canonical JSON. Nothing else uses
//! them; the contract's own crate stays without.

use std::{env, error::Error, path::PathBuf};

const CONTRACT: &str = "../../proto";
const FILES: [&str; 2] =
    ["shiming/identity/v1/person_service.proto", "shiming/enterprise/v1/binding_service.proto"];

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folder this way")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CONTRACT}/shiming");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let descriptors = protox::compile(FILES, [CONTRACT])?;

    prost_build::Config::new()
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(descriptors.clone())?;

    let packages = [".shiming.types.v1", ".shiming.identity.v1", ".shiming.enterprise.v1"];
    let mut json = pbjson_build::Builder::new();
    for file in descriptors.file {
        json.register_file_descriptor(file);
    }
    json.extern_path(".google.protobuf", "::pbjson_types").out_dir(&out).emit_fields().build(&packages)?;
    Ok(())
}
