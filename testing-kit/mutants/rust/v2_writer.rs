//! The writer of ABI v2: JSON lines, staged and moved into place by the commit.

use std::fs::{self, create_dir_all};
use std::path::Path;

use crate::arrow::{Array, Schema};
use crate::arrow_text;
use crate::json::{Json, quoted};
use crate::staging::Staging;
use crate::v2::{Answer, Failure, is_mutant};

pub struct Writer {
    staging: Staging,
}

impl Writer {
    pub fn open(request: &Json) -> Result<Self, Failure> {
        let base = request.at("output_base").text();
        if base.is_empty() {
            return Err(Failure("CONFIGURATION_ERROR", "output_base is missing.".into()));
        }
        let staging = Staging::new(base, request.at("object").text(), request.at("run.id").text());
        Ok(Self { staging })
    }

    pub unsafe fn write(&mut self, request: &Json, schema: &Schema, array: &Array) -> Answer {
        if is_mutant("v2-writer-prints") {
            println!("writing {} records", array.length);
        }
        let mut records = unsafe { arrow_text::records(schema, array) }?;
        if records.is_empty() {
            return Ok(Some(r#"{"files":[]}"#.into()));
        }
        if is_mutant("v2-writer-rounds") {
            records.iter_mut().for_each(|record| *record = record.replace("9007199254740993", "9007199254740992"));
        }
        let path = self.staging.next(request.at("file_counter").number().unwrap_or(0.0) as u64)?;
        fs::write(&path, records.join("\n") + "\n").map_err(|error| error.to_string())?;
        if is_mutant("v2-shows-at-once") {
            self.staging.publish(&path.to_string_lossy())?;
        }
        let count = if is_mutant("v2-counts-batches") { 1 } else { records.len() };
        let file = format!(r#"{{"path":{},"record_count":{count}}}"#, quoted(&path.to_string_lossy()));
        Ok(Some(format!(r#"{{"files":[{file}]}}"#)))
    }

    pub fn call(&mut self, operation: &str, request: &Json) -> Answer {
        if !matches!(request, Json::Object(_)) {
            return Err(Failure("PLUGIN_ERROR", format!("{operation} is asked with an object.")));
        }
        let files: Vec<&str> = request.at("files").list().iter().map(|file| file.at("path").text()).collect();
        match operation {
            "check" => Ok(Some(checked(&self.staging.base))),
            "flush" => Ok(Some(r#"{"files":[]}"#.into())),
            "commit" => {
                for path in &files {
                    if is_mutant("v2-commits-once-only") && !Path::new(path).exists() {
                        return Err(Failure("COMMIT_FAILED", format!("{path} is not there.")));
                    }
                    self.staging.publish(path)?;
                }
                self.staging.tidy();
                Ok(Some(format!(r#"{{"status":"success","files_added":{}}}"#, files.len())))
            }
            "abort" => {
                if !is_mutant("v2-forgets-to-discard") {
                    files.iter().for_each(|path| self.staging.discard(path));
                }
                if !request.at("run_id").text().is_empty() {
                    self.staging.discard_run(request.at("run_id").text());
                }
                self.staging.tidy();
                Ok(None)
            }
            other => Err(Failure("PLUGIN_ERROR", format!("There is no operation {other}."))),
        }
    }
}

fn checked(base: &Path) -> String {
    match create_dir_all(base) {
        Ok(()) => r#"{"success":true,"message":"The folder can be written to."}"#.into(),
        Err(error) => {
            let message = quoted(&error.to_string());
            format!(r#"{{"success":false,"message":{message},"error_code":"TARGET_UNWRITABLE"}}"#)
        }
    }
}
