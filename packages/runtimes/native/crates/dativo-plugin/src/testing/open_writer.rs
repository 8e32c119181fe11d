use std::ptr::null_mut;

use arrow_array::RecordBatch;
use serde_json::{Value, json};

use crate::export::arrow_transfer::{export_array, export_schema};
use crate::field_type::TableSchema;
use crate::{Check, Committed, Result, ResultExt, StagedFile, Written, code};

use super::ledger::{count_array, count_schema};
use super::operations::{Handle, answered};

/// An open writer, as a host sees it.
#[derive(Debug)]
pub struct OpenWriter {
    handle: Handle,
}

impl OpenWriter {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle }
    }

    /// Whether the target can be used.
    pub fn check(&mut self) -> Result<Check> {
        Ok(serde_json::from_value(self.handle.call("check", &json!({}))?)?)
    }

    /// Stages a batch for a commit.
    pub fn write(&mut self, batch: &RecordBatch, token: &str) -> Result<Written> {
        let schema = TableSchema::from_arrow(&batch.schema())?;
        let request = json!({"schema": schema, "file_counter": 0, "token": token});
        self.write_with(batch, &request)
    }

    /// Stages a batch with a whole request.
    pub fn write_with(&mut self, batch: &RecordBatch, request: &Value) -> Result<Written> {
        let plugin = &self.handle.plugin;
        let write = plugin.table.write.expect("the table has write");
        let request = serde_json::to_vec(request)?;
        let mut schema = export_schema(&batch.schema())?;
        let mut array = export_array(batch.clone());
        count_schema(&mut schema, &plugin.ledger);
        count_array(&mut array, &plugin.ledger);
        let json = answered(plugin, |out| {
            // SAFETY: as the header says; what the plugin has moved out of, it has marked as released.
            unsafe {
                write(
                    self.handle.instance,
                    request.as_ptr(),
                    request.len() as u64,
                    &mut schema,
                    &mut array,
                    out,
                )
            }
        });
        assert!(schema.release().is_none() && array.is_released(), "write must move out of schema and array");
        serde_json::from_slice(&json?).code(code::ABI_VIOLATION)
    }

    /// Calls `write` without a batch, as no host should.
    pub fn write_nothing(&mut self, request: &Value) -> Result<Written> {
        let write = self.handle.plugin.table.write.expect("the table has write");
        let request = serde_json::to_vec(request)?;
        let json = answered(&self.handle.plugin, |out| {
            // SAFETY: the plugin is to cope with NULL.
            unsafe {
                write(
                    self.handle.instance,
                    request.as_ptr(),
                    request.len() as u64,
                    null_mut(),
                    null_mut(),
                    out,
                )
            }
        })?;
        serde_json::from_slice(&json).code(code::ABI_VIOLATION)
    }

    /// Makes what was written durable in staging.
    pub fn flush(&mut self, token: &str) -> Result<Written> {
        Ok(serde_json::from_value(self.handle.call("flush", &json!({"token": token}))?)?)
    }

    /// Makes files visible.
    pub fn commit(&mut self, files: &[StagedFile], token: &str, is_final: bool) -> Result<Committed> {
        let request = json!({"files": files, "token": token, "final": is_final, "schema": {"fields": []}});
        Ok(serde_json::from_value(self.handle.call("commit", &request)?)?)
    }

    /// Discards files.
    pub fn abort(&mut self, files: &[StagedFile], token: &str) -> Result<()> {
        self.handle.call("abort", &json!({"scope": "files", "files": files, "token": token}))?;
        Ok(())
    }

    /// Discards all that a run staged and did not commit.
    pub fn abort_run(&mut self, run_id: &str) -> Result<()> {
        self.handle.call("abort", &json!({"scope": "run", "run_id": run_id}))?;
        Ok(())
    }

    /// Calls an operation by its name, also one that there is not.
    pub fn call(&mut self, operation: &str, request: &Value) -> Result<Value> {
        self.handle.call(operation, request)
    }

    /// What it has logged since the last time.
    pub fn take_logs(&mut self) -> Result<Vec<Value>> {
        self.handle.take_logs()
    }
}
