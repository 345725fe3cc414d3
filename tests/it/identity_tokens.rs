//! Identity tokens of pipelines: GitHub Actions and Azure Pipelines are asked for one at each sign-in, in
//! the way that they document, and no other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::sign_in::{
    CLIENT, EXCHANGE, GRANT, ISSUER, SUBJECT, assert_fails, assert_hushed, assert_works, run, world,
};
use crate::world::{HEAD, TENANT, World};

/// What a job shows to its platform.
const ASK: &str = "ask-for-1dentity/Zk3.nobody-else+may=know";
const CONNECTION: &str = "5ec0ec70-0000-4000-8000-0000000000c0";
/// Another form of the same subject, with ids.
const BY_ID: &str = "repo:contoso@1234/consent@56789:ref:refs/heads/main";

/// What the platform answers to a question that is as it should be.
#[derive(Debug, Clone)]
enum Answer {
    Token,
    /// The first question fails with 503, the next is answered.
    Late,
    Text(u16, String),
    Redirect,
    Never,
}

/// The platforms, and a sign-in service that refuses with one number.
struct Pipelines {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<Answer>,
    /// Issuer, subject and audience of its tokens.
    claims: Mutex<[String; 3]>,
    number: Mutex<u32>,
    asked: Mutex<Vec<String>>,
    issued: Mutex<Vec<String>>,
    /// Questions that no documentation describes.
    wrong: Mutex<Vec<String>>,
}

impl Pipelines {
    fn beside(world: &World) -> Self {
        let shared = Arc::new(Shared {
            answer: Mutex::new(Answer::Token),
            claims: Mutex::new([ISSUER, SUBJECT, EXCHANGE].map(str::to_owned)),
            number: Mutex::new(0),
            asked: Mutex::default(),
            issued: Mutex::default(),
            wrong: Mutex::default(),
        });
        let app = axum::Router::new().fallback(answer).with_state(shared.clone());
        let url = world.runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
            url
        });
        Self { url, shared }
    }

    fn set(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    fn says(&self, issuer: &str, subject: &str, audience: &str) {
        *self.shared.claims.lock().unwrap() = [issuer, subject, audience].map(str::to_owned);
    }

    /// Every question so far was a right one; how many there were, and the tokens that came of them.
    #[track_caller]
    fn taken(&self) -> (usize, Vec<String>) {
        assert_eq!(*self.shared.wrong.lock().unwrap(), Vec::<String>::new());
        let asked = std::mem::take(&mut *self.shared.asked.lock().unwrap());
        (asked.len(), std::mem::take(&mut *self.shared.issued.lock().unwrap()))
    }

    /// A job of GitHub that has `id-token: write`.
    fn github(&self) -> Variables {
        Variables::of(&[
            ("GITHUB_ACTIONS", "true"),
            ("CI", "true"),
            ("AZURE_CLIENT_ID", CLIENT),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/idtoken?api-version=2.0", self.url)),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ASK),
        ])
    }

    /// A step of Azure Pipelines in a task that names its service connection.
    fn azure(&self) -> Variables {
        Variables::of(&[
            ("TF_BUILD", "True"),
            ("SYSTEM_OIDCREQUESTURI", &format!("{}/oidctoken", self.url)),
            ("SYSTEM_ACCESSTOKEN", ASK),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", CONNECTION),
            ("AZURESUBSCRIPTION_CLIENT_ID", CLIENT),
            ("AZURESUBSCRIPTION_TENANT_ID", TENANT),
        ])
    }
}

#[derive(Clone)]
struct Variables(BTreeMap<String, String>);

