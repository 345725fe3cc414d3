//! What is quoted of a file that somebody wrote, without what looks like a secret in it: a key may have
//! been pasted where a name belongs, and a finding may be read by everybody who reads the job's log.

/// Takes the secrets that are known out of a text.
pub(crate) type Redact<'a> = &'a dyn Fn(&str) -> String;

/// What stands in the place of a secret.
const REMOVED: &str = "[removed]";

/// Words that say that a secret follows, behind `=` or `:`.
const KEYS: [&str; 10] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "accountkey",
    "accesskey",
    "apikey",
    "privatekey",
    "sig",
];

/// The text without known secrets and without what has the form of one.
pub(crate) fn safe(text: &str, known: Redact<'_>) -> String {
    let text = known(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut key = Key::None;
    while let Some(first) = rest.chars().next() {
        if is_part(first) {
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let user = after.starts_with('@') && out.ends_with(':') && key != Key::None;
            let hide = key == Key::Given || user || is_secret(word);
            out.push_str(if hide { REMOVED } else { word });
            key = key.behind_word(word, after);
            rest = after;
        } else {
            key = key.behind_sign(first);
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// How much of `password = "x"` or `//user:x@host` was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    /// The name of a secret.
    Named,
    /// And a sign that its value follows.
    Given,
    /// The user of an address.
    User,
}

impl Key {
    fn behind_word(self, word: &str, after: &str) -> Self {
        let plain = word.to_ascii_lowercase().replace(['-', '_'], "");
        match () {
            // A value with signs of its own, such as an address, goes on until a blank or a quote.
            () if self == Self::Given && after.starts_with(['@', ':', '$', '!', '%', '&']) => self,
            () if KEYS.iter().any(|key| plain.ends_with(key)) => Self::Named,
            () if word.ends_with("//") || after.starts_with(':') => Self::User,
            () => Self::None,
        }
    }

    fn behind_sign(self, sign: char) -> Self {
        match (self, sign) {
            (Self::Named | Self::Given, '=' | ':') => Self::Given,
            (Self::Given, ' ' | '\t' | '"' | '\'' | '@' | '$' | '!' | '%' | '&') => self,
            (Self::Named, ' ' | '\t' | '"' | '\'') => self,
            (Self::User, ':') => self,
            _ => Self::None,
        }
    }
}

/// Characters of base64, base64url, hexadecimal digits and of the client secrets of Microsoft Entra.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/')
}

/// Long enough to be one, of the letters and digits that chance makes.
fn is_secret(word: &str) -> bool {
    const LONG: usize = 32;
    let has = |which: fn(&char) -> bool| word.chars().any(|c| which(&c));
    let mixed =
        has(char::is_ascii_digit) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    if word.len() < LONG {
        return false;
    }
    let (slashes, dots) = (word.matches('/').count(), word.matches('.').count());
    let is_hex =
        |part: &str| part.len() >= LONG && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Of a path and of a name with dots every part is looked at; a token has few of both.
    let is_path = slashes * 20 > word.len() || word.starts_with(['/', '.']);
    word.split(['/', '.']).any(is_hex)
        || (mixed && !is_path && (dots == 0 || word.contains('~')))
        || word.split(['/', '.']).any(|part| part.len() < word.len() && is_secret(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        safe(text, &str::to_owned)
    }

    #[test]
    fn what_looks_like_a_secret_is_not_quoted() {
        let key = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z/Aa+Bb=="; // 46 characters
        for text in [
            format!("x = \"{key}\""),
            "x = \"abc8Q~dEfGh1jKlMnOpQrStUvWx.z_0123456789\"".to_owned(),
            "x = \"0123456789abcdef0123456789abcdef\"".to_owned(),
            format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={key};"),
            "Server=tcp:db.example;Password=hunter2;".to_owned(),
            "client_secret = 'hunter2'".to_owned(),
            "AWS_SESSION_TOKEN: hunter2".to_owned(),
            "https://user:hunter2@host.example/x".to_owned(),
            "api-key=hunter2".to_owned(),
            "https://a.example/c?sv=1&sig=hunter2%2B".to_owned(),
        ] {
            let told = quoted(&text);
            let bad = ["hunter2", "aB3dE5", "abc8Q~", "0123456789abcdef"];
            assert!(told.contains(REMOVED) && !bad.iter().any(|bad| told.contains(bad)), "{told}");
        }
    }

    #[test]
    fn what_people_write_into_a_manifest_is_quoted() {
        for text in [
            "  scopes   = [\"offline_access\", \"Tasks.ReadWrit\"]",
            "roles = [\"DelegatedPermissionGrant.ReadWrite.All\", \"User.Read.All\"]",
            "app_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"",
            "#:schema ../../../schemas/manifest.schema.json",
            "reason = \"the token service of Contoso, https://wiki.contoso.example/FLOW-118\"",
            "for = { users = [\"adele.vance.the.second@contoso.onmicrosoft.com\"] }",
            "[app.a-label-that-is-as-long-as-a-label-of-an-app-may-be-and-no-longer]",
            "name = \"OutlookTasksConnector-PowerApps and Flow\"",
            "\"manifests/Team1/outlook-tasks/consent-of-2026.toml\" is no plain file",
            "until = 2027-06-30",
        ] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn what_is_known_goes_in_any_case() {
        let known = |text: &str| text.replace("opaque", REMOVED);
        assert_eq!(safe("x = \"opaque\"", &known), "x = \"[removed]\"");
    }
}
