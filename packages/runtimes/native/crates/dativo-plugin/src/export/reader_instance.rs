use std::collections::VecDeque;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::context::Context;
use crate::instance::{Event, Operations, Shared};
use crate::partition::{AskedPartitions, Divided, assert_distinct};
use crate::rows::RowSchema;
use crate::{
    Batch, Error, ExtractRequest, ObjectRequest, ObjectSpec, Partition, PartitionsRequest, Reader, Result,
    code,
};

use super::open_request::{ReaderOpen, configuration, request};

/// Opens a reader.
pub(super) fn open<R: Reader>(json: &[u8], shared: Arc<Shared>) -> Result<Box<dyn Operations>> {
    let mut open: ReaderOpen = request("open", json)?;
    let context = open.context(shared);
    let reader = R::open(configuration("source", &open.config)?, &context)?;
    Ok(Box::new(ReaderInstance {
        reader,
        config: open.config,
        default_object: open.default_object,
        context,
        extraction: None,
        used: false,
    }))
}

struct ReaderInstance<R> {
    reader: R,
    config: Value,
    default_object: String,
    context: Context,
    extraction: Option<Extraction>,
    /// The reader has been read from, and its next extraction needs a fresh one.
    used: bool,
}

/// An extraction that is under way.
struct Extraction {
    request: ExtractRequest,
    /// Objects not yet begun.
    waiting: VecDeque<String>,
    count: usize,
    batch_states: bool,
    current: Option<CurrentObject>,
    /// Events already known, such as the position after a batch.
    ready: VecDeque<Event>,
}

/// What a request to extract says of the host.
#[derive(Deserialize)]
struct HostTakes {
    /// Whether the position after a batch may come with it.
    #[serde(default)]
    batch_states: bool,
}

struct CurrentObject {
    name: String,
    rows: RowSchema,
    /// The schema that the host was last told.
    told: Option<SchemaRef>,
    /// The parts that it is read by, when it is divided and not one of them alone is asked for.
    divided: Option<Divided>,
}

impl<R: Reader> Operations for ReaderInstance<R> {
    fn call(&mut self, operation: &str, json: &[u8]) -> Result<Vec<u8>> {
        Ok(match operation {
            "check" => serde_json::to_vec(&self.reader.check(&self.context)?)?,
            "discover" => serde_json::to_vec(&self.reader.discover(&self.context)?)?,
            "estimate" => {
                let asked = self.resolved(request(operation, json)?)?;
                serde_json::to_vec(&self.reader.estimate(&asked, &self.context)?)?
            }
            "partitions" => serde_json::to_vec(&self.partitions(request(operation, json)?)?)?,
            "extract" => {
                self.extract(request(operation, json)?, request(operation, json)?)?;
                b"null".to_vec()
            }
            other => {
                return Err(Error::new(code::ABI_VIOLATION, format!("A reader has no operation {other:?}.")));
            }
        })
    }

    fn next(&mut self) -> Result<Event> {
        let event = self.advance();
        if !matches!(event, Ok(ref event) if !matches!(event, Event::End)) {
            // Neither an end nor an error has anything after it.
            self.extraction = None;
        }
        event
    }
}

impl<R: Reader> ReaderInstance<R> {
    /// The request with its objects named: those of the spec, or the job's own name, where it names none.
    fn resolved(&self, mut asked: ExtractRequest) -> Result<ExtractRequest> {
        let spec = R::spec();
        let declared = spec.objects();
        if asked.objects.is_empty() {
            asked.objects = declared.iter().map(|object| object.name.clone()).collect();
        }
        if asked.objects.is_empty() {
            asked.objects.push(self.default_object.clone());
        }
        let unknown = asked.objects.iter().find(|name| !declared.iter().any(|object| &object.name == *name));
        match unknown {
            Some(name) if !declared.is_empty() => {
                let names: Vec<_> = declared.iter().map(|object| object.name.as_str()).collect();
                Err(Error::new(code::OBJECT_NOT_FOUND, format!("There is no object {name:?}."))
                    .hint(format!("Objects of this source: {}.", names.join(", ")))
                    .detail("object", name.as_str()))
            }
            _ => Ok(asked),
        }
    }

    fn partitions(&mut self, asked: AskedPartitions) -> Result<Vec<Value>> {
        let mut answer = Vec::new();
        for object in &asked.objects {
            let wanted = PartitionsRequest::new(object, asked.state.get(object), asked.count);
            let parts = self.reader.partitions(&wanted, &self.context)?;
            assert_distinct(object, &parts)?;
            let described =
                parts.into_iter().map(|part| json!({"object": object, "id": part.id, "params": part.params}));
            answer.extend(described);
        }
        Ok(answer)
    }

    fn extract(&mut self, asked: ExtractRequest, HostTakes { batch_states }: HostTakes) -> Result<()> {
        let asked = self.resolved(asked)?;
        if std::mem::replace(&mut self.used, true) {
            self.reader = R::open(configuration("source", &self.config)?, &self.context)?;
        }
        self.extraction = Some(Extraction {
            waiting: asked.objects.iter().cloned().collect(),
            count: asked.objects.len(),
            request: asked,
            batch_states,
            current: None,
            ready: VecDeque::new(),
        });
        Ok(())
    }

