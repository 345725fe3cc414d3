//! Where Microsoft Graph and its sign-in service live, and which addresses may see the token.

use url::{Host, Url};

pub(crate) use crate::model::cloud::Cloud;
use crate::model::untrusted::shown;

/// A Microsoft Graph root: the only scheme, host and port that the token is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Ends in `/v1.0/`.
    base: Url,
    cloud: Cloud,
}

/// Why an address is not acceptable as a Graph root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use {address} as Microsoft Graph: {because}")]
pub struct EndpointError {
    /// Safe to show, without a password.
    pub(crate) address: String,
    pub(crate) because: &'static str,
}

/// An address that the token may be sent to: below `/v1.0/` of one [`Endpoint`]. Only an endpoint
/// makes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphUrl(Url);

/// An address that leads elsewhere; nothing was sent there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address leads out of {home}: {because}")]
pub struct Foreign {
    pub(crate) home: String,
    pub(crate) because: &'static str,
}

/// Longest address in bytes: a longer one is no address to the HTTP library, and trying it again and
/// again would not help.
const LONGEST: usize = 65_534;

/// Longest root, in bytes: what stands below it needs its room, too.
const LONGEST_ROOT: usize = 2_000;

impl Endpoint {
    /// The Graph of a national cloud.
    ///
    /// # Errors
    /// Never for the addresses above, which a test shows.
    pub(crate) fn of(cloud: Cloud) -> Result<Self, EndpointError> {
        Ok(Self::parse(cloud.graph())?.in_cloud(cloud))
    }

