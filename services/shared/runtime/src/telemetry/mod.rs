//! Logs, traces and metrics.
//!
//! Log lines go to standard output through a thread of their own, off the hot path. Traces and metrics go out by OTLP when an endpoint is
//! set; requests that aren't recorded, all of them without an endpoint, still get their ids, so that log lines of one request can be found
//! together.

mod format;
mod lines;
mod otlp;
pub mod trace;

use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{LogFormat, TelemetryConfig};
use lines::LinesGuard;

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log level is no list of directives.
    #[error("telemetry.log_level")]
    Level(#[source] tracing_subscriber::filter::ParseError),
    /// An exporter could not be built from the endpoint.
    #[error("telemetry.otlp_endpoint")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    /// The thread that writes log lines could not be started.
    #[error("log thread")]
    Lines(#[source] std::io::Error),
    /// Another subscriber is installed in this process.
    #[error("telemetry is initialised already")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// Holds the exporters; [`shutdown`](Self::shutdown) sends what they still hold.
#[must_use = "dropping the guard loses the last spans"]
#[derive(Debug)]
pub struct TelemetryGuard {
    tracer: SdkTracerProvider,
    meter: Option<SdkMeterProvider>,
    writer: Option<LinesGuard>,
}

impl TelemetryGuard {
    /// Sends what is left and closes. Never fails the process: a collector that is away loses the last spans, no more.
    pub async fn shutdown(mut self) {
        let (tracer, meter) = (self.tracer.clone(), self.meter.take());
        // The exporters block the calling thread while the tokio runtime sends: they must not sit on one of its workers.
        let flushed = tokio::task::spawn_blocking(move || {
            let spans = tracer.shutdown().err().map(|error| error.to_string());
            let metrics = meter.and_then(|meter| meter.shutdown().err().map(|error| error.to_string()));
            (spans, metrics)
        });
        if let Ok((spans, metrics)) = flushed.await {
            for error in [spans, metrics].into_iter().flatten() {
                tracing::warn!(%error, "telemetry was not flushed");
            }
        }
        drop(self.writer.take());
    }
}

/// Installs the process's subscriber, propagator and meter. `service_name` becomes `service.name` of all signals.
/// Must be called inside the tokio runtime when an endpoint is set.
pub fn init(config: &TelemetryConfig, service_name: &'static str) -> Result<TelemetryGuard, TelemetryError> {
    opentelemetry::global::set_text_map_propagator(TextMapCompositePropagator::new(vec![Box::new(
        TraceContextPropagator::new(),
    )]));
    let tracer = otlp::tracer(config, service_name).map_err(TelemetryError::Exporter)?;
    let meter = otlp::meter(config, service_name).map_err(TelemetryError::Exporter)?;
    if let Some(meter) = &meter {
        opentelemetry::global::set_meter_provider(meter.clone());
    }

    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .parse(&config.log_level)
        .map_err(TelemetryError::Level)?;
    let (out, writer) = lines::to(std::io::stdout()).map_err(TelemetryError::Lines)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(out);
    let lines = match config.log_format {
        LogFormat::Json => lines.event_format(format::JsonLine).fmt_fields(format::NoSpanFields).boxed(),
        LogFormat::Text => lines.with_ansi(false).map_event_format(format::TextLine).boxed(),
    };
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer.tracer(service_name))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_target(false)
        .with_filter(recorded_targets());
    tracing_subscriber::registry()
        .with(spans)
        .with(lines.with_filter(filter))
        .try_init()
        .map_err(TelemetryError::Twice)?;
    trace::configure(config);
    Ok(TelemetryGuard { tracer, meter, writer: Some(writer) })
}

/// The transport's own spans would multiply the cost of a hop and tell nothing.
fn recorded_targets() -> Targets {
    Targets::new().with_default(LevelFilter::INFO).with_targets(
        ["h2", "hyper", "hyper_util", "tonic", "tower"].map(|target| (target, LevelFilter::OFF)),
    )
}
