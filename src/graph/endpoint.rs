//! Where Microsoft Graph and its sign-in service live.

use url::Url;

/// A national cloud. Tokens do not cross clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Cloud {
    #[default]
    Global,
    UsGov,
    UsGovDod,
    China,
}

/// A Microsoft Graph root: scheme, host and port that tokens may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    root: Url,
    cloud: Cloud,
}

/// Why an address is not acceptable as a Graph root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use this Graph address: {because}")]
pub struct EndpointError {
    pub because: String,
}

impl Endpoint {
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let root =
            Url::parse(text).map_err(|error| EndpointError { because: error.to_string() })?;
        Ok(Self { root, cloud: Cloud::Global })
    }
    pub fn root(&self) -> &Url {
        &self.root
    }
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }
}
