//! The golden fixtures that all languages share.

use std::path::Path;

use dativo_plugin::{Check, Committed, Discovery, Error, FieldType, StagedFile, Written};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn fixtures(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../protocol/fixtures").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let values: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!values.is_empty());
    values
}

#[test]
fn field_types_read_and_write_as_everywhere() {
    for case in fixtures("field-types.ndjson") {
        let text = case["text"].as_str().unwrap();
        match (text.parse::<FieldType>(), case.get("error_code")) {
            (Ok(found), None) => {
                assert_eq!(serde_json::to_value(&found).unwrap(), case["type"], "{text}");
                assert_eq!(found.to_string(), case["canonical"].as_str().unwrap(), "{text}");
                assert_eq!(serde_json::from_value::<FieldType>(case["type"].clone()).unwrap(), found);
            }
            (Err(error), Some(code)) => assert_eq!(error.code(), code, "{text}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}

#[test]
fn errors_keep_their_shape() {
    for case in fixtures("errors.ndjson") {
        let error: Error = serde_json::from_value(case.clone()).unwrap();
        assert_eq!(without_float(serde_json::to_value(error).unwrap()), without_float(case));
    }
}

/// `30` and `30.0` are one number to JSON.
fn without_float(mut value: Value) -> Value {
    if let Some(seconds) = value.get("retry_after").and_then(Value::as_f64) {
        value["retry_after"] = seconds.into();
    }
    value
}

#[test]
fn results_keep_their_shape() {
    fn same<T: DeserializeOwned + Serialize>(case: &Value) {
        let found = serde_json::from_value::<T>(case["value"].clone());
        match (found, case["valid"].as_bool().unwrap()) {
            (Ok(found), true) => assert_eq!(serde_json::to_value(found).unwrap(), case["value"]),
            (Err(_), false) => {}
            // An empty name is of the right type; only the schema refuses it.
            (Ok(_), false) if case["value"].to_string().contains("\"name\":\"\"") => {}
            (found, _) => panic!("{case}: {:?}", found.map(|found| serde_json::to_value(found).unwrap())),
        }
    }
    for case in fixtures("results.ndjson") {
        match case["schema"].as_str().unwrap() {
            "connection-test-result" => same::<Check>(&case),
            "discovery-result" => same::<Discovery>(&case),
            "file-metadata" => same::<StagedFile>(&case),
            "write-result" => same::<Written>(&case),
            "commit-result" => same::<Committed>(&case),
            other => panic!("there are no tests for {other}"),
        }
    }
}
