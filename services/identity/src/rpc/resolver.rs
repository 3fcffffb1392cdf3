//! Whose session a token opens, for this service's own layers.

use std::sync::Arc;

use async_trait::async_trait;
use shiming_kernel::Session;
use shiming_rpc::{SessionError, SessionResolver, SessionUse};
use tonic::Extensions;

use crate::app::sessions::SessionView;
use crate::app::{App, sessions};

/// Looks into the cache. Nothing is kept beside it: a logout counts at once on every replica.
#[derive(Clone, Debug)]
pub(crate) struct LocalSessions(pub(crate) Arc<App>);

impl LocalSessions {
    async fn find(&self, token: &str, reason: SessionUse) -> Result<SessionView, SessionError> {
        match sessions::find(&self.0, token, reason == SessionUse::Active).await {
            Ok(Some(view)) => Ok(view),
            Ok(None) => Err(SessionError::Invalid),
            Err(error) => {
                tracing::warn!(error = %shiming_rpc::status::chain(&error), "sessions can't be read");
                Err(SessionError::Unavailable)
            }
        }
    }
}

#[async_trait]
impl SessionResolver for LocalSessions {
    async fn resolve(&self, token: &str, reason: SessionUse) -> Result<Session, SessionError> {
        Ok(self.find(token, reason).await?.record.session)
    }

    async fn resolve_for(
        &self,
        token: &str,
        reason: SessionUse,
        handler: &mut Extensions,
    ) -> Result<Session, SessionError> {
        let view = self.find(token, reason).await?;
        let session = view.record.session.clone();
        handler.insert(view);
        Ok(session)
    }
}
