//! Enterprise-binding on a free port, people to call it, and what they can do.

use std::sync::Arc;

use shiming_enterprise_binding::{EnterpriseBinding, Settings};
use shiming_kernel::{ManualClock, PersonId, Redacted};
use shiming_proto::enterprise::v1::application_service_client::ApplicationServiceClient;
use shiming_proto::enterprise::v1::binding_service_client::BindingServiceClient;
use shiming_proto::enterprise::v1::registry_service_client::RegistryServiceClient;
use shiming_proto::enterprise::v1::{
    self as wire, Decision, Enterprise, EnterpriseStatus, RegistryRow, Role,
};
use shiming_proto::types::v1::{DocumentType, IdentityDocument};
use shiming_rpc::status::Problem;
use shiming_rpc::{ClientChannel, with_session};
use shiming_runtime::Shutdown;
use shiming_service::ConfigOf;
use shiming_testkit::{Stand, TestDatabase};
use tonic::Request;
use uuid::Uuid;

use crate::neighbours::{Citizen, Neighbours};

/// The code of the first example enterprise.
pub(crate) const CODE: &str = "91640100MA75000124";
/// The code of the second.
pub(crate) const OTHER_CODE: &str = "91640100MA7500020Y";
/// 张三, the legal representative of the first.
pub(crate) const ZHANG: (&str, &str) = ("640101199003070015", "张三");
/// 李四
pub(crate) const LI: (&str, &str) = ("640101199003070023", "李四");
/// 王五丰
pub(crate) const WANG: (&str, &str) = ("110101199003070011", "王五丰");

pub(crate) type Answer<T> = Result<T, Problem>;

/// Somebody with a session.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) token: String,
}

/// One replica of the service, and its neighbours.
pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) neighbours: Arc<Neighbours>,
    pub(crate) database: Arc<TestDatabase>,
    stand: Stand<EnterpriseBinding>,
    life: Arc<Life>,
}

/// The neighbours' process.
struct Life(Shutdown);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.begin();
        self.0.hard().cancel();
    }
}

impl House {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    pub(crate) async fn start_with(database: TestDatabase, change: impl FnOnce(&mut Settings)) -> Self {
        let life = Arc::new(Life(Shutdown::new()));
        let clock = Arc::new(ManualClock::new("2026-03-02T02:00:00.123456Z".parse().unwrap()));
        let (neighbours, peer) = Neighbours::start(&life.0).await;
        let mut config = Stand::<EnterpriseBinding>::config(&database);
        config.peers.values_mut().for_each(|one| one.clone_from(&peer));
        change(&mut config.own);
        Self::open(config, Arc::new(database), clock, neighbours, life).await
    }

    /// A second replica over the same database and neighbours.
    pub(crate) async fn replica(&self) -> Self {
        let (database, clock) = (Arc::clone(&self.database), Arc::clone(&self.clock));
        let (neighbours, life) = (Arc::clone(&self.neighbours), Arc::clone(&self.life));
        Self::open(self.stand.config.clone(), database, clock, neighbours, life).await
    }

    async fn open(
        config: ConfigOf<EnterpriseBinding>,
        database: Arc<TestDatabase>,
        clock: Arc<ManualClock>,
        neighbours: Arc<Neighbours>,
        life: Arc<Life>,
    ) -> Self {
        let stand = Stand::start(config, Arc::clone(&clock)).await;
        stand.opened.start().unwrap();
        Self { clock, neighbours, database, stand, life }
    }

    /// The service itself.
    pub(crate) fn service(&self) -> &EnterpriseBinding {
        self.stand.opened.service()
    }

    pub(crate) fn person(&self, (number, name): (&'static str, &'static str)) -> Person {
        let citizen = Citizen { number, name, document_valid: true, adult: true };
        let (id, token) = self.neighbours.admit(citizen, &self.clock);
        Person { id, token }
    }

    pub(crate) fn channel(&self, caller: &'static str) -> ClientChannel {
        self.stand.channel(caller)
    }

    fn registry(&self) -> RegistryServiceClient<ClientChannel> {
        RegistryServiceClient::new(self.channel("gateway"))
    }

    fn bindings_service(&self) -> BindingServiceClient<ClientChannel> {
        BindingServiceClient::new(self.channel("gateway"))
    }

    fn applications_service(&self) -> ApplicationServiceClient<ClientChannel> {
        ApplicationServiceClient::new(self.channel("gateway"))
    }

    pub(crate) async fn import(&self, rows: Vec<RegistryRow>) -> wire::ImportEnterprisesResponse {
        let mut client = RegistryServiceClient::new(self.channel("ops:tester"));
        let requests: Vec<_> =
            rows.into_iter().map(|row| wire::ImportEnterprisesRequest { row: Some(row) }).collect();
        client.import_enterprises(futures::stream::iter(requests)).await.unwrap().into_inner()
    }

    pub(crate) async fn look_up(&self, who: &Person, identifier: &str) -> Answer<Enterprise> {
        let request = wire::LookUpEnterpriseRequest { identifier: identifier.into() };
        let answer = self.registry().look_up_enterprise(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner().enterprise.unwrap())
    }

