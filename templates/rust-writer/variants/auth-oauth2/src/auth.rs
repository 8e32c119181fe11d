//! How the API is signed in to.

use std::time::{Duration, Instant};

use dativo_plugin::prelude::*;

use crate::http;

/// A token is renewed so long before it expires.
const MARGIN: Duration = Duration::from_secs(60);

/// What the job file has under `target.credentials`.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    client_id: String,
    client_secret: String,
}

pub(crate) struct Auth {
    address: String,
    credentials: Credentials,
    token: Option<Token>,
}

struct Token {
    value: String,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<u64>,
}

impl Auth {
    pub(crate) fn new(base_url: &str, credentials: Credentials) -> Self {
        Auth { address: format!("{base_url}/oauth/token"), credentials, token: None }
    }

    /// The header of the next request: a token of the client credentials grant, renewed before it expires.
    pub(crate) fn header(
        &mut self,
        agent: &ureq::Agent,
        ctx: &Context,
    ) -> Result<Option<(&'static str, String)>> {
        let token = match self.token.take() {
            Some(token) if Instant::now() < token.renew_at => token,
            _ => self.fetch(agent, ctx)?,
        };
        let header = format!("Bearer {}", token.value);
        self.token = Some(token);
        Ok(Some(("authorization", header)))
    }

    fn fetch(&self, agent: &ureq::Agent, ctx: &Context) -> Result<Token> {
        let Credentials { client_id, client_secret } = &self.credentials;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id.as_str()),
            ("client_secret", client_secret.as_str()),
        ];
        let answer: Answer = http::json(&self.address, ctx, || agent.post(&self.address).send_form(form))?;
        let lasts = Duration::from_secs(answer.expires_in.unwrap_or(3600)).saturating_sub(MARGIN);
        Ok(Token { value: answer.access_token, renew_at: Instant::now() + lasts })
    }
}
