//! The plugin: a reader that the job names as `create_reader` of this library.
#![forbid(unsafe_code)]

mod auth;
mod client;
mod config;
mod http;
mod objects;
mod position;

pub use crate::config::Config;

use std::collections::VecDeque;

use dativo_plugin::prelude::*;

use crate::client::ApiClient;
use crate::objects::SourceObject;
use crate::position::Position;

/// Reads one object after the other, page by page, each page with the position to go on from after it.
pub struct ApiReader {
    client: ApiClient,
    reading: Option<Reading>,
}

struct Reading {
    object: SourceObject,
    position: Position,
    /// Where this read began; every page of it is asked for with the same value.
    since: Option<String>,
    /// Cursors of pages still to come; the first page has none.
    pages: VecDeque<Option<String>>,
}

impl Reader for ApiReader {
    type Config = Config;

    fn spec() -> Spec {
        objects::all().iter().fold(Spec::new(), |spec, object| spec.object(object.spec()))
    }

    fn open(config: Config, _ctx: &Context) -> Result<Self> {
        Ok(ApiReader { client: ApiClient::new(config)?, reading: None })
    }

    fn check(&mut self, ctx: &Context) -> Result<Check> {
        Ok(match self.client.version(ctx) {
            Ok(version) => Check::ok(format!("API {version}")),
            Err(error) => Check::failed(error.code(), error.message()),
        })
    }

    fn begin(&mut self, request: &ObjectRequest, _ctx: &Context) -> Result<ObjectSpec> {
        let object = objects::find(&request.name)?;
        let spec = object.spec();
        let position: Position = request.position()?.unwrap_or_default();
        let since = position.since.clone();
        self.reading = Some(Reading { object, position, since, pages: VecDeque::from([None]) });
        Ok(spec)
    }

    fn next_batch(&mut self, ctx: &Context) -> Result<Option<Batch>> {
        let Some(reading) = &mut self.reading else { return Ok(None) };
        let Some(cursor) = reading.pages.pop_front() else { return Ok(None) };
        let (path, since) = (reading.object.path, reading.since.as_deref());
        let page = self.client.page(path, since, cursor.as_deref(), ctx)?;
        if page.next_cursor.is_some() && page.next_cursor == cursor {
            return Err(Error::new(code::PAGE_REPEATED, "The API gives the same page again and again."));
        }
        reading.pages.extend(page.next_cursor.map(Some));
        let given = page.data.len();
        let fresh = reading.position.fresh(page.data, &reading.object)?;
        let known = given - fresh.len();
        let batch = (reading.object.decode)(fresh)?.deduplicated(known as u64);
        Ok(Some(batch.checkpoint(&reading.position)))
    }
}

dativo_plugin::export_reader!(ApiReader);
