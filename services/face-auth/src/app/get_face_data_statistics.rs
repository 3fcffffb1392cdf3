//! Of how many people face data is stored: for operators, for the metrics, and an alarm before the number that the law names.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::domain::{PeopleStored, PeopleThresholds, china_date};
use crate::error::FaceAuthError;
use crate::store;

const EVERY: Duration = Duration::from_mins(30);

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

/// Counts now and every half hour until `stop`: the gauge `face.people_stored`, and one warning a day of each replica while the alarm
/// lasts. Both hold numbers only.
pub(crate) async fn watch_people_stored(app: Arc<App>, stop: CancellationToken) {
    let gauge = opentelemetry::global::meter("shiming.face")
        .u64_gauge("face.people_stored")
        .with_description("People of whom a face template or picture is stored.")
        .build();
    let mut warned = None;
    loop {
        match get_face_data_statistics(&app).await {
            Ok(statistics) => {
                gauge.record(statistics.stored.either, &[]);
                warn_once_a_day(statistics, china_date(app.clock.now()), &mut warned);
            }
            Err(error) => tracing::warn!(error = ?error, "people will be counted next time"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
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
