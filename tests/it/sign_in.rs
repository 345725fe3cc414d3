//! Each way to sign in, for real: the binary asks the simulated tenant's token endpoint, and a
//! failure is told in people's words before anything is written.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use consent::sandbox::access::{self, TokenClaims};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::world::{Run, TENANT, World};

pub const CLIENT: &str = "c1c1c1c1-0000-4000-8000-00000000c1c1";
const SECRET: &str = "hush~Q8x.not-for-anybodys-eyes";
pub const ISSUER: &str = "https://token.actions.example";
pub const SUBJECT: &str = "repo:contoso/consent:ref:refs/heads/main";
pub const EXCHANGE: &str = "api://AzureADTokenExchange";

/// A key pair that no service trusts; made for these tests.
const OURS: &str = include_str!("fixtures/app.pem");
const CERTIFICATE: &str = include_str!("fixtures/app.crt");
/// Another certificate, with its own key.
const OTHERS: &str = include_str!("fixtures/other.pem");
/// Our certificate, but another key.
const MIXED: &str = include_str!("fixtures/mixed.pem");

pub const GRANT: &str = r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"

[[grant]]
app = "ui"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { users = ["alice@contoso.com"] }
"#;

/// The tenant with an application that may sign in, `how` being the rest of its table.
pub fn world(how: &str) -> World {
    let world = World::with(&format!(
        "[[identity]]\napp_id = \"{CLIENT}\"\npermissions = [\"Directory.Read.All\", \
         \"DelegatedPermissionGrant.ReadWrite.All\"]\n{how}\n"
    ));
    world.manifest(GRANT);
    world
}

fn by_secret() -> World {
    world(&format!("secret = \"{SECRET}\""))
}

fn by_certificate() -> World {
    world(&format!("certificate = '''\n{CERTIFICATE}'''"))
}

fn by_federation() -> World {
    world(&format!("federated = {{ issuer = \"{ISSUER}\", subject = \"{SUBJECT}\" }}"))
}

/// A token as a pipeline's platform would issue it.
fn platform_token(issuer: &str, subject: &str, audience: &str) -> String {
    let exp = OffsetDateTime::now_utc().unix_timestamp() + 600;
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "RS256", "typ": "JWT"}));
    let claims = part(json!({"iss": issuer, "sub": subject, "aud": audience, "exp": exp}));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode("signature"))
}

/// The binary without a ready-made token: it has to sign in at the simulated tenant.
pub fn command(world: &World, args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = world.command(args);
    command.env_remove("CONSENT_TOKEN").env("AZURE_AUTHORITY_HOST", world.tenant.url());
    command.envs(variables.iter().copied());
    command
}

pub fn run(world: &World, args: &[&str], variables: &[(&str, &str)]) -> Run {
    Run::of(command(world, args, variables).output().unwrap())
}

/// Where a test keeps what it hands to the binary; everything else in the folder is the binary's.
fn given(world: &World, name: &str, text: &str) -> String {
    world.file(&format!("given/{name}"), text).display().to_string()
}

/// Nothing that was printed or written holds one of these, or anything that looks like a token.
#[track_caller]
pub fn assert_hushed(world: &World, runs: &[&Run], secrets: &[&str]) {
    let mut texts: Vec<(PathBuf, String)> = Vec::new();
    written(world.folder(), &mut texts);
    for run in runs {
        texts.push(("stdout".into(), run.stdout.clone()));
        texts.push(("stderr".into(), run.stderr.clone()));
    }
    for (place, text) in texts {
        for secret in secrets.iter().copied().chain([SECRET, "eyJ", "PRIVATE KEY"]) {
            assert!(!text.contains(secret), "{} holds {secret:?}:\n{text}", place.display());
        }
    }
}

