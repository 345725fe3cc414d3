//! `$search` of directory objects: quoted clauses, joined by `AND` and `OR`.
//! <https://learn.microsoft.com/graph/search-query-parameter>

use serde_json::Value;

use crate::sandbox::refused::Refused;

/// Properties that are searched word by word. Others are searched from their start.
const WORD_BY_WORD: [&str; 2] = ["displayName", "description"];

/// One of these, each with all its clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search(Vec<Vec<Clause>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    property: String,
    text: String,
}

/// # Errors
/// With the service's own answer.
pub(super) fn parse(text: &str) -> Result<Search, Refused> {
    read(text).ok_or_else(|| {
        Refused::new(400, "BadRequest", format!("Syntax error in the $search clause '{text}'."))
    })
}

fn read(text: &str) -> Option<Search> {
    let mut all = vec![Vec::new()];
    let mut rest = text.trim();
    loop {
        let (clause, after) = rest.strip_prefix('"')?.split_once('"')?;
        let (property, wanted) = clause.split_once(':')?;
        let clause = Clause { property: property.trim().into(), text: wanted.trim().into() };
        all.last_mut()?.push(clause);
        let after = after.trim_start();
        if after.is_empty() {
            return Some(Search(all));
        }
        // The operators are in capitals.
        rest = match after.strip_prefix("AND ") {
            Some(more) => more.trim_start(),
            None => {
                all.push(Vec::new());
                after.strip_prefix("OR ")?.trim_start()
            }
        };
    }
}

impl Search {
    /// What is searched.
    pub(crate) fn properties(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(|clause| clause.property.as_str())
    }

    /// Whether the row is a match.
    pub(crate) fn holds(&self, row: &Value) -> bool {
        self.0.iter().any(|clauses| clauses.iter().all(|clause| clause.holds(row)))
    }
}

impl Clause {
    fn holds(&self, row: &Value) -> bool {
        let members = row.as_object().into_iter().flatten();
        let mut named = members.filter(|(name, _)| name.eq_ignore_ascii_case(&self.property));
        named.any(|(name, value)| {
            let found = value.as_str().unwrap_or_default().to_lowercase();
            let wanted = self.text.to_lowercase();
            if !WORD_BY_WORD.contains(&name.as_str()) {
                return found.starts_with(&wanted);
            }
            words(&wanted).all(|want| words(&found).any(|word| word.starts_with(want)))
        })
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn searches_mean_what_they_say() {
        let row = json!({"displayName": "Finance Team Europe", "mail": "fin@contoso.com"});
        for (search, expected) in [
            ("\"displayName:team\"", true),
            ("\"displayName:eur fin\"", true),
            ("\"displayName:nance\"", false),
            ("\"mail:fin\"", true),
            ("\"mail:contoso\"", false),
            ("\"displayName:team\" AND \"mail:x\"", false),
            ("\"displayName:x\" OR \"mail:fin@\"", true),
        ] {
            assert_eq!(parse(search).unwrap().holds(&row), expected, "{search}");
        }
        for broken in ["", "team", "displayName:team", "\"team\"", "\"a:b\" and \"c:d\"", "\"a:b"] {
            assert_eq!(parse(broken).unwrap_err().status, 400, "{broken}");
        }
    }
}
