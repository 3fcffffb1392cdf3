//! An authority that compares over gRPC: the client of `ComparisonService`.

use std::time::Duration;

use async_trait::async_trait;
use shiming_identifiers::Identity;
use shiming_proto::face::v1::comparison_service_client::ComparisonServiceClient;
use shiming_proto::face::v1::{CompareFaceRequest, CompareFaceResponse, ComparisonOutcome};
use shiming_proto::types::v1::{DocumentType, IdentityDocument};
use shiming_rpc::{ClientChannel, deadline};
use tokio::time::Instant;
use tonic::{Code, Status};

use super::{Answer, Authority, Question};
use crate::domain::{Evidence, Provider, ProviderOutcome, Verdict};
use crate::error::FaceAuthError;

/// Beside the picture.
const OVERHEAD: usize = 64 * 1024;

/// Asks the authority at the other end of a channel.
pub(crate) struct ExternalAuthority {
    client: ComparisonServiceClient<ClientChannel>,
    timeout: Duration,
}

impl ExternalAuthority {
    /// Through a channel; a comparison may take as long as `timeout`. `max_bytes` is the most a picture has.
    pub(crate) fn new(channel: ClientChannel, timeout: Duration, max_bytes: usize) -> Self {
        let client = ComparisonServiceClient::new(channel).max_encoding_message_size(max_bytes + OVERHEAD);
        Self { client, timeout }
    }
}

#[async_trait]
impl Authority for ExternalAuthority {
    fn provider(&self) -> Provider {
        Provider::External
    }

    async fn compare(&self, question: &Question) -> Result<Answer, FaceAuthError> {
        let Some(person) = &question.person else {
            tracing::warn!("a session from before the external authority was configured");
            return Ok(Answer::NotCompared(ProviderOutcome::ProviderTemporary));
        };
        let request = CompareFaceRequest {
            document: Some(document(person)),
            photo: question.probe.best_frame.clone(),
            request_id: question.request_id.to_string(),
            strict: question.asked == Evidence::FaceStrict,
        };
        let mut client = self.client.clone();
        let asked = deadline::scope(Instant::now() + self.timeout, client.compare_face(request)).await;
        Ok(match asked {
            Ok(answer) => read(&answer.into_inner(), question.asked),
            Err(status) => Answer::NotCompared(failed(&status)),
        })
    }
}

/// The person as the contract spells them; only resident identity cards have a face.
fn document(person: &Identity) -> IdentityDocument {
    IdentityDocument {
        r#type: DocumentType::ResidentId.into(),
        number: person.document.as_str().to_owned(),
        name: person.name.original().to_owned(),
    }
}

fn read(answer: &CompareFaceResponse, asked: Evidence) -> Answer {
    let compared = |passed| {
        Answer::Compared(Verdict {
            passed,
            similarity: answer.similarity,
            threshold: answer.threshold,
            evidence: asked,
            provider: Provider::External,
        })
    };
    let reaches = answer.similarity >= answer.threshold && answer.threshold > 0.0 && answer.similarity <= 1.0;
    match answer.outcome() {
        ComparisonOutcome::Same if reaches => compared(true),
        ComparisonOutcome::NotSame => compared(false),
        ComparisonOutcome::NameIdMismatch => Answer::NotCompared(ProviderOutcome::NameIdMismatch),
        ComparisonOutcome::NoPhoto => Answer::NotCompared(ProviderOutcome::NoAuthoritativePhoto),
        ComparisonOutcome::PhotoUnusable => Answer::NotCompared(ProviderOutcome::CaptureQuality),
        ComparisonOutcome::Same | ComparisonOutcome::Unspecified => {
            tracing::error!(outcome = answer.outcome, "the external authority answers out of contract");
            Answer::NotCompared(ProviderOutcome::ProviderTemporary)
        }
    }
}

/// Its status alone is told: an authority's own words may hold what it was asked.
fn failed(status: &Status) -> ProviderOutcome {
    let code = status.code();
    tracing::warn!(?code, "the external authority did not compare");
    match code {
        Code::Unauthenticated | Code::PermissionDenied => ProviderOutcome::ProviderNotAuthorised,
        _ => ProviderOutcome::ProviderTemporary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(outcome: i32, similarity: f32, threshold: f32) -> Answer {
        read(&CompareFaceResponse { outcome, similarity, threshold }, Evidence::Face)
    }

    #[test]
    fn only_a_similarity_that_reaches_its_threshold_passes() {
        let passed = |similarity, threshold| {
            matches!(answer(1, similarity, threshold), Answer::Compared(Verdict { passed: true, .. }))
        };
        assert!(passed(0.9, 0.8) && passed(0.8, 0.8));
        for (similarity, threshold) in [(0.7, 0.8), (0.0, 0.0), (f32::NAN, 0.8), (0.9, f32::NAN), (2.0, 0.8)]
        {
            assert!(!passed(similarity, threshold), "{similarity} {threshold}");
        }
    }

    #[test]
    fn an_outcome_nobody_knows_is_a_fault_of_theirs() {
        for outcome in [0, 6, 99, -1] {
            assert_eq!(answer(outcome, 1.0, 0.1), Answer::NotCompared(ProviderOutcome::ProviderTemporary));
        }
        assert!(matches!(answer(2, 0.9, 0.1), Answer::Compared(Verdict { passed: false, .. })));
        assert_eq!(answer(3, 0.0, 0.0), Answer::NotCompared(ProviderOutcome::NameIdMismatch));
        assert_eq!(answer(4, 0.0, 0.0), Answer::NotCompared(ProviderOutcome::NoAuthoritativePhoto));
        assert_eq!(answer(5, 0.0, 0.0), Answer::NotCompared(ProviderOutcome::CaptureQuality));
    }
}