fn written(folder: &Path, texts: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("given") {
                written(&path, texts);
            }
        } else {
            texts.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Plans and applies with these variables, says everything there is to say, and tells no secret.
#[track_caller]
pub fn assert_works(world: &World, variables: &[(&str, &str)], secrets: &[&str]) {
    let plan = run(world, &["plan", "--json", "-vv", "--log-file", "plan.log"], variables);
    assert_eq!(plan.code, 0, "{plan:#?}");
    let report: Value = serde_json::from_str(&plan.stdout).unwrap();
    let digest = report["effect"]["sha256"].as_str().unwrap();
    assert!(world.sent().is_empty());
    let args = ["apply", "--approve", digest, "-vv", "--log-file", "apply.log"];
    let apply = run(world, &args, variables);
    assert_eq!(apply.code, 0, "{apply:#?}");
    assert_eq!(world.sent(), ["POST /oauth2PermissionGrants"]);
    assert_hushed(world, &[&plan, &apply], secrets);
    world.assert_converged();
}

/// `plan` and `apply` end with 4 before any write, and say all these words. What they said.
#[track_caller]
pub fn assert_fails(world: &World, variables: &[(&str, &str)], words: &[&str]) -> String {
    // Whoever approves before signing in has planned with somebody else's sign-in.
    let digest = world.digest();
    let apply = run(world, &["apply", "--approve", &digest, "-vv"], variables);
    assert_eq!(apply.code, 4, "{apply:#?}");
    // A log is never written over an older one.
    let log = format!("plan-{}.log", std::fs::read_dir(world.folder()).unwrap().count());
    let plan = run(world, &["plan", "-vv", "--log-file", &log], variables);
    assert_eq!(plan.code, 4, "{plan:#?}");
    for word in words.iter().copied().chain(["error[sign_in_failed]", "help:"]) {
        assert!(plan.stderr.contains(word), "no {word:?} in:\n{}", plan.stderr);
        assert!(apply.stderr.contains(word), "no {word:?} in:\n{}", apply.stderr);
    }
    assert_eq!(world.counts().writes, 0, "something was written");
    assert_hushed(world, &[&plan, &apply], &[]);
    format!("{}{}", plan.all(), apply.all())
}

fn with_secret(secret: &str) -> [(&str, &str); 3] {
    [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", secret)]
}

fn with_file<'a>(variable: &'a str, path: &'a str) -> [(&'a str, &'a str); 3] {
    [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), (variable, path)]
}

#[test]
fn a_client_secret_signs_in() {
    let world = by_secret();
    assert_works(&world, &with_secret(SECRET), &[]);
    assert_eq!(world.counts().tokens, 2, "one sign-in for each of two runs");
}

#[test]
fn a_certificate_signs_in() {
    let world = by_certificate();
    let path = given(&world, "app.pem", OURS);
    let key = OURS.split("-----BEGIN PRIVATE KEY-----").nth(1).unwrap().lines().nth(3).unwrap();
    assert_works(&world, &with_file("AZURE_CLIENT_CERTIFICATE_PATH", &path), &[key]);
    assert_eq!(world.counts().tokens, 2);
}

#[test]
fn a_workload_identity_signs_in() {
    let world = by_federation();
    let token = platform_token(ISSUER, SUBJECT, EXCHANGE);
    let path = given(&world, "token", &token);
    assert_works(&world, &with_file("AZURE_FEDERATED_TOKEN_FILE", &path), &[&token]);
    assert_eq!(world.counts().tokens, 2);
}

#[test]
fn a_ready_made_token_signs_in() {
    let world = World::with("");
    world.manifest(GRANT);
    let token = world.tenant.token();
    assert_works(&world, &[("CONSENT_TOKEN", &token)], &[&token]);
    assert_eq!(world.counts().tokens, 0);
}

