//! What enterprise-binding does, one file per use case, in the folder of the contract's service that offers it; what several share stands beside them.

mod announce;
pub(crate) mod application;
pub(crate) mod binding;
mod expire_applications;
pub(crate) mod registry;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shiming_kernel::{BindingId, CallContext, IdSource, Session};
use shiming_store::Store;

use crate::clients::Identity;
use crate::domain::{Binding, Enterprise, SubmissionRules};
use crate::error::EnterpriseBindingError;
use crate::store::Vault;

pub(crate) use application::decide_application::{DecideApplication, decide_application};
pub(crate) use application::list_applications::{ListApplications, list_applications};
pub(crate) use application::submit_application::{SubmitApplication, submit_application};
pub(crate) use binding::list_bindings::{ListBindings, list_bindings};
pub(crate) use binding::refresh_bindings::refresh_bindings;
pub(crate) use binding::switch_enterprise::switch_enterprise;
pub(crate) use expire_applications::{expire_applications, sweep};
pub(crate) use registry::import_enterprises::{ImportSummary, import_enterprises};
pub(crate) use registry::look_up_enterprise::look_up_enterprise;

/// What the use cases work with.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) ids: IdSource,
    pub(crate) identity: Arc<dyn Identity>,
    pub(crate) rules: Rules,
}

/// What the bureau decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) submission: SubmissionRules,
    pub(crate) application_lifetime: Duration,
    pub(crate) step_up_max_age: Duration,
    pub(crate) lookups_per_day: u32,
    pub(crate) import_chunk: usize,
}

/// A binding with what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BindingView {
    pub(crate) binding: Binding,
    pub(crate) enterprise: Enterprise,
}

impl BindingView {
    /// Whether the caller's session acts by it; a suspended one carries nobody, nor does one to an enterprise that is closed.
    pub(crate) fn is_current(&self, acting_by: Option<BindingId>) -> bool {
        let carries = self.binding.is_active() && self.enterprise.status.can_be_acted_for();
        carries && acting_by == Some(self.binding.id)
    }
}

/// The session that the method's policy demands.
fn session(caller: &CallContext) -> Result<&Session, EnterpriseBindingError> {
    caller.session.as_ref().ok_or(EnterpriseBindingError::NoSession)
}
