//! Everything in one process: `shiming`.

use std::process::ExitCode;

use shiming_all_in_one::{Config, DEFAULT, run};
use shiming_runtime::config::load;
use shiming_runtime::process::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let config: Config = match load("all-in-one", DEFAULT, arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return process::complain("shiming", &error),
    };
    if arguments.check_config {
        return ExitCode::SUCCESS;
    }
    let (process, telemetry) = (config.process, config.telemetry.clone());
    process::run("shiming", process, &telemetry, |shutdown| run(config, shutdown))
}
