//! How the API is signed in to.

use dativo_plugin::prelude::*;

/// The API asks for no credentials; the job file has none either.
#[derive(Deserialize)]
pub(crate) struct Credentials {}

pub(crate) struct Auth {}

impl Auth {
    pub(crate) fn new(_base_url: &str, _credentials: Credentials) -> Self {
        Auth {}
    }

    /// The header of the next request: none.
    pub(crate) fn header(
        &mut self,
        _agent: &ureq::Agent,
        _ctx: &Context,
    ) -> Result<Option<(&'static str, String)>> {
        Ok(None)
    }
}
