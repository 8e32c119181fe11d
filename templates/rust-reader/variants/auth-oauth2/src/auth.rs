//! How the API is signed in to.

use std::time::{Duration, Instant};

use dativo_plugin::prelude::*;
use reqwest::RequestBuilder;

use crate::http::Http;

/// A token is renewed so long before it expires.
const MARGIN: Duration = Duration::from_secs(60);

/// What the job file has under `source.credentials`.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    client_id: String,
    client_secret: String,
}

pub(crate) struct Auth {
    address: String,
    credentials: Credentials,
    token: String,
    renew_at: Option<Instant>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<u64>,
}

impl Auth {
    pub(crate) fn new(base_url: &str, credentials: Credentials) -> Self {
        let address = format!("{base_url}/oauth/token");
        Auth { address, credentials, token: String::new(), renew_at: None }
    }

    /// Called before every request: gets a token by the client credentials grant, before the last one expires.
    pub(crate) fn refresh(&mut self, http: &Http, ctx: &Context) -> Result<()> {
        if self.renew_at.is_some_and(|time| Instant::now() < time) {
            return Ok(());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.client_secret.as_str()),
        ];
        let answer: Answer = http.json(ctx, |client| client.post(&self.address).form(&form))?;
        let lasts = Duration::from_secs(answer.expires_in.unwrap_or(3600)).saturating_sub(MARGIN);
        self.renew_at = Some(Instant::now() + lasts);
        self.token = answer.access_token;
        Ok(())
    }

    /// Adds the token as `Authorization: Bearer …`.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }
}
