//! Operators ask whether a service's audit chain is whole: `shiming.audit.v1.AuditService`, over each chain of the process.
//!
//! A place of the chain is both where a walk goes on and what an operator may keep: a walk that begins after a kept place fails if
//! anything before it was rewritten. Hence no opaque page token.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shiming_kernel::{CallContext, Facts, Reason, ServiceError};
use shiming_proto::audit::v1 as wire;
use shiming_proto::audit::v1::audit_service_server::{AuditService, AuditServiceServer};
use shiming_rpc::convert::InvalidField;
use shiming_rpc::{ServerBuilder, serve};
use shiming_store::{AuditPlace, Broken, Flaw, Store, StoreError, Stretch, verify_audit_stretch};
use tonic::{Request, Response, Status};

/// Rows of one call: a few seconds' work, so that an operator sees progress.
const ROWS: u64 = 20_000;
/// Left for the answer.
const SPARE: Duration = Duration::from_secs(1);
/// For a call without a deadline, which the layers never let through.
const PATIENCE: Duration = Duration::from_secs(10);

/// The chains of a process, by their services' names.
#[derive(Clone, Debug)]
pub struct AuditApi(Arc<BTreeMap<&'static str, Store>>);

impl AuditApi {
    /// Over these chains.
    pub fn of(chains: impl IntoIterator<Item = (&'static str, Store)>) -> Self {
        Self(Arc::new(chains.into_iter().collect()))
    }

    /// Adds it to a server.
    #[must_use]
    pub fn mount(self, server: ServerBuilder) -> ServerBuilder {
        server.add(AuditServiceServer::new(self))
    }

    fn chain(&self, service: &str) -> Result<(&'static str, &Store), InvalidField> {
        let mut chains = self.0.iter().map(|(name, store)| (*name, store));
        if service.is_empty() && self.0.len() == 1 {
            return chains.next().ok_or_else(|| InvalidField::missing("service"));
        }
        if service.is_empty() {
            return Err(InvalidField::missing("service"));
        }
        let found = chains.find(|(name, _)| *name == service);
        found.ok_or_else(|| InvalidField::new("service", "UNKNOWN", "此进程没有该服务"))
    }
}

#[tonic::async_trait]
impl AuditService for AuditApi {
    async fn verify_audit(
        &self,
        request: Request<wire::VerifyAuditRequest>,
    ) -> Result<Response<wire::VerifyAuditResponse>, Status> {
        serve(request, |call, ask| async move {
            let (name, store) = self.chain(&ask.service)?;
            let after = ask.after.as_ref().map(place).transpose()?;
            let stretch = verify_audit_stretch(store, after, ROWS, end(&call)).await?;
            if let Some(broken) = &stretch.broken {
                tracing::error!(service = name, row = broken.at, flaw = %broken.flaw, "the audit chain is broken");
            }
            Ok::<_, AuditError>(response(name, stretch))
        })
        .await
    }
}

/// When the walk stops, so that the answer still arrives in time.
fn end(call: &CallContext) -> Instant {
    let now = Instant::now();
    call.deadline.map_or(now + PATIENCE, |deadline| deadline.checked_sub(SPARE).unwrap_or(now))
}

fn place(place: &wire::AuditPlace) -> Result<AuditPlace, InvalidField> {
    let hash = hex::decode(&place.hash).ok().filter(|hash| hash.len() == 32);
    let hash = hash.ok_or_else(|| InvalidField::malformed("after.hash"))?;
    if place.sequence < 0 {
        return Err(InvalidField::malformed("after.sequence"));
    }
    Ok(AuditPlace { seq: place.sequence, hash })
}

fn response(service: &str, stretch: Stretch) -> wire::VerifyAuditResponse {
    let done = stretch.is_done();
    let place = |place: AuditPlace| wire::AuditPlace { sequence: place.seq, hash: hex::encode(place.hash) };
    wire::VerifyAuditResponse {
        service: service.to_owned(),
        checked_count: i64::try_from(stretch.rows).unwrap_or(i64::MAX),
        last: Some(place(stretch.last)),
        head: Some(place(stretch.head)),
        breach: stretch.broken.map(|Broken { at, flaw }| wire::AuditBreach {
            sequence: at,
            flaw: match flaw {
                Flaw::Missing => wire::AuditFlaw::Missing,
                Flaw::Changed => wire::AuditFlaw::Changed,
                Flaw::Unlinked => wire::AuditFlaw::Unlinked,
                Flaw::Head => wire::AuditFlaw::Head,
            }
            .into(),
        }),
        done,
    }
}

/// Why a chain wasn't walked.
#[derive(Debug, thiserror::Error)]
enum AuditError {
    #[error(transparent)]
    Field(#[from] InvalidField),
    #[error("store")]
    Store(#[from] StoreError),
}

impl AuditError {
    fn inner(&self) -> &dyn ServiceError {
        match self {
            Self::Field(error) => error,
            Self::Store(error) => error,
        }
    }
}

impl ServiceError for AuditError {
    fn reason(&self) -> Reason {
        self.inner().reason()
    }
    fn words(&self) -> Cow<'_, str> {
        self.inner().words()
    }
    fn facts(&self) -> Facts {
        self.inner().facts()
    }
}
