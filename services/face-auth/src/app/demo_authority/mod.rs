//! `DemoAuthorityService`.

pub(crate) mod set_demo_reference;
