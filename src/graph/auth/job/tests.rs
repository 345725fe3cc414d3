use super::*;

const URL: &str = "https://pipelines.example/idtoken?api-version=2.0";

fn github() -> GithubJob {
    GithubJob {
        runs: Some("true".into()),
        request_url: Some(URL.into()),
        request_token: Some(Secret::new("ask-hush-1234567890")),
    }
}

fn pipelines() -> AzurePipelinesJob {
    AzurePipelinesJob {
        request_url: Some("https://vstoken.example/oidc".into()),
        access_token: Some(Secret::new("access-hush-1234567890")),
        connection: Some("connection-1".into()),
        client_id: Some("c-2".into()),
        tenant_id: Some("t-2".into()),
    }
}

fn way(
    github: GithubJob,
    azure_pipelines: AzurePipelinesJob,
    client: Option<&str>,
) -> Result<Option<(String, String, &'static str)>, SignInError> {
    let way = JobEnvironment { github, azure_pipelines }.way(Some("t-1"), client)?;
    Ok(way.map(|way| match way {
        SignInWay::Job { tenant, client, platform } => (tenant, client, platform.name()),
        other => panic!("{other:?}"),
    }))
}

fn told(github: GithubJob, azure_pipelines: AzurePipelinesJob) -> String {
    let error = way(github, azure_pipelines, Some("c-1")).unwrap_err();
    format!("{error}; {}", error.help)
}

#[test]
fn a_job_of_github_signs_in_for_the_app_that_is_named() {
    let (none, other) = (GithubJob::default(), AzurePipelinesJob::default);
    let expected = Some(("t-1".to_owned(), "c-1".to_owned(), "GitHub"));
    assert_eq!(way(github(), other(), Some("c-1")), Ok(expected.clone()));
    // What runs the same workflows elsewhere need not call itself GitHub.
    assert_eq!(way(GithubJob { runs: None, ..github() }, other(), Some("c-1")), Ok(expected));
    assert_eq!(way(github(), other(), None), Ok(None));
    assert_eq!(way(none, other(), Some("c-1")), Ok(None));
}

#[test]
fn a_job_of_github_without_its_permission_is_told_which() {
    for half in [
        GithubJob { request_url: None, ..github() },
        GithubJob { request_token: Some(Secret::new(" ")), ..github() },
        GithubJob { request_url: Some(String::new()), request_token: None, ..github() },
    ] {
        let told = told(half, AzurePipelinesJob::default());
        assert!(told.contains("add `permissions: id-token: write`"), "{told}");
        assert!(told.contains("from a fork"), "{told}");
    }
}

#[test]
fn a_job_of_azure_pipelines_signs_in_by_its_service_connection() {
    let none = GithubJob::default;
    let own = |client: &str| Ok(Some(("t-2".to_owned(), client.to_owned(), "Azure Pipelines")));
    assert_eq!(way(none(), pipelines(), None), own("c-2"));
    assert_eq!(way(none(), pipelines(), Some("c-1")), own("c-1"));
    let job = AzurePipelinesJob { tenant_id: None, ..pipelines() };
    let expected = Some(("t-1".to_owned(), "c-2".to_owned(), "Azure Pipelines"));
    assert_eq!(way(none(), job, None), Ok(expected));
    // A task that names its connection has signed in `az`, too.
    for half in [
        AzurePipelinesJob { access_token: None, ..pipelines() },
        AzurePipelinesJob { connection: None, ..pipelines() },
        AzurePipelinesJob { request_url: None, ..pipelines() },
    ] {
        assert_eq!(way(none(), half, None), Ok(None));
    }
}

#[test]
fn a_job_of_azure_pipelines_is_told_what_is_missing() {
    let unmapped = AzurePipelinesJob { access_token: None, ..pipelines() };
    let text = told(GithubJob::default(), unmapped);
    assert!(text.contains("SYSTEM_ACCESSTOKEN: $(System.AccessToken)"), "{text}");
    let unnamed = AzurePipelinesJob { connection: None, ..pipelines() };
    let text = told(GithubJob::default(), unnamed);
    assert!(text.contains("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not"), "{text}");
}

#[test]
fn the_job_s_token_goes_by_https_or_stays_on_this_machine() {
    for good in ["https://a.example/x", "http://127.0.0.1:1/x", "http://localhost/x"] {
        let job = GithubJob { request_url: Some(good.into()), ..github() };
        assert!(way(job, AzurePipelinesJob::default(), Some("c-1")).is_ok(), "{good}");
    }
    for bad in [
        "http://a.example",
        "ftp://127.0.0.1",
        "nowhere",
        "https://me:hunter2@a.example",
        "file:///x",
    ] {
        let job = GithubJob { request_url: Some(bad.into()), ..github() };
        let told = told(job, AzurePipelinesJob::default());
        assert!(told.contains(github::URL) && !told.contains("hunter2"), "{told}");
        let job = AzurePipelinesJob { request_url: Some(bad.into()), ..pipelines() };
        assert!(way(GithubJob::default(), job, Some("c-1")).is_err(), "{bad}");
    }
}

#[test]
fn a_query_keeps_what_it_has() {
    let url = |text| Url::parse(text).unwrap();
    let with = |text| with_query(&url(text), &[("audience", "api://x y")]).to_string();
    assert_eq!(with(URL), format!("{URL}&audience=api%3A%2F%2Fx+y"));
    assert_eq!(with("https://a.example/?audience=own"), "https://a.example/?audience=own");
}

#[test]
fn every_cloud_has_the_audience_that_its_service_takes() {
    let audiences = Cloud::ALL.map(audience);
    let suffixes = audiences.map(|one| one.strip_prefix("api://AzureADTokenExchange").unwrap());
    assert_eq!(suffixes, ["", "USGov", "USGov", "China"]);
}

#[test]
fn nothing_secret_is_debugged() {
    let environment = JobEnvironment { github: github(), azure_pipelines: pipelines() };
    let way = environment.clone().way(Some("t-1"), Some("c-1"));
    let shown = format!("{environment:?} {way:?}");
    assert!(!shown.contains("hush"), "{shown}");
}
