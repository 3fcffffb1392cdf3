//! `GET /api/codes`: the tables that forms offer.

use std::sync::LazyLock;

use axum::Json;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use shiming_identifiers::{DocumentType as KnownDocument, Ethnicity, Nationality};
use utoipa::ToSchema;

use crate::wire::{DocumentType, Role};

/// The tables.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Codes {
    /// 证件类型, in the order to offer them.
    document_types: Vec<DocumentTypeLabel>,
    /// 民族, GB/T 3304.
    ethnicities: Vec<CodeLabel>,
    /// 国籍, ISO 3166-1 alpha-2.
    nationalities: Vec<CodeLabel>,
    /// 身份, in the order to offer them.
    roles: Vec<RoleLabel>,
}

/// A code and what to show for it.
#[derive(Clone, Serialize, ToSchema)]
struct CodeLabel {
    code: &'static str,
    label: &'static str,
}

/// A kind of document.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DocumentTypeLabel {
    code: DocumentType,
    /// The tax systems' code.
    tax_code: &'static str,
    label: &'static str,
    /// Whether its holder can be recognised by face.
    supports_face: bool,
}

/// A role in an enterprise.
#[derive(Clone, Serialize, ToSchema)]
struct RoleLabel {
    code: Role,
    label: &'static str,
    /// Whether it can be applied for.
    applicable: bool,
}

static CODES: LazyLock<Codes> = LazyLock::new(|| Codes {
    document_types: KnownDocument::ALL.into_iter().filter_map(document_type).collect(),
    ethnicities: Ethnicity::all()
        .iter()
        .map(|one| CodeLabel { code: one.code(), label: one.name() })
        .collect(),
    nationalities: Nationality::all()
        .iter()
        .map(|one| CodeLabel { code: one.alpha2(), label: one.name() })
        .collect(),
    roles: ROLES
        .map(|(code, label)| RoleLabel { code, label, applicable: code != Role::LegalRepresentative })
        .into(),
});

const ROLES: [(Role, &str); 8] = [
    (Role::LegalRepresentative, "法定代表人"),
    (Role::FinanceOfficer, "财务负责人"),
    (Role::TaxClerk, "办税员"),
    (Role::InvoiceCollector, "领票人"),
    (Role::InvoiceIssuer, "开票员"),
    (Role::TaxAgent, "税务代理人"),
    (Role::Administrator, "管理员"),
    (Role::Other, "其他"),
];

/// `None` for a document that the contract doesn't take.
fn document_type(known: KnownDocument) -> Option<DocumentTypeLabel> {
    let name = known.name().to_uppercase();
    let code = serde_json::from_value(name.into()).ok()?;
    Some(DocumentTypeLabel {
        code,
        tax_code: known.code(),
        label: known.label(),
        supports_face: known.supports_face(),
    })
}

/// Gives the code tables. They change with a release only.
#[utoipa::path(get, path = "/api/codes", tag = "start", responses((status = 200, body = Codes)))]
pub(crate) async fn codes() -> impl IntoResponse {
    ([(CACHE_CONTROL, "public, max-age=3600")], Json(CODES.clone()))
}
