use dativo_plugin::prelude::*;
use serde_json::{Map, Value};

use crate::Config;
use crate::auth::Auth;
use crate::http::Http;

/// The API, as the reader uses it.
pub(crate) struct ApiClient {
    http: Http,
    base_url: String,
    auth: Auth,
    page_size: u32,
}

/// One page of a list, oldest change first.
#[derive(Deserialize)]
pub(crate) struct Page {
    pub(crate) data: Vec<Map<String, Value>>,
    pub(crate) next_cursor: Option<String>,
}

impl ApiClient {
    pub(crate) fn new(config: Config) -> Result<Self> {
        let base_url = config.connection.base_url.trim_end_matches('/').to_owned();
        let auth = Auth::new(&base_url, config.credentials);
        Ok(ApiClient { http: Http::new()?, base_url, auth, page_size: config.engine.options.page_size })
    }

    /// Version of the API; fails when the address or the credentials are wrong.
    pub(crate) fn version(&mut self, ctx: &Context) -> Result<String> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        Ok(self.get::<Version>("/version", &[], ctx)?.version)
    }

    /// A page of a list, from `since` on when it is given.
    pub(crate) fn page(
        &mut self,
        path: &str,
        since: Option<&str>,
        cursor: Option<&str>,
        ctx: &Context,
    ) -> Result<Page> {
        let limit = self.page_size.to_string();
        let query = [("since", since), ("limit", Some(&limit)), ("cursor", cursor)];
        let query: Vec<_> =
            query.iter().filter_map(|(name, value)| value.map(|value| (*name, value))).collect();
        self.get(path, &query, ctx)
    }

    fn get<T: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
        ctx: &Context,
    ) -> Result<T> {
        self.auth.refresh(&self.http, ctx)?;
        let (auth, url) = (&self.auth, format!("{}{path}", self.base_url));
        self.http.json(ctx, |client| auth.sign(client.get(&url).query(query)))
    }
}
