//! Log lines that carry the trace they belong to.

use std::{fmt, io};

use opentelemetry::Context;
use opentelemetry::trace::{SpanId, TraceContextExt as _, TraceId};
use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::registry::LookupSpan;

/// The ids of the span, or of the unrecorded request, this thread is in.
fn current_ids() -> Option<(TraceId, SpanId)> {
    Context::map_current(|context| {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| (ids.trace_id(), ids.span_id()))
    })
}

/// The usual line for a terminal, without colours, ended by the trace's id.
pub(super) struct TextLine<F>(pub(super) F);

impl<S, N, F> FormatEvent<S, N> for TextLine<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some((trace_id, _)) = current_ids() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        writeln!(writer, "{} trace_id={trace_id}", line.trim_end())
    }
}

/// Spans' fields belong to traces; log lines carry their own.
pub(super) struct NoSpanFields;

impl<'writer> FormatFields<'writer> for NoSpanFields {
    fn format_fields<R: RecordFields>(&self, _: Writer<'writer>, _: R) -> fmt::Result {
        Ok(())
    }
}

/// One flat JSON object: `timestamp`, `level`, `target`, `message`, the event's fields, `trace_id`, `span_id`.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        let metadata = event.metadata();
        write!(writer, "\",\"level\":\"{}\",\"target\":\"{}\"", metadata.level(), metadata.target())?;
        let mut fields = Fields { writer: &mut writer, done: Ok(()) };
        event.record(&mut fields);
        fields.done?;
        if let Some((trace_id, span_id)) = current_ids() {
            write!(writer, ",\"trace_id\":\"{trace_id}\",\"span_id\":\"{span_id}\"")?;
        }
        writer.write_str("}\n")
    }
}

/// Writes each field as it comes: no tree of values is built for a line.
struct Fields<'a, 'writer> {
    writer: &'a mut Writer<'writer>,
    done: fmt::Result,
}

impl Fields<'_, '_> {
    fn put(&mut self, field: &Field, value: impl Serialize) {
        if self.done.is_ok() {
            self.done = self.write(field, value);
        }
    }

    fn write(&mut self, field: &Field, value: impl Serialize) -> fmt::Result {
        // A field's name is an identifier of our own code.
        write!(self.writer, ",\"{}\":", field.name())?;
        serde_json::to_writer(Text(self.writer), &value).map_err(|_| fmt::Error)
    }
}

/// A formatter's writer as JSON's: what JSON writes is text, and comes in whole characters.
struct Text<'a, 'writer>(&'a mut Writer<'writer>);

impl io::Write for Text<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_str(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Visit for Fields<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let chain: Vec<_> =
            std::iter::successors(Some(value), |error| error.source()).map(ToString::to_string).collect();
        self.put(field, chain.join(": "));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::trace;
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
    use serde_json::Value;
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt as _;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(log: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let (out, provider) =
            (buffer.clone(), SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOff).build());
        let subscriber = tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")))
            .with(
                tracing_subscriber::fmt::layer()
                    .event_format(JsonLine)
                    .fmt_fields(NoSpanFields)
                    .with_writer(move || out.clone()),
            );
        tracing::subscriber::with_default(subscriber, log);
        let written = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_flat_and_carries_its_trace_even_when_nothing_is_recorded() {
        let lines = lines(|| {
            tracing::info!(duration_ms = 1.5, ok = true, "outside");
            let outer = tracing::info_span!("outer").entered();
            tracing::warn!(reason = "A\nB", "inside");
            drop(outer);
            let _unrecorded = trace::unrecorded(None).attach();
            tracing::info!(error = "\u{1}", "after");
        });
        assert_eq!(lines[0]["message"], "outside");
        assert_eq!((&lines[0]["duration_ms"], &lines[0]["ok"]), (&Value::from(1.5), &Value::from(true)));
        assert_eq!(lines[0].get("trace_id"), None);
        assert_eq!((&lines[1]["level"], &lines[1]["reason"]), (&Value::from("WARN"), &Value::from("A\nB")));
        assert_eq!(lines[1]["trace_id"].as_str().map(str::len), Some(32));
        assert_eq!(lines[1]["span_id"].as_str().map(str::len), Some(16));
        assert_eq!(lines[2]["trace_id"].as_str().map(str::len), Some(32));
        assert_eq!(
            (&lines[2]["message"], &lines[2]["error"]),
            (&Value::from("after"), &Value::from("\u{1}"))
        );
    }
}
