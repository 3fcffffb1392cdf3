//! The identity service as a process of its own.

use std::process::ExitCode;

use shiming_identity::{Config, NAME, StartError};
use shiming_rpc::Listeners;
use shiming_runtime::process::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let config = match Config::load(arguments.config.as_deref()) {
        Ok(_) if arguments.check_config => return ExitCode::SUCCESS,
        Ok(config) => config,
        Err(error) => return process::complain(NAME, &error),
    };
    let (own, telemetry) = (config.process, config.telemetry.clone());
    process::run(NAME, own, &telemetry, |shutdown| async move {
        let listeners = Listeners::bind(&config.listen).await?;
        shiming_identity::run(config, listeners, shutdown).await?;
        Ok::<_, StartError>(())
    })
}
