use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Error, ObjectSpec, Result, code};

/// Partitions of an object that is read whole, when nothing says how many there should be.
const DEFAULT_PARTITIONS: u64 = 16;

/// A part of an object that is read beside its other parts.
///
/// ```
/// use dativo_plugin::Partition;
///
/// let europe = Partition::new("eu").param("region", "eu").param("shard", 3);
/// assert_eq!(europe.params["shard"], 3);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    /// Name of the part, unique in its object; its position is kept under it, so it must mean the same in later runs.
    pub id: String,
    /// What the reader needs to find the part again: texts, numbers, booleans. Kept in the run's folder, so no secret
    /// belongs here.
    #[serde(default)]
    pub params: Map<String, Value>,
}

impl Partition {
    /// A part that its name alone describes.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), params: Map::new() }
    }

    /// Adds what the reader needs to find the part again.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }
}

/// What a reader is asked to divide.
#[derive(Clone, Debug)]
pub struct PartitionsRequest {
    /// Name of the object.
    pub object: String,
    /// Partitions that are wished for, where there is a choice.
    pub count: u64,
    /// Names of the partitions that have positions from earlier runs.
    pub known: Vec<String>,
}

impl PartitionsRequest {
    pub(crate) fn new(object: &str, state: Option<&Value>, count: Option<u64>) -> Self {
        let known = states_of(state).map(|states| states.keys().cloned().collect());
        Self {
            object: object.into(),
            count: count.unwrap_or(DEFAULT_PARTITIONS).max(1),
            known: known.unwrap_or_default(),
        }
    }
}

/// What the host asks of all objects that it wants divided.
#[derive(Deserialize)]
pub(crate) struct AskedPartitions {
    pub objects: Vec<String>,
    #[serde(default)]
    pub state: Map<String, Value>,
    pub count: Option<u64>,
}

/// An object that is read part by part, with the positions of all its parts as its position.
pub(crate) struct Divided {
    waiting: VecDeque<Partition>,
    current: String,
    /// Positions of the parts, also of those that are not there any more, in case they come again.
    states: Map<String, Value>,
}

impl Divided {
    /// Fails with `POSITION_INVALID` for a position of the whole object that no part can go on from.
    pub fn new(spec: &ObjectSpec, parts: Vec<Partition>, state: Option<&Value>) -> Result<Self> {
        let states = match (states_of(state), state) {
            (Some(states), _) => states.clone(),
            (None, None | Some(Value::Null)) => Map::new(),
            // The position of a cursor holds for every part.
            (None, Some(whole)) if spec.cursor.is_some() => {
                parts.iter().map(|part| (part.id.clone(), whole.clone())).collect()
            }
            (None, Some(_)) => {
                let message = format!(
                    "The position that {} was left at is from before it was divided into partitions.",
                    spec.name
                );
                return Err(Error::new(code::POSITION_INVALID, message).detail("object", spec.name.as_str()));
            }
        };
        Ok(Self { waiting: parts.into(), current: String::new(), states })
    }

    /// The part that is to be read next, and the position that it was left at.
    pub fn next(&mut self) -> Option<(Partition, Option<Value>)> {
        let part = self.waiting.pop_front()?;
        self.current.clone_from(&part.id);
        let state = self.states.get(&part.id).filter(|state| !state.is_null()).cloned();
        Some((part, state))
    }

    /// The position of the object, now that the part has this one.
    pub fn position(&mut self, state: Value) -> Value {
        self.states.insert(self.current.clone(), state);
        json!({ "partitions": self.states })
    }
}

/// Makes sure that parts have names of their own: two parts of one name would share a position, and lose records.
pub(crate) fn assert_distinct(object: &str, parts: &[Partition]) -> Result<()> {
    let mut seen = HashSet::new();
    match parts.iter().find(|part| part.id.is_empty() || !seen.insert(part.id.as_str())) {
        None => Ok(()),
        Some(part) => {
            let message = format!(
                "partitions gave {object} a part with the id {:?}, which is empty or there twice.",
                part.id
            );
            Err(Error::new(code::PLUGIN_WRONG_SHAPE, message)
                .hint("Give each partition of an object an id of its own.")
                .detail("object", object))
        }
    }
}

/// The positions of an object's parts, by their names; none when it is not that of a divided object.
fn states_of(state: Option<&Value>) -> Option<&Map<String, Value>> {
    let members = state?.as_object()?;
    if members.len() == 1 { members.get("partitions")?.as_object() } else { None }
}
