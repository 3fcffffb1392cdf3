//! Face-auth as a process of its own.

use std::process::ExitCode;

use shiming_face_auth::{Config, DEFAULT, run};
use shiming_runtime::config::load;
use shiming_runtime::process::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let config: Config = match load("face-auth", DEFAULT, arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return process::complain("face-auth", &error),
    };
    if arguments.check_config {
        return ExitCode::SUCCESS;
    }
    let (process, telemetry) = (config.process, config.telemetry.clone());
    process::run("face-auth", process, &telemetry, |shutdown| run(config, shutdown))
}
