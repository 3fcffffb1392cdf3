//! The journey: a legal representative and a clerk, from the first page to the message that says "approved". Step by step, so that a test
//! can let something happen in between.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::{Answer, Browser, address, send};
use crate::people::Film;
use crate::world::{CAPTCHA, World};

/// Somebody who doesn't exist; one of the demo's citizens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citizen {
    /// 姓名
    pub name: &'static str,
    /// 居民身份证
    pub number: &'static str,
    /// 手机号码
    pub mobile: &'static str,
    /// 出生日期, as the number says.
    pub birth_date: &'static str,
}

impl Citizen {
    /// The legal representative of [`ENTERPRISE`].
    pub const LEGAL_REPRESENTATIVE: Self = Self {
        name: "王建国",
        number: "640104197803151016",
        mobile: "13800138001",
        birth_date: "1978-03-15",
    };
    /// A clerk who applies to act for it.
    pub const CLERK: Self = Self {
        name: "李晓梅",
        number: "640105199209182026",
        mobile: "13800138002",
        birth_date: "1992-09-18",
    };

    /// The document as the contract has it.
    pub fn document(&self) -> Value {
        json!({"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": self.number, "name": self.name})
    }

    /// The document as the pages send it.
    pub fn form(&self) -> Value {
        json!({"document": self.document()})
    }

    /// What a person fills in.
    pub fn profile(&self) -> Value {
        json!({"email": "", "nationality": "CN", "ethnicity": "01", "birthDate": self.birth_date,
            "validFrom": "2020-01-01", "validUntil": "2040-01-01", "longTerm": false,
            "issuingAuthority": "银川市公安局兴庆区分局", "address": "宁夏回族自治区银川市兴庆区示例路1号"})
    }
}

/// Where the consent in force stands.
pub const CONSENT_TEXT: &str =
    "/api/shiming.identity.v1.ConsentService/GetConsentText?purpose=CONSENT_PURPOSE_FACE_VERIFICATION";
/// 实名采集 begins.
pub const START_COLLECTION: &str = "identity.v1.CollectionService/StartCollection";
/// The collection's passed face is redeemed.
pub const COMPLETE_COLLECTION_FACE: &str = "identity.v1.CollectionService/CompleteCollectionFace";
/// 刷新.
pub const REFRESH_BINDINGS: &str = "enterprise.v1.BindingService/RefreshBindings";
/// 办税身份审批.
pub const DECIDE_APPLICATION: &str = "enterprise.v1.ApplicationService/DecideApplication";

/// The enterprise of the journey.
pub const ENTERPRISE: &str = "91640100MA75000124";

/// The way of one person.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Who goes it.
    pub citizen: Citizen,
    /// Their browser.
    pub browser: Browser,
    /// Their face before the camera.
    pub film: Film,
}

impl Journey {
    /// Somebody whose photo the authority has, and who does what is asked before the camera.
    pub async fn begin(world: &World, citizen: Citizen, film: Film) -> Self {
        world.set_reference(&citizen, &film.portrait()).await;
        Self { citizen, browser: world.browser().await, film }
    }

    /// The legal representative.
    pub async fn of_legal_representative(world: &World) -> Self {
        Self::begin(world, Citizen::LEGAL_REPRESENTATIVE, Film::audun()).await
    }

    /// The clerk, with the face of somebody else.
    pub async fn of_clerk(world: &World) -> Self {
        Self::begin(world, Citizen::CLERK, Film::franck()).await
    }

    /// The consent as ticked.
    pub async fn consent(&self) -> Value {
        let text = self.browser.get(CONSENT_TEXT).await.ok()["text"].take();
        json!({"consent": {"version": text["version"], "textSha256": text["textSha256"]}})
    }

    /// 实名采集 up to the face session.
    pub async fn begin_collection(&self) -> Value {
        self.browser.call(START_COLLECTION, self.citizen.form()).await.ok();
        let ask = self.consent().await;
        let begun = self.browser.call("identity.v1.CollectionService/BeginCollectionFace", ask).await;
        begun.ok()["faceSession"].take()
    }

    /// The face session of a step-up.
    pub async fn begin_step_up(&self) -> Value {
        let begun = self.browser.call("identity.v1.StepUpService/BeginStepUp", self.consent().await).await;
        begun.ok()["faceSession"].take()
    }

    /// Does before the camera what the face session asks for.
    pub async fn show_face(&self, session: &Value) -> Answer {
        self.browser.show(session, |actions| self.film.answers(actions)).await
    }

    /// 实名采集 up to the passed face.
    pub async fn collect_face(&self) {
        let session = self.begin_collection().await;
        self.show_face(&session).await.ok();
        let redeemed = json!({"faceSessionId": session["faceSessionId"]});
        let done = self.browser.call(COMPLETE_COLLECTION_FACE, redeemed).await.ok();
        assert_eq!(done["nextStep"], "COLLECTION_STEP_PROFILE");
    }

