//! Messaging as a process of its own.

use std::process::ExitCode;

use shiming_messaging::{Config, DEFAULT, run};
use shiming_runtime::config::load;
use shiming_runtime::process::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let config: Config = match load("messaging", DEFAULT, arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return process::complain("messaging", &error),
    };
    if arguments.check_config {
        return ExitCode::SUCCESS;
    }
    let (process, telemetry) = (config.process, config.telemetry.clone());
    process::run("messaging", process, &telemetry, |shutdown| run(config, shutdown))
}
