//! `GET /api/codes`: the tables that forms offer.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use shiming_identifiers::{DocumentType as KnownDocument, Ethnicity, Nationality};
use shiming_proto::enterprise::v1::Role;
use shiming_proto::types::v1::DocumentType;

use crate::SharedEdge;
use crate::http::fixed::Fixed;

/// The tables.
#[derive(Serialize)]
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
#[derive(Serialize)]
struct CodeLabel {
    code: &'static str,
    label: &'static str,
}

/// A kind of document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentTypeLabel {
    /// As the contract calls it.
    code: &'static str,
    /// The tax systems' code.
    tax_code: &'static str,
    label: &'static str,
    /// Whether its holder can be recognised by face.
    supports_face: bool,
}

/// A role in an enterprise.
#[derive(Serialize)]
struct RoleLabel {
    /// As the contract calls it.
    code: &'static str,
    label: &'static str,
    /// Whether it can be applied for.
    applicable: bool,
}

static CODES: LazyLock<Fixed> = LazyLock::new(|| {
    Fixed::json("api/codes", "public, max-age=3600", serde_json::to_vec(&tables()).unwrap_or_default())
});

fn tables() -> Codes {
    let ethnicity = |one: &Ethnicity| CodeLabel { code: one.code(), label: one.name() };
    let nationality = |one: &Nationality| CodeLabel { code: one.alpha2(), label: one.name() };
    let role = |(code, label): (Role, _)| RoleLabel {
        code: Role::as_str_name(&code),
        label,
        applicable: code != Role::LegalRepresentative,
    };
    Codes {
        document_types: KnownDocument::ALL.into_iter().filter_map(document_type).collect(),
        ethnicities: Ethnicity::all().iter().map(ethnicity).collect(),
        nationalities: Nationality::all().iter().map(nationality).collect(),
        roles: ROLES.map(role).into(),
    }
}

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
    let name = format!("DOCUMENT_TYPE_{}", known.name().to_uppercase());
    Some(DocumentTypeLabel {
        code: DocumentType::from_str_name(&name)?.as_str_name(),
        tax_code: known.code(),
        label: known.label(),
        supports_face: known.supports_face(),
    })
}

/// Gives the code tables. They change with a release only.
pub(crate) async fn codes(State(edge): State<SharedEdge>, asked: HeaderMap) -> Response {
    edge.compressed.send(CODES.clone(), &asked).await
}
