//! How the API is signed in to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dativo_plugin::prelude::*;

/// What the job file has under `source.credentials`.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
}

pub(crate) struct Auth {
    credentials: Credentials,
}

impl Auth {
    pub(crate) fn new(_base_url: &str, credentials: Credentials) -> Self {
        Auth { credentials }
    }

    /// The header of the next request: user name and password as `Authorization: Basic …`.
    pub(crate) fn header(
        &mut self,
        _agent: &ureq::Agent,
        _ctx: &Context,
    ) -> Result<Option<(&'static str, String)>> {
        let Credentials { username, password } = &self.credentials;
        let pair = STANDARD.encode(format!("{username}:{password}"));
        Ok(Some(("authorization", format!("Basic {pair}"))))
    }
}
