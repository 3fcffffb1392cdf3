//! Whose session a token opens, for this service's own layers.

use std::sync::Arc;

use async_trait::async_trait;
use shiming_kernel::Session;
use shiming_rpc::{Repeater, SessionError, SessionResolver, SessionUse};
use tonic::Extensions;

use crate::app::sessions::SessionView;
use crate::app::{App, sessions};
use crate::error::IdentityError;

/// Looks into the cache. Nothing is kept beside it: a logout counts at once on every replica.
#[derive(Clone, Debug)]
pub(crate) struct LocalSessions(pub(crate) Arc<App>);

impl LocalSessions {
    async fn find(&self, token: &str, reason: SessionUse) -> Result<SessionView, SessionError> {
        match sessions::find(&self.0, token, reason == SessionUse::Active).await {
            Ok(Some(view)) => Ok(view),
            Ok(None) => Err(SessionError::Invalid),
            Err(IdentityError::SessionRenewed) => Err(SessionError::Renewed),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

fn unreadable(error: &IdentityError) -> SessionError {
    tracing::warn!(error = %shiming_rpc::status::chain(error), "sessions can't be read");
    SessionError::Unavailable
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

    async fn resolve_renewed(&self, token: &str, by: Repeater<'_>) -> Result<Session, SessionError> {
        match sessions::find_renewed(&self.0, token, by).await {
            Ok(Some(view)) => Ok(view.record.session),
            Ok(None) => Err(SessionError::Invalid),
            Err(error) => Err(unreadable(&error)),
        }
    }
}
