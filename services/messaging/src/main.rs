//! Messaging as a process of its own.

fn main() -> std::process::ExitCode {
    shiming_service::main::<shiming_messaging::Messaging>()
}
