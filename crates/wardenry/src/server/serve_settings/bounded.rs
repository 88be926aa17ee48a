//! Numbers of the configuration file, each with its bounds.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounded<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Bounded<MIN, MAX> {
    pub(crate) fn get(self) -> u64 {
        self.0
    }

    pub(crate) fn secs(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// As another type of number. The bounds are such that it fits.
    pub(crate) fn to<N: TryFrom<u64>>(self) -> N {
        N::try_from(self.0).unwrap_or_else(|_| unreachable!("{MAX} is no {}", std::any::type_name::<N>()))
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = i64::deserialize(deserializer)?;
        let number = u64::try_from(found).ok().filter(|number| (MIN..=MAX).contains(number));
        number
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("it must be from {MIN} to {MAX}, and is {found}")))
    }
}