    /// Asks for the collection's code; answers it.
    pub async fn collection_code(&self, world: &World) -> String {
        let ask = json!({"mobile": self.citizen.mobile});
        self.browser.call("identity.v1.CollectionService/SendCollectionCode", ask).await.ok();
        world.code_for(self.citizen.mobile, None).await
    }

    /// 实名信息采集 with the code.
    pub async fn finish_collection(&self, code: &str) -> Answer {
        let form = json!({"mobile": self.citizen.mobile, "code": code, "profile": self.citizen.profile()});
        self.browser.call("identity.v1.CollectionService/FinishCollection", form).await
    }

    /// The whole of 实名采集.
    pub async fn collect(&self, world: &World) {
        self.collect_face().await;
        let code = self.collection_code(world).await;
        self.finish_collection(&code).await.ok();
    }

    /// 登录 by SMS.
    pub async fn log_in(&self, world: &World) {
        let before = match world.newest_code(self.citizen.mobile).await {
            Some(code) => {
                // One code a second to one mobile: the pause of this test's settings.
                tokio::time::sleep(Duration::from_millis(1100)).await;
                Some(code)
            }
            None => None,
        };
        let mut form = self.citizen.form();
        form["mobile"] = self.citizen.mobile.into();
        self.browser.call("identity.v1.LoginService/SendLoginCode", form.clone()).await.ok();
        form["code"] = world.code_for(self.citizen.mobile, before.as_deref()).await.into();
        self.browser.call("identity.v1.LoginService/LogIn", form).await.ok();
    }

    /// Shows the face again in the session.
    pub async fn step_up(&self) {
        let session = self.begin_step_up().await;
        self.show_face(&session).await.ok();
        let redeemed = json!({"faceSessionId": session["faceSessionId"]});
        let done = self.browser.call("identity.v1.StepUpService/CompleteStepUp", redeemed).await.ok();
        assert_eq!(done["session"]["evidence"], "EVIDENCE_LEVEL_FACE");
    }

    /// 刷新: bindings from the registry.
    pub async fn refresh(&self) -> Value {
        self.browser.call(REFRESH_BINDINGS, json!({})).await.ok()
    }

    /// Looks an enterprise up, picture code and all.
    pub async fn look_up(&self, identifier: &str) -> Answer {
        self.look_up_with(identifier, CAPTCHA).await
    }

    /// Looks an enterprise up with this answer to the picture.
    pub async fn look_up_with(&self, identifier: &str, answer: &str) -> Answer {
        let captcha = self.browser.get("/api/captcha").await.ok();
        let act =
            self.browser.act(Uuid::now_v7(), &address("enterprise.v1.RegistryService/LookUpEnterprise"));
        let act = act
            .header("X-Captcha-Id", captcha["captchaId"].as_str().unwrap())
            .header("X-Captcha-Answer", answer)
            .json(&json!({"identifier": identifier}));
        send(act).await
    }

    /// 新增办税身份 as 办税员.
    pub async fn apply(&self, identifier: &str) -> Answer {
        let found = self.look_up(identifier).await.ok();
        let enterprise = &found["enterprise"];
        let form = json!({"enterpriseId": enterprise["enterpriseId"], "enterpriseEtag": enterprise["etag"], "role": "ROLE_TAX_CLERK"});
        self.browser.call("enterprise.v1.ApplicationService/SubmitApplication", form).await
    }

    /// 办税身份审批: decides the first pending application.
    pub async fn decide(&self, decision: &str) -> Answer {
        let list = self.browser.read("enterprise.v1.ApplicationService/ListApplications").await.ok();
        let first = &list["applications"][0];
        let decide = json!({"bindingId": first["bindingId"], "decision": decision, "etag": first["etag"]});
        self.browser.call(DECIDE_APPLICATION, decide).await
    }

    /// The person's messages with this title, waiting a while for the first.
    pub async fn messages_titled(&self, title: &str) -> Vec<Value> {
        self.wait_for("messaging.v1.InboxService/ListMessages", "messages", |message| {
            message["title"] == title
        })
        .await
    }

    /// Logs in, and counts the messages with this title.
    pub async fn messages_after_login(&self, world: &World, title: &str) -> usize {
        self.log_in(world).await;
        self.messages_titled(title).await.len()
    }

    /// The person's open to-dos, waiting a while for the first.
    pub async fn open_todos(&self) -> Vec<Value> {
        self.wait_for("messaging.v1.InboxService/ListTodos", "todos", |todo| todo["done"] == false).await
    }

    async fn wait_for(&self, method: &str, list: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let page = self.browser.read(method).await.ok();
            let found: Vec<_> =
                page[list].as_array().unwrap().iter().filter(|item| wanted(item)).cloned().collect();
            if !found.is_empty() {
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{method}: nothing came: {page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
