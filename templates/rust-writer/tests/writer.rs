//! Writes to the mock API, which runs as a process of its own, through the plugin's own ABI.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use dativo_plugin::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use dativo_plugin::testing::Library;
use serde_json::{Value, json};

use acme_rs_writer::ApiWriter;

struct Mock {
    process: Child,
    url: String,
}

impl Mock {
    fn start() -> Self {
        let script = "import { startApi } from './mock/api.mjs'; console.log((await startApi()).url);";
        let mut process = Command::new("node")
            .args(["--input-type=module", "--eval", script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Mock { process, url: url.trim().to_owned() }
    }

    fn target(&self) -> Value {
        //= {{#if credentials}}
        //= let credentials = json!({
        //= {{#each credentials}}
        //=     "{{key}}": "any",
        //= {{/each}}
        //= });
        //= {{else}}
        //= let credentials = json!({});
        //= {{/if}}
        let credentials = json!({
            "token": "any",
        });
        //=
        json!({ "connection": { "base_url": self.url }, "credentials": credentials })
    }

    fn stored(&self) -> Value {
        let script =
            format!("console.log(await (await fetch('{}/records?object=records')).text())", self.url);
        let answer = Command::new("node").args(["--input-type=module", "--eval", &script]).output().unwrap();
        serde_json::from_slice::<Value>(&answer.stdout).unwrap()["data"].clone()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn batch() -> RecordBatch {
    let names: ArrayRef = Arc::new(StringArray::from(vec!["Ada", "Grace"]));
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    RecordBatch::try_from_iter([("id", ids), ("name", names)]).unwrap()
}

#[test]
fn records_are_visible_after_the_commit_and_once_per_token() {
    let mock = Mock::start();
    let library = Library::writer::<ApiWriter>();
    let mut writer = library.open_writer(&mock.target(), "out").unwrap();
    let staged = writer.write(&batch(), "token-1").unwrap().files;
    assert_eq!(mock.stored(), json!([]));
    for _ in 0..2 {
        writer.commit(&staged, "token-1", true).unwrap();
    }
    assert_eq!(mock.stored(), json!([{ "id": 1, "name": "Ada" }, { "id": 2, "name": "Grace" }]));
    drop(writer);
    library.ledger().assert_balanced();
}

#[test]
fn what_a_run_left_is_given_up() {
    let mock = Mock::start();
    let library = Library::writer::<ApiWriter>();
    let staged =
        library.open_writer(&mock.target(), "out").unwrap().write(&batch(), "token-1").unwrap().files;
    let mut writer = library.open_writer(&mock.target(), "out").unwrap();
    writer.abort_run("run-1").unwrap();
    let refused = writer.commit(&staged, "token-1", true).expect_err("it is gone");
    assert_eq!(refused.code(), "HTTP_ERROR");
    assert_eq!(mock.stored(), json!([]));
}
