//! Failed sign-ins in people's words.

/// Why there is no token. All texts are safe to show and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sign in: {cause}")]
pub struct SignInError {
    /// Number of the `AADSTS` error, if the sign-in service gave one.
    pub aadsts: Option<u32>,
    pub cause: String,
    pub help: String,
}
