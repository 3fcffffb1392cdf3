//! The embedded mode's provider: nothing leaves the machine. The text appears on the terminal and on the demo phone.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shiming_identifiers::{Mobile, mask_mobile};
use shiming_kernel::{Redacted, SharedClock};

use super::{SmsFailure, SmsProvider};
use crate::domain::SmsText;

const KEPT: usize = 200;
const SHOWN: usize = 10;

/// A text message that the demo phone shows.
#[derive(Clone, Debug)]
pub(crate) struct SentSms {
    /// The whole text.
    pub(crate) text: Redacted<String>,
    /// When it was sent.
    pub(crate) send_time: DateTime<Utc>,
}

/// Prints text messages and keeps the last of them in memory.
pub(crate) struct ConsoleSms {
    clock: SharedClock,
    sent: Mutex<VecDeque<(Mobile, SentSms)>>,
}

impl ConsoleSms {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self { clock, sent: Mutex::default() }
    }

    /// The last text messages to `mobile`, the newest first.
    pub(crate) fn sent_to(&self, mobile: &Mobile) -> Vec<SentSms> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().rev().filter(|(to, _)| to == mobile).take(SHOWN).map(|(_, sms)| sms.clone()).collect()
    }
}

#[async_trait]
impl SmsProvider for ConsoleSms {
    fn name(&self) -> &'static str {
        "console"
    }

    async fn send(&self, mobile: &Mobile, text: &SmsText) -> Result<(), SmsFailure> {
        let text = text.full_text();
        // To the terminal on purpose, and never through the log: this provider stands for a phone.
        let line = format!("[演示短信] {} ← {}\n", mask_mobile(mobile.as_str()), text.expose());
        let written = std::io::stdout().write_all(line.as_bytes());
        drop(written);
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() == KEPT {
            sent.pop_front();
        }
        sent.push_back((mobile.clone(), SentSms { text, send_time: self.clock.now() }));
        Ok(())
    }
}
