//! The demo's people and enterprises: fictitious, checked in, brought in through the same call an operator would use.

use anyhow::Context as _;
use futures::stream;
use serde::{Deserialize, Serialize};
use shiming_proto::enterprise::v1::registry_service_client::RegistryServiceClient;
use shiming_proto::enterprise::v1::{EnterpriseStatus, ImportEnterprisesRequest, RegistryRow};
use shiming_proto::types::v1::{DocumentType, IdentityDocument};
use shiming_rpc::ClientChannel;
use toml::Value;

/// The demo's data.
#[derive(Deserialize)]
pub(crate) struct Demo {
    citizens: Vec<Citizen>,
    enterprises: Vec<Enterprise>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Citizen {
    name: String,
    document_type: String,
    document_number: String,
    mobile: String,
    note: String,
}

/// What the demo authority knows of a citizen.
#[derive(Serialize)]
struct Known<'a> {
    name: &'a str,
    /// As the identifiers spell it: `resident_id`.
    document_type: String,
    document_number: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enterprise {
    unified_social_credit_code: String,
    name: String,
    status: String,
    legal_representative: usize,
    finance_officer: Option<usize>,
    tax_authority: String,
    address: String,
}

impl Demo {
    /// The checked-in data.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let text = concat!(include_str!("../demo/citizens.toml"), include_str!("../demo/enterprises.toml"));
        toml::from_str(text).context("the demo's data")
    }

    /// The citizens, as the pages show them.
    pub(crate) fn citizens(&self) -> anyhow::Result<Value> {
        Ok(Value::try_from(&self.citizens)?)
    }

    /// The citizens, as the demo authority knows them.
    pub(crate) fn authority(&self) -> anyhow::Result<Value> {
        let known = self.citizens.iter().map(|citizen| Known {
            name: &citizen.name,
            document_type: citizen.document_type.to_lowercase(),
            document_number: &citizen.document_number,
        });
        Ok(Value::try_from(known.collect::<Vec<_>>())?)
    }

    /// Imports the enterprises. They stay as they are when they are there.
    pub(crate) async fn import(&self, channel: ClientChannel) -> anyhow::Result<()> {
        let rows: Vec<_> =
            self.enterprises.iter().map(|enterprise| self.row(enterprise)).collect::<Result<_, _>>()?;
        let rows = rows.into_iter().map(|row| ImportEnterprisesRequest { row: Some(row) });
        let answer =
            RegistryServiceClient::new(channel).import_enterprises(stream::iter(rows)).await?.into_inner();
        anyhow::ensure!(answer.failed_count == 0, "the demo's registry: {:?}", answer.failures);
        tracing::info!(
            stored = answer.stored_count,
            unchanged = answer.unchanged_count,
            "demo registry imported"
        );
        Ok(())
    }

    fn row(&self, enterprise: &Enterprise) -> anyhow::Result<RegistryRow> {
        let status = EnterpriseStatus::from_str_name(&format!("ENTERPRISE_STATUS_{}", enterprise.status));
        Ok(RegistryRow {
            row_id: enterprise.unified_social_credit_code.clone(),
            unified_social_credit_code: enterprise.unified_social_credit_code.clone(),
            taxpayer_id: String::new(),
            name: enterprise.name.clone(),
            status: status.context("an unknown status")?.into(),
            legal_representative: Some(self.document(enterprise.legal_representative)?),
            finance_officer: enterprise.finance_officer.map(|at| self.document(at)).transpose()?,
            tax_authority: enterprise.tax_authority.clone(),
            address: enterprise.address.clone(),
        })
    }

    fn document(&self, at: usize) -> anyhow::Result<IdentityDocument> {
        let citizen = self.citizens.get(at).context("an unknown citizen")?;
        let kind = DocumentType::from_str_name(&format!("DOCUMENT_TYPE_{}", citizen.document_type));
        Ok(IdentityDocument {
            r#type: kind.context("an unknown document type")?.into(),
            number: citizen.document_number.clone(),
            name: citizen.name.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_holds_together() {
        let demo = Demo::load().unwrap();
        for enterprise in &demo.enterprises {
            let row = demo.row(enterprise).unwrap();
            shiming_identifiers::UnifiedSocialCreditCode::parse(&row.unified_social_credit_code).unwrap();
        }
        for citizen in &demo.citizens {
            shiming_identifiers::ResidentId::parse(&citizen.document_number).unwrap();
            shiming_identifiers::Mobile::parse(&citizen.mobile).unwrap();
        }
    }
}
