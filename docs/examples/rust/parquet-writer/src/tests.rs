use std::fs;
use std::path::{Path, PathBuf};

use dativo_plugin::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use dativo_plugin::testing::{Library, ScratchFolder};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;

use super::*;

fn batch(ids: std::ops::Range<i64>) -> RecordBatch {
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter(ids.clone().map(|id| (id % 3 != 0).then(|| format!("text {id}")))));
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(ids));
    RecordBatch::try_from_iter([("id", ids), ("text", texts)]).unwrap()
}

/// All files below a folder, the staged ones too.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
    reader.with_batch_size(1 << 20).build().unwrap().map(|batch| batch.unwrap()).collect()
}

#[test]
fn shows_nothing_before_the_commit_and_everything_once_after_it() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::writer::<ParquetWriter>();
    let mut writer = library.open_writer(&json!({}), folder.path()).unwrap();
    let visible = folder.path().join("records");
    for start in [0, 10] {
        assert!(writer.write(&batch(start..start + 10), "t/1").unwrap().files.is_empty());
    }
    let staged = writer.flush("t/1").unwrap().files;
    assert_eq!(staged[0].record_count, Some(20));
    assert!(files(&visible).is_empty());
    for _ in 0..2 {
        let committed = writer.commit(&staged, "t/1", true).unwrap();
        assert_eq!((committed.status.as_str(), committed.total_records), ("success", Some(20)));
    }
    // After a crash another instance is asked for the same commit.
    library.open_writer(&json!({}), folder.path()).unwrap().commit(&staged, "t/1", true).unwrap();
    assert_eq!(files(folder.path()).len(), 1, "nothing but the one file is left");
    let expected = dativo_plugin::arrow_schema::Schema::new(batch(0..1).schema().fields().clone());
    let found = read(&files(&visible)[0]);
    assert_eq!(found, [batch(0..20).with_schema(expected.into()).unwrap()]);
    drop(writer);
    library.ledger().assert_balanced();
}

#[test]
fn abort_leaves_no_trace_and_nothing_else_is_touched() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::writer::<ParquetWriter>();
    let mut writer = library.open_writer(&json!({}), folder.path()).unwrap();
    writer.write(&batch(0..5), "1").unwrap();
    let kept = writer.flush("1").unwrap().files;
    writer.commit(&kept, "1", false).unwrap();

    writer.write(&batch(5..10), "2").unwrap();
    let staged = writer.flush("2").unwrap().files;
    writer.write(&batch(10..15), "2").unwrap();
    writer.abort(&staged, "2").unwrap();
    writer.abort(&staged, "2").unwrap();
    assert_eq!(files(folder.path()).len(), 1);

    // What a run that died has staged.
    writer.write(&batch(5..10), "3").unwrap();
    writer.flush("3").unwrap();
    drop(writer);
    let mut next = library.open_writer(&json!({}), folder.path()).unwrap();
    assert_eq!(files(folder.path()).len(), 2);
    next.abort_run("run-1").unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    assert!(!folder.path().join(".staging").exists());
    let lost = next.commit(&staged, "2", false).unwrap_err();
    assert_eq!(lost.code(), "COMMIT_FAILED");
}

#[test]
fn another_schema_is_another_file() {
    let folder = ScratchFolder::new().unwrap();
    let library = Library::writer::<ParquetWriter>();
    let mut writer =
        library.open_writer(&json!({"engine": {"options": {"compression": "none"}}}), folder.path()).unwrap();
    writer.write(&batch(0..5), "1").unwrap();
    let narrow = batch(5..9).project(&[0]).unwrap();
    let mut staged = writer.write(&narrow, "1").unwrap().files;
    staged.extend(writer.flush("1").unwrap().files);
    assert_eq!(staged.iter().map(|file| file.record_count).collect::<Vec<_>>(), [Some(5), Some(4)]);
    writer.commit(&staged, "1", true).unwrap();
    assert_eq!(
        files(folder.path()).iter().map(|file| read(file)[0].num_columns()).collect::<Vec<_>>(),
        [2, 1]
    );

    let refused = library
        .open_writer(&json!({"engine": {"options": {"row_group_rows": 0}}}), folder.path())
        .unwrap_err();
    assert_eq!(refused.code(), "CONFIGURATION_ERROR");
}
