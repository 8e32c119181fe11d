//! Requests that are tried again where that may help.

use std::thread;
use std::time::{Duration, Instant};

use dativo_plugin::prelude::*;
use ureq::http::Response;
use ureq::{Agent, Body};

const ATTEMPTS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(120);
const TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes that an answer may have.
const LARGEST_BODY: u64 = 256 << 20;

/// Asks without following redirects: credentials go to the address that the job names, and nowhere else.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into()
}

/// Sends a request until it is answered: waits as long as the API asks to, and fails with a code.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    url: &str,
    ctx: &Context,
    send: impl Fn() -> std::result::Result<Response<Body>, ureq::Error>,
) -> Result<T> {
    let mut attempt = 1;
    loop {
        ctx.check_cancelled()?;
        let (error, wait) = match send() {
            Ok(mut answer) if answer.status().is_success() => {
                let body = answer.body_mut().with_config().limit(LARGEST_BODY);
                return body.read_json().while_doing(url).code(code::SOURCE_UNREADABLE);
            }
            Ok(answer) => refusal(url, &answer),
            Err(problem) => {
                (Error::new(code::CONNECTION_FAILED, format!("{url} could not be reached: {problem}")), None)
            }
        };
        let wait = wait.unwrap_or(Duration::from_millis(250) * 2u32.pow(attempt));
        if !error.is_retryable() || attempt == ATTEMPTS || wait > LONGEST_WAIT {
            return Err(error);
        }
        pause(wait, ctx)?;
        attempt += 1;
    }
}

/// What a status means, and how long the API asks to wait.
fn refusal(url: &str, answer: &Response<Body>) -> (Error, Option<Duration>) {
    let status = answer.status().as_u16();
    let after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let wait = after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let code = match status {
        401 | 403 => code::AUTHENTICATION_FAILED,
        429 => code::RATE_LIMIT_EXCEEDED,
        408 | 425 | 500.. => code::TRANSIENT_ERROR,
        _ => code::HTTP_ERROR,
    };
    let error = Error::new(code, format!("{url} answered with status {status}."));
    match wait {
        Some(wait) if error.is_retryable() => (error.retry_after(wait.as_secs_f64()), Some(wait)),
        _ => (error, None),
    }
}

/// Waits, and stops when the run is cancelled.
fn pause(wait: Duration, ctx: &Context) -> Result<()> {
    let end = Instant::now() + wait;
    while Instant::now() < end {
        ctx.check_cancelled()?;
        thread::sleep(Duration::from_millis(50).min(end - Instant::now()));
    }
    Ok(())
}
