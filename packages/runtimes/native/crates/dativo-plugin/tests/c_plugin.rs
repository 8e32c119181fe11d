//! A plugin in plain C, built from the committed header, through the same harness as those in Rust.

use std::path::Path;
use std::process::Command;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch};
use dativo_plugin::testing::{HostEvent, Library, ScratchFolder};
use serde_json::json;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn compiled(folder: &Path) -> std::path::PathBuf {
    let library = folder.join(format!("numbers{}", std::env::consts::DLL_SUFFIX));
    let status = Command::new("cc")
        .args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-shared", "-fPIC", "-I"])
        .arg(Path::new(HERE).join("include"))
        .arg("-o")
        .arg(&library)
        .arg(Path::new(HERE).join("../c-plugin/numbers.c"))
        .status()
        .expect("cc runs; Rust links with it too");
    assert!(status.success(), "the C plugin does not compile");
    library
}

#[test]
fn reads_and_resumes() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::load(compiled(folder.path())).unwrap();
    assert_eq!(library.reader_spec().unwrap()["name"], "numbers");

    let mut reader = library.open_reader(&json!({"connection": {"rows": 2500}})).unwrap();
    assert!(reader.check().unwrap().success);
    assert_eq!(reader.discover().unwrap().objects[0].name, "numbers");
    assert_eq!(reader.estimate(&["numbers"], &json!({})).unwrap(), Some(2500));

    let all = reader.read(&["numbers"], &json!({})).unwrap().remove(0);
    let numbers: Vec<i64> = all
        .batches
        .iter()
        .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
        .collect();
    assert_eq!(numbers, (0..2500).collect::<Vec<_>>());
    assert_eq!(all.batches[2].column(1).as_string::<i32>().value(499), "row 2499");
    assert_eq!(all.checkpoints, [1000, 2000, 2500].map(|at| json!(at)));

    let rest = reader.read(&["numbers"], &json!({"numbers": 2000})).unwrap().remove(0);
    assert_eq!(rest.record_count(), 500);
    drop((all, rest, reader));
    library.ledger().assert_balanced();
    assert_eq!(library.ledger().arrays().crossed, 4);
    assert_eq!(library.ledger().schemas().crossed, 2);
}

#[test]
fn says_what_is_wrong_and_stops_when_told() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::load(compiled(folder.path())).unwrap();
    let refused = library.open_reader(&json!({"connection": {"rows": -1}})).unwrap_err();
    assert_eq!(refused.code(), "CONFIGURATION_ERROR");

    let mut reader = library.open_reader(&json!({"connection": {"rows": 1_000_000}})).unwrap();
    reader.extract(&["numbers"], &json!({})).unwrap();
    assert!(matches!(reader.next().unwrap(), HostEvent::Object(_)));
    std::thread::spawn(reader.canceller()).join().unwrap();
    assert_eq!(reader.next().unwrap_err().code(), "INTERRUPTED");
    drop(reader);
    library.ledger().assert_balanced();
}

#[test]
fn writes_what_rust_hands_over() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::load(compiled(folder.path())).unwrap();
    let mut writer = library.open_writer(&json!({}), folder.path()).unwrap();
    let numbers = Int64Array::from_iter_values(0..100).slice(10, 5);
    let batch = RecordBatch::try_from_iter([("n", std::sync::Arc::new(numbers) as _)]).unwrap();
    let written = writer.write(&batch, "t").unwrap();
    assert_eq!(written.files[0].record_count, Some(5));
    assert_eq!(written.files[0].more["sum"], 10 + 11 + 12 + 13 + 14);
    assert!(writer.flush("t").unwrap().files.is_empty());
    assert_eq!(writer.commit(&written.files, "t", true).unwrap().status, "success");
    writer.abort_run("run-1").unwrap();
    drop(writer);
    library.ledger().assert_balanced();
}

#[test]
fn the_header_is_also_cpp_and_bears_arrows_own() {
    let folder = ScratchFolder::new().unwrap();
    let source = folder.path().join("twice.cpp");
    // Arrow's own headers define the structures under the same guard.
    let text = "#include <dativo_plugin.h>\n#include <dativo_plugin.h>\nint main() { return dativo_plugin_v2(2) == nullptr; }\n";
    std::fs::write(&source, text).unwrap();
    let status = Command::new("c++")
        .args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"])
        .arg(Path::new(HERE).join("include"))
        .arg(&source)
        .status()
        .expect("c++ runs");
    assert!(status.success());
}
