//! 人脸识别.

pub(crate) mod capture;
pub(crate) mod challenge;
pub(crate) mod hosted;
