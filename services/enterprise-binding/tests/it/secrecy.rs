//! Nothing personal lies open in the database, and what was decided can be proven.

use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use shiming_proto::audit::v1::audit_service_client::AuditServiceClient;
use shiming_proto::audit::v1::{AuditFlaw, AuditPlace, VerifyAuditRequest};
use shiming_proto::enterprise::v1::{Decision, RegistryRow, Role};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, document, row};

shiming_testkit::on_each_database!(
    people_are_sealed_at_rest,
    every_decision_stands_in_an_unbroken_chain,
    the_database_itself_refuses_a_second_binding,
);

const TABLES: [&str; 6] = ["enterprises", "bindings", "lookups", "outbox", "idempotency", "audit_log"];

/// Every value of every row as text: bytes in hex.
async fn dump(house: &House, table: &str) -> Vec<String> {
    let db = Database::connect(house.database.url()).await.unwrap();
    let backend = db.get_database_backend();
    let sql = if backend == DbBackend::Postgres {
        format!("SELECT t::text FROM {table} t")
    } else {
        let hexed =
            format!("SELECT group_concat('hex(' || name || ')', ' || ') FROM pragma_table_info('{table}')");
        let row = db.query_one_raw(Statement::from_string(backend, hexed)).await.unwrap().unwrap();
        format!("SELECT {} FROM {table}", row.try_get_by_index::<String>(0).unwrap())
    };
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

async fn people_are_sealed_at_rest(database: TestDatabase) {
    let house = House::start(database).await;
    let proprietor = RegistryRow {
        unified_social_credit_code: String::new(),
        taxpayer_id: "64010119900307001501".into(),
        ..row(OTHER_CODE, ZHANG)
    };
    let with_officer = RegistryRow { finance_officer: Some(document(WANG)), ..row(CODE, ZHANG) };
    house.import(vec![with_officer, proprietor]).await;
    let (zhang, li) = (house.person(ZHANG), house.person(LI));
    let bound = house.refresh(&zhang).await.unwrap();
    let enterprise = house.look_up(&li, CODE).await.unwrap();
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.decide(&zhang, &applied, Decision::Approve).await.unwrap();
    house.switch(&zhang, &bound[0]).await.unwrap();

    let mut read = 0;
    for table in TABLES {
        for line in dump(&house, table).await {
            let line = line.to_lowercase();
            let public = "宁夏银川市";
            read += usize::from(line.contains(public) || line.contains(&hex::encode(public)));
            for secret in [ZHANG.0, ZHANG.1, LI.0, LI.1, WANG.0, WANG.1, "64010119900307001501", &zhang.token]
            {
                let hex = hex::encode(secret);
                assert!(
                    !line.contains(&secret.to_lowercase()) && !line.contains(&hex),
                    "{secret} in {table}"
                );
            }
        }
    }
    assert_eq!(read, 2, "the dump does show what lies open");
}

async fn every_decision_stands_in_an_unbroken_chain(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.decide(&zhang, &applied, Decision::Approve).await.unwrap();
    house.import(vec![row(CODE, WANG)]).await;
    let db = Database::connect(house.database.url()).await.unwrap();
    let sql = "SELECT action, actor FROM audit_log ORDER BY seq";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let trail: Vec<(String, String)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    let (by_zhang, by_li) = (format!("person:{}", zhang.id), format!("person:{}", li.id));
    let expected = [
        ("registry.imported", "ops:tester"),
        ("binding.refreshed", &by_zhang),
        ("application.submitted", &by_li),
        ("application.approved", &by_zhang),
        ("binding.suspended", "ops:tester"),
        ("registry.imported", "ops:tester"),
    ];
    let trail: Vec<_> = trail.iter().map(|(action, actor)| (action.as_str(), actor.as_str())).collect();
    assert_eq!(trail, expected);
    let mut audit = AuditServiceClient::new(house.channel("ops:tester"));
    let walk = audit.verify_audit(VerifyAuditRequest::default()).await.unwrap().into_inner();
    assert_eq!((walk.service.as_str(), walk.checked_count, walk.done), ("enterprise-binding", 6, true));
    assert_eq!((walk.breach, walk.last.as_ref()), (None, walk.head.as_ref()));
    let after = VerifyAuditRequest { service: "enterprise-binding".into(), after: walk.last.clone() };
    assert_eq!(audit.verify_audit(after).await.unwrap().into_inner().checked_count, 0);
    let forged = AuditPlace { sequence: 6, hash: "0".repeat(64) };
    let after = VerifyAuditRequest { service: String::new(), after: Some(forged) };
    let breach = audit.verify_audit(after).await.unwrap().into_inner().breach.unwrap();
    assert_eq!((breach.sequence, breach.flaw()), (6, AuditFlaw::Changed));
    for (service, caller) in [("identity", "ops:tester"), ("", "gateway")] {
        let mut audit = AuditServiceClient::new(house.channel(caller));
        let request = VerifyAuditRequest { service: service.into(), after: None };
        assert!(audit.verify_audit(request).await.is_err(), "{service} {caller}");
    }
}

async fn the_database_itself_refuses_a_second_binding(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let db = Database::connect(house.database.url()).await.unwrap();
    let copy = "INSERT INTO bindings SELECT enterprise_id, enterprise_id, person_id, role, state, rank, applied_for, \
        from_registry, holder, create_time, decide_time, decided_by, expire_time, revision FROM bindings \
        WHERE role = 'tax_clerk'";
    let refused = db.execute_unprepared(copy).await.unwrap_err().to_string().to_lowercase();
    assert!(refused.contains("unique") && refused.contains("person_id"), "{refused}");
    let rejected = copy.replace("role, state,", "role, 'rejected',");
    assert!(db.execute_unprepared(&rejected).await.is_ok(), "history may repeat");
}
