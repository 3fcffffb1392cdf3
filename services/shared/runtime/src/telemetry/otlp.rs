//! The OpenTelemetry providers.

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{Sampler, SamplingResult, SdkTracerProvider, ShouldSample};

use super::trace::CHOSEN;
use crate::config::TelemetryConfig;

fn resource(service_name: &'static str) -> Resource {
    Resource::builder().with_service_name(service_name).build()
}

/// Spans in batches to the endpoint; without one, ids only.
pub(super) fn tracer(
    config: &TelemetryConfig,
    service_name: &'static str,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let builder = SdkTracerProvider::builder().with_resource(resource(service_name));
    let Some(endpoint) = &config.otlp_endpoint else {
        return Ok(builder.with_sampler(Sampler::AlwaysOff).build());
    };
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let sampler = Sampler::ParentBased(Box::new(Chosen(Sampler::TraceIdRatioBased(config.sample_ratio))));
    Ok(builder.with_sampler(sampler).with_batch_exporter(exporter).build())
}

/// Metrics every minute to the endpoint; without one, none.
pub(super) fn meter(
    config: &TelemetryConfig,
    service_name: &'static str,
) -> Result<Option<SdkMeterProvider>, ExporterBuildError> {
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
    let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    Ok(Some(
        SdkMeterProvider::builder()
            .with_resource(resource(service_name))
            .with_periodic_exporter(exporter)
            .build(),
    ))
}

/// Records what was chosen when its request began; of the rest, such as a job's, the usual share.
#[derive(Clone, Debug)]
struct Chosen(Sampler);

impl ShouldSample for Chosen {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let chosen = attributes.iter().any(|attribute| attribute.key.as_str() == CHOSEN);
        let sampler = if chosen { &Sampler::AlwaysOn } else { &self.0 };
        sampler.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}
