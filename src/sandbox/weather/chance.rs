//! How often a trouble strikes, and what chance has in store: the same for the same request, whatever
//! comes in between.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sandbox::weather::written::Written;

/// How often something happens, of all the times it could.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) enum Often {
    #[default]
    Never,
    /// Every n-th time, in order of processing; at least 1.
    Every(u32),
    /// A share, in millionths, drawn from the seed.
    Share(u32),
}

/// A certainty in the unit of [`Often::Share`].
const WHOLE: u32 = 1_000_000;

impl Often {
    /// Whether it happens this time. `count`: how many times there were, this one included. `what`
    /// keeps the fates of one request apart.
    pub(crate) fn strikes(self, count: u64, draw: Draw, what: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Every(n) => count.is_multiple_of(u64::from(n)),
            Self::Share(share) => draw.below(what, u64::from(WHOLE)) < u64::from(share),
        }
    }
}

impl TryFrom<Written> for Often {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let wrong = || "expected N for every N-th, or a share such as \"10%\"".to_owned();
        match written {
            Written::Flag(false) | Written::Number(0) => Ok(Self::Never),
            Written::Flag(true) => Ok(Self::Every(1)),
            Written::Number(n) => u32::try_from(n).map(Self::Every).map_err(|_| wrong()),
            Written::Text(text) => {
                let percent = text.strip_suffix('%').ok_or_else(wrong)?;
                share(percent.trim()).map(Self::Share).ok_or_else(wrong)
            }
        }
    }
}

/// Percent as millionths, exactly: at most four digits behind the point.
fn share(percent: &str) -> Option<u32> {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    if part.len() > 4 || !part.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let part: u32 = format!("{part:0<4}").parse().ok()?;
    let share = whole.parse::<u32>().ok()?.checked_mul(10_000)?.checked_add(part)?;
    (share <= WHOLE).then_some(share)
}

/// What chance has in store for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Draw(u64);

impl Draw {
    /// Evenly from 0 up to but not including `bound`; 0 when that is 0. Another `what`, another
    /// draw.
    pub(crate) fn below(self, what: &str, bound: u64) -> u64 {
        let drawn = u128::from(mixed(self.0 ^ fingerprint(&[what])));
        // The upper half of the product is even over the range without a remainder's bias.
        u64::try_from((drawn * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// The same for a part of the request, such as one of a batch.
    #[must_use]
    pub(crate) fn of(self, part: u64) -> Self {
        Self(mixed(self.0 ^ part))
    }
}

/// How often each request came, by its fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Chances(BTreeMap<u64, u32>);

impl Chances {
    /// What this request meets, now that it comes once more.
    ///
    /// It hangs on the seed, on the request and on how often the same one came before, and not on
    /// what others sent meanwhile: clients that work side by side arrive in another order every time.
    pub(crate) fn draw(&mut self, seed: u64, fingerprint: u64) -> Draw {
        let times = self.0.entry(fingerprint).or_default();
        *times += 1;
        Draw(mixed(seed)).of(fingerprint).of(u64::from(*times))
    }
}

/// A number for a sequence of texts (FNV-1a, 64 bits). The library's own hash may change with it.
pub(crate) fn fingerprint(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for part in parts {
        part.bytes().for_each(&mut add);
        // No text holds this byte, so that "a", "bc" is another sequence than "ab", "c".
        add(0xff);
    }
    state
}

/// One step of `SplitMix64`, which spreads neighbouring numbers over the whole range.
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let read = |text: &str| Often::try_from(Written::Text(text.to_owned()));
        assert_eq!(read("10%"), Ok(Often::Share(100_000)));
        assert_eq!(read("0.25%"), Ok(Often::Share(2_500)));
        assert_eq!(read("100%"), Ok(Often::Share(WHOLE)));
        for wrong in ["10", "%", "101%", "-1%", "1.00001%", "1.x%", "often"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Often::try_from(Written::Number(0)), Ok(Often::Never));
        assert!(Often::try_from(Written::Number(-1)).is_err());
    }

    #[test]
    fn a_share_strikes_about_that_often_and_a_whole_always() {
        let mut chances = Chances::default();
        let draws: Vec<Draw> = (0..10_000).map(|n| chances.draw(7, n)).collect();
        let hits = |often: Often, what: &str| {
            draws.iter().filter(|draw| often.strikes(1, **draw, what)).count()
        };
        assert!((900..1_100).contains(&hits(Often::Share(100_000), "a")));
        assert_eq!((hits(Often::Share(WHOLE), "a"), hits(Often::Share(0), "a")), (10_000, 0));
        let both = draws
            .iter()
            .filter(|d| ["a", "b"].iter().all(|w| Often::Share(100_000).strikes(1, **d, w)))
            .count();
        assert!((60..150).contains(&both), "independent of one another: {both}");
    }

    #[test]
    fn a_request_meets_the_same_whatever_comes_in_between() {
        let (mut alone, mut among) = (Chances::default(), Chances::default());
        let first: Vec<Draw> = (0..5).map(|_| alone.draw(1, 42)).collect();
        let second: Vec<Draw> = (0..5)
            .map(|n| {
                among.draw(1, 100 + n);
                among.draw(1, 42)
            })
            .collect();
        assert_eq!(first, second);
        assert_ne!(first[0], first[1]);
        assert_ne!(first[0], Chances::default().draw(2, 42));
    }
}
