//! What the edge knows of a browser: its cookies, its address and id as hashes, how often it comes, and that it is our pages that ask.

pub(crate) mod captcha;
pub(crate) mod cookie;
pub(crate) mod csrf;
pub(crate) mod limits;
pub(crate) mod mutation;
pub(crate) mod proxies;
pub(crate) mod session;
mod shares;
pub(crate) mod visitor;
