use serde::Deserialize;

use crate::auth::Credentials;

/// The `target` of the job; what does not fit is an error that names the key.
#[derive(Deserialize)]
pub struct Config {
    pub(crate) connection: Connection,
    pub(crate) credentials: Credentials,
}

#[derive(Deserialize)]
pub(crate) struct Connection {
    pub(crate) base_url: String,
}
