//! Stand-ins of what identity calls, with the rules of the contract, and switches to break them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use shiming_cache::{Cache, CacheError, Messages, SharedCache};
use shiming_identity::clients::face::{
    FaceAuth, FaceError, FaceResult, FaceTicket, HostedCheck, NewFaceSession, Purpose, Redemption,
};
use shiming_identity::clients::sms::{CodeMessage, SmsError, SmsSender};
use shiming_kernel::{FaceSessionId, Reason, RequestId, SharedClock};
use tokio::sync::mpsc;
use uuid::Uuid;

/// face-auth: sessions bound to purpose and subject, results redeemed by one request only.
pub(crate) struct Face {
    clock: SharedClock,
    sessions: Mutex<HashMap<FaceSessionId, FaceSession>>,
    pub(crate) down: AtomicBool,
    pub(crate) opened: Mutex<Vec<NewFaceSession>>,
    /// The provider's face check that every session comes with.
    pub(crate) hosted: Mutex<Option<HostedCheck>>,
}

struct FaceSession {
    opened_by: RequestId,
    purpose: Purpose,
    subject_id: Uuid,
    passed: bool,
    redeemed_by: Option<RequestId>,
}

impl Face {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            sessions: Mutex::default(),
            down: AtomicBool::new(false),
            opened: Mutex::default(),
            hosted: Mutex::default(),
        }
    }

    /// The right person looked into the camera.
    pub(crate) fn pass(&self, session: FaceSessionId) {
        self.sessions.lock().unwrap().get_mut(&session).unwrap().passed = true;
    }

    fn check_up(&self) -> Result<(), FaceError> {
        if self.down.load(Ordering::SeqCst) { Err(FaceError::Unavailable("down".into())) } else { Ok(()) }
    }
}

fn refused(reason: Reason) -> FaceError {
    FaceError::Refused(reason.into())
}

#[async_trait]
impl FaceAuth for Face {
    async fn open(&self, session: NewFaceSession) -> Result<FaceTicket, FaceError> {
        self.check_up()?;
        let mut sessions = self.sessions.lock().unwrap();
        let known = sessions.iter().find(|(_, one)| one.opened_by == session.request_id).map(|(id, _)| *id);
        let face_session_id = known.unwrap_or_else(|| FaceSessionId::new(&*self.clock));
        sessions.entry(face_session_id).or_insert(FaceSession {
            opened_by: session.request_id,
            purpose: session.purpose,
            subject_id: session.subject_id,
            passed: false,
            redeemed_by: None,
        });
        self.opened.lock().unwrap().push(session);
        let expire_time = self.clock.now() + Duration::from_mins(10);
        Ok(FaceTicket {
            face_session_id,
            capture_token: "capture".into(),
            expire_time,
            hosted: self.hosted.lock().unwrap().clone(),
        })
    }

    async fn redeem(&self, redemption: Redemption) -> Result<FaceResult, FaceError> {
        self.check_up()?;
        let mut sessions = self.sessions.lock().unwrap();
        let Some(session) = sessions.get_mut(&redemption.face_session_id) else {
            return Err(refused(Reason::FaceSessionNotFound));
        };
        let bound = session.purpose == redemption.purpose && session.subject_id == redemption.subject_id;
        let used = session.redeemed_by.is_some_and(|by| by != redemption.request_id);
        if !bound || used {
            return Err(refused(Reason::FaceResultRefused));
        }
        if !session.passed {
            return Err(refused(Reason::FaceNotFinished));
        }
        if !redemption.validate_only {
            session.redeemed_by = Some(redemption.request_id);
        }
        Ok(FaceResult { similarity: 0.7, threshold: 0.4, model_pack: "test@1".into() })
    }
}

/// messaging's provider: keeps what it takes, each request once.
pub(crate) struct Sms {
    pub(crate) failing: AtomicBool,
    /// The provider limits every number it is asked for.
    pub(crate) limiting: AtomicBool,
    pub(crate) asked: AtomicUsize,
    taken: mpsc::UnboundedSender<CodeMessage>,
    messages: tokio::sync::Mutex<mpsc::UnboundedReceiver<CodeMessage>>,
    seen: Mutex<Vec<RequestId>>,
    /// Told of every attempt, taken or not.
    pub(crate) attempts: tokio::sync::Notify,
}

