//! Trouble on purpose: what the tenant does wrong, and when.

use serde::Deserialize;
use serde_json::Value;

/// How the tenant misbehaves. The default is fine weather. All counts go over the requests of one
/// server run; requests inside a batch count one by one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Weather {
    /// Milliseconds every HTTP request takes.
    pub latency: u64,
    /// Every n-th request is answered 429. 0: none.
    pub throttle: u32,
    /// Every n-th write is answered 429. 0: none.
    pub throttle_writes: u32,
    /// Every n-th request is answered 503. 0: none.
    pub unavailable: u32,
    /// Seconds of `Retry-After` with 429 and 503.
    pub retry_after: u32,
    /// Reads that miss a new object.
    pub lag: u32,
    /// Every n-th write takes effect, but the connection breaks before its answer. 0: none.
    pub lost: u32,
    /// Every n-th write takes effect, but is answered 404 `Directory_ObjectNotFound`. 0: none.
    pub denied: u32,
    /// Lists leave rows out unless the page size is 999 or the query is an advanced one.
    pub lossy: bool,
    /// The second page of every list is empty, with a link to the third.
    pub empty_pages: bool,
    /// A list answers 500 on this page (counted from 1). 0: none.
    pub broken_page: u64,
    /// Links to next pages lead to this root instead, `https://elsewhere.example`.
    pub link_host: Option<String>,
    /// Bodies of lists stop half-way.
    pub cut: bool,
    /// Every n-th request, and every one after it, is answered as if the token had expired. 0: none.
    pub expire_after: u32,
    /// The first two grants for a new service principal are refused.
    pub fresh_service_principals: bool,
    /// Status of a duplicate grant: 409 (default) or 400.
    pub duplicate: Option<u16>,
    pub refuse: Vec<Refusal>,
    pub meanwhile: Vec<Meanwhile>,
}

/// One sort of request that is refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refusal {
    /// `POST`; absent: any.
    pub method: Option<String>,
    /// The path holds this text, letter case ignored; absent: any.
    pub path: Option<String>,
    /// The body as JSON text holds this text; absent: any.
    pub body: Option<String>,
    pub status: u16,
    /// Error code; the usual one of the status when absent.
    pub code: Option<String>,
    pub message: Option<String>,
    /// How often; absent: always.
    pub times: Option<u32>,
}

/// A change somebody else makes while a client works.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Meanwhile {
    /// Made right before this request is processed, counted from 1 over reads and writes.
    pub before_request: u64,
    pub method: String,
    /// Below the version root.
    pub path: String,
    #[serde(default)]
    pub body: Option<Value>,
}

/// A word about the weather that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeatherError {
    #[error("no such weather as {0:?}; there is {KNOWN}")]
    Unknown(String),
    #[error("{0:?} needs a number, as in {0}=3")]
    Number(String),
}

/// The words of [`Weather::add`].
pub const KNOWN: &str = "latency=40ms, 429=N, 429-writes=N, 503=N, retry-after=SECONDS, lag=N, \
                         lost=N, lost-404=N, lossy, empty-pages, broken-page=N, cut, expired=N, \
                         fresh, duplicate=400";

impl Weather {
    /// Adds one word of trouble, as a command line has it: `429=5`, `lag=2`, `fresh`.
    ///
    /// # Errors
    /// When the word is none of [`KNOWN`] or its number is missing.
    pub fn add(&mut self, word: &str) -> Result<(), WeatherError> {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || {
            let digits = value.strip_suffix("ms").unwrap_or(value);
            digits.parse::<u32>().map_err(|_| WeatherError::Number(name.to_owned()))
        };
        match name {
            "latency" => self.latency = number()?.into(),
            "429" => self.throttle = number()?,
            "429-writes" => self.throttle_writes = number()?,
            "503" => self.unavailable = number()?,
            "retry-after" => self.retry_after = number()?,
            "lag" => self.lag = number()?,
            "lost" => self.lost = number()?,
            "lost-404" => self.denied = number()?,
            "lossy" => self.lossy = true,
            "empty-pages" => self.empty_pages = true,
            "broken-page" => self.broken_page = number()?.into(),
            "cut" => self.cut = true,
            "expired" => self.expire_after = number()?,
            "fresh" => self.fresh_service_principals = true,
            "duplicate" if matches!(value, "400" | "409") => self.duplicate = value.parse().ok(),
            _ => return Err(WeatherError::Unknown(word.to_owned())),
        }
        Ok(())
    }

    /// This weather on top of another: what it leaves at its default is taken from below.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let fine = Self::default();
        macro_rules! pick {
            ($($field:ident),*) => {
                Self { $($field: if self.$field == fine.$field { below.$field } else { self.$field }),* }
            };
        }
        pick!(
            latency,
            throttle,
            throttle_writes,
            unavailable,
            retry_after,
            lag,
            lost,
            denied,
            lossy,
            empty_pages,
            broken_page,
            link_host,
            cut,
            expire_after,
            fresh_service_principals,
            duplicate,
            refuse,
            meanwhile
        )
    }
}

impl Refusal {
    /// Whether this request is one of that sort.
    pub fn concerns(&self, method: &str, path: &str, body: Option<&Value>) -> bool {
        let holds = |part: &Option<String>, text: &str| {
            part.as_ref().is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
        };
        self.method.as_ref().is_none_or(|want| want.eq_ignore_ascii_case(method))
            && holds(&self.path, path)
            && (self.body.is_none()
                || body.is_some_and(|body| holds(&self.body, &body.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_line() {
        let mut weather = Weather::default();
        for word in ["latency=40ms", "429=7", "lag=2", "lost=3", "fresh", "duplicate=400"] {
            weather.add(word).unwrap();
        }
        assert_eq!((weather.latency, weather.throttle, weather.lag, weather.lost), (40, 7, 2, 3));
        assert_eq!(weather.duplicate, Some(400));
        assert!(weather.fresh_service_principals);
        assert_eq!(weather.add("lag"), Err(WeatherError::Number("lag".into())));
        assert!(weather.add("rain").unwrap_err().to_string().contains("there is latency"));
    }

    #[test]
    fn the_nearer_weather_wins() {
        let below = Weather { lag: 2, lost: 3, ..Weather::default() };
        let mixed = Weather { lag: 5, ..Weather::default() }.over(below);
        assert_eq!((mixed.lag, mixed.lost), (5, 3));
    }
}
