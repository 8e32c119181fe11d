//! Reads from the mock API, which runs as a process of its own, through the plugin's own ABI.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use dativo_plugin::testing::Library;
use serde_json::{Value, json};

use acme_rs_reader::ApiReader;

/// Records of each object in mock/fixtures.
const RECORDS: usize = 25;

#[rustfmt::skip]
const OBJECTS: &[&str] = &[
    //= {{#each objects}}
    //= "{{name}}",
    //= {{/each}}
    "users",
    //=
];

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

    fn source(&self) -> Value {
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
        json!({
            "connection": { "base_url": self.url },
            "credentials": credentials,
            "engine": { "options": { "page_size": 10 } },
        })
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn every_record_is_read_and_none_twice() {
    let mock = Mock::start();
    let library = Library::reader::<ApiReader>();
    for object in OBJECTS {
        let mut reader = library.open_reader(&mock.source()).unwrap();
        let all = reader.read(&[object], &json!({})).unwrap().remove(0);
        let rows = all.rows::<Value>().unwrap();
        assert_eq!(rows.len(), RECORDS);
        let mut seen = 0;
        for (batch, position) in all.batches.iter().zip(&all.checkpoints) {
            seen += batch.num_rows();
            let mut later = library.open_reader(&mock.source()).unwrap();
            let rest = later.read(&[object], &json!({ *object: position })).unwrap().remove(0);
            assert_eq!(rest.rows::<Value>().unwrap(), rows[seen..]);
        }
    }
    library.ledger().assert_balanced();
}

#[test]
fn an_unknown_object_is_refused() {
    let mock = Mock::start();
    let library = Library::reader::<ApiReader>();
    let mut reader = library.open_reader(&mock.source()).unwrap();
    let refused = reader.read(&["no_such_object"], &json!({})).expect_err("it is refused");
    assert_eq!(refused.code(), "OBJECT_NOT_FOUND");
}
