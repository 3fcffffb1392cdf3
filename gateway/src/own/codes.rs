//! `GET /api/codes`: the tables that forms offer.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use shiming_identifiers::{DocumentType as KnownDocument, Ethnicity, Nationality};
use shiming_proto::enterprise::v1::Role;
use shiming_proto::gateway::v1::{CodeLabel, Codes, DocumentTypeLabel, RoleLabel};
use shiming_proto::types::v1::DocumentType;

use crate::SharedEdge;
use crate::contract::Exposed;
use crate::error::GatewayError;
use crate::http::fixed::Fixed;

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

/// The tables, which change with a release only.
pub(crate) fn fixed(exposed: &Exposed) -> Result<Fixed, GatewayError> {
    Ok(Fixed::json("api/codes", "public, max-age=3600", exposed.json(&tables())?))
}

fn tables() -> Codes {
    let label = |code: &str, label: &str| CodeLabel { code: code.to_owned(), label: label.to_owned() };
    let role = |(code, label): (Role, &str)| RoleLabel {
        code: code.into(),
        label: label.to_owned(),
        applicable: code != Role::LegalRepresentative,
    };
    Codes {
        document_types: KnownDocument::ALL.into_iter().filter_map(document_type).collect(),
        ethnicities: Ethnicity::all().iter().map(|one| label(one.code(), one.name())).collect(),
        nationalities: Nationality::all().iter().map(|one| label(one.alpha2(), one.name())).collect(),
        roles: ROLES.map(role).into(),
    }
}

/// `None` for a document that the contract doesn't take.
fn document_type(known: KnownDocument) -> Option<DocumentTypeLabel> {
    let code = DocumentType::from_str_name(&format!("DOCUMENT_TYPE_{}", known.name().to_uppercase()))?;
    Some(DocumentTypeLabel {
        code: code.into(),
        tax_code: known.code().to_owned(),
        label: known.label().to_owned(),
        supports_face: known.supports_face(),
    })
}

/// Gives the code tables.
pub(crate) async fn codes(State(edge): State<SharedEdge>, asked: HeaderMap) -> Response {
    edge.compressed.send(edge.codes.clone(), &asked).await
}
