//! The reader of ABI v2: two objects, batches as Arrow arrays, positions that are indices.

use crate::arrow::{people_array, people_schema};
use crate::json::Json;
use crate::people::{BATCH, OBJECTS, Person, records};
use crate::v2::{Answer, Event, Failure, give, is_mutant};

#[derive(Default)]
pub struct Reader {
    /// Objects that are still to be read, and where each begins.
    waiting: Vec<(String, usize)>,
    current: Option<Current>,
    /// What the mutant that is never freed holds.
    _weight: Vec<u8>,
}

struct Current {
    object: String,
    records: Vec<Person>,
    at: usize,
    begun: bool,
    batches: usize,
    /// A position that is to be announced before anything else.
    checkpoint: Option<usize>,
}

impl Reader {
    pub fn open() -> Self {
        let weight = if is_mutant("v2-instances-kept") { 16_384 } else { 0 };
        Self { _weight: vec![1; weight], ..Self::default() }
    }

    pub fn call(&mut self, operation: &str, request: &Json) -> Answer {
        match operation {
            "check" => Ok(Some(r#"{"success":true,"message":"The records are made up here."}"#.into())),
            "discover" => Ok(Some(discovered())),
            "estimate" => Ok(Some(OBJECTS.iter().map(|object| records(object).len()).sum::<usize>().to_string())),
            "extract" => self.begin(request),
            other => Err(Failure("PLUGIN_ERROR", format!("There is no operation {other}."))),
        }
    }

    fn begin(&mut self, request: &Json) -> Answer {
        if !matches!(request, Json::Object(_)) {
            return Err(Failure("PLUGIN_ERROR", "extract is asked with an object.".into()));
        }
        let mut waiting = Vec::new();
        for object in request.at("objects").list() {
            let name = object.text();
            if !OBJECTS.contains(&name) && !is_mutant("v2-unknown-is-empty") {
                return Err(Failure("OBJECT_NOT_FOUND", format!("There is no {name}.")));
            }
            waiting.push((name.to_string(), position(request.at("state").at(name))?));
        }
        waiting.reverse();
        (self.waiting, self.current) = (waiting, None);
        Ok(None)
    }

    pub fn next(&mut self, event: &mut Event) {
        if self.current.is_none() {
            self.current = self.waiting.pop().map(|(object, at)| Current::new(object, at));
        }
        let Some(current) = &mut self.current else {
            event.kind = 5;
            return;
        };
        if !current.step(event) {
            self.current = None;
        }
    }
}

fn position(state: &Json) -> Result<usize, Failure> {
    match state {
        _ if is_mutant("v2-ignores-state") => Ok(0),
        Json::Null => Ok(0),
        state => match state.at("at").number() {
            Some(at) => Ok(at as usize),
            None if is_mutant("v2-foreign-is-the-end") => Ok(usize::MAX),
            None => Err(Failure("POSITION_INVALID", "The position is not one of this reader.".into())),
        },
    }
}

impl Current {
    fn new(object: String, at: usize) -> Self {
        let records = records(&object);
        Self { at: at.min(records.len()), object, records, begun: false, batches: 0, checkpoint: None }
    }

    /// Hands over the next event; false after the last one.
    fn step(&mut self, event: &mut Event) -> bool {
        let object = &self.object;
        let ahead = is_mutant("v2-checkpoint-first");
        if !self.begun {
            self.begun = true;
            event.kind = 1;
            let key = r#""key":["id"]"#;
            give(&mut event.header, format!(r#"{{"object":{{"name":"{object}","incremental":true,{key}}}}}"#));
            self.checkpoint = ahead.then_some(self.at + BATCH).filter(|next| *next < self.records.len());
        } else if let Some(at) = self.checkpoint.take() {
            event.kind = 3;
            give(&mut event.header, format!(r#"{{"object":"{object}","state":{{"at":{at}}}}}"#));
        } else if self.at < self.records.len() {
            let end = self.records.len().min(self.at + BATCH);
            event.kind = 2;
            give(&mut event.header, format!(r#"{{"object":"{object}"}}"#));
            if self.batches == 0 {
                event.schema = people_schema();
            }
            let mutant = ["v2-release-frees-nothing", "v2-release-not-marked"].into_iter().find(|name| is_mutant(name));
            event.array = people_array(&self.records[self.at..end], mutant.unwrap_or_default());
            self.batches += 1;
            self.at = end;
            self.checkpoint = Some(if ahead { self.records.len().min(end + BATCH) } else { end });
        } else {
            event.kind = 4;
            give(&mut event.header, format!(r#"{{"object":"{object}"}}"#));
            return false;
        }
        true
    }
}

fn discovered() -> String {
    let score = if is_mutant("v2-misnames-a-type") { "integer" } else { "number" };
    let columns = [("id", "integer"), ("name", "string"), ("score", score), ("team", "string"), ("updated_at", "timestamp_tz")]
        .map(|(name, kind)| format!(r#"{{"name":"{name}","type":"{kind}"}}"#))
        .join(",");
    let objects = OBJECTS.map(|name| format!(r#"{{"name":"{name}","type":"table","key":["id"],"columns":[{columns}]}}"#)).join(",");
    format!(r#"{{"objects":[{objects}],"metadata":{{}}}}"#)
}
