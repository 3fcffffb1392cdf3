//! What the services answer, as bytes.

use prost::Message as _;
use prost_types::Timestamp;
use shiming_proto::enterprise::v1::{
    Binding, BindingState, Enterprise, EnterpriseStatus, ListBindingsResponse, Role,
};
use shiming_proto::identity::v1::{GetProfileResponse, Profile};
use shiming_proto::types::v1::{DocumentType, EvidenceLevel};

pub(crate) fn profile() -> Vec<u8> {
    let profile = Profile {
        person_id: "019a1f3e-7c55-7d21-9a6e-0d3b5f6a1c2e".to_owned(),
        name: "王*国".to_owned(),
        document_type: DocumentType::ResidentId.into(),
        document_number: "640104********1016".to_owned(),
        mobile: "138****8001".to_owned(),
        email: "w***@example.cn".to_owned(),
        nationality: "CN".to_owned(),
        nationality_name: "中国".to_owned(),
        ethnicity: "01".to_owned(),
        ethnicity_name: "汉族".to_owned(),
        birth_date: "1978-**-**".to_owned(),
        valid_from: "2020-01-01".to_owned(),
        valid_until: "2040-01-01".to_owned(),
        long_term: false,
        issuing_authority: "银川市公安局兴庆区分局".to_owned(),
        address: "宁夏回族自治区银川市兴庆区****".to_owned(),
        evidence: EvidenceLevel::Face.into(),
        evidence_time: Some(Timestamp { seconds: 1_795_856_400, nanos: 0 }),
    };
    GetProfileResponse { profile: Some(profile) }.encode_to_vec()
}

pub(crate) fn page_of_bindings() -> Vec<u8> {
    let bindings = (0..50).map(binding).collect();
    let next_page_token = "MDE5YTFmM2UtN2M1NS03ZDIxLTlhNmUtMGQzYjVmNmExYzJl".to_owned();
    ListBindingsResponse { bindings, next_page_token }.encode_to_vec()
}

fn binding(number: i64) -> Binding {
    let time = |after: i64| Some(Timestamp { seconds: 1_764_300_000 + after, nanos: 123_456_000 });
    Binding {
        binding_id: format!("019a1f3e-7c55-7d21-9a6e-0d3b5f6a{number:04x}"),
        enterprise: Some(Enterprise {
            enterprise_id: format!("019a1f3e-0000-7d21-9a6e-0d3b5f6a{number:04x}"),
            unified_social_credit_code: "91640100MA75000124".to_owned(),
            taxpayer_id: "91640100MA75000124".to_owned(),
            name: "宁夏示例建筑工程有限责任公司".to_owned(),
            status: EnterpriseStatus::Normal.into(),
            legal_representative_masked: "王*".to_owned(),
            tax_authority: "国家税务总局银川市兴庆区税务局".to_owned(),
            address: "宁夏回族自治区银川市兴庆区示例路1号".to_owned(),
            etag: "\"1f3e7c55\"".to_owned(),
        }),
        role: Role::TaxClerk.into(),
        state: BindingState::Active.into(),
        create_time: time(number),
        decide_time: time(number + 60),
        expire_time: None,
        current: number == 0,
        from_registry: false,
        etag: "\"7c557d21\"".to_owned(),
    }
}
