//! Weather in a file of its own: the `[weather]` of a seed, without the tenant.

use serde::Deserialize;

use crate::sandbox::seed::SeedError;
use crate::sandbox::weather::Weather;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeatherFile {
    weather: Weather,
}

/// Reads a weather file. `path` is only shown.
///
/// # Errors
/// With the first thing that is wrong: not TOML, no `[weather]`, something beside it, unknown keys.
pub fn parse(path: &str, text: &str) -> Result<Weather, SeedError> {
    let file: Result<WeatherFile, _> = toml::from_str(text);
    file.map(|file| file.weather).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        SeedError::at(path, text, at, error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::weather::chance::Often;

    #[test]
    fn a_storm_is_read_and_its_mistakes_have_a_line() {
        let storm = "[weather]\nseed = 4\nlost = \"5%\"\n[[weather.phase]]\nfrom-request = 10\n\
                     to-request = 20\n429 = 2\n";
        let weather = parse("storm.toml", storm).unwrap();
        assert_eq!(weather.lost, Some(Often::Share(50_000)));
        let phase = &weather.phase[0];
        assert_eq!((phase.requests, phase.seconds), ((Some(10), Some(20)), (None, None)));
        assert_eq!(phase.weather.throttle, Some(Often::Every(2)));
        let wrong = |text: &str| parse("storm.toml", text).unwrap_err().to_string();
        assert!(wrong("[weather]\nlost = 1\nrain = 2\n").starts_with("storm.toml:3:1: unknown"));
        assert!(wrong("lost = 1\n").contains("unknown field `lost`, expected `weather`"));
        assert!(
            wrong(&storm.replace("429 =", "430 =")).starts_with("storm.toml:4:1: "),
            "{}",
            wrong(&storm.replace("429 =", "430 ="))
        );
    }
}
