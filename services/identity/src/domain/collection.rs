//! One run of 实名采集 and the order of its steps.

use chrono::{DateTime, Utc};
use shiming_identifiers::Identity;
use shiming_kernel::{CollectionId, FaceSessionId, PersonId};

/// The next thing a collection needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Consent and face.
    Face,
    /// Profile and one-time code.
    Profile,
    /// Nothing: the person is collected.
    Done,
}

impl Step {
    /// Every step, in order.
    pub(crate) const ALL: [Self; 3] = [Self::Face, Self::Profile, Self::Done];

    /// The value of the column.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Profile => "profile",
            Self::Done => "done",
        }
    }

    /// The step behind a column's value.
    pub(crate) fn from_str(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// As `CollectionStep` of the contract spells it, for an error's metadata.
    pub(crate) const fn wire_name(self) -> &'static str {
        match self {
            Self::Face => "FACE",
            Self::Profile => "PROFILE",
            Self::Done => "DONE",
        }
    }
}

/// A collection as the store holds it. Debug shows nothing of the person.
#[derive(Clone, Debug)]
pub(crate) struct Collection {
    pub(crate) id: CollectionId,
    pub(crate) identity: Identity,
    pub(crate) step: Step,
    /// The face session this collection opened last; no other can serve it.
    pub(crate) face_session_id: Option<FaceSessionId>,
    pub(crate) face_pass_time: Option<DateTime<Utc>>,
    pub(crate) expire_time: DateTime<Utc>,
    pub(crate) person_id: Option<PersonId>,
    /// Keyed hash of the browser that began it; `None` for one begun by no browser.
    pub(crate) device_hash: Option<String>,
    /// Rises with every change.
    pub(crate) version: i32,
}

/// Why a collection does not take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepRefusal {
    /// Over: expired or finished.
    Gone,
    /// Another step is due.
    Due(Step),
}

impl Collection {
    /// Whether its time has run out. A finished one keeps answering until then.
    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expire_time <= now
    }

    /// Whether this browser may go on with it. A token alone is not enough: it may have been put into the browser by somebody else.
    pub(crate) fn is_of(&self, device_hash: Option<&str>) -> bool {
        self.device_hash.is_none() || self.device_hash.as_deref() == device_hash
    }

    /// Whether `step` may be taken now.
    pub(crate) fn allow(&self, step: Step, now: DateTime<Utc>) -> Result<(), StepRefusal> {
        if self.is_expired(now) || self.step == Step::Done {
            Err(StepRefusal::Gone)
        } else if self.step == step {
            Ok(())
        } else {
            Err(StepRefusal::Due(self.step))
        }
    }

    /// A face session was opened for it; the one before no longer counts.
    pub(crate) fn face_opened(&mut self, session: FaceSessionId, expire_time: DateTime<Utc>) {
        self.face_session_id = Some(session);
        self.expire_time = expire_time;
    }

    /// Its face session passed.
    pub(crate) fn face_passed(&mut self, now: DateTime<Utc>, expire_time: DateTime<Utc>) {
        self.step = Step::Profile;
        self.face_pass_time = Some(now);
        self.expire_time = expire_time;
    }

    /// The person is collected.
    pub(crate) fn finished(&mut self, person: PersonId) {
        self.step = Step::Done;
        self.person_id = Some(person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::resident;
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use shiming_kernel::SystemClock;

    fn start(now: DateTime<Utc>) -> Collection {
        Collection {
            id: CollectionId::new(&SystemClock),
            identity: resident(),
            step: Step::Face,
            face_session_id: None,
            face_pass_time: None,
            expire_time: now + TimeDelta::minutes(15),
            person_id: None,
            device_hash: None,
            version: 0,
        }
    }

    fn noon() -> DateTime<Utc> {
        "2026-11-01T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn columns_and_steps_agree() {
        for step in Step::ALL {
            assert_eq!(Step::from_str(step.as_str()), Some(step));
        }
        assert_eq!(Step::from_str("FACE"), None);
    }

    #[test]
    fn a_step_too_early_names_the_one_that_is_due() {
        assert_eq!(start(noon()).allow(Step::Profile, noon()), Err(StepRefusal::Due(Step::Face)));
    }

    #[test]
    fn the_last_moment_is_too_late() {
        let collection = start(noon());
        let end = collection.expire_time;
        assert_eq!(collection.allow(Step::Face, end - TimeDelta::microseconds(1)), Ok(()));
        assert_eq!(collection.allow(Step::Face, end), Err(StepRefusal::Gone));
    }

    #[derive(Clone, Copy, Debug)]
    enum Act {
        OpenFace,
        PassFace,
        Finish,
        Wait(i64),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            3 => Just(Act::OpenFace),
            3 => Just(Act::PassFace),
            3 => Just(Act::Finish),
            1 => (0_i64..1200).prop_map(Act::Wait),
        ];
        prop::collection::vec(act, 0..40)
    }

    proptest! {
        #[test]
        fn nobody_is_collected_without_a_face_session_that_passed_before_its_end(acts in acts()) {
            let mut now = noon();
            let mut collection = start(now);
            let life = TimeDelta::minutes(15);
            for act in acts {
                let before = collection.step;
                match act {
                    Act::OpenFace if collection.allow(Step::Face, now).is_ok() => {
                        collection.face_opened(FaceSessionId::new(&SystemClock), now + life);
                    }
                    Act::PassFace if collection.allow(Step::Face, now).is_ok() && collection.face_session_id.is_some() => {
                        collection.face_passed(now, now + life);
                    }
                    Act::Finish if collection.allow(Step::Profile, now).is_ok() => {
                        collection.finished(PersonId::new(&SystemClock));
                    }
                    Act::Wait(seconds) => now += TimeDelta::seconds(seconds),
                    _ => {}
                }
                prop_assert!(collection.step >= before, "steps never go back");
                if collection.person_id.is_some() {
                    prop_assert!(collection.face_session_id.is_some() && collection.face_pass_time.is_some());
                    prop_assert_eq!(collection.step, Step::Done);
                    for step in Step::ALL {
                        prop_assert_eq!(collection.allow(step, now), Err(StepRefusal::Gone));
                    }
                }
            }
        }
    }
}
