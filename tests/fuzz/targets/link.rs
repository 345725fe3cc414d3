//! Addresses: links that answers give, paths that requests have, roots that people write. A token goes
//! with each of them.

use std::net::Ipv4Addr;

use axum::http::Uri;
use consent::graph::endpoint::{Endpoint, GraphUrl};

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "link",
    run,
    words: "https://graph.microsoft.com/v1.0/ https:// http:// // \\ @ :443 :8443 :0 .. %2e%2e \
            .%2E / ? # v1.0 beta $skiptoken= 127.0.0.1 [::1] localhost 0x7f.1 2130706433 \u{ff0e} \
            \u{3002} \u{ff47}raph xn-- evil.example \t \n \r · %00 %2f %5c ; user:pw@ \u{ad} \
            \u{200d} GRAPH /v1.0/../ /v1.0;/ file: javascript:",
};

/// Root as written, and what everything that a token goes to begins with.
const HOMES: [(&str, &str, &str); 3] = [
    ("https://graph.microsoft.com", "https://graph.microsoft.com/v1.0/", "graph.microsoft.com"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1.0/", "127.0.0.1"),
    ("https://gateway.example/graph/", "https://gateway.example/graph/v1.0/", "gateway.example"),
];

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (root, home, host) in HOMES {
        let endpoint = Endpoint::parse(root).unwrap();
        for url in [endpoint.next(&text), endpoint.url(&text), endpoint.url(&format!("/{text}"))] {
            match url {
                Ok(url) => at_home(&endpoint, &url, home, host),
                Err(foreign) => judge::draws_nothing(&foreign.to_string()),
            }
        }
        // As a path of its own: what is encoded stays one segment.
        let encoded = endpoint.url(&format!("/users/{}", consent::model::query::encode(&text)));
        if let Ok(url) = encoded {
            at_home(&endpoint, &url, home, host);
            let below = url.as_url().as_str().strip_prefix(&format!("{home}users/"));
            assert!(below.is_some_and(|below| !below.contains(['/', '?', '#'])), "{below:?}");
        }
    }
    match Endpoint::parse(&text) {
        Ok(endpoint) => of_ones_own(&endpoint),
        Err(error) => {
            judge::draws_nothing(&error.to_string());
            let before = text.rsplit_once('@').and_then(|(before, _)| before.split_once("//"));
            let secret = before.map_or("", |(_, secret)| secret);
            let twice = text.matches(secret).count() > 1;
            assert!(secret.len() < 8 || twice || !error.to_string().contains(secret), "{error}");
        }
    }
}

/// What is sent, read by another library than the one that let it pass.
fn at_home(endpoint: &Endpoint, url: &GraphUrl, home: &str, host: &str) {
    let text = url.as_url().as_str();
    assert!(text.starts_with(home), "{text} is not below {home}");
    assert!(text.chars().all(|c| c.is_ascii_graphic()), "{text:?}");
    let uri: Uri = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(uri.host(), Some(host), "{text}");
    assert!(!uri.authority().is_some_and(|authority| authority.as_str().contains('@')), "{text}");
    for segment in uri.path().split('/') {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        assert!(plain != ".." && plain != ".", "{text} climbs");
        assert!(!segment.contains('\\'), "{text}");
    }
    let path = endpoint.path(url).expect("an address of one's own");
    assert_eq!(endpoint.url(&path).as_ref(), Ok(url), "another address on the way back");
}

/// Whatever somebody names as Graph: https, or this machine.
fn of_ones_own(endpoint: &Endpoint) {
    let origin = endpoint.origin();
    let uri: Uri = origin.parse().unwrap_or_else(|error| panic!("{origin:?}: {error}"));
    let host = uri.host().unwrap_or_default();
    let here = host == "localhost"
        || host == "[::1]"
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback());
    assert!(uri.scheme_str() == Some("https") || here, "{origin}");
    assert_eq!(endpoint.is_loopback(), here, "{origin}");
    let url = endpoint.url("/users").expect("a path of one's own");
    assert!(url.as_url().path().ends_with("/v1.0/users"));
    assert!(url.as_url().username().is_empty() && url.as_url().password().is_none());
    assert_eq!(url.as_url().query(), None);
}
