use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    Batch, Check, Context, DiscoveredColumn, DiscoveredObject, Discovery, Error, ObjectSpec, Partition,
    PartitionsRequest, Result, Spec, code,
};

/// Reads records from a source.
///
/// `open` and `next_batch` make a reader of one object; the rest has sensible answers. Export it with
/// [`export_reader!`](crate::export_reader).
///
/// ```
/// #![forbid(unsafe_code)]
/// use dativo_plugin::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Config { connection: Connection }
/// #[derive(Deserialize)]
/// struct Connection { up_to: i64 }
///
/// #[derive(Serialize)]
/// struct Row { n: i64 }
///
/// struct Counter { next: i64, up_to: i64 }
///
/// impl Reader for Counter {
///     type Config = Config;
///
///     fn open(config: Config, _ctx: &Context) -> Result<Self> {
///         Ok(Counter { next: 0, up_to: config.connection.up_to })
///     }
///
///     fn next_batch(&mut self, _ctx: &Context) -> Result<Option<Batch>> {
///         if self.next == self.up_to {
///             return Ok(None);
///         }
///         let end = self.up_to.min(self.next + 10_000);
///         let rows: Vec<Row> = (self.next..end).map(|n| Row { n }).collect();
///         self.next = end;
///         Ok(Some(Batch::rows(rows)))
///     }
/// }
/// # fn main() {}
///
/// dativo_plugin::export_reader!(Counter);
/// ```
pub trait Reader: Sized + Send + 'static {
    /// The `source` of the job: `connection`, `credentials`, `objects`, `files`, `engine.options` and so on.
    type Config: DeserializeOwned;

    /// What it says of itself before it is opened.
    fn spec() -> Spec {
        Spec::new()
    }

    /// Opens it. Each extraction starts on a freshly opened reader.
    fn open(config: Self::Config, ctx: &Context) -> Result<Self>;

    /// Whether the source can be used.
    fn check(&mut self, ctx: &Context) -> Result<Check> {
        let _ = ctx;
        Ok(Check::not_implemented())
    }

    /// Every object that can be read. Default: those that `spec` declares.
    fn discover(&mut self, ctx: &Context) -> Result<Discovery> {
        let _ = ctx;
        Ok(declared_objects(&Self::spec()))
    }

    /// Number of records that an extraction would yield, or none where the source cannot tell.
    fn estimate(&mut self, request: &ExtractRequest, ctx: &Context) -> Result<Option<u64>> {
        let _ = (request, ctx);
        Ok(None)
    }

    /// Divides an object into parts: together they hold every record, and each record once. An object that is divided
    /// into none is read whole. Asked only where the spec says [`partitions`](Spec::partitions); `begin` is then called
    /// for each part by itself.
    fn partitions(&mut self, request: &PartitionsRequest, ctx: &Context) -> Result<Vec<Partition>> {
        let _ = (request, ctx);
        Ok(Vec::new())
    }

    /// Starts reading an object, from the position that it was left at; `next_batch` then yields its records. Objects
    /// are read one after the other. Default: there is only one.
    fn begin(&mut self, object: &ObjectRequest, ctx: &Context) -> Result<ObjectSpec> {
        let _ = ctx;
        object.only()
    }

    /// The next records of the object; none is its end, and an error is never an end.
    fn next_batch(&mut self, ctx: &Context) -> Result<Option<Batch>>;
}

/// What a reader is asked to read.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ExtractRequest {
    /// Names of the objects.
    #[serde(default)]
    pub objects: Vec<String>,
    /// The position each object was left at.
    #[serde(default)]
    pub state: Map<String, Value>,
    /// Upper bound of records that will be taken in all; a reader may stop early.
    #[serde(default)]
    pub limit: Option<u64>,
    /// The part of the one object that is named; without it objects are read whole.
    #[serde(default)]
    pub partition: Option<Partition>,
}

/// An object that is to be read.
#[derive(Clone, Debug)]
pub struct ObjectRequest {
    /// Its name.
    pub name: String,
    /// What [`Reader::spec`] declares of it, or its name alone.
    pub spec: ObjectSpec,
    /// The position it was left at; without one it is read from its start.
    pub state: Option<Value>,
    /// Upper bound of records that will be taken in all; a reader may stop early.
    pub limit: Option<u64>,
    /// The part of it that is to be read, where [`Reader::partitions`] divides it.
    pub partition: Option<Partition>,
    /// Number of objects of the extraction.
    pub(crate) of: usize,
}

impl ObjectRequest {
    /// The position it was left at, as the type that was given to [`Batch::checkpoint`].
    ///
    /// Fails with `POSITION_INVALID` when it is of another shape.
    pub fn position<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let position = self.state.as_ref().map(T::deserialize).transpose();
        position.map_err(|error| {
            let message =
                format!("The position of the object {:?} is not of the expected shape: {error}", self.name);
            Error::new(code::POSITION_INVALID, message).detail("object", self.name.as_str())
        })
    }

    fn only(&self) -> Result<ObjectSpec> {
        if self.of == 1 {
            return Ok(self.spec.clone());
        }
        let message = format!("This reader reads one object at a time, and the job names {}.", self.of);
        Err(Error::new(code::CONFIGURATION_ERROR, message).hint("Name one object under source.objects."))
    }
}

fn declared_objects(spec: &Spec) -> Discovery {
    let objects = spec.objects().iter().map(|object| DiscoveredObject {
        name: object.name.clone(),
        object_type: "object".into(),
        description: object.description.clone(),
        columns: object.schema.as_ref().map(|schema| {
            let columns = schema.fields.iter().map(|field| DiscoveredColumn {
                name: field.name.clone(),
                field_type: field.field_type.to_string(),
                required: field.required.then_some(true),
                description: field.description.clone(),
            });
            columns.collect()
        }),
        key: object.schema.as_ref().and_then(|schema| schema.key.clone()),
        cursor: object.cursor.clone(),
    });
    Discovery { objects: objects.collect(), metadata: Map::new() }
}
