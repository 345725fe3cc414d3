//! What a job said it is, when it signed in: a refusal is told with it.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::graph::auth::failure::SignInError;
use crate::graph::auth::jwt::Jwt;
use crate::model::secret::redact;
use crate::model::untrusted::{Untrusted, shown};

/// Claims of an identity token that was sent to the sign-in service. Read, not verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Presented {
    pub(crate) subject: Option<Untrusted>,
    pub(crate) issuer: Option<Untrusted>,
    pub(crate) audiences: Vec<Untrusted>,
}

/// The claims that were sent last. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastPresented(Arc<Mutex<Option<Presented>>>);

impl LastPresented {
    pub(super) fn note(&self, token: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Presented::of(token);
    }

    pub(crate) fn get(&self) -> Option<Presented> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Characters of a claim that are drawn: what a federated credential has room for.
const LONGEST: usize = 600;

impl Presented {
    /// `None` for what is no JWT.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let jwt = Jwt::read(token)?;
        let text = |name| jwt.text(name).map(Untrusted::new);
        let audiences = match jwt.claims.get("aud") {
            Some(Value::Array(all)) => {
                all.iter().filter_map(Value::as_str).map(Untrusted::new).collect()
            }
            Some(Value::String(one)) => vec![Untrusted::new(one.as_str())],
            _ => Vec::new(),
        };
        Some(Self { subject: text("sub"), issuer: text("iss"), audiences })
    }

    /// The refusal of app `client`, with what was sent.
    pub(crate) fn explain(&self, refusal: SignInError, client: &str) -> SignInError {
        let SignInError { aadsts: Some(code), cause, help } = refusal else { return refusal };
        let (subject, issuer, audience) = (
            format!("subject {}", drawn(self.subject.as_ref())),
            format!("issuer {}", drawn(self.issuer.as_ref())),
            format!("audience {}", self.audience()),
        );
        let none = |first: &str, second: &str, third: &str| {
            format!(
                "Microsoft Entra has no federated credential for the {first} ({second}, {third}) \
                 (AADSTS{code})"
            )
        };
        let cause = match code {
            700_211 => none(&issuer, &subject, &audience),
            700_212 => none(&audience, &subject, &issuer),
            70021 | 70025 | 700_213 => none(&subject, &issuer, &audience),
            7_002_138 => format!(
                "Microsoft Entra has a federated credential for the {subject} in other letter case \
                 only ({issuer}, {audience}) (AADSTS{code})"
            ),
            _ => {
                let cause = format!("{cause}; sent was the {subject} ({issuer}, {audience})");
                return SignInError { aadsts: Some(code), cause, help };
            }
        };
        SignInError { aadsts: Some(code), cause, help: self.remedy(client) }
    }

    /// What to enter where, letter by letter.
    fn remedy(&self, client: &str) -> String {
        let mut help = format!(
            "in the app registration {}, under Certificates & secrets, Federated credentials, enter \
             exactly: issuer \"{}\", subject \"{}\", audience \"{}\"",
            shown(client),
            drawn(self.issuer.as_ref()),
            drawn(self.subject.as_ref()),
            self.audience()
        );
        let subject = self.subject.as_ref().map(Untrusted::raw).unwrap_or_default();
        if let Some(by_name) = without_ids(subject) {
            let by_name = bounded(&by_name);
            help.push_str(&format!(
                "; this repository's subjects hold the ids of owner and repository, so that a \
                 credential for \"{by_name}\" does not fit"
            ));
        } else if subject.starts_with("repo:") {
            help.push_str(
                "; a credential with ids (`repo:OWNER@ID/REPO@ID:`) does not fit this subject",
            );
        }
        if subject.ends_with(":pull_request") {
            help.push_str(
                "; every pull request of the repository signs in with it: only for an app that \
                 may read and nothing else",
            );
        }
        help
    }

