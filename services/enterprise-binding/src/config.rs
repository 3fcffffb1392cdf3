//! Enterprise-binding's settings; `config/default.toml` explains each.

use serde::Deserialize;
use shiming_runtime::config::DurationText;

use crate::app::Rules;
use crate::domain::SubmissionRules;

/// What enterprise-binding can be told beside what every service can.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The registry.
    pub registry: RegistryConfig,
    /// Applications.
    pub applications: ApplicationsConfig,
    /// Bindings.
    pub bindings: BindingsConfig,
}

/// `[registry]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryConfig {
    /// How many enterprises one person may look up on one day.
    pub lookups_per_day: u32,
    /// Rows of an import that are stored in one transaction.
    pub import_chunk: usize,
}

/// `[applications]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsConfig {
    /// How long an application waits for its decision.
    pub lifetime: DurationText,
    /// How long a rejected one may not be repeated.
    pub cool_down: DurationText,
    /// How often those whose time is over are looked for.
    pub sweep_interval: DurationText,
}

/// `[bindings]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindingsConfig {
    /// How old the face check may be that 刷新 asks for.
    pub step_up_max_age: DurationText,
    /// Whether people of 14 to 17 may take roles.
    pub admits_minors: bool,
}

impl Settings {
    pub(crate) const fn rules(&self) -> Rules {
        Rules {
            submission: SubmissionRules {
                cool_down: self.applications.cool_down.get(),
                admits_minors: self.bindings.admits_minors,
            },
            application_lifetime: self.applications.lifetime.get(),
            step_up_max_age: self.bindings.step_up_max_age.get(),
            lookups_per_day: self.registry.lookups_per_day,
            import_chunk: self.registry.import_chunk,
        }
    }
}

impl shiming_service::Settings for Settings {
    fn problems(&self, _embedded: bool) -> Vec<String> {
        let times = [
            ("applications.lifetime", self.applications.lifetime),
            ("applications.sweep_interval", self.applications.sweep_interval),
            ("bindings.step_up_max_age", self.bindings.step_up_max_age),
        ];
        let zero = times.into_iter().filter(|(_, time)| time.get().is_zero());
        let mut broken: Vec<_> = zero.map(|(key, _)| format!("{key}: must be longer than 0")).collect();
        if self.registry.lookups_per_day == 0 {
            broken.push("registry.lookups_per_day: must be at least 1".to_owned());
        }
        if !(1..=1000).contains(&self.registry.import_chunk) {
            broken.push("registry.import_chunk: must lie between 1 and 1000".to_owned());
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EnterpriseBinding;
    use shiming_testkit::{Stand, TestDatabase};

    #[test]
    fn the_default_is_the_bureaus_rules() {
        let own = Stand::<EnterpriseBinding>::config(&TestDatabase::sqlite()).own;
        assert_eq!(own.applications.lifetime, DurationText::seconds(30 * 24 * 3600));
        assert_eq!(own.applications.cool_down, DurationText::seconds(24 * 3600));
        assert_eq!(own.bindings.step_up_max_age, DurationText::seconds(600));
    }
}
