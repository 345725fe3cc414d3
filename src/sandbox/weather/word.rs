//! Weather in words of a command line. A word is a key of the table with its value.

use crate::sandbox::weather::Weather;

/// Words, and the form of their value; empty for those that stand alone.
const WORDS: &[(&str, &str)] = &[
    ("seed", "N"),
    ("latency", "40ms"),
    ("429", "N"),
    ("429-writes", "N"),
    ("quota", "N"),
    ("503", "N"),
    ("retry-after", "SECONDS"),
    ("500", "N"),
    ("500-after", "N"),
    ("lost", "N"),
    ("lost-before", "N"),
    ("lost-404", "N"),
    ("batch-500", "N"),
    ("batch-500-midway", "N"),
    ("batch-500-after", "N"),
    ("batch-lost", "N"),
    ("batch-lost-before", "N"),
    ("batch-lost-midway", "N"),
    ("lag", "N"),
    ("lag-changes", "N"),
    ("lag-deletes", "N"),
    ("lossy", ""),
    ("empty-pages", ""),
    ("broken-page", "N"),
    ("link-host", "URL"),
    ("cut", ""),
    ("expired", "N"),
    ("token-expires", "N"),
    ("rights-withdrawn", "N"),
    ("all-rights-withdrawn", "N"),
    ("fresh", ""),
    ("duplicate", "400"),
    ("administrator", "N"),
];

/// The words there are, as one line of help.
pub(crate) fn known() -> String {
    let forms = WORDS.iter().map(|(name, value)| match *value {
        "" => (*name).to_owned(),
        value => format!("{name}={value}"),
    });
    forms.collect::<Vec<_>>().join(", ")
}

/// A word about the weather that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeatherError {
    #[error("no such weather as {0:?}; there is {there}", there = known())]
    Unknown(String),
    #[error("{0:?} needs a value, as in {0}={1}")]
    Value(String, &'static str),
    #[error("{word:?}: {because}")]
    Wrong { word: String, because: String },
}

impl Weather {
    /// Adds one word of trouble on top: `429=5`, `lost=5%`, `lag=2s`, `fresh`.
    ///
    /// # Errors
    /// When the word is none of [`known`], or its value is missing or not of its form.
    pub fn add(&mut self, word: &str) -> Result<(), WeatherError> {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let Some((_, form)) = WORDS.iter().find(|(known, _)| *known == name) else {
            return Err(WeatherError::Unknown(word.to_owned()));
        };
        let value = match (value, value.parse::<i64>()) {
            (_, Ok(number)) => toml::Value::Integer(number),
            ("", _) if form.is_empty() => toml::Value::Boolean(true),
            ("", _) => return Err(WeatherError::Value(name.to_owned(), form)),
            (text, _) => toml::Value::String(text.to_owned()),
        };
        let table: toml::Table = [(name.to_owned(), value)].into_iter().collect();
        let added: Self = table.try_into().map_err(|error: toml::de::Error| {
            WeatherError::Wrong { word: word.to_owned(), because: error.message().to_owned() }
        })?;
        *self = added.over(std::mem::take(self));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::tenant::replica::Lag;
    use crate::sandbox::weather::chance::Often;

    #[test]
    fn words_are_keys_of_the_table() {
        let mut weather = Weather::default();
        for word in ["latency=40ms", "429=7", "lag=2", "lost=2.5%", "fresh", "cut", "duplicate=400"]
        {
            weather.add(word).unwrap();
        }
        assert_eq!(weather.latency, "40ms".parse().ok());
        assert_eq!(
            (weather.throttle, weather.lost, weather.cut),
            (Some(Often::Every(7)), Some(Often::Share(25_000)), Some(Often::Every(1)))
        );
        assert_eq!((weather.lag, weather.duplicate), (Some(Lag::Reads(2)), Some(400)));
        assert_eq!(weather.fresh_service_principals, Some(true));
        weather.add("429=0").unwrap();
        assert_eq!(weather.throttle, Some(Often::Never), "the later word counts");
    }

    #[test]
    fn every_word_is_understood() {
        for (name, value) in WORDS {
            let value = value.replace("SECONDS", "5").replace('N', "5");
            let word =
                if value.is_empty() { (*name).to_owned() } else { format!("{name}={value}") };
            let mut weather = Weather::default();
            weather.add(&word).unwrap_or_else(|error| panic!("{error}"));
            assert_ne!(weather, Weather::default(), "{word}");
        }
    }

    #[test]
    fn words_that_are_none_are_told() {
        let said = |word: &str| Weather::default().add(word).unwrap_err().to_string();
        assert!(said("rain").contains("there is seed=N, latency=40ms, 429=N"), "{}", said("rain"));
        assert!(said("refuse=5").starts_with("no such weather"), "a table is no word");
        assert_eq!(said("lag"), "\"lag\" needs a value, as in lag=N");
        assert_eq!(said("429="), "\"429\" needs a value, as in 429=N");
        assert!(said("lost=often").contains("a share such as \"10%\""));
        assert!(said("lossy=5").starts_with("\"lossy=5\": "));
        assert!(said("duplicate=500").contains("409 or 400"));
    }
}
