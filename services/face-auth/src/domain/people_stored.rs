//! Of how many people face data is stored: from a number on, the law wants it registered.

/// People, not rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PeopleStored {
    /// With a template of the authority's photo.
    pub(crate) references: u64,
    /// With a picture kept of a passed capture.
    pub(crate) evidence: u64,
    /// With either.
    pub(crate) either: u64,
}

/// From how many people on something is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeopleThresholds {
    /// The storing must be registered (人脸识别技术应用安全管理办法: 100 000 people).
    pub(crate) legal: u64,
    /// The operators are warned.
    pub(crate) alarm: u64,
}

impl PeopleThresholds {
    /// Whether the operators are to be warned.
    pub(crate) const fn is_alarm(self, stored: PeopleStored) -> bool {
        stored.either >= self.alarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_begins_with_its_threshold() {
        let thresholds = PeopleThresholds { legal: 100_000, alarm: 80_000 };
        let stored = |either| PeopleStored { either, ..PeopleStored::default() };
        assert!(!thresholds.is_alarm(stored(79_999)));
        assert!(thresholds.is_alarm(stored(80_000)));
    }
}
