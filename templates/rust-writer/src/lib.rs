//! The plugin: a writer that the job names as `create_writer` of this library.
#![forbid(unsafe_code)]

mod auth;
mod client;
mod config;
mod http;

pub use crate::config::Config;

use dativo_plugin::prelude::*;
use serde_json::Value;

use crate::client::{ApiClient, Publication};

/// Stages the batches of one object, publishes them by token, and forgets what is given up.
pub struct ApiWriter {
    client: ApiClient,
    object: String,
    mode: WriteMode,
}

impl Writer for ApiWriter {
    type Config = Config;

    fn spec() -> Spec {
        Spec::new().modes(modes()).idempotent_commit()
    }

    fn open(config: Config, target: &Target, _ctx: &Context) -> Result<Self> {
        let (object, mode) = (target.object.clone(), target.mode);
        Ok(ApiWriter { client: ApiClient::new(config)?, object, mode })
    }

    fn check(&mut self, ctx: &Context) -> Result<Check> {
        Ok(match self.client.version(ctx) {
            Ok(version) => Check::ok(format!("API {version}")),
            Err(error) => Check::failed(error.code(), error.message()),
        })
    }

    fn write(&mut self, batch: WriteBatch, ctx: &Context) -> Result<Written> {
        let records = batch.rows::<Value>()?;
        if records.is_empty() {
            return Ok(Written::default());
        }
        // The run is part of the receipt, so that what a crashed run left can be found. No other batch has the token and
        // the number, not even in a cloud function, where each batch meets a writer of its own.
        let receipt = format!("{}/{}/{}", ctx.run().id, batch.token, batch.file_counter);
        let given = records.len() as u64;
        let rejected = self.client.stage(&self.object, &receipt, records, ctx)?;
        let stored = given - rejected.len() as u64;
        Ok(Written { files: vec![StagedFile::new(receipt, stored)], rejected })
    }

    fn commit(&mut self, request: &CommitRequest, ctx: &Context) -> Result<Committed> {
        let publication = Publication {
            token: &request.token,
            run: &ctx.run().id,
            mode: self.mode,
            is_final: request.is_final,
            key: request.schema.key.as_deref().unwrap_or_default(),
            receipts: request.files.iter().map(|file| file.path.as_str()).collect(),
        };
        self.client.publish(&self.object, &publication, ctx)?;
        Ok(Committed::all(&request.files))
    }

    fn abort(&mut self, request: &AbortRequest, ctx: &Context) -> Result<()> {
        match request {
            AbortRequest::Run { run_id } => self.client.discard(&self.object, &format!("{run_id}/"), ctx),
            AbortRequest::Files { files, .. } => {
                files.iter().try_for_each(|file| self.client.discard(&self.object, &file.path, ctx))
            }
        }
    }
}

/// What the writer can do with records that are already there.
#[rustfmt::skip]
fn modes() -> Vec<WriteMode> {
    vec![
        //= {{#each modes}}
        //= WriteMode::{{pascal}},
        //= {{/each}}
        WriteMode::Append,
        //=
    ]
}

dativo_plugin::export_writer!(ApiWriter);
