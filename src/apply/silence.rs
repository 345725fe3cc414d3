//! When nothing can be read any more. One object that cannot be read says nothing about the others;
//! several different ones in a row, and nothing else, do. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

/// So many different objects are no accident of one of them.
const OBJECTS: usize = 3;
/// So many reads, each of which was repeated within itself already; or, where those take long, so
/// much time.
const READS: usize = 3;
const LONGEST: Duration = Duration::from_secs(60);

/// What was asked for since anything was last read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Silence {
    /// When the first of it was asked for.
    since: Option<Duration>,
    objects: BTreeSet<String>,
    reads: usize,
}

impl Silence {
    /// A read goes out.
    pub(crate) fn asked(&mut self, now: Duration) {
        self.since.get_or_insert(now);
    }

    /// A read came back: what was asked for, and why it could not be read. Returns why nothing can be
    /// read any more, once that is so.
    pub(crate) fn came<'e>(
        &mut self,
        answers: impl IntoIterator<Item = (String, Option<&'e String>)>,
        now: Duration,
    ) -> Option<String> {
        let mut because = None;
        for (object, error) in answers {
            let Some(error) = error else {
                *self = Self::default();
                return None;
            };
            self.objects.insert(object);
            because = Some(error.clone());
        }
        self.reads += 1;
        let lasted = now.saturating_sub(*self.since.get_or_insert(now));
        let long = self.reads >= READS || lasted >= LONGEST;
        because.filter(|_| long && self.objects.len() >= OBJECTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at these seconds of these objects, none of which could be read.
    fn fails(silence: &mut Silence, at: u64, objects: &[&str]) -> bool {
        let (now, error) = (Duration::from_secs(at), String::from("500"));
        silence.asked(now);
        let answers = objects.iter().map(|object| ((*object).to_owned(), Some(&error)));
        silence.came(answers, now).is_some()
    }

    fn works(silence: &mut Silence, at: u64) {
        assert_eq!(silence.came([("w".to_owned(), None)], Duration::from_secs(at)), None);
    }

    #[test]
    fn one_object_is_never_everything() {
        let mut silence = Silence::default();
        assert!(!(0..1_000).any(|at| fails(&mut silence, at, &["a", "a"])));
        assert!(!fails(&mut silence, 1_000, &["b"]), "nor are two");
        assert!(fails(&mut silence, 1_001, &["c"]), "three are");
    }

    #[test]
    fn many_objects_are_asked_for_three_times_or_for_a_minute() {
        let all = ["a", "b", "c", "d"];
        let mut silence = Silence::default();
        let times: Vec<bool> = (0..3).map(|at| fails(&mut silence, at, &all)).collect();
        assert_eq!(times, [false, false, true]);
        let mut silence = Silence::default();
        assert!(!fails(&mut silence, 0, &all));
        assert!(fails(&mut silence, 60, &all), "each read may take long");
    }

    #[test]
    fn whatever_can_be_read_ends_it() {
        let mut silence = Silence::default();
        for at in 0..100 {
            assert!(!fails(&mut silence, 100 * at, &["a", "b", "c"]));
            works(&mut silence, 100 * at + 99);
        }
        let error = String::from("500");
        let mixed = [("a".to_owned(), Some(&error)), ("b".to_owned(), None)];
        assert_eq!(silence.came(mixed, Duration::from_secs(20_000)), None);
    }

    /// The time in which nothing was asked for, such as a pause of the service, says nothing.
    #[test]
    fn a_pause_is_no_silence() {
        let all = ["a", "b", "c", "d"];
        let mut silence = Silence::default();
        works(&mut silence, 0);
        let times: Vec<bool> = [300, 301, 302].map(|at| fails(&mut silence, at, &all)).into();
        assert_eq!(times, [false, false, true]);
        works(&mut silence, 400);
        assert!(!fails(&mut silence, 700, &all));
        assert!(fails(&mut silence, 760, &all), "a minute after the first that failed");
        // One that was asked for before the last that could be read.
        let (error, mut silence) = (String::from("500"), Silence::default());
        works(&mut silence, 0);
        let mut late = |at| {
            let answers = all.map(|object| (object.to_owned(), Some(&error)));
            silence.came(answers, Duration::from_secs(at)).is_some()
        };
        assert_eq!([100, 159, 160].map(&mut late), [false, false, true]);
    }
}