impl Variables {
    fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    fn all(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if uri.path().ends_with("/oauth2/v2.0/token") {
        return refused(*shared.number.lock().unwrap());
    }
    let member = match is_right(&method, &uri, &headers, &body) {
        Ok(member) => member,
        Err(why) => {
            shared.wrong.lock().unwrap().push(format!("{why}: {method} {uri} {headers:?}"));
            return plain(400, &json!({ "message": why }).to_string());
        }
    };
    let nth = {
        let mut asked = shared.asked.lock().unwrap();
        asked.push(uri.to_string());
        asked.len()
    };
    let chosen = shared.answer.lock().unwrap().clone();
    match chosen {
        Answer::Late if nth == 1 => plain(503, "<html>not now</html>"),
        Answer::Token | Answer::Late => {
            let token = shared.token();
            shared.issued.lock().unwrap().push(token.clone());
            plain(200, &json!({ "count": 1, member: token }).to_string())
        }
        Answer::Text(status, text) => plain(status, &text),
        Answer::Redirect => {
            let to = "/somewhere-else";
            Response::builder().status(302).header("location", to).body(Body::empty()).unwrap()
        }
        Answer::Never => std::future::pending().await,
    }
}

/// The question as GitHub or Azure DevOps documents it; the member that its answer has.
fn is_right(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<&'static str, &'static str> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let only = |name: &str| {
        let mut all = query.iter().filter(|(there, _)| there == name);
        all.next().filter(|_| all.next().is_none()).map_or("", |(_, value)| value.as_str())
    };
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    if header("authorization") != format!("Bearer {ASK}") {
        return Err("no bearer of the job");
    }
    if !header("accept").contains("application/json") || !body.is_empty() {
        return Err("it does not ask for JSON, or sends something");
    }
    if !only("audience").starts_with(EXCHANGE) {
        return Err("another audience");
    }
    match (method, uri.path(), only("api-version")) {
        (&Method::GET, "/idtoken", "2.0") => Ok("value"),
        (&Method::POST, "/oidctoken", "7.1") if only("serviceConnectionId") == CONNECTION => {
            match header("content-length") {
                "0" => Ok("oidcToken"),
                _ => Err("no length"),
            }
        }
        _ => Err("another question"),
    }
}

impl Shared {
    /// A token like no other, as the platform signs it.
    fn token(&self) -> String {
        let [issuer, subject, audience] = self.claims.lock().unwrap().clone();
        let number = self.issued.lock().unwrap().len();
        let exp = OffsetDateTime::now_utc().unix_timestamp() + 300;
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({"alg": "RS256", "typ": "JWT", "kid": "k-1"}));
        let jti = format!("{number}-{}", OffsetDateTime::now_utc().unix_timestamp_nanos());
        let claims =
            json!({"iss": issuer, "sub": subject, "aud": audience, "exp": exp, "jti": jti});
        let signature = URL_SAFE_NO_PAD.encode(format!("a signature of nobody, number {number}"));
        format!("{header}.{}.{signature}", part(claims))
    }
}

fn plain(status: u16, text: &str) -> Response {
    let head = Response::builder().status(status).header("content-type", "application/json");
    head.body(Body::from(text.to_owned())).unwrap()
}

fn refused(number: u32) -> Response {
    let text = format!("AADSTS{number}: words of the service. Trace ID: 1");
    let body = json!({
        "error": "invalid_client", "error_description": text, "error_codes": [number],
    });
    plain(401, &body.to_string())
}

/// The tenant that knows one subject.
fn federated(subject: &str) -> World {
    world(&format!("federated = {{ issuer = \"{ISSUER}\", subject = \"{subject}\" }}"))
}

/// What of these tokens is nobody's to see.
fn parts(tokens: &[String]) -> Vec<&str> {
    tokens.iter().flat_map(|token| token.split('.').skip(1)).map(|part| &part[..20]).collect()
}

#[track_caller]
fn assert_signs_in(variables: impl Fn(&Pipelines) -> Variables) {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    assert_works(&world, &variables(&pipelines).all(), &[ASK]);
    let (asked, tokens) = pipelines.taken();
    assert_eq!((asked, world.counts().tokens), (2, 2), "one for each of two runs");
    assert_ne!(tokens[0], tokens[1]);
    assert_hushed(&world, &[], &parts(&tokens));
}

#[test]
fn a_job_of_github_signs_in_by_itself() {
    assert_signs_in(Pipelines::github);
}

#[test]
fn a_job_of_azure_pipelines_signs_in_by_itself() {
    assert_signs_in(Pipelines::azure);
    assert_signs_in(|it| {
        it.azure().without(&["AZURESUBSCRIPTION_CLIENT_ID"]).with("AZURE_CLIENT_ID", CLIENT)
    });
}

/// In the middle of a run the service takes its token no more: the next sign-in has its own statement.
#[test]
fn a_refused_token_is_followed_by_a_sign_in_with_a_new_identity_token() {
    let weather = "[weather]\ntoken-expires = 5\n";
    for variables in [Pipelines::github, Pipelines::azure] {
        let world = world(&format!(
            "federated = {{ issuer = \"{ISSUER}\", subject = \"{SUBJECT}\" }}\n{weather}"
        ));
        let pipelines = Pipelines::beside(&world);
        let args = ["plan", "-vv", "--log-file", "plan.log"];
        let run = run(&world, &args, &variables(&pipelines).all()).assert_code(0);
        let (asked, tokens) = pipelines.taken();
        assert_eq!((asked, world.counts().tokens), (2, 2), "{run:#?}");
        assert_ne!(tokens[0], tokens[1]);
        assert_hushed(&world, &[&run], &parts(&tokens));
    }
}

#[test]
fn a_platform_that_fails_for_a_moment_is_asked_again() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    pipelines.set(Answer::Late);
    run(&world, &["plan"], &pipelines.github().all()).assert_code(0).quietly();
    assert_eq!(pipelines.taken().0, 2);
}

