//! Face-auth as a process of its own.

fn main() -> std::process::ExitCode {
    shiming_service::main::<shiming_face_auth::FaceAuth>()
}
