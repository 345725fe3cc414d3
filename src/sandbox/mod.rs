//! stub until merge
pub mod weather {
    #[derive(Default)]
    pub struct Weather;
}
pub mod seed {
    #[derive(Debug, thiserror::Error)]
    #[error("x")]
    pub struct SeedError;
    pub struct Seed;
    pub fn parse(_: &str, _: &str) -> Result<Seed, SeedError> {
        Ok(Seed)
    }
}
pub mod server {
    use crate::kinds::simulated::Collection;
    use crate::model::clock::Clock;
    use std::sync::Arc;
    pub struct Running;
    impl Running {
        pub fn url(&self) -> String {
            String::new()
        }
        pub fn token(&self) -> String {
            String::new()
        }
        pub fn state(&self) -> String {
            String::new()
        }
        pub async fn stop(self) {}
    }
    pub struct Options {
        pub listen: std::net::SocketAddr,
        pub weather: super::weather::Weather,
        pub state: Option<String>,
        pub clock: Arc<dyn Clock>,
        pub collections: Vec<&'static dyn Collection>,
    }
    #[derive(Debug, thiserror::Error)]
    #[error("x")]
    pub struct SandboxError;
    pub async fn start(_: super::seed::Seed, _: Options) -> Result<Running, SandboxError> {
        Ok(Running)
    }
}
