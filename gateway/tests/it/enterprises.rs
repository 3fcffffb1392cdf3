use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    Enterprise, EnterpriseStatus, LookUpEnterpriseRequest, LookUpEnterpriseResponse,
};

use crate::world::{Browser, PICTURE, World, refusal};

pub(crate) fn enterprise() -> Enterprise {
    Enterprise {
        enterprise_id: "e-1".into(),
        unified_social_credit_code: "91640100MA75000124".into(),
        taxpayer_id: "91640100MA75000124".into(),
        name: "宁夏示例科技有限公司".into(),
        status: EnterpriseStatus::Normal.into(),
        legal_representative_masked: "王*".into(),
        tax_authority: "国家税务总局银川市税务局".into(),
        address: "宁夏银川市".into(),
        etag: "t-1".into(),
    }
}

pub(crate) fn enterprise_json() -> Value {
    json!({
        "enterpriseId": "e-1", "unifiedSocialCreditCode": "91640100MA75000124", "taxpayerId": "91640100MA75000124",
        "name": "宁夏示例科技有限公司", "status": "NORMAL", "legalRepresentativeMasked": "王*",
        "taxAuthority": "国家税务总局银川市税务局", "address": "宁夏银川市", "etag": "t-1"
    })
}

async fn form(browser: &mut Browser, answer: &str) -> Value {
    let picture = browser.get("/api/captcha").await.ok();
    json!({"identifier": "91640100MA75000124", "captchaId": picture["captchaId"], "captchaAnswer": answer})
}

#[tokio::test]
async fn each_look_up_costs_a_picture() {
    let world = World::start().await;
    world
        .script
        .answer::<LookUpEnterpriseRequest, _>(LookUpEnterpriseResponse { enterprise: Some(enterprise()) });
    let mut browser = world.signed_in().await;
    let right = form(&mut browser, PICTURE).await;
    let answer = browser.post("/api/enterprises/lookup", right.clone()).await;
    assert_eq!(answer.ok(), json!({"enterprise": enterprise_json()}));
    let again = browser.post("/api/enterprises/lookup", right).await;
    assert_eq!(again.refusal(), (400, "CAPTCHA_WRONG".into()));
    let wrong = form(&mut browser, "XXXX").await;
    let wrong = browser.post("/api/enterprises/lookup", wrong).await;
    assert_eq!(wrong.refusal(), (400, "CAPTCHA_WRONG".into()));
    let none = browser.post("/api/enterprises/lookup", json!({"identifier": "91640100MA75000124"})).await;
    assert_eq!(none.refusal(), (400, "CAPTCHA_WRONG".into()));
    assert_eq!(world.script.only::<LookUpEnterpriseRequest>().1.identifier, "91640100MA75000124");
}

#[tokio::test]
async fn unknown_and_closed_enterprises_are_told_apart() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let cases = [
        (ErrorKind::NotFound, "ENTERPRISE_NOT_FOUND", 404),
        (ErrorKind::FailedPrecondition, "ENTERPRISE_STATUS", 422),
        (ErrorKind::ResourceExhausted, "ENTERPRISE_LOOKUPS_EXHAUSTED", 429),
    ];
    for (kind, reason, status) in cases {
        world.script.refuse::<LookUpEnterpriseRequest, LookUpEnterpriseResponse>(refusal(kind, reason));
        let form = form(&mut browser, PICTURE).await;
        let answer = browser.post("/api/enterprises/lookup", form).await;
        assert_eq!(answer.refusal(), (status, reason.into()));
    }
}
