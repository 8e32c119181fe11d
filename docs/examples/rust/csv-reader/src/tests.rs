use std::fs;
use std::path::{Path, PathBuf};

use dativo_plugin::testing::{Library, ScratchFolder};
use serde_json::{Value, json};

use super::*;

fn source(path: &Path, columns: Value, batch_rows: usize) -> Value {
    json!({
        "files": [{"path": path, "object": "people", "columns": columns}],
        "engine": {"options": {"batch_rows": batch_rows}},
    })
}

fn file(folder: &ScratchFolder, text: &str) -> PathBuf {
    let path = folder.path().join("people.csv");
    fs::write(&path, text).unwrap();
    path
}

const PEOPLE: &str = "id,name,zip,born\n1,Ada,00501,1815-12-10\n2,\"Lee, \"\"J\"\"\nof two lines\",10001,\n3,Zoë,94016,1990-01-02\n";

#[test]
fn reads_types_declared_and_found() {
    let folder = ScratchFolder::new().unwrap();
    let people = file(&folder, PEOPLE);
    let library = Library::reader::<CsvReader>();
    let mut reader = library.open_reader(&source(&people, json!({"zip": "string"}), 2)).unwrap();
    assert!(reader.check().unwrap().success);
    let read = reader.read(&["people"], &json!({})).unwrap().remove(0);
    let types: Vec<_> =
        read.spec.schema.as_ref().unwrap().fields.iter().map(|field| field.field_type.to_string()).collect();
    assert_eq!(types, ["integer", "string", "string", "date"]);
    assert_eq!(
        read.rows::<Value>().unwrap(),
        [
            json!({"id": 1, "name": "Ada", "zip": "00501", "born": "1815-12-10"}),
            json!({"id": 2, "name": "Lee, \"J\"\nof two lines", "zip": "10001", "born": null}),
            json!({"id": 3, "name": "Zoë", "zip": "94016", "born": "1990-01-02"}),
        ]
    );
    drop((read, reader));
    library.ledger().assert_balanced();
}

#[test]
fn goes_on_from_every_position() {
    let folder = ScratchFolder::new().unwrap();
    let people = file(&folder, PEOPLE);
    let library = Library::reader::<CsvReader>();
    for batch_rows in 1..=4 {
        let mut reader = library.open_reader(&source(&people, json!({}), batch_rows)).unwrap();
        let all = reader.read(&["people"], &json!({})).unwrap().remove(0);
        let mut seen = 0;
        for (batch, position) in all.batches.iter().zip(&all.checkpoints) {
            seen += batch.num_rows();
            let rest = reader.read(&["people"], &json!({"people": position})).unwrap().remove(0);
            assert_eq!(rest.rows::<Value>().unwrap(), all.rows::<Value>().unwrap()[seen..]);
        }
        assert_eq!(seen, 3);
    }
    // What is added later is what a later run reads.
    let mut reader = library.open_reader(&source(&people, json!({}), 10)).unwrap();
    let end = reader.read(&["people"], &json!({})).unwrap().remove(0).checkpoints.remove(0);
    fs::write(&people, format!("{PEOPLE}4,Bo,3,2000-01-01\n")).unwrap();
    let added = reader.read(&["people"], &json!({"people": end})).unwrap().remove(0);
    assert_eq!(added.rows::<Value>().unwrap()[0]["name"], "Bo");
    fs::write(&people, &PEOPLE[..40]).unwrap();
    assert_eq!(reader.read(&["people"], &json!({"people": end})).unwrap_err().code(), "POSITION_INVALID");
}

#[test]
fn says_what_is_wrong() {
    let library = Library::reader::<CsvReader>();
    let folder = ScratchFolder::new().unwrap();
    let people = file(&folder, "id,name\n1,a\nx,b\n");
    let mut reader = library.open_reader(&source(&people, json!({"id": "integer"}), 10)).unwrap();
    let error = reader.read(&["people"], &json!({})).unwrap_err();
    assert_eq!(error.code(), "SOURCE_UNREADABLE");
    assert!(error.message().contains("x"), "{error}");
    assert_eq!(reader.read(&["others"], &json!({})).unwrap_err().code(), "OBJECT_NOT_FOUND");

    let mut missing = library.open_reader(&source(Path::new("/nowhere.csv"), json!({}), 10)).unwrap();
    assert!(!missing.check().unwrap().success);
    let mut wrong = library.open_reader(&source(&people, json!({"nam": "string"}), 10)).unwrap();
    assert!(wrong.discover().unwrap_err().message().contains("has no column \"nam\""));
}

#[test]
fn reads_real_data() {
    let zipcodes = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../node_modules/vega-datasets/data/zipcodes.csv");
    assert!(zipcodes.exists(), "the data comes from npm: run npm ci first");
    let library = Library::reader::<CsvReader>();
    let mut reader = library.open_reader(&source(&zipcodes, json!({"zip_code": "string"}), 5000)).unwrap();
    let read = reader.read(&["people"], &json!({})).unwrap().remove(0);
    assert_eq!(read.record_count(), 42_049);
    let rows = read.rows::<Value>().unwrap();
    assert_eq!(rows[0]["zip_code"], "00501");
}