#[test]
fn a_refusal_is_told_with_what_was_sent_and_what_to_enter() {
    let world = federated("repo:contoso/consent:environment:prod");
    let pipelines = Pipelines::beside(&world);
    let none = "Microsoft Entra has no federated credential for the";
    for variables in [pipelines.github(), pipelines.azure()] {
        pipelines.says(ISSUER, SUBJECT, EXCHANGE);
        let words = [
            &format!(
                "{none} subject {SUBJECT} (issuer {ISSUER}, audience {EXCHANGE}) (AADSTS700213)"
            ),
            &format!("app registration {CLIENT}"),
            &format!("issuer \"{ISSUER}\", subject \"{SUBJECT}\", audience \"{EXCHANGE}\""),
            "REPO@ID",
        ];
        assert_fails(&world, &variables.all(), &words);
        pipelines.says(ISSUER, BY_ID, EXCHANGE);
        let words = [
            &format!("{none} subject {BY_ID} (issuer"),
            &format!("a credential for \"{SUBJECT}\" does not fit"),
        ];
        assert_fails(&world, &variables.all(), &words.map(String::as_str));
    }
    pipelines.says("https://issuer.example", SUBJECT, EXCHANGE);
    let words = format!("{none} issuer https://issuer.example (subject {SUBJECT}");
    assert_fails(&world, &pipelines.github().all(), &[&words, "AADSTS700211"]);
    pipelines.says(ISSUER, "repo:contoso/consent:environment:prod", "api://elsewhere");
    let words = format!("{none} audience api://elsewhere (subject repo:contoso/consent");
    assert_fails(&world, &pipelines.github().all(), &[&words, "AADSTS700212"]);
    let (asked, tokens) = pipelines.taken();
    assert!(asked == tokens.len() && asked == 12, "{asked}");
    assert_hushed(&world, &[], &parts(&tokens));
}

#[test]
fn every_other_refusal_of_the_statement_has_words_and_claims() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    for (number, words) in [
        (70021, "has no federated credential for the subject"),
        (70025, "has no federated credential for the subject"),
        (7_002_138, "in other letter case only"),
        (7_002_381, "certain GitHub enterprises only"),
        (700_016, "the client app is not in this tenant"),
        (700_024, "too old, or not valid yet"),
        (50013, "was not accepted"),
        (501_661, "could not fetch the keys"),
        (777_777, "words of the service"),
    ] {
        *pipelines.shared.number.lock().unwrap() = number;
        let variables = pipelines.github().with("AZURE_AUTHORITY_HOST", &pipelines.url);
        let number = format!("AADSTS{number}");
        assert_fails(&world, &variables.all(), &[words, &number, SUBJECT, ISSUER, EXCHANGE]);
    }
}

#[test]
fn a_subject_that_draws_is_told_and_draws_nothing() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    let evil = "repo:a/b:ref:\u{1b}[2J\u{1b}]0;owned\u{7}\r\nerror: all is well\u{202e}\u{9b}31m";
    pipelines.says(&format!("{ISSUER}\u{1b}[8m"), evil, EXCHANGE);
    let told = assert_fails(&world, &pipelines.github().all(), &["repo:a/b:ref:<U+001B>[2J"]);
    let draws = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!told.contains(draws), "{told:?}");
    assert!(!told.lines().any(|line| line.trim_start().starts_with("error: all")), "{told}");
    let long = format!("repo:{}", "a/b".repeat(40_000));
    pipelines.says(ISSUER, &long, EXCHANGE);
    let told = assert_fails(&world, &pipelines.github().all(), &["repo:a/ba/b", "..."]);
    assert!(told.len() < 60_000, "{}", told.len());
}

#[test]
fn answers_that_hold_no_identity_token_are_told_and_quoted_nowhere() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    let long = format!("{{\"value\": \"{}\"}}", "eyJ0.".repeat(300_000));
    let text = |text: &str| Answer::Text(200, text.to_owned());
    let no_token = "holds no identity token";
    for (answer, words, times) in [
        (text("<html>sign in here</html>"), no_token, 1),
        (text("{\"value\": 7}"), no_token, 1),
        (text("{\"oidctoken\": \"a.b.c\"}"), no_token, 1),
        (text("{\"value\": \"not-a-jwt\\r\\nX: y\", \"oidcToken\": \"\"}"), no_token, 1),
        (Answer::Text(203, "<html>".to_owned()), "answered 203", 1),
        (Answer::Text(200, long), "more than 1 MiB", 1),
        (Answer::Redirect, "a redirect, which nobody follows", 1),
        (
            Answer::Text(403, format!("{{\"message\": \"no: {ASK} \\u001b[2J\"}}")),
            "403: no: [removed]",
            1,
        ),
        (Answer::Text(404, "{}".to_owned()), "answered 404", 1),
        (Answer::Text(500, "{\"message\": [1]}".to_owned()), "answered 500", 3),
    ] {
        pipelines.set(answer.clone());
        for variables in [pipelines.github(), pipelines.azure()] {
            let told = assert_fails(&world, &variables.all(), &[words, "identity token"]);
            assert!(!told.contains(ASK) && !told.contains('\u{1b}'), "{told:?}");
            assert_eq!(pipelines.taken().0, 2 * times, "{answer:?}");
        }
    }
    assert_eq!(world.counts().tokens, 0, "somebody signed in");
}