    fn advance(&mut self) -> Result<Event> {
        let Some(extraction) = &mut self.extraction else {
            return Err(Error::new(code::ABI_VIOLATION, "next was called without an extraction under way."));
        };
        loop {
            if let Some(event) = extraction.ready.pop_front() {
                return Ok(event);
            }
            self.context.check_cancelled()?;
            let Some(current) = &mut extraction.current else {
                let Some(name) = extraction.waiting.pop_front() else { return Ok(Event::End) };
                let spec = extraction.begin::<R>(&mut self.reader, name, &self.context)?;
                return Ok(Event::Object(spec));
            };
            match self.reader.next_batch(&self.context)? {
                Some(batch) => extraction.ready.extend(current.events(batch, extraction.batch_states)?),
                None => {
                    // A reader that stops because it was told to has not reached the end.
                    self.context.check_cancelled()?;
                    let object = current.name.clone();
                    if let Some((part, state)) = current.divided.as_mut().and_then(Divided::next) {
                        let wanted = extraction.asked_for(R::spec().objects(), &object, Some(part), state);
                        begun(&mut self.reader, &wanted, &self.context)?;
                        continue;
                    }
                    extraction.current = None;
                    return Ok(Event::ObjectEnd { object });
                }
            }
        }
    }
}

impl Extraction {
    fn begin<R: Reader>(&mut self, reader: &mut R, name: String, context: &Context) -> Result<ObjectSpec> {
        let spec = R::spec();
        let mut part = self.request.partition.clone();
        let mut state = self.request.state.get(&name).cloned();
        let mut divided = None;
        if spec.divides() && part.is_none() {
            let wanted = PartitionsRequest::new(&name, state.as_ref(), None);
            let parts = reader.partitions(&wanted, context)?;
            assert_distinct(&name, &parts)?;
            if !parts.is_empty() {
                let object = self.asked_for(spec.objects(), &name, None, None).spec;
                let mut object = Divided::new(&object, parts, state.as_ref())?;
                (part, state) = object.next().map_or((None, None), |(part, state)| (Some(part), state));
                divided = Some(object);
            }
        }
        let object = self.asked_for(spec.objects(), &name, part, state);
        let spec = begun(reader, &object, context)?;
        let rows = spec.schema.clone().map_or_else(RowSchema::inferred, RowSchema::Declared);
        self.current = Some(CurrentObject { name, rows, told: None, divided });
        Ok(spec)
    }

    fn asked_for(
        &self,
        declared: &[ObjectSpec],
        name: &str,
        partition: Option<Partition>,
        state: Option<Value>,
    ) -> ObjectRequest {
        let declared = declared.iter().find(|object| object.name == name).cloned();
        ObjectRequest {
            name: name.into(),
            spec: declared.unwrap_or_else(|| ObjectSpec::new(name)),
            state,
            limit: self.request.limit,
            partition,
            of: self.count,
        }
    }
}

/// What the reader says of an object that it begins to read.
fn begun<R: Reader>(reader: &mut R, object: &ObjectRequest, context: &Context) -> Result<ObjectSpec> {
    let spec = reader.begin(object, context)?;
    if spec.name == object.name {
        return Ok(spec);
    }
    let message = format!("begin was asked for the object {:?} and described {:?}.", object.name, spec.name);
    Err(Error::new(code::PLUGIN_WRONG_SHAPE, message))
}

impl CurrentObject {
    fn events(&mut self, batch: Batch, batch_states: bool) -> Result<Vec<Event>> {
        let Batch { data, state, filtered, deduplicated } = batch;
        let mut state = state.map(|state| match &mut self.divided {
            Some(divided) => divided.position(state),
            None => state,
        });
        let mut events = Vec::new();
        let columns = data.map(|data| data.into_arrow(&mut self.rows)).transpose()?.flatten();
        let columns = match columns {
            None if filtered > 0 || deduplicated > 0 => Some(self.no_records()),
            columns => columns,
        };
        if let Some(batch) = columns {
            let schema = batch.schema();
            let known = self.told.as_ref().is_some_and(|told| Arc::ptr_eq(told, &schema) || *told == schema);
            let schema = (!known).then(|| self.told.insert(schema).clone());
            let object = self.name.clone();
            let state = if batch_states { state.take() } else { None };
            events.push(Event::Batch { object, filtered, deduplicated, batch, schema, state });
        }
        if let Some(state) = state {
            events.push(Event::Checkpoint { object: self.name.clone(), state });
        }
        Ok(events)
    }

    /// A batch without records, which carries counts alone.
    fn no_records(&self) -> arrow_array::RecordBatch {
        let schema = match (&self.told, &self.rows) {
            (Some(told), _) => told.clone(),
            (None, RowSchema::Declared(schema)) => Arc::new(schema.to_arrow()),
            (None, RowSchema::Inferred(_)) => Arc::new(arrow_schema::Schema::empty()),
        };
        arrow_array::RecordBatch::new_empty(schema)
    }
}
