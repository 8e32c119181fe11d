//! How the API is signed in to.

use dativo_plugin::prelude::*;
use reqwest::RequestBuilder;

use crate::http::Http;

/// What the job file has under `target.credentials`.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    api_key: String,
}

pub(crate) struct Auth {
    credentials: Credentials,
}

impl Auth {
    pub(crate) fn new(_base_url: &str, credentials: Credentials) -> Self {
        Auth { credentials }
    }

    /// Called before every request; there is nothing to renew.
    pub(crate) fn refresh(&mut self, _http: &Http, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    /// Adds the key as `X-Api-Key`.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-api-key", &self.credentials.api_key)
    }
}
