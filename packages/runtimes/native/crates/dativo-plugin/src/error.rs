use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::code::CATALOGUE;

/// What every fallible function of a plugin returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with a stable code, whether trying again may help, and what to do about it.
///
/// Codes are those of [`code`](crate::code), or a plugin's own in capitals. Type, hint and whether to retry come from
/// the catalogue unless they are set. Every [`std::error::Error`] turns into a `PLUGIN_ERROR`, and an I/O error into
/// what it means to the host, so `?` works; [`ResultExt`] adds a code or what was being done.
///
/// ```
/// use dativo_plugin::{Error, code};
///
/// let error = Error::new(code::RATE_LIMIT_EXCEEDED, "The source asked for a pause.").retry_after(30.0);
/// assert!(error.is_retryable());
/// assert_eq!(error.code(), "RATE_LIMIT_EXCEEDED");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Error(Box<Parts>);

/// What an error is made of, by the names of the contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Parts {
    error_type: String,
    error_code: String,
    message: String,
    retryable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    #[serde(default)]
    details: BTreeMap<String, Value>,
}

impl Error {
    /// Makes an error of a code and one sentence that says what was wrong; it must hold no secret.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        let error_code = code.into();
        let entry = CATALOGUE.iter().find(|entry| entry.code == error_code);
        Self(Box::new(Parts {
            error_type: entry.map_or("DativoError", |entry| entry.error_type).into(),
            message: message.into(),
            retryable: entry.is_some_and(|entry| entry.retryable),
            hint: entry.map(|entry| entry.hint.into()),
            retry_after: None,
            details: BTreeMap::new(),
            error_code,
        }))
    }

    /// Says what to do about it, in place of the catalogue's hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says whether trying again may help, in place of the catalogue's word.
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Says how many seconds to wait before trying again, and that it may help.
    pub fn retry_after(mut self, seconds: f64) -> Self {
        self.0.retryable = true;
        self.0.retry_after = Some(seconds);
        self
    }

    /// Adds a fact such as the object, the file or the line.
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.into(), value.into());
        self
    }

    /// The same error with what was being done before its message.
    pub fn while_doing(mut self, what: impl fmt::Display) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.error_code
    }

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Facts about it.
    pub fn details(&self) -> &BTreeMap<String, Value> {
        &self.0.details
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an error is made of what JSON can hold")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.error_code, self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, " {hint}"),
            None => Ok(()),
        }
    }
}

/// Turns whatever went wrong into a plugin's error. `Error` itself is not a [`std::error::Error`], as with `anyhow`,
/// so that this holds for every other error.
impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = inner.source();
        }
        let io = (&error as &dyn std::error::Error).downcast_ref::<std::io::Error>();
        Error::new(io.map_or(crate::code::PLUGIN_ERROR, io_code), message)
    }
}

fn io_code(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::*;
    match error.kind() {
        ConnectionRefused | ConnectionReset | ConnectionAborted | NotConnected | TimedOut
        | HostUnreachable | NetworkUnreachable | BrokenPipe => crate::code::CONNECTION_FAILED,
        StorageFull | QuotaExceeded => crate::code::TARGET_FULL,
        ReadOnlyFilesystem => crate::code::TARGET_UNWRITABLE,
        _ => crate::code::PLUGIN_ERROR,
    }
}

/// Says more about an error on its way up.
pub trait ResultExt<T> {
    /// Gives the error this code, keeping its message.
    ///
    /// ```
    /// use dativo_plugin::{Result, ResultExt, code};
    ///
    /// let found: Result<String> = std::fs::read_to_string("/nowhere").code(code::SOURCE_UNREADABLE);
    /// assert_eq!(found.unwrap_err().code(), "SOURCE_UNREADABLE");
    /// ```
    fn code(self, code: &str) -> Result<T>;

    /// Puts what was being done before the message.
    ///
    /// ```
    /// use dativo_plugin::{Result, ResultExt};
    ///
    /// let found: Result<u8> = "300".parse::<u8>().while_doing("Reading the port");
    /// assert!(found.unwrap_err().message().starts_with("Reading the port: "));
    /// ```
    fn while_doing(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<Error>> ResultExt<T> for std::result::Result<T, E> {
    fn code(self, code: &str) -> Result<T> {
        self.map_err(|error| {
            let given: Error = error.into();
            let mut coded = Error::new(code, given.0.message);
            coded.0.details = given.0.details;
            coded
        })
    }

    fn while_doing(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.into().while_doing(what))
    }
}
