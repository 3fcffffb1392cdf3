//! 办税身份管理 and 企业切换.

pub(crate) mod list;
pub(crate) mod refresh;
pub(crate) mod switch;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::enterprise::v1::Binding as WireBinding;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::routes::enterprises::Enterprise;
use crate::wire::{BindingState, Role, maybe_time, part, time};

/// Ties a person to an enterprise in a role.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding {
    /// Opaque.
    binding_id: String,
    enterprise: Enterprise,
    role: Role,
    state: BindingState,
    create_time: DateTime<Utc>,
    /// When it was approved or rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_time: Option<DateTime<Utc>>,
    /// When a pending one lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<DateTime<Utc>>,
    /// Whether the session acts by this binding.
    current: bool,
    /// Whether the registry, and nobody's approval, is the ground.
    from_registry: bool,
    etag: String,
}

impl Binding {
    pub(crate) fn from_wire(binding: WireBinding) -> Result<Self, GatewayError> {
        Ok(Self {
            binding_id: binding.binding_id,
            enterprise: part("enterprise", binding.enterprise)?.into(),
            role: Role::from(binding.role),
            state: BindingState::from(binding.state),
            create_time: time("create_time", binding.create_time)?,
            decide_time: maybe_time("decide_time", binding.decide_time)?,
            expire_time: maybe_time("expire_time", binding.expire_time)?,
            current: binding.current,
            from_registry: binding.from_registry,
            etag: binding.etag,
        })
    }
}

/// An answer that carries a binding.
#[derive(Serialize, ToSchema)]
pub(crate) struct BindingAnswer {
    binding: Binding,
}

impl BindingAnswer {
    pub(crate) fn from_wire(binding: Option<WireBinding>) -> Result<Self, GatewayError> {
        Ok(Self { binding: Binding::from_wire(part("binding", binding)?)? })
    }
}
