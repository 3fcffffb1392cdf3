//! Rate limits, counted in the cache per address and per browser, and told to the caller by `RateLimit` headers.
//!
//! Windows are fixed: counting starts anew at every whole multiple of the window, so a counter costs one round trip and no clean-up; the
//! counter of all requests is drawn from in [`shares`](crate::browser::shares). When the cache can't count, requests are refused.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use shiming_cache::SharedCache;
use shiming_kernel::SharedClock;

use crate::SharedEdge;
use crate::browser::shares::Shares;
use crate::browser::visitor::Visitor;
use crate::config::{LimitConfig, LimitsConfig};
use crate::error::GatewayError;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is counted apart.
pub(crate) trait Counted: Send {
    /// In headers and cache keys.
    const NAME: &'static str;
    /// Whether it is so frequent that a replica counts in shares. What protects people is counted one by one.
    const IN_SHARES: bool = false;
    /// Its limit.
    fn limit(limits: &LimitsConfig) -> LimitConfig;
}

macro_rules! counted {
    ($($(#[$doc:meta])* $kind:ident = $field:ident $(, $shares:ident)?;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub(crate) enum $kind {}

            impl Counted for $kind {
                const NAME: &'static str = stringify!($field);
                $(const IN_SHARES: bool = stringify!($shares).len() > 0;)?

                fn limit(limits: &LimitsConfig) -> LimitConfig {
                    limits.$field
                }
            }
        )+
    };
}

counted! {
    /// Any call of the API.
    Requests = requests, in_shares;
    /// New picture codes.
    Captchas = captchas;
    /// One-time codes by SMS.
    Codes = codes;
    /// Tries to log in.
    Logins = logins;
    /// Collections begun and finished.
    Collections = collections;
    /// Challenges asked for before a capture.
    Challenges = challenges;
    /// Captures submitted.
    Captures = captures;
}

/// Counts in the cache.
pub(crate) struct Limits {
    cache: SharedCache,
    clock: SharedClock,
    config: LimitsConfig,
    shares: Shares,
}

/// What costs nothing extra within an hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FreeUses {
    /// By one address.
    pub(crate) per_address: u64,
    /// By one browser.
    pub(crate) per_browser: u64,
}

/// Where a visitor stands with one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    name: &'static str,
    limit: u64,
    left: u64,
    window: u64,
    reset: u64,
}

/// The tightest of the limits that one request met.
#[derive(Clone, Debug, Default)]
struct Tally(Arc<Mutex<Option<Standing>>>);

impl Tally {
    fn note(&self, standing: Standing) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none_or(|held| standing.left * held.limit <= held.left * standing.limit) {
            *held = Some(standing);
        }
    }

    fn get(&self) -> Option<Standing> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits {
    pub(crate) fn new(cache: SharedCache, clock: SharedClock, config: LimitsConfig) -> Self {
        Self { shares: Shares::new(Arc::clone(&cache)), cache, clock, config }
    }

    /// Counts one more for the visitor.
    async fn count<K: Counted>(&self, visitor: &Visitor, tally: &Tally) -> Result<(), GatewayError> {
        let limit = K::limit(&self.config);
        let (number, left) = self.window(limit.window.get());
        let ttl = limit.window.get();
        let count = async |kind: &str, who: &str, limit: u64| {
            let key = || format!("gateway:limit:{}:{kind}:{who}:{number}", K::NAME);
            if K::IN_SHARES {
                self.shares.count(who, number, limit, key, ttl).await
            } else {
                self.cache.increment(&key(), ttl).await
            }
        };
        let by_browser = async {
            match &visitor.browser {
                Some(browser) => count("browser", browser, limit.per_browser).await.map(Some),
                None => Ok(None),
            }
        };
        let by_address = count("address", &visitor.address, limit.per_address);
        let (by_address, by_browser) = tokio::try_join!(by_address, by_browser)?;
        let standing = |limit: u64, count: u64| Standing {
            name: K::NAME,
            limit,
            left: limit.saturating_sub(count),
            window: ttl.as_secs(),
            reset: left.as_secs().max(1),
        };
        tally.note(standing(limit.per_address, by_address));
        if let Some(count) = by_browser {
            tally.note(standing(limit.per_browser, count));
        }
        if by_address > limit.per_address || by_browser.is_some_and(|count| count > limit.per_browser) {
            return Err(GatewayError::TooManyRequests { retry_after: left });
        }
        Ok(())
    }

    /// Whether the visitor's address or browser has used up what is free within an hour; counts this use.
    pub(crate) async fn is_beyond(
        &self,
        name: &str,
        free: FreeUses,
        visitor: &Visitor,
    ) -> Result<bool, GatewayError> {
        const HOUR: Duration = Duration::from_hours(1);
        let address = Some((&visitor.address, free.per_address));
        let browser = visitor.browser.as_ref().map(|browser| (browser, free.per_browser));
        let mut beyond = false;
        for (who, free) in [address, browser].into_iter().flatten() {
            beyond |= self.cache.increment(&format!("gateway:used:{name}:{who}"), HOUR).await? > free;
        }
        Ok(beyond)
    }

    /// The number of the window we are in, and what is left of it.
    fn window(&self, length: Duration) -> (i64, Duration) {
        let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1);
        let now = self.clock.now().timestamp();
        let left = length - now.rem_euclid(length);
        (now.div_euclid(length), Duration::from_secs(left.unsigned_abs()))
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Counts every call of the API, and tells the caller where they stand.
pub(crate) async fn count_requests(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    mut request: Request,
    next: Next,
) -> Response {
    let tally = Tally::default();
    request.extensions_mut().insert(tally.clone());
    let mut response = match edge.limits.count::<Requests>(&visitor, &tally).await {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(standing) = tally.get() {
        let Standing { name, limit, left, window, reset } = standing;
        let texts = [
            (RATE_LIMIT_POLICY, format!("\"{name}\";q={limit};w={window}")),
            (RATE_LIMIT, format!("\"{name}\";r={left};t={reset}")),
        ];
        for (header, text) in texts {
            if let Ok(value) = HeaderValue::try_from(text) {
                response.headers_mut().insert(header, value);
            }
        }
    }
    response
}

/// In a handler's parameters: this call counts as a `K`, and is refused beyond its limit.
pub(crate) struct Within<K>(PhantomData<K>);

impl<K: Counted> FromRequestParts<SharedEdge> for Within<K> {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, edge).await?;
        let tally = parts.extensions.get::<Tally>().cloned().unwrap_or_default();
        edge.limits.count::<K>(&visitor, &tally).await?;
        Ok(Self(PhantomData))
    }
}
