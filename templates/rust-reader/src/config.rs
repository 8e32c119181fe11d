use serde::Deserialize;

use crate::auth::Credentials;

/// The `source` of the job; what does not fit is an error that names the key.
#[derive(Deserialize)]
pub struct Config {
    pub(crate) connection: Connection,
    pub(crate) credentials: Credentials,
    #[serde(default)]
    pub(crate) engine: Engine,
}

#[derive(Deserialize)]
pub(crate) struct Connection {
    pub(crate) base_url: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Engine {
    #[serde(default)]
    pub(crate) options: Options,
}

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    /// Records asked for at a time.
    pub(crate) page_size: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { page_size: 100 }
    }
}
