//! A stream of answers that belongs to a session ends with it.
//!
//! Whether the session still stands is asked before every message and, so that a silent stream ends too, every few seconds. It is asked
//! without using the session. A session that goes on under other rights (it acts for somebody else, or got another token) ends the stream
//! without an error: whoever reads it opens a new one.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use shiming_kernel::{Facts, Reason, Redacted, Session};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::session::{RENEWED, SessionError, SessionResolver, SessionUse};
use crate::status::{refusal, status_of};
use crate::step::HttpResponse;

/// How long a silent stream may outlive its session.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The session of a call with many answers.
pub(super) struct Watched {
    pub(super) resolver: Arc<dyn SessionResolver>,
    pub(super) token: Redacted<String>,
    pub(super) session: Session,
}

struct Watching {
    watched: Watched,
    looks: Interval,
    body: Body,
}

impl Watched {
    /// The response, whose body ends when the session does.
    pub(super) fn end_with_session(self, response: HttpResponse) -> HttpResponse {
        if response.headers().contains_key("grpc-status") {
            return response;
        }
        response.map(|body| {
            let mut looks = interval(LOOK_EVERY);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            looks.reset();
            let watching = Watching { watched: self, looks, body };
            Body::new(StreamBody::new(stream::unfold(Some(watching), |watching| async {
                let mut watching = watching?;
                let frame = watching.next().await?;
                let goes_on = frame.as_ref().is_ok_and(Frame::is_data);
                Some((frame, goes_on.then_some(watching)))
            })))
        })
    }

    /// `None` while the session stands as it did; else how the stream ends.
    async fn end(&self) -> Option<Status> {
        match self.resolver.resolve(self.token.expose(), SessionUse::Passive).await {
            Ok(session) if is_same(&session, &self.session) => None,
            Ok(_) | Err(SessionError::Renewed) => Some(Status::new(Code::Ok, "")),
            Err(error) => Some(ended(error)),
        }
    }
}

impl Watching {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, Status>> {
        loop {
            let frame = tokio::select! {
                frame = self.body.frame() => Some(frame?),
                _ = self.looks.tick() => None,
            };
            let is_data = frame.as_ref().is_none_or(|frame| frame.as_ref().is_ok_and(Frame::is_data));
            if is_data && let Some(status) = self.watched.end().await {
                return Some(Ok(Frame::trailers(trailers(&status))));
            }
            if frame.is_some() {
                return frame;
            }
        }
    }
}

/// The status of a call whose session opens nothing.
pub(super) fn ended(error: SessionError) -> Status {
    match error {
        SessionError::Invalid | SessionError::Expired => refusal(&Reason::SessionInvalid),
        SessionError::Renewed => {
            let reason = Reason::SessionInvalid;
            status_of(&reason, reason.words(), Facts::none().with(RENEWED, "true"))
        }
        SessionError::Unavailable => refusal(&Reason::Unavailable),
    }
}

fn is_same(now: &Session, then: &Session) -> bool {
    (now.session_id, now.enterprise_id, now.binding_id)
        == (then.session_id, then.enterprise_id, then.binding_id)
}

fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        trailers.insert("grpc-status", http::HeaderValue::from_static("13"));
    }
    trailers
}
