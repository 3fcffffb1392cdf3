//! Stand-in of face-auth's face data: erases each request once, and has a plug to pull.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use shiming_identity::clients::face::FaceError;
use shiming_identity::clients::face_data::{
    ErasedCounts, Erasure, FaceData, FaceOwner, FaceRecords, NewErasure,
};
use shiming_kernel::{AskedPage, RequestId, SharedClock};
use shiming_proto::face::v1::{FacePurpose, ListProcessingRecordsResponse, ProcessingRecord};
use uuid::Uuid;

pub(crate) struct Eraser {
    clock: SharedClock,
    pub(crate) down: AtomicBool,
    /// Does the work, but its answer is lost.
    pub(crate) mute: AtomicBool,
    pub(crate) erased: Mutex<Vec<NewErasure>>,
    answers: Mutex<HashMap<RequestId, Erasure>>,
}

impl Eraser {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            down: AtomicBool::new(false),
            mute: AtomicBool::new(false),
            erased: Mutex::default(),
            answers: Mutex::default(),
        }
    }

    fn check_up(&self) -> Result<(), FaceError> {
        if self.down.load(Ordering::SeqCst) { Err(FaceError::Unavailable("down".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl FaceData for Eraser {
    async fn erase(&self, erasure: NewErasure) -> Result<Erasure, FaceError> {
        self.check_up()?;
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            let known = answers.entry(erasure.request_id);
            let fresh = || {
                self.erased.lock().unwrap().push(erasure.clone());
                let counts = ErasedCounts { references: 1, evidence: 0, sessions: 2, counters: 0 };
                let erasure_id = Uuid::now_v7();
                Erasure {
                    erasure_id,
                    erase_time: self.clock.now(),
                    counts,
                    proof: format!("proof of {erasure_id}"),
                }
            };
            known.or_insert_with(fresh).clone()
        };
        if self.mute.load(Ordering::SeqCst) { Err(FaceError::Unavailable("mute".into())) } else { Ok(answer) }
    }

    async fn records(&self, _owner: FaceOwner, page: &AskedPage) -> Result<FaceRecords, FaceError> {
        self.check_up()?;
        let record = ProcessingRecord {
            record_id: format!("{} after {}", page.size(), page.token()),
            purpose: FacePurpose::Collection.into(),
            result: "PASSED".into(),
            ..Default::default()
        };
        let page = ListProcessingRecordsResponse { records: vec![record], next_page_token: "next".into() };
        Ok(FaceRecords(page))
    }
}