    /// Another Graph root, without the version: `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When it is not `https` (loopback may be `http`), or holds a user name, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let refuse = |because| EndpointError { address: address_only(text), because };
        let mut base =
            Url::parse(text.trim()).map_err(|_| refuse("it is not an absolute address"))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(refuse("it holds a user name; say only scheme, host and port"));
        }
        if text.len() > LONGEST_ROOT {
            return Err(refuse("it is too long"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_[:]".contains(c);
        if !base.host_str().is_some_and(|host| host.chars().all(plain)) {
            return Err(refuse("its host is no name"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(refuse("it holds a query or a fragment"));
        }
        match (base.scheme(), is_loopback(&base)) {
            ("https", _) | ("http", true) => {}
            ("http", false) => {
                return Err(refuse("only https keeps a token secret; http is for 127.0.0.1"));
            }
            _ => return Err(refuse("only https is possible")),
        }
        let folder = base.path().trim_end_matches('/').trim_end_matches("/v1.0").to_owned();
        base.set_path(&format!("{folder}/v1.0/"));
        let cloud = Cloud::ALL
            .into_iter()
            .find(|cloud| base.as_str() == format!("{}/v1.0/", cloud.graph()))
            .unwrap_or_default();
        Ok(Self { base, cloud })
    }

    /// The same root, whose tokens come from this cloud's sign-in service.
    #[must_use]
    pub(crate) fn in_cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    pub(crate) fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The cloud whose own Graph stands at this host; `None` for any other host.
    pub(crate) fn home(&self) -> Option<Cloud> {
        self.base.host_str().and_then(Cloud::of_graph)
    }

    /// On this machine: plain http, no proxy.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Scheme, host and port: `https://graph.microsoft.com`.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// What a token must be good for: `https://graph.microsoft.com`. For an address on this machine
    /// it is the cloud's own Graph, since no sign-in service knows 127.0.0.1.
    pub(crate) fn audience(&self) -> String {
        if self.is_loopback() { self.cloud.graph().to_owned() } else { self.origin() }
    }

    /// A path as queries and requests hold it: percent-encoded, below the version, with its `/`.
    ///
    /// # Errors
    /// When it does not begin with `/`, or would be read as another one: an id called `..` must not
    /// turn what was approved into something else.
    pub fn url(&self, path: &str) -> Result<GraphUrl, Foreign> {
        let Some(below) = path.strip_prefix('/') else {
            return Err(self.foreign("it does not begin with /"));
        };
        let url = self.below(&format!("{}{below}", self.base))?;
        let written = below.split('?').next().unwrap_or_default();
        if url.0.path().strip_prefix(self.base.path()) != Some(written) {
            return Err(self.foreign("its path would be read as another one"));
        }
        Ok(url)
    }

    /// An address that an answer gave, such as `@odata.nextLink`.
    ///
    /// # Errors
    /// When it is not below this very root.
    pub fn next(&self, link: &str) -> Result<GraphUrl, Foreign> {
        self.below(link)
    }

    /// The inverse of [`Self::url`]: what stands below the version, with its `/`.
    ///
    /// # Errors
    /// When the address belongs to another endpoint.
    pub fn path(&self, url: &GraphUrl) -> Result<String, Foreign> {
        let below = url.0.as_str().strip_prefix(self.base.as_str());
        below.map(|path| format!("/{path}")).ok_or_else(|| self.foreign("it is another endpoint's"))
    }

    fn below(&self, text: &str) -> Result<GraphUrl, Foreign> {
        let url = Url::parse(text).map_err(|_| self.foreign("it is not an absolute address"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.foreign("it holds a user name"));
        }
        if url.scheme() != self.base.scheme() {
            return Err(self.foreign("its scheme is another"));
        }
        if url.host() != self.base.host() {
            return Err(self.foreign("its host is another"));
        }
        if url.port_or_known_default() != self.base.port_or_known_default() {
            return Err(self.foreign("its port is another"));
        }
        if !url.path().starts_with(self.base.path()) || url.fragment().is_some() {
            return Err(self.foreign("its path is not below the version"));
        }
        if url.as_str().len() > LONGEST {
            return Err(self.foreign("it is longer than an address can be"));
        }
        Ok(GraphUrl(url))
    }

    fn foreign(&self, because: &'static str) -> Foreign {
        Foreign { home: self.base.to_string(), because }
    }
}

impl GraphUrl {
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

/// Whether an address means this machine: 127.0.0.0/8, `::1` or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What may be shown of an address that was refused: nothing before `@`, nothing after `?`. A password
/// may hold a `?` and a query an `@`: where both stand, nothing is shown.
fn address_only(text: &str) -> String {
    match (text.rsplit_once('@'), text.split_once(['?', '#'])) {
        (Some(_), Some(_)) => "this address".to_owned(),
        (Some((_, host)), None) => shown(host),
        (None, Some((place, _))) => shown(place),
        (None, None) => shown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_has_its_own_root() {
        for cloud in Cloud::ALL {
            let endpoint = Endpoint::of(cloud).unwrap();
            assert_eq!(endpoint.origin(), cloud.graph());
            assert_eq!(endpoint.audience(), cloud.graph());
            assert_eq!(Endpoint::parse(cloud.graph()).unwrap(), endpoint);
            assert_eq!(Cloud::from_name(cloud.name()), Some(cloud));
            let url = endpoint.url("/users?$top=1").unwrap();
            assert_eq!(url.as_url().as_str(), format!("{}/v1.0/users?$top=1", cloud.graph()));
        }
    }

    #[test]
    fn only_https_or_this_machine() {
        for good in [
            "https://graph.example",
            "https://graph.example/",
            "https://graph.example/v1.0/",
            "http://127.0.0.1:8080",
            "http://127.8.9.1",
            "http://[::1]:5000/",
            "http://localhost:80",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "graph.microsoft.com",
            "http://graph.microsoft.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://user:hunter2@graph.microsoft.com",
            "https://user:hunter2?x@graph.microsoft.com",
            "https://graph.microsoft.com?token=@hunter2",
            "https://graph.microsoft.com?x=1",
            "https://graph.microsoft.com#x",
            "https://graph.microsoft}.com",
            "https:///",
            &format!("https://graph.example/{}", "x".repeat(LONGEST_ROOT)),
        ] {
            let error = Endpoint::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn no_link_leads_out() {
        let home = Endpoint::parse("https://graph.microsoft.com").unwrap();
        for good in [
            "https://graph.microsoft.com/v1.0/users?$skiptoken=x",
            "https://graph.microsoft.com:443/v1.0/users",
            "https://GRAPH.microsoft.com/v1.0/a/../users",
        ] {
            assert!(home.next(good).is_ok(), "{good}");
        }
        for evil in [
            "https://graph.microsoft.com@evil.example/v1.0/users",
            "https://graph.microsoft.com:secret@evil.example/v1.0/users",
            "https://user@graph.microsoft.com/v1.0/users",
            "https://evil.example/v1.0/users",
            "https://graph.microsoft.com.evil.example/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:8443/v1.0/users",
            "https://graph.microsoft.com/beta/users",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com/v1.0/../beta/users",
            "https://graph.microsoft.com/v1.0/%2e%2e/beta/users",
            "https://graph.microsoft.com\\@evil.example/v1.0/users",
            "//evil.example/v1.0/users",
            "/v1.0/users",
            "",
        ] {
            assert!(home.next(evil).is_err(), "{evil}");
        }
        let link = |bytes| format!("https://graph.microsoft.com/v1.0/{}", "x".repeat(bytes - 33));
        assert!(home.next(&link(LONGEST)).is_ok() && home.next(&link(LONGEST + 1)).is_err());
        for evil in [
            "users",
            "/../beta",
            "/..",
            "/users#x",
            "/%2E%2e/beta",
            "/users/..",
            "/a/%2e/b",
            "/a\\b",
        ] {
            assert!(home.url(evil).is_err(), "{evil}");
        }
        assert_eq!(
            home.url("//evil.example/x").unwrap().as_url().as_str(),
            "https://graph.microsoft.com/v1.0//evil.example/x"
        );
    }
}
