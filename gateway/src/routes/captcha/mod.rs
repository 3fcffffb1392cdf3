//! 图形验证码.

pub(crate) mod issue;
