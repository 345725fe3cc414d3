//! The national clouds, and where each has its Graph and its sign-in service.

use serde::{Deserialize, Serialize};

use crate::model::schema::JsonSchema;

/// A national cloud. Tokens do not cross clouds.
/// <https://learn.microsoft.com/graph/deployments>
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    #[default]
    Global,
    UsGov,
    UsGovDod,
    China,
}

impl Cloud {
    pub(crate) const WORDS: [(&'static str, Self); 4] = [
        ("global", Self::Global),
        ("us-gov", Self::UsGov),
        ("us-gov-dod", Self::UsGovDod),
        ("china", Self::China),
    ];

    pub const ALL: [Self; 4] = [Self::Global, Self::UsGov, Self::UsGovDod, Self::China];

    /// The word for it in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "us-gov",
            Self::UsGovDod => "us-gov-dod",
            Self::China => "china",
        }
    }

    #[cfg(test)]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name)
    }

    /// Root of Microsoft Graph, without version and without a slash at its end.
    pub fn graph(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGov => "https://graph.microsoft.us",
            Self::UsGovDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// Root of the sign-in service.
    pub fn login(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGov | Self::UsGovDod => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }

    /// Whether a host is of this cloud's sign-in service, by whatever name. `None` for a host that is of
    /// none that is known here.
    pub(crate) fn signs_in_at(self, host: &str) -> Option<bool> {
        let of = |cloud: Self| cloud.hosts().iter().any(|domain| is_of(host, domain));
        Self::ALL.into_iter().any(of).then(|| of(self))
    }

    /// Whether a token that a host issued may be of this cloud. `None` as in [`Self::signs_in_at`].
    ///
    /// Azure Government's tokens of the older form say that `sts.windows.net` issued them, like the
    /// global cloud's; their audience tells them apart.
    pub(crate) fn issues_at(self, host: &str) -> Option<bool> {
        let shared = matches!(self, Self::UsGov | Self::UsGovDod) && is_of(host, "sts.windows.net");
        self.signs_in_at(host).map(|own| own || shared)
    }

    /// The cloud whose Graph this host is.
    pub(crate) fn of_graph(host: &str) -> Option<Self> {
        let is_its = |cloud: &Self| cloud.graph().strip_prefix("https://") == Some(host);
        Self::ALL.into_iter().find(is_its)
    }

    /// Domains of the sign-in service.
    fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Global => &["microsoftonline.com", "windows.net", "login.microsoft.com"],
            Self::UsGov | Self::UsGovDod => &["microsoftonline.us", "usgovcloudapi.net"],
            Self::China => &["chinacloudapi.cn", "microsoftonline.cn"],
        }
    }
}

/// Whether a host is a domain or below it.
fn is_of(host: &str, domain: &str) -> bool {
    let above = host.strip_suffix(domain);
    above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_knows_its_own_hosts_and_those_of_others() {
        let host = |url: &'static str| url.strip_prefix("https://").unwrap();
        for cloud in Cloud::ALL {
            assert_eq!(Cloud::of_graph(host(cloud.graph())), Some(cloud));
            for other in Cloud::ALL {
                let same = cloud.login() == other.login();
                assert_eq!(
                    cloud.signs_in_at(host(other.login())),
                    Some(same),
                    "{cloud:?} {other:?}"
                );
                assert_eq!(cloud.issues_at(host(other.login())), Some(same), "{cloud:?} {other:?}");
            }
        }
        assert_eq!(Cloud::UsGov.signs_in_at("login.windows.net"), Some(false));
        assert_eq!(Cloud::UsGov.issues_at("sts.windows.net"), Some(true));
        assert_eq!(Cloud::China.issues_at("sts.windows.net"), Some(false));
        assert_eq!(Cloud::China.issues_at("sts.chinacloudapi.cn"), Some(true));
        for strange in
            ["127.0.0.1", "evilmicrosoftonline.com", "microsoftonline.com.evil.example", ""]
        {
            assert_eq!(Cloud::Global.signs_in_at(strange), None, "{strange}");
        }
        assert_eq!(Cloud::of_graph("graph.example"), None);
    }
}
