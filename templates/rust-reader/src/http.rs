//! Requests that are tried again where that may help, and let go of when the run is cancelled.

use std::time::{Duration, SystemTime};

use dativo_plugin::prelude::*;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

const ATTEMPTS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(120);
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Http {
    client: Client,
    runtime: Runtime,
}

impl Http {
    /// Follows no redirects: credentials go to the address that the job names, and nowhere else.
    pub(crate) fn new() -> Result<Self> {
        let client = Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build()?;
        Ok(Http { client, runtime: Builder::new_current_thread().enable_all().build()? })
    }

    /// Sends a request until it is answered: waits as long as the API asks to, and fails with a code.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        ctx: &Context,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<T> {
        self.runtime.block_on(async {
            let answer = tokio::select! {
                answer = self.answered(request) => Some(answer),
                () = cancelled(ctx) => None,
            };
            match answer {
                Some(answer) => answer,
                None => {
                    // The request was dropped; its connection is closed by a task that needs a moment of the runtime.
                    sleep(Duration::from_millis(20)).await;
                    Err(Error::new(code::INTERRUPTED, "The run was cancelled."))
                }
            }
        })
    }

    async fn answered<T: DeserializeOwned>(&self, request: impl Fn(&Client) -> RequestBuilder) -> Result<T> {
        let mut attempt = 1;
        loop {
            let (error, wait) = match attempted(request(&self.client)).await {
                Ok(body) => return serde_json::from_slice(&body).code(code::SOURCE_UNREADABLE),
                Err(failed) => failed,
            };
            let wait = wait.unwrap_or(Duration::from_millis(250) * 2u32.pow(attempt));
            if !error.is_retryable() || attempt == ATTEMPTS || wait > LONGEST_WAIT {
                return Err(error);
            }
            sleep(wait).await;
            attempt += 1;
        }
    }
}

/// An error, and how long the API asks to wait.
type Failed = (Error, Option<Duration>);

async fn attempted(request: RequestBuilder) -> std::result::Result<Vec<u8>, Failed> {
    let answer = request.send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(refusal(&answer));
    }
    Ok(answer.bytes().await.map_err(unreachable)?.to_vec())
}

/// The address is left out of messages, since it may hold what is secret.
fn unreachable(problem: reqwest::Error) -> Failed {
    let error: Error = problem.without_url().into();
    (Error::new(code::CONNECTION_FAILED, format!("The API could not be reached: {}", error.message())), None)
}

/// What a status means.
fn refusal(answer: &Response) -> Failed {
    let status = answer.status().as_u16();
    let code = match status {
        401 | 403 => code::AUTHENTICATION_FAILED,
        429 => code::RATE_LIMIT_EXCEEDED,
        408 | 425 | 500.. => code::TRANSIENT_ERROR,
        _ => code::HTTP_ERROR,
    };
    let error = Error::new(code, format!("{} answered with status {status}.", answer.url().path()));
    let after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    match after.and_then(retry_after) {
        Some(wait) if error.is_retryable() => (error.retry_after(wait.as_secs_f64()), Some(wait)),
        _ => (error, None),
    }
}

/// How long to wait, whether the API gives seconds or a date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Comes back when the run was cancelled.
async fn cancelled(ctx: &Context) {
    while !ctx.is_cancelled() {
        sleep(Duration::from_millis(50)).await;
    }
}