    pub(crate) async fn refresh_as(
        &self,
        who: &Person,
        request: wire::RefreshBindingsRequest,
    ) -> Answer<Vec<wire::Binding>> {
        let answer =
            self.bindings_service().refresh_bindings(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner().bindings)
    }

    pub(crate) async fn refresh(&self, who: &Person) -> Answer<Vec<wire::Binding>> {
        self.refresh_as(who, wire::RefreshBindingsRequest { request_id: fresh(), validate_only: false }).await
    }

    pub(crate) async fn submit_as(
        &self,
        who: &Person,
        request: wire::SubmitApplicationRequest,
    ) -> Answer<wire::Binding> {
        let answer =
            self.applications_service().submit_application(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner().binding.unwrap())
    }

    pub(crate) async fn submit(&self, who: &Person, to: &Enterprise, role: Role) -> Answer<wire::Binding> {
        self.submit_as(who, submission(to, role)).await
    }

    pub(crate) async fn decide_as(
        &self,
        who: &Person,
        request: wire::DecideApplicationRequest,
    ) -> Answer<wire::Application> {
        let answer =
            self.applications_service().decide_application(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner().application.unwrap())
    }

    pub(crate) async fn decide(
        &self,
        who: &Person,
        on: &wire::Binding,
        decision: Decision,
    ) -> Answer<wire::Application> {
        self.decide_as(who, decision_on(on, decision)).await
    }

    pub(crate) async fn applications_page(
        &self,
        who: &Person,
        request: wire::ListApplicationsRequest,
    ) -> Answer<wire::ListApplicationsResponse> {
        let answer =
            self.applications_service().list_applications(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn applications(&self, who: &Person) -> Vec<wire::Application> {
        self.applications_page(who, wire::ListApplicationsRequest::default()).await.unwrap().applications
    }

    pub(crate) async fn bindings_page(
        &self,
        who: &Person,
        request: wire::ListBindingsRequest,
    ) -> Answer<wire::ListBindingsResponse> {
        let answer = self.bindings_service().list_bindings(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn bindings(&self, who: &Person) -> Vec<wire::Binding> {
        self.bindings_page(who, wire::ListBindingsRequest::default()).await.unwrap().bindings
    }

    pub(crate) async fn switch_as(
        &self,
        who: &Person,
        request: wire::SwitchEnterpriseRequest,
    ) -> Answer<wire::SwitchEnterpriseResponse> {
        let answer =
            self.bindings_service().switch_enterprise(by(who, request)).await.map_err(Problem::from)?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn switch(
        &self,
        who: &Person,
        to: &wire::Binding,
    ) -> Answer<wire::SwitchEnterpriseResponse> {
        let binding_id = to.binding_id.clone();
        self.switch_as(
            who,
            wire::SwitchEnterpriseRequest { binding_id, request_id: fresh(), validate_only: false },
        )
        .await
    }

    /// The first enterprise imported, its legal representative bound, and the record as an applicant sees it.
    pub(crate) async fn founded(&self) -> (Person, Enterprise) {
        self.import(vec![row(CODE, ZHANG)]).await;
        let representative = self.person(ZHANG);
        let bound = self.refresh(&representative).await.unwrap();
        assert_eq!(bound.len(), 1);
        (representative, bound[0].enterprise.clone().unwrap())
    }

    /// Runs SQL that answers one number.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        use sea_orm::{ConnectionTrait as _, Database, Statement};
        let db = Database::connect(self.database.url()).await.unwrap();
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

pub(crate) fn row(code: &str, representative: (&str, &str)) -> RegistryRow {
    RegistryRow {
        row_id: code.into(),
        unified_social_credit_code: code.into(),
        name: format!("宁夏示例{}有限公司", &code[14..]),
        status: EnterpriseStatus::Normal.into(),
        legal_representative: Some(document(representative)),
        tax_authority: "国家税务总局银川市税务局".into(),
        address: "宁夏银川市".into(),
        ..RegistryRow::default()
    }
}

pub(crate) fn document((number, name): (&str, &str)) -> IdentityDocument {
    IdentityDocument { r#type: DocumentType::ResidentId.into(), number: number.into(), name: name.into() }
}

pub(crate) fn submission(to: &Enterprise, role: Role) -> wire::SubmitApplicationRequest {
    wire::SubmitApplicationRequest {
        enterprise_id: to.enterprise_id.clone(),
        enterprise_etag: to.etag.clone(),
        role: role.into(),
        request_id: fresh(),
        validate_only: false,
    }
}

pub(crate) fn decision_on(on: &wire::Binding, decision: Decision) -> wire::DecideApplicationRequest {
    wire::DecideApplicationRequest {
        binding_id: on.binding_id.clone(),
        decision: decision.into(),
        etag: on.etag.clone(),
        request_id: fresh(),
        validate_only: false,
    }
}

pub(crate) fn fresh() -> String {
    Uuid::now_v7().to_string()
}

fn by<T>(who: &Person, message: T) -> Request<T> {
    with_session(Request::new(message), &Redacted::from(who.token.as_str()))
}
