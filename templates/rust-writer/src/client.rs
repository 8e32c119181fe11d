use dativo_plugin::Rejected;
use dativo_plugin::prelude::*;
use reqwest::Method;
use serde_json::Value;

use crate::Config;
use crate::auth::Auth;
use crate::http::Http;

/// The API, as the writer uses it. Everything that is sent may be sent twice: receipts and tokens make that harmless.
pub(crate) struct ApiClient {
    http: Http,
    base_url: String,
    auth: Auth,
}

/// How staged batches become visible.
#[derive(Serialize)]
pub(crate) struct Publication<'a> {
    pub(crate) token: &'a str,
    pub(crate) run: &'a str,
    pub(crate) mode: WriteMode,
    /// Whether the object is complete; `replace` takes effect then.
    #[serde(rename = "final")]
    pub(crate) is_final: bool,
    /// Columns that identify a record, for `merge`.
    pub(crate) key: &'a [String],
    pub(crate) receipts: Vec<&'a str>,
}

impl ApiClient {
    pub(crate) fn new(config: Config) -> Result<Self> {
        let base_url = config.connection.base_url.trim_end_matches('/').to_owned();
        let auth = Auth::new(&base_url, config.credentials);
        Ok(ApiClient { http: Http::new()?, base_url, auth })
    }

    /// Version of the API; fails when the address or the credentials are wrong.
    pub(crate) fn version(&mut self, ctx: &Context) -> Result<String> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let answer = self.send(Method::GET, "/version", &[], None, ctx)?;
        Ok(serde_json::from_value::<Version>(answer)?.version)
    }

    /// Keeps a batch where nobody sees it, and gives the records that the API refused.
    pub(crate) fn stage(
        &mut self,
        object: &str,
        receipt: &str,
        mut records: Vec<Value>,
        ctx: &Context,
    ) -> Result<Vec<Rejected>> {
        #[derive(Deserialize)]
        struct Staged {
            #[serde(default)]
            rejected: Vec<Rejected>,
        }
        records.iter_mut().for_each(exact);
        let body = serde_json::to_vec(&records)?;
        let answer =
            self.send(Method::PUT, "/staged", &[("object", object), ("receipt", receipt)], Some(body), ctx)?;
        Ok(serde_json::from_value::<Staged>(answer)?.rejected)
    }

    /// Makes staged batches visible.
    pub(crate) fn publish(&mut self, object: &str, publication: &Publication, ctx: &Context) -> Result<()> {
        let body = serde_json::to_vec(publication)?;
        self.send(Method::POST, "/published", &[("object", object)], Some(body), ctx).map(drop)
    }

    /// Forgets a staged batch; a receipt that ends in `/` stands for all below it.
    pub(crate) fn discard(&mut self, object: &str, receipt: &str, ctx: &Context) -> Result<()> {
        self.send(Method::DELETE, "/staged", &[("object", object), ("receipt", receipt)], None, ctx).map(drop)
    }

    fn send(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
        ctx: &Context,
    ) -> Result<Value> {
        self.auth.refresh(&self.http, ctx)?;
        let (auth, url) = (&self.auth, format!("{}{path}", self.base_url));
        self.http.json(ctx, |client| {
            let request = client.request(method.clone(), &url).query(query);
            let request = request.header("content-type", "application/json");
            auth.sign(match &body {
                Some(body) => request.body(body.clone()),
                None => request,
            })
        })
    }
}

/// Integers beyond 2^53 as text, since many readers of JSON would round them.
fn exact(value: &mut Value) {
    const LIMIT: u64 = 1 << 53;
    match value {
        Value::Array(items) => items.iter_mut().for_each(exact),
        Value::Object(members) => members.values_mut().for_each(exact),
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            if size.is_some_and(|size| size > LIMIT) {
                *value = Value::String(number.to_string());
            }
        }
        _ => {}
    }
}
