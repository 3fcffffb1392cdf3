//! A store with one table of its own.

use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait as _, Query, Table};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::prelude::{DeriveMigrationName, ForeignKey, ForeignKeyAction};
use sea_orm_migration::schema::{integer, string, uuid};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};
use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::{EventId, ManualClock, RequestId, RequestMeta, SharedClock, SystemClock};
use shiming_store::{AuditEntry, Idempotency, OutboxEvent, Store, StoreConfig, StoreError, Tx, unique_index};
use shiming_testkit::TestDatabase;
use uuid::Uuid;

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = shiming_store::migrations();
        all.push(Box::new(Notes));
        all
    }
}

/// `notes`: an id, a unique slug, a number; `answers` point at notes.
#[derive(DeriveMigrationName)]
struct Notes;

#[async_trait::async_trait]
impl MigrationTrait for Notes {
    #[expect(elided_lifetimes_in_paths, reason = "as the trait declares it")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut notes = Table::create();
        notes.table("notes").col(uuid("id").primary_key()).col(string("slug")).col(integer("n"));
        manager.create_table(notes).await?;
        manager.create_index(unique_index("notes", &["slug"])).await?;
        let mut answers = Table::create();
        let note = ForeignKey::create()
            .from("answers", "note_id")
            .to("notes", "id")
            .on_delete(ForeignKeyAction::Restrict)
            .take();
        answers.table("answers").col(uuid("note_id")).foreign_key(&mut note.clone());
        manager.create_table(answers).await
    }
}

pub(crate) struct Fixture {
    pub(crate) database: TestDatabase,
    pub(crate) config: StoreConfig,
    pub(crate) sealer: Sealer,
    pub(crate) store: Store,
}

pub(crate) async fn open(database: TestDatabase) -> Fixture {
    open_at(database, SystemClock::shared()).await
}

pub(crate) async fn open_at(database: TestDatabase, clock: SharedClock) -> Fixture {
    let config = StoreConfig::new(database.url());
    let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
    let store = Store::connect(&config, clock, sealer.clone()).await.unwrap();
    store.migrate::<Migrator>().await.unwrap();
    Fixture { database, config, sealer, store }
}

impl Fixture {
    /// Another process on the same database.
    pub(crate) async fn another(&self) -> Store {
        Store::connect(&self.config, SystemClock::shared(), self.sealer.clone()).await.unwrap()
    }
}

pub(crate) fn manual_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-01-02T12:00:00.123456Z".parse().unwrap()))
}

pub(crate) async fn add_note(conn: &impl ConnectionTrait, slug: &str) -> Result<(), StoreError> {
    let row = Query::insert()
        .into_table("notes")
        .columns(["id", "slug", "n"])
        .values_panic([Uuid::now_v7().into(), slug.into(), 0.into()])
        .to_owned();
    conn.execute(&row).await?;
    Ok(())
}

pub(crate) async fn bump(conn: &impl ConnectionTrait, slug: &str) -> Result<(), StoreError> {
    let change = Query::update()
        .table("notes")
        .value("n", Expr::col("n").add(1))
        .and_where(Expr::col("slug").eq(slug))
        .to_owned();
    conn.execute(&change).await?;
    Ok(())
}

pub(crate) async fn count(conn: &impl ConnectionTrait, table: &'static str) -> i64 {
    let query = Query::select().expr_as(Expr::cust("COUNT(*)"), "count").from(table).to_owned();
    conn.query_one(&query).await.unwrap().unwrap().try_get("", "count").unwrap()
}

pub(crate) async fn total(conn: &impl ConnectionTrait) -> i64 {
    let query =
        Query::select().expr_as(Expr::cust("CAST(SUM(n) AS BIGINT)"), "total").from("notes").to_owned();
    conn.query_one(&query).await.unwrap().unwrap().try_get("", "total").unwrap()
}

pub(crate) fn request(command: &str) -> Idempotency {
    Idempotency::new(RequestMeta::new(RequestId::new(&SystemClock)), "test", &command)
}

pub(crate) fn entry(subject: &str) -> AuditEntry {
    AuditEntry {
        actor: "person:1".to_owned(),
        action: "note.added",
        subject: subject.to_owned(),
        detail: [("n".to_owned(), 1.into())].into_iter().collect::<serde_json::Map<_, _>>().into(),
        trace_id: None,
    }
}

pub(crate) fn event(key: &str, payload: &str) -> OutboxEvent {
    OutboxEvent::new(EventId::new(&SystemClock), "note.added", key, payload.as_bytes().to_vec())
}

pub(crate) async fn commit(store: &Store, fill: impl Fn(&Tx)) {
    let done: Result<(), StoreError> = store
        .retry("test", || async {
            let tx = store.begin("test").await?;
            fill(&tx);
            tx.commit().await
        })
        .await;
    done.unwrap();
}