#[test]
fn a_platform_that_never_answers_is_given_up() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    pipelines.set(Answer::Never);
    let run = run(&world, &["plan", "-vv"], &pipelines.github().all()).assert_code(4);
    for words in ["GitHub cannot be asked", "no answer in time", "HTTPS_PROXY", &pipelines.url] {
        assert!(run.stderr.contains(words), "no {words:?} in {run:#?}");
    }
    assert_eq!((pipelines.taken().0, world.counts().tokens), (1, 0));
    assert_hushed(&world, &[&run], &[ASK]);
}

#[test]
fn a_platform_that_is_not_there_is_named() {
    let world = federated(SUBJECT);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let variables = Pipelines::beside(&world)
        .github()
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("http://{gone}/idtoken"));
    let words = ["GitHub cannot be asked", "no connection", &format!("http://{gone}")];
    assert_fails(&world, &variables.all(), &words);
}

/// Also a pull request from a fork: GitHub gives its jobs neither of both variables.
#[test]
fn a_job_that_may_not_ask_is_told_what_it_lacks() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    let (url, token) = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    let words = ["GitHub gives this job no identity token", "permissions: id-token: write", "fork"];
    for variables in [
        pipelines.github().without(&[url, token]).with("GITHUB_EVENT_NAME", "pull_request"),
        pipelines.github().without(&[token]),
        pipelines.github().without(&[url]),
        pipelines.github().with(token, "").with("IDENTITY_ENDPOINT", &pipelines.url),
    ] {
        assert_fails(&world, &variables.all(), &words);
    }
    let azure = pipelines.azure().with("AZURE_CLIENT_ID", CLIENT);
    let words = ["SYSTEM_ACCESSTOKEN is not", "SYSTEM_ACCESSTOKEN: $(System.AccessToken)"];
    assert_fails(&world, &azure.clone().without(&["SYSTEM_ACCESSTOKEN"]).all(), &words);
    let connection = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";
    let words =
        ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not", "a task that names the connection"];
    assert_fails(&world, &azure.without(&[connection]).all(), &words);
    assert_eq!((pipelines.taken().0, world.counts().tokens), (0, 0));
}

#[test]
fn a_platform_s_address_is_https_or_on_this_machine() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    let variable = "ACTIONS_ID_TOKEN_REQUEST_URL";
    for address in ["http://pipelines.example/idtoken", "nowhere", "https://me:hunter2@a.example/"]
    {
        let variables = pipelines.github().with(variable, address);
        let told = assert_fails(&world, &variables.all(), &[variable]);
        assert!(!told.contains("hunter2"), "{told}");
    }
    assert_eq!(pipelines.taken().0, 0);
}

/// A changed address must not collect what a real sign-in gives.
#[test]
fn a_graph_on_this_machine_gets_no_sign_in_of_a_job() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    for variables in [pipelines.github(), pipelines.azure()] {
        let variables = variables.with("AZURE_AUTHORITY_HOST", "");
        let words = ["is not given a real tenant's token", "AZURE_AUTHORITY_HOST"];
        assert_fails(&world, &variables.all(), &words);
    }
    assert_eq!((pipelines.taken().0, world.counts().tokens), (0, 0));
}

#[test]
fn each_cloud_has_its_own_audience() {
    let world = federated(SUBJECT);
    let pipelines = Pipelines::beside(&world);
    for (cloud, suffix) in [("global", ""), ("us-gov", "USGov"), ("china", "China")] {
        world.file("consent.toml", &format!("{HEAD}cloud = \"{cloud}\"\n{GRANT}"));
        for (variables, path) in
            [(pipelines.github(), "/idtoken?api-version=2.0"), (pipelines.azure(), "/oidctoken?")]
        {
            let run = run(&world, &["plan", "--cloud", cloud], &variables.all());
            let asked = pipelines.shared.asked.lock().unwrap().clone();
            let ending = format!("audience=api%3A%2F%2FAzureADTokenExchange{suffix}");
            assert!(asked.len() == 1 && asked[0].starts_with(path), "{asked:?} {run:#?}");
            assert!(asked[0].ends_with(&ending), "{asked:?} {run:#?}");
            assert_eq!(pipelines.taken().0, 1);
        }
    }
}
