//! The identity service as a process of its own.

use std::process::ExitCode;

use shiming_identity::{Config, NAME, run};
use shiming_runtime::process::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let config = match Config::load(arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return process::complain(NAME, &error),
    };
    if arguments.check_config {
        return ExitCode::SUCCESS;
    }
    let (own, telemetry) = (config.process, config.telemetry.clone());
    process::run(NAME, own, &telemetry, |shutdown| run(config, shutdown))
}