    fn audience(&self) -> String {
        match &self.audiences[..] {
            [] => drawn(None),
            all => all.iter().map(|one| drawn(Some(one))).collect::<Vec<_>>().join(", "),
        }
    }
}

fn drawn(claim: Option<&Untrusted>) -> String {
    claim.map_or_else(|| "(none)".to_owned(), |claim| bounded(claim.raw()))
}

/// Without what draws or is secret, and no longer than a credential could have it.
fn bounded(text: &str) -> String {
    let safe = redact(text);
    match safe.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", shown(&safe[..end])),
        None => shown(&safe),
    }
}

/// `repo:OWNER/REPO:...` for a subject of GitHub's newer form, `repo:OWNER@ID/REPO@ID:...`.
fn without_ids(subject: &str) -> Option<String> {
    let (repository, rest) = subject.strip_prefix("repo:")?.split_once(':')?;
    let (owner, name) = repository.split_once('/')?;
    let plain = |text: &str| {
        let (name, id) = text.rsplit_once('@')?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| name.to_owned())
    };
    Some(format!("repo:{}/{}:{rest}", plain(owner)?, plain(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(subject: &str) -> Presented {
        Presented {
            subject: Some(Untrusted::new(subject)),
            issuer: Some(Untrusted::new("https://issuer.example")),
            audiences: vec![Untrusted::new("api://x")],
        }
    }

    fn refusal(aadsts: Option<u32>) -> SignInError {
        SignInError { aadsts, cause: "the table's words".into(), help: "the table's help".into() }
    }

    #[test]
    fn each_refusal_begins_with_what_does_not_fit() {
        let told = |code| sent("repo:a/b:pull_request").explain(refusal(Some(code)), "c-1").cause;
        for (code, words) in [
            (70021, "no federated credential for the subject repo:a/b:pull_request (issuer"),
            (700_211, "no federated credential for the issuer https://issuer.example (subject"),
            (700_212, "no federated credential for the audience api://x (subject"),
            (700_213, "no federated credential for the subject repo:a/b:pull_request (issuer"),
            (7_002_138, "in other letter case only"),
            (700_016, "the table's words; sent was the subject repo:a/b:pull_request (issuer"),
        ] {
            assert!(told(code).contains(words), "{code}: {}", told(code));
        }
        assert_eq!(sent("x").explain(refusal(None), "c-1"), refusal(None));
    }

    #[test]
    fn both_forms_of_github_s_subjects_are_told_apart() {
        let help = |subject| sent(subject).explain(refusal(Some(700_213)), "c-1").help;
        let by_id = help("repo:contoso@12/iam@345:environment:prod");
        assert!(by_id.contains("subject \"repo:contoso@12/iam@345:environment:prod\""), "{by_id}");
        assert!(
            by_id.contains("for \"repo:contoso/iam:environment:prod\" does not fit"),
            "{by_id}"
        );
        let by_name = help("repo:contoso/iam:pull_request");
        assert!(by_name.contains("with ids") && by_name.contains("may read"), "{by_name}");
        let other = help("sc://contoso/iam/connection");
        assert!(!other.contains("repo:"), "{other}");
        for odd in ["repo:a@/b@1:x", "repo:a@1/b:x", "repo:a@x/b@1:x", "repo:a@1", "a@1/b@1:x", ""]
        {
            assert_eq!(without_ids(odd), None, "{odd}");
        }
    }

    #[test]
    fn claims_are_short_and_draw_nothing() {
        let evil = format!("repo:\u{1b}[2J\n{}", "x".repeat(5_000));
        let told = sent(&evil).explain(refusal(Some(700_213)), "c\u{202e}");
        let all = format!("{}{}", told.cause, told.help);
        assert!(!all.chars().any(|c| c.is_control() || c == '\u{202e}'), "{all}");
        assert!(all.len() < 2_500, "{}", all.len());
        assert!(
            Presented::default().explain(refusal(Some(1)), "c").cause.contains("subject (none)")
        );
    }
}
