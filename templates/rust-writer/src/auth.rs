//! How the API is signed in to.

use dativo_plugin::prelude::*;

/// What the job file has under `target.credentials`.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    token: String,
}

pub(crate) struct Auth {
    credentials: Credentials,
}

impl Auth {
    pub(crate) fn new(_base_url: &str, credentials: Credentials) -> Self {
        Auth { credentials }
    }

    /// The header of the next request: the token as `Authorization: Bearer …`.
    pub(crate) fn header(
        &mut self,
        _agent: &ureq::Agent,
        _ctx: &Context,
    ) -> Result<Option<(&'static str, String)>> {
        Ok(Some(("authorization", format!("Bearer {}", self.credentials.token))))
    }
}
