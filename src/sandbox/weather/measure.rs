//! How long and how many, as people write it.

use std::time::Duration;

use serde::Deserialize;

use crate::sandbox::tenant::replica::Lag;
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::weather::written::Written;

/// How long something takes: the same every time, or anything between two ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Latency {
    pub(crate) least: Duration,
    pub(crate) most: Duration,
}

impl Latency {
    /// How long it takes this time, to the millisecond.
    pub(crate) fn drawn(self, draw: Draw) -> Duration {
        let range = self.most.saturating_sub(self.least).as_millis();
        let range = u64::try_from(range).unwrap_or(u64::MAX).saturating_add(1);
        self.least + Duration::from_millis(draw.below("latency", range))
    }
}

impl TryFrom<Written> for Latency {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let read = match &written {
            Written::Flag(_) => None,
            Written::Number(ms) => u64::try_from(*ms).ok().map(Duration::from_millis).map(even),
            Written::Text(text) => match text.split_once("..") {
                Some((least, most)) => time(least)
                    .zip(time(most))
                    .filter(|(least, most)| least <= most)
                    .map(|(least, most)| Self { least, most }),
                None => time(text).map(even),
            },
        };
        read.ok_or_else(|| {
            "expected a time such as 40ms or 2s, or a range such as 20ms..200ms".into()
        })
    }
}

impl std::str::FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(Written::Text(text.to_owned()))
    }
}

fn even(time: Duration) -> Latency {
    Latency { least: time, most: time }
}

/// How far readers are behind, as people write it: a number of reads, or a time.
pub(super) fn lag<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Lag>, D::Error> {
    let read = match Written::deserialize(from)? {
        Written::Flag(_) => None,
        Written::Number(reads) => u32::try_from(reads).ok().map(Lag::Reads),
        Written::Text(text) => time(&text).map(Lag::Time),
    };
    let wrong = "expected a number of reads, or a time such as \"2s\"";
    read.map(Some).ok_or_else(|| serde::de::Error::custom(wrong))
}

/// `40ms`, `2s`.
fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1_000),
    };
    Some(Duration::from_millis(number.parse::<u64>().ok()?.saturating_mul(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::weather::chance::Chances;

    #[test]
    fn times_and_ranges_are_read() {
        let ms = Duration::from_millis;
        for (text, least, most) in
            [("40ms", 40, 40), ("2s", 2_000, 2_000), ("20ms..1s", 20, 1_000), ("0ms..0ms", 0, 0)]
        {
            assert_eq!(text.parse(), Ok(Latency { least: ms(least), most: ms(most) }), "{text}");
        }
        assert_eq!(Latency::try_from(Written::Number(40)), "40ms".parse());
        for wrong in ["40", "soon", "2s..1s", "1s..", "-1ms", "1h"] {
            assert!(wrong.parse::<Latency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_is_used_from_end_to_end() {
        let latency: Latency = "20ms..22ms".parse().unwrap();
        let mut chances = Chances::default();
        let drawn: std::collections::BTreeSet<u128> =
            (0..100).map(|n| latency.drawn(chances.draw(0, n)).as_millis()).collect();
        assert_eq!(drawn, [20, 21, 22].into());
    }
}
