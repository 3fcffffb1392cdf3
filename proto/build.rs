//! Compiles the contract without protoc, gives messages with personal fields a `Debug` that shows none of them, and says which messages are
//! mutations.

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

use prost_reflect::{DescriptorPool, FieldDescriptor};
use tonic_prost_build::Config;

const ROOT: &str = "shiming";

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folder this way")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    collect(&PathBuf::from(ROOT), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    // The encoded set keeps our method options; the decoded one drops them.
    let encoded = compiler.encode_file_descriptor_set();
    let decoded = compiler.file_descriptor_set();
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    let redacted = messages_with_personal_fields(&pool);
    fs::write(out.join("shiming.bin"), encoded)?;

    let mut config = Config::new();
    config.skip_debug(redacted.iter().map(|name| format!(".{name}")).collect::<Vec<_>>());
    config.bytes([".shiming.face"]);
    config.enable_type_names();
    tonic_prost_build::configure().compile_fds_with_config(decoded, config)?;
    fs::write(out.join("redacted_debug.rs"), redacted_debug(&redacted)?)?;
    fs::write(out.join("mutations.rs"), mutations(&pool)?)?;
    Ok(())
}

fn collect(folder: &PathBuf, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "proto") {
            files.push(path);
        }
    }
    Ok(())
}

/// The full names of the top-level messages with a `[debug_redact = true]` field.
fn messages_with_personal_fields(pool: &DescriptorPool) -> Vec<String> {
    let personal = |field: FieldDescriptor| {
        field.options().get_field_by_name("debug_redact").is_some_and(|value| value.as_bool() == Some(true))
    };
    pool.all_messages()
        .filter(|message| message.package_name().starts_with("shiming."))
        .filter(|message| message.fields().any(personal))
        .map(|message| message.full_name().to_owned())
        .collect()
}

fn redacted_debug(names: &[String]) -> Result<String, std::fmt::Error> {
    let mut code = String::new();
    for name in names {
        let path = path(name);
        let short = path.rsplit("::").next().unwrap_or_default();
        writeln!(
            code,
            "impl ::std::fmt::Debug for crate::{path} {{\n    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{\n        \
             f.debug_struct({short:?}).finish_non_exhaustive()\n    }}\n}}"
        )?;
    }
    Ok(code)
}

/// Implements `Mutation` for every top-level message with `request_id` and `validate_only`.
fn mutations(pool: &DescriptorPool) -> Result<String, std::fmt::Error> {
    let mut code = String::new();
    for message in pool.all_messages().filter(|message| message.package_name().starts_with("shiming.")) {
        let has = |name| message.get_field_by_name(name).is_some();
        if message.parent_message().is_none() && has("request_id") && has("validate_only") {
            let path = path(message.full_name());
            writeln!(
                code,
                "impl crate::Mutation for crate::{path} {{\n    fn request_id(&self) -> &str {{ &self.request_id }}\n    \
                 fn validate_only(&self) -> bool {{ self.validate_only }}\n}}"
            )?;
        }
    }
    Ok(code)
}

/// Where the generated type of a top-level message stands in the crate.
fn path(full_name: &str) -> String {
    full_name.trim_start_matches("shiming.").replace('.', "::")
}
