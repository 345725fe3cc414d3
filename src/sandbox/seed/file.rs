//! From the text of a seed file to a tenant that is ready to be served.

use std::ops::Range;

use crate::sandbox::seed::tables::SeedFile;
use crate::sandbox::seed::{Mistake, Seed, SeedError, rows};

/// Reads a seed file. `path` is only shown.
///
/// # Errors
/// With the first thing that is wrong: not TOML, unknown keys, names that lead nowhere.
pub fn parse(path: &str, text: &str) -> Result<Seed, SeedError> {
    let file: SeedFile = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let mistake = mistake(text, span.clone());
        SeedError { mistake, ..SeedError::at(path, text, span.start, error.message()) }
    })?;
    if let Some((at, what)) = too_many(&file) {
        return Err(SeedError::at(path, text, at, format!("more than {MOST} {what}")));
    }
    rows::of(file).map_err(|fault| SeedError::at(path, text, fault.at, fault.message))
}

/// What stands where the mistake is: of all that may be wrong with a table, its name only where no seed
/// has such a one.
fn mistake(text: &str, span: Range<usize>) -> Mistake {
    let tables = text.parse::<toml::Table>().unwrap_or_default();
    match text.get(span).filter(|name| tables.contains_key(*name)) {
        Some(name) => Mistake::UnknownTable(name.to_owned()),
        None => Mistake::Other,
    }
}

/// Most people of all crowds together, and most grants made in bulk: a number with a digit too many
/// must not take all memory.
const MOST: u64 = 1_000_000;

/// What there is too much of, and where it says so.
fn too_many(file: &SeedFile) -> Option<(usize, &'static str)> {
    let mut people = 0;
    for crowd in &file.people {
        people += u64::from(*crowd.count.get_ref());
        if people > MOST {
            return Some((crowd.count.span().start, "people"));
        }
    }
    let size = |prefix: &str| {
        let crowds = file.people.iter().filter(|crowd| crowd.prefix == prefix);
        crowds.map(|crowd| *crowd.count.get_ref()).max().unwrap_or(0)
    };
    let mut grants = 0;
    for bulk in &file.bulk_grant {
        grants += u64::from(size(bulk.people.get_ref()).min(bulk.count.unwrap_or(u32::MAX)));
        if grants > MOST {
            return Some((bulk.people.span().start, "grants"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::tenant::names::{GRANTS, USERS};

    const TENANT: &str = "[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\ndomain = \"c.example\"\nname = \"C\"\n";

    fn wrong(rest: &str) -> String {
        parse("tenant.toml", &format!("{TENANT}{rest}")).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_have_a_line() {
        assert!(wrong("[[user]]\nupm = \"a\"\n").starts_with("tenant.toml:6:1: unknown field"));
        let group = "[[group]]\nname = \"G\"\nmembers = [\"nobody@c.example\"]\n";
        assert_eq!(
            wrong(group),
            "tenant.toml:7:12: nothing in this seed is called \"nobody@c.example\""
        );
        assert!(
            wrong("[[user]]\nid = \"x\"\nupn = \"a@c.example\"\n").contains(":6:6: not a GUID")
        );
        assert!(wrong("[[user]]\nupn = \"a\"\n[[user]]\nupn = \"A\"\n").contains("twice"));
        let crowd = "[[people]]\nprefix = \"w\"\ncount = 4294967295\n";
        assert_eq!(wrong(crowd), "tenant.toml:7:9: more than 1000000 people");
    }

    #[test]
    fn a_table_that_no_seed_has_is_named() {
        let mistake = |rest: &str| parse("t", &format!("{TENANT}{rest}")).unwrap_err().mistake;
        let unknown = |name: &str| Mistake::UnknownTable(name.to_owned());
        assert_eq!(mistake("[app.x]\napp_id = \"a\"\n"), unknown("app"));
        assert_eq!(mistake("[[assignment]]\nuser = \"a\"\n"), unknown("assignment"));
        for other in ["[[user]]\napp = 1\n", "[[user_consent]]\n", "[user]\n", "user = 1\n", "["] {
            assert_eq!(mistake(other), Mistake::Other, "{other}");
        }
    }

    #[test]
    fn crowds_get_the_same_ids_every_time() {
        let text = format!(
            "{TENANT}[[service_principal]]\napp_id = \"00000003-0000-0000-c000-000000000000\"\nname \
             = \"Graph\"\n[[group]]\nname = \"G\"\n[[people]]\nprefix = \"w\"\ncount = 3\ngroup = \
             \"G\"\n[[bulk_grant]]\nclient = \"Graph\"\nresource = \"Graph\"\npeople = \"w\"\ncount \
             = 2\nscope = \" x\"\n"
        );
        let (a, b) = (parse("t", &text).unwrap(), parse("t", &text).unwrap());
        assert_eq!(a.rows, b.rows);
        assert_eq!(a.rows.iter().filter(|(table, _)| *table == USERS).count(), 3);
        let grants: Vec<_> = a.rows.iter().filter(|(table, _)| *table == GRANTS).collect();
        assert_eq!((grants.len(), &grants[0].1["scope"]), (2, &serde_json::json!(" x")));
        assert_eq!(a.members.len(), 3);
        assert_eq!(a.operator.1, "w00001@c.example");
    }
}
