//! `[hunting]` of the configuration file: what queries may use up.

use serde::Deserialize;
use wardenry_hunting::HuntSettings;

use super::bounded::Bounded;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What is absent has its default, see [`HuntSettings::for_cores`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HuntingConfig {
    calls_per_minute: Option<Bounded<1, 1_000_000>>,
    calls_per_hour: Option<Bounded<1, 10_000_000>>,
    cpu_seconds_per_quarter_hour: Option<Bounded<1, 10_000_000>>,
    /// The waits for a turn and for room in memory have to fit into the time for an answer as well.
    run_seconds: Option<Bounded<1, 240>>,
    rows: Option<Bounded<1, 10_000_000>>,
    answer_bytes: Option<Bounded<{ 64 << 10 }, { 2 * GIB }>>,
    memory_bytes: Option<Bounded<{ 16 * MIB }, { 1024 * GIB }>>,
    spill_bytes: Option<Bounded<0, { 65_536 * GIB }>>,
    threads: Option<Bounded<1, 256>>,
    concurrent_queries: Option<Bounded<1, 1024>>,
    concurrent_queries_per_tenant: Option<Bounded<1, 1024>>,
}

impl HuntingConfig {
    /// On a machine with so many cores.
    pub(crate) fn settings(&self, cores: usize) -> HuntSettings {
        let mut settings = HuntSettings::for_cores(cores);
        let quotas = &mut settings.quotas;
        set(&mut quotas.calls_per_minute, self.calls_per_minute.map(Bounded::to));
        set(&mut quotas.calls_per_hour, self.calls_per_hour.map(Bounded::to));
        set(&mut quotas.cpu_per_cycle, self.cpu_seconds_per_quarter_hour.map(Bounded::secs));
        let limits = &mut settings.limits;
        set(&mut limits.run_time, self.run_seconds.map(Bounded::secs));
        set(&mut limits.rows, self.rows.map(Bounded::get));
        set(&mut limits.memory_bytes, self.memory_bytes.map(Bounded::to));
        set(&mut limits.spill_bytes, self.spill_bytes.map(Bounded::get));
        set(&mut settings.threads, self.threads.map(Bounded::to));
        if let Some(answer_bytes) = self.answer_bytes {
            settings.answer_bytes = answer_bytes.to();
            // As text an answer is about as large as in memory, and one at least has to fit.
            limits.result_bytes = limits.result_bytes.max(2 * answer_bytes.get());
            settings.answers_bytes = settings.answers_bytes.max(answer_bytes.to());
        }
        let schedule = &mut settings.schedule;
        if let Some(places) = self.concurrent_queries {
            schedule.places = places.to();
            schedule.places_per_tenant = (schedule.places / 4).max(2).min(schedule.places);
        }
        set(&mut schedule.places_per_tenant, self.concurrent_queries_per_tenant.map(Bounded::to));
        settings
    }

    /// What is wrong with it as a whole.
    pub(crate) fn check(&self, cores: usize) -> Result<(), String> {
        let schedule = self.settings(cores).schedule;
        if schedule.places_per_tenant > schedule.places {
            return Err(format!(
                "hunting.concurrent_queries_per_tenant is {}, more than the {} queries of all tenants together",
                schedule.places_per_tenant, schedule.places
            ));
        }
        Ok(())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(text: &str) -> HuntSettings {
        toml::from_str::<HuntingConfig>(text).unwrap().settings(8)
    }

    #[test]
    fn what_the_file_says_counts_and_the_rest_is_as_usual() {
        let found = settings(
            "calls_per_minute = 1
             calls_per_hour = 2
             cpu_seconds_per_quarter_hour = 3
             run_seconds = 4
             rows = 5
             answer_bytes = 600_000_000
             memory_bytes = 20_000_000
             spill_bytes = 8
             threads = 9
             concurrent_queries = 10
             concurrent_queries_per_tenant = 10",
        );
        let mut expected = HuntSettings::for_cores(8);
        (expected.quotas.calls_per_minute, expected.quotas.calls_per_hour) = (1, 2);
        expected.quotas.cpu_per_cycle = Duration::from_secs(3);
        expected.limits.run_time = Duration::from_secs(4);
        expected.limits.rows = 5;
        (expected.answer_bytes, expected.answers_bytes) = (600_000_000, 600_000_000);
        expected.limits.result_bytes = 1_200_000_000;
        (expected.limits.memory_bytes, expected.limits.spill_bytes) = (20_000_000, 8);
        expected.threads = 9;
        (expected.schedule.places, expected.schedule.places_per_tenant) = (10, 10);
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        assert_eq!(format!("{:?}", settings("")), format!("{:?}", HuntSettings::for_cores(8)));
    }

    #[test]
    fn a_tenant_has_no_more_places_than_there_are() {
        let check = |text: &str| toml::from_str::<HuntingConfig>(text).unwrap().check(8);
        assert_eq!(check("concurrent_queries = 1"), Ok(()));
        assert_eq!(check("concurrent_queries = 1\nconcurrent_queries_per_tenant = 1"), Ok(()));
        assert_eq!(
            check("concurrent_queries_per_tenant = 9").unwrap_err(),
            "hunting.concurrent_queries_per_tenant is 9, more than the 8 queries of all tenants together"
        );
    }

    #[test]
    fn numbers_out_of_bounds_are_refused_with_their_line() {
        for text in
            ["rows = 0", "rows = -1", "run_seconds = 241", "answer_bytes = 1", "threads = 1.5", "cpu = 1"]
        {
            let error = toml::from_str::<HuntingConfig>(&format!("\n{text}")).unwrap_err().to_string();
            assert!(error.contains("line 2, column"), "{error}");
        }
        let error = toml::from_str::<HuntingConfig>("rows = 0").unwrap_err().to_string();
        assert!(error.contains("it must be from 1 to 10000000, and is 0"), "{error}");
    }
}
