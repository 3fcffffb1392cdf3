//! `StepUpService`.

pub(crate) mod begin_step_up;
pub(crate) mod complete_step_up;
