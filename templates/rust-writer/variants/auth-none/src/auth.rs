//! How the API is signed in to.

use dativo_plugin::prelude::*;
use reqwest::RequestBuilder;

use crate::http::Http;

/// The API asks for no credentials; the job file has none either.
#[derive(Deserialize)]
pub(crate) struct Credentials {}

pub(crate) struct Auth {}

impl Auth {
    pub(crate) fn new(_base_url: &str, _credentials: Credentials) -> Self {
        Auth {}
    }

    /// Called before every request; there is nothing to renew.
    pub(crate) fn refresh(&mut self, _http: &Http, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    /// Leaves the request as it is.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request
    }
}