impl Sms {
    pub(crate) fn new() -> Self {
        let (taken, messages) = mpsc::unbounded_channel();
        Self {
            failing: AtomicBool::new(false),
            limiting: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            taken,
            messages: messages.into(),
            seen: Mutex::default(),
            attempts: tokio::sync::Notify::new(),
        }
    }

    /// The next message taken: waits for it.
    pub(crate) async fn next(&self) -> CodeMessage {
        let mut messages = self.messages.lock().await;
        let next = tokio::time::timeout(Duration::from_secs(10), messages.recv()).await;
        next.expect("a message within ten seconds").unwrap()
    }

    /// Whether a message was taken that nobody has read.
    pub(crate) async fn is_quiet(&self) -> bool {
        self.messages.lock().await.try_recv().is_err()
    }
}

#[async_trait]
impl SmsSender for Sms {
    async fn send_code(&self, message: CodeMessage) -> Result<(), SmsError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let failing = self.failing.load(Ordering::SeqCst);
        if self.limiting.load(Ordering::SeqCst) {
            return Err(SmsError::Number(Reason::CodeTooSoon.into()));
        }
        if !failing {
            let mut seen = self.seen.lock().unwrap();
            if !seen.contains(&message.request_id) {
                seen.push(message.request_id);
                self.taken.send(message).unwrap();
            }
        }
        self.attempts.notify_one();
        if failing { Err(SmsError::Unsent("provider says 503".into())) } else { Ok(()) }
    }
}

/// The in-process cache with a plug to pull.
#[derive(Debug)]
pub(crate) struct Pluggable {
    pub(crate) inner: SharedCache,
    pub(crate) down: AtomicBool,
    /// In order, until they are asked for.
    operations: Mutex<Vec<&'static str>>,
}

impl Pluggable {
    pub(crate) fn new(inner: SharedCache) -> Self {
        Self { inner, down: AtomicBool::new(false), operations: Mutex::default() }
    }

    /// The operations since the last time this was asked.
    pub(crate) fn operations(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.operations.lock().unwrap())
    }

    fn up(&self, operation: &'static str) -> Result<&SharedCache, CacheError> {
        self.operations.lock().unwrap().push(operation);
        if self.down.load(Ordering::SeqCst) { Err(CacheError::NoAnswer) } else { Ok(&self.inner) }
    }
}

#[async_trait]
impl Cache for Pluggable {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.up("get")?.get(key).await
    }
    async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.up("put")?.put(key, value, ttl).await
    }
    async fn put_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        self.up("put_if_absent")?.put_if_absent(key, value, ttl).await
    }
    async fn take(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.up("take")?.take(key).await
    }
    async fn delete(&self, key: &str) -> Result<bool, CacheError> {
        self.up("delete")?.delete(key).await
    }
    async fn add(&self, key: &str, amount: u64, ttl: Duration) -> Result<u64, CacheError> {
        self.up("add")?.add(key, amount, ttl).await
    }
    async fn compare_and_set(
        &self,
        key: &str,
        expected: &[u8],
        new: Bytes,
        ttl: Duration,
    ) -> Result<bool, CacheError> {
        self.up("compare_and_set")?.compare_and_set(key, expected, new, ttl).await
    }
    async fn touch(&self, key: &str, ttl: Duration) -> Result<bool, CacheError> {
        self.up("touch")?.touch(key, ttl).await
    }
    async fn time_left(&self, key: &str) -> Result<Option<Duration>, CacheError> {
        self.up("time_left")?.time_left(key).await
    }
    async fn set_add(&self, key: &str, member: &str, ttl: Duration) -> Result<(), CacheError> {
        self.up("set_add")?.set_add(key, member, ttl).await
    }
    async fn set_members(&self, key: &str) -> Result<Vec<String>, CacheError> {
        self.up("set_members")?.set_members(key).await
    }
    async fn set_remove(&self, key: &str, member: &str) -> Result<bool, CacheError> {
        self.up("set_remove")?.set_remove(key, member).await
    }
    async fn publish(&self, channel: &str, message: Bytes) -> Result<(), CacheError> {
        self.up("publish")?.publish(channel, message).await
    }
    async fn subscribe(&self, channel: &str) -> Result<Messages, CacheError> {
        self.up("subscribe")?.subscribe(channel).await
    }
    async fn ping(&self) -> Result<(), CacheError> {
        self.up("ping")?.ping().await
    }
}