/// Puts a script called `az` into a folder of its own, and gives that folder.
#[cfg(unix)]
fn fake_az(world: &World, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = world.file("given/bin/az", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.parent().unwrap().display().to_string()
}

#[cfg(unix)]
#[test]
fn the_azure_cli_signs_in() {
    let world = World::with("");
    world.manifest(GRANT);
    let token = world.tenant.token();
    let expires = OffsetDateTime::now_utc() + Duration::hours(1);
    let answer = json!({
        "accessToken": token,
        "expiresOn": "2037-12-31 23:59:59.000000",
        "expires_on": expires.unix_timestamp(),
        "subscription": "00000000-0000-0000-0000-00000000000a",
        "tenant": TENANT,
        "tokenType": "Bearer",
    });
    // Answers only what it is meant to be asked.
    let script = format!(
        "printf '%s\\n' \"$*\" >> '{}'\ncase \"$*\" in\n  \"account get-access-token \"*\"--scope \
         https://graph.microsoft.com/.default\"*\"--tenant {TENANT}\"*) ;;\n  *) echo \"ERROR: \
         unrecognized arguments: $*\" >&2; exit 2 ;;\nesac\ncat <<'END'\n{answer}\nEND",
        world.folder().join("given/asked").display(),
    );
    let folder = fake_az(&world, &script);
    let path = format!("{folder}:/usr/bin:/bin");
    let variables = [("PATH", path.as_str()), ("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")];
    assert_works(&world, &variables, &[&token]);
    let asked = std::fs::read_to_string(world.folder().join("given/asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "az is slow and is run once for each run: {asked}");
}

#[cfg(unix)]
#[test]
fn an_azure_cli_that_cannot_help_is_told_apart() {
    let world = World::with("");
    world.manifest(GRANT);
    let only = ("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential");
    let empty = world.file("given/empty/readme", "").parent().unwrap().display().to_string();
    let missing = "the Azure CLI (az) is not installed";
    assert_fails(&world, &[("PATH", &empty), only], &[missing, "install it and run `az login`"]);

    let login = format!("run `az login --tenant {TENANT}`");
    let folder =
        fake_az(&world, "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    let path = format!("{folder}:/usr/bin:/bin");
    let nobody = ["nobody is signed in to the Azure CLI", login.as_str()];
    assert_fails(&world, &[("PATH", &path), only], &nobody);

    let expired = "cat >&2 <<'END'\nERROR: AADSTS700082: The refresh token has expired due to \
                   inactivity. Trace ID: 1 Correlation ID: 2 Timestamp: 2026-01-01 00:00:00Z\n\
                   Interactive authentication is needed. Please run:\naz login --scope \
                   https://graph.microsoft.com/.default\nEND\nexit 1";
    fake_az(&world, expired);
    let again = format!("sign in again: `az login --tenant {TENANT}`");
    assert_fails(&world, &[("PATH", &path), only], &["AADSTS700082", &again]);
}

#[test]
fn refused_secrets_have_a_number_a_cause_and_a_way_out() {
    let world = by_secret();
    let guess = "guess~W0.r0ng-but-still-nobodys-business";
    let words = ["the client secret is wrong (AADSTS7000215)", "use the secret's value"];
    let told = assert_fails(&world, &with_secret(guess), &words);
    assert!(!told.contains(guess), "{told}");

    let mut variables = with_secret(SECRET);
    variables[1].1 = "d0d0d0d0-0000-4000-8000-00000000d0d0";
    let words = ["the client app is not in this tenant (AADSTS700016)", "check client id, tenant"];
    assert_fails(&world, &variables, &words);

    variables = with_secret(SECRET);
    variables[0].1 = "77777777-7f0e-4d1b-9c55-0f3b2f6ae1b7";
    let words = ["no such tenant in this cloud (AADSTS90002)", "check AZURE_TENANT_ID"];
    assert_fails(&world, &variables, &words);

    let old = crate::sign_in::world(&format!("secret = \"{SECRET}\"\nsecret_expired = true"));
    let words = ["expired (AADSTS7000222)", "make a new credential for the app"];
    assert_fails(&old, &with_secret(SECRET), &words);
}

#[test]
fn refused_certificates_are_told_without_their_key() {
    let world = by_certificate();
    let variable = "AZURE_CLIENT_CERTIFICATE_PATH";
    let words = ["the certificate's signature was not accepted (AADSTS700027)", "register this"];
    for (name, pem) in [("mixed.pem", MIXED), ("other.pem", OTHERS)] {
        let path = given(&world, name, pem);
        assert_fails(&world, &with_file(variable, &path), &words);
    }
    let path = given(&world, "half.pem", CERTIFICATE);
    let words = [variable, "no private key", "openssl pkcs12"];
    assert_fails(&world, &with_file(variable, &path), &words);
}

#[test]
fn refused_federations_say_what_does_not_fit() {
    let world = by_federation();
    let variable = "AZURE_FEDERATED_TOKEN_FILE";
    for (number, token) in [
        ("AADSTS700211", platform_token("https://elsewhere.example", SUBJECT, EXCHANGE)),
        ("AADSTS700213", platform_token(ISSUER, "repo:somebody/else:ref:refs/heads/x", EXCHANGE)),
        ("AADSTS700212", platform_token(ISSUER, SUBJECT, "https://vault.example")),
    ] {
        let path = given(&world, "token", &token);
        let words = [number, "has no federated credential for the", "enter exactly: issuer"];
        assert_fails(&world, &with_file(variable, &path), &words);
    }
    let nowhere = world.folder().join("given/nowhere").display().to_string();
    assert_fails(&world, &with_file(variable, &nowhere), &[variable]);
}

/// The variable pins who signs in: a word that nobody knows must not let another one in.
#[test]
fn a_credential_that_there_is_not_lets_nobody_else_sign_in() {
    let world = by_secret();
    let words = ["AZURE_TOKEN_CREDENTIALS is", "AzureCliCredential", "dev", "ManagedIdentity"];
    for word in ["EnvironmentCredential", "ManagedIdentityCredentials"] {
        let only = ("AZURE_TOKEN_CREDENTIALS", word);
        let variables = [&with_secret(SECRET)[..], &[only]].concat();
        assert_fails(&world, &variables, &[&words[..], &[word]].concat());
    }
    assert_eq!(world.counts().tokens, 0, "somebody signed in");
}

#[test]
fn half_an_environment_names_the_other_half() {
    let world = by_secret();
    let half = [("AZURE_CLIENT_SECRET", SECRET)];
    let words = ["AZURE_CLIENT_SECRET is set, but AZURE_CLIENT_ID is not", "set AZURE_CLIENT_ID"];
    assert_fails(&world, &half, &words);
    assert_eq!(world.counts().tokens, 0);
}

#[test]
fn a_certificate_file_that_is_not_there_is_a_failed_sign_in() {
    let world = by_certificate();
    let nowhere = world.folder().join("given/nowhere.pem").display().to_string();
    let variable = "AZURE_CLIENT_CERTIFICATE_PATH";
    assert_fails(&world, &with_file(variable, &nowhere), &[variable]);
}

#[test]
fn an_expired_token_is_not_even_sent() {
    let world = World::with("");
    world.manifest(GRANT);
    let token = access::mint(&TokenClaims {
        tenant: TENANT,
        app_id: CLIENT,
        object_id: CLIENT,
        user: Some("admin@contoso.onmicrosoft.com"),
        audience: "https://graph.microsoft.com",
        permissions: &["Directory.Read.All"],
        now: OffsetDateTime::now_utc() - Duration::hours(2),
        lifetime: Duration::hours(1),
    });
    let digest = world.digest();
    let before = world.counts();
    let variables = [("CONSENT_TOKEN", token.as_str())];
    let run = run(&world, &["apply", "--approve", &digest, "-vv"], &variables);
    assert_eq!((run.code, world.counts()), (4, before), "{run:#?}");
    assert!(run.stderr.contains("expired") && run.stderr.contains("help:"), "{run:#?}");
    assert_hushed(&world, &[&run], &[&token]);
}

/// A changed address must not collect the token of a real tenant.
#[test]
fn a_graph_on_this_machine_gets_no_real_sign_in() {
    let world = by_secret();
    for way in ["secret", "az"] {
        let mut command = world.command(&["plan"]);
        command.env_remove("CONSENT_TOKEN");
        if way == "secret" {
            command.envs(with_secret(SECRET));
        }
        let run = Run::of(command.output().unwrap()).assert_code(4);
        assert!(run.stderr.contains("is not given a real tenant's token"), "{run:#?}");
        assert!(run.stderr.contains("CONSENT_TOKEN"), "{run:#?}");
        assert_hushed(&world, &[&run], &[]);
    }
    let before = world.counts();
    assert_eq!((before.http, before.tokens), (0, 0));
}
