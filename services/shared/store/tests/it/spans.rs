//! A trace reaches the SQL statement, and no value reaches the trace.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use shiming_testkit::{TestDatabase, on_each_database};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::{Instrument as _, Subscriber, span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::fixture::{add_note, open};

on_each_database!(every_statement_is_a_span_without_values);

/// Writes down every span: its parent's name, its own, its fields.
#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _always_fits = write!(self.0, " {field}={value:?}");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notebook {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let parent = span.parent().map(|parent| parent.name()).unwrap_or_default();
        let mut line = Line(format!("{parent}>{}", span.name()));
        attributes.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let mut line = Line(context.span(id).unwrap().name().to_owned());
        values.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

async fn every_statement_is_a_span_without_values(database: TestDatabase) {
    let system = if database.url().starts_with("sqlite") { "sqlite" } else { "postgresql" };
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let notebook = Notebook::default();
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(notebook.clone());
    let work = async || {
        let tx = store.begin("test").await.unwrap();
        add_note(tx.conn(), "13800138000").await.unwrap();
        tx.commit().await.unwrap();
    };
    // The span is made inside, where the subscriber is already listening.
    async { work().instrument(tracing::info_span!("request")).await }.with_subscriber(subscriber).await;
    let lines = notebook.0.lock().unwrap().clone();
    let insert =
        lines.iter().find(|line| line.contains("db.operation=INSERT")).expect("a span of the statement");
    assert!(insert.starts_with("request>sea_orm."), "{insert}");
    assert!(insert.contains(&format!("db.system=\"{system}\"")), "{insert}");
    assert!(insert.contains("otel.kind=\"client\""), "{insert}");
    assert!(lines.iter().any(|line| line.contains("db.statement=\"INSERT INTO")), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("13800138000")), "{lines:#?}");
}
