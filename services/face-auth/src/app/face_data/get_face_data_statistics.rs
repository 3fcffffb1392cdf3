//! Of how many people face data is stored: for operators, for the metrics, and an alarm before the number that the law names.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use opentelemetry::metrics::Gauge;

use shiming_kernel::china_date;

use crate::app::App;
use crate::domain::{PeopleStored, PeopleThresholds};
use crate::error::FaceAuthError;
use crate::store;

/// The numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaceDataStatistics {
    pub(crate) stored: PeopleStored,
    pub(crate) thresholds: PeopleThresholds,
}

/// As they are now.
pub(crate) async fn get_face_data_statistics(app: &App) -> Result<FaceDataStatistics, FaceAuthError> {
    let stored = store::count_people(app.store.reader()).await?;
    Ok(FaceDataStatistics { stored, thresholds: app.privacy.people })
}

/// Watches the number: the gauge `face.people_stored`, and one warning a day of each replica while the alarm lasts. Both hold numbers
/// only.
#[derive(Clone)]
pub(crate) struct PeopleWatch {
    app: Arc<App>,
    gauge: Gauge<u64>,
    warned: Arc<Mutex<Option<NaiveDate>>>,
}

impl PeopleWatch {
    pub(crate) fn new(app: Arc<App>) -> Self {
        let gauge = opentelemetry::global::meter("shiming.face")
            .u64_gauge("face.people_stored")
            .with_description("People of whom a face template or picture is stored.")
            .build();
        Self { app, gauge, warned: Arc::default() }
    }

    /// Counts, once.
    pub(crate) async fn look(self) -> Result<(), FaceAuthError> {
        let statistics = get_face_data_statistics(&self.app).await?;
        self.gauge.record(statistics.stored.either, &[]);
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warn_once_a_day(statistics, china_date(self.app.store.now()), &mut warned);
        Ok(())
    }
}

fn warn_once_a_day(statistics: FaceDataStatistics, today: NaiveDate, warned: &mut Option<NaiveDate>) {
    let FaceDataStatistics { stored, thresholds } = statistics;
    if !thresholds.is_alarm(stored) || *warned == Some(today) {
        return;
    }
    *warned = Some(today);
    tracing::warn!(
        people_stored = stored.either,
        alarm_threshold = thresholds.alarm,
        legal_threshold = thresholds.legal,
        "face data of so many people is stored that the registration comes near"
    );
}
