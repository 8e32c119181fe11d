//! The header that is generated and committed: `DATIVO_GENERATE=1 cargo test --test generated_files` writes it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, ExportConfig, Language, Style};

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a committed file with what it should be, or writes it.
fn settle(path: &str, content: &str) {
    let path = package(path);
    if std::env::var_os("DATIVO_GENERATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        return fs::write(path, content).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == content,
        "{} is stale: run DATIVO_GENERATE=1 cargo test -p dativo-plugin --test generated_files",
        path.display()
    );
}

const BANNER: &str = "/* Generated from src/abi.rs by `DATIVO_GENERATE=1 cargo test --test generated_files`; edits here are lost. */";

/// The structures of the C Data Interface as Arrow's specification gives them, to be defined once however many headers do.
const ARROW: &str = r#"
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */
"#;

/// The entry, which is not in abi.rs: each library defines its own.
const ENTRY: &str = r#"#ifdef __cplusplus
extern "C" {
#endif

/* The one exported symbol. `host_abi` is the highest version that the host speaks; NULL says that the plugin cannot
   serve it. */
#if defined(_WIN32)
__declspec(dllexport)
#elif defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const DativoPluginV2 *dativo_plugin_v2(uint32_t host_abi);

#ifdef __cplusplus
}
#endif

"#;

const LAST_LINE: &str = "#endif  /* DATIVO_PLUGIN_H */";

#[test]
fn the_header_is_what_the_abi_is() {
    let renamed = [("FFI_ArrowSchema", "struct ArrowSchema"), ("FFI_ArrowArray", "struct ArrowArray")];
    let rename: HashMap<_, _> = renamed.into_iter().map(|(from, to)| (from.into(), to.into())).collect();
    let config = Config {
        language: Language::C,
        style: Style::Both,
        include_guard: Some("DATIVO_PLUGIN_H".into()),
        header: Some(BANNER.into()),
        no_includes: true,
        sys_includes: vec!["stddef.h".into(), "stdint.h".into()],
        after_includes: Some(ARROW.into()),
        usize_is_size_t: true,
        export: ExportConfig { rename, exclude: vec!["DativoPluginEntry".into()], ..ExportConfig::default() },
        ..Config::default()
    };
    let found = Builder::new()
        .with_config(config)
        .with_src(package("src/abi.rs"))
        .include_item("DativoPluginV2")
        .generate()
        .expect("abi.rs is what cbindgen understands");
    let mut header = Vec::new();
    found.write(&mut header);
    let header = String::from_utf8(header).unwrap();
    assert!(header.contains(LAST_LINE), "the entry has no place");
    settle("include/dativo_plugin.h", &header.replace(LAST_LINE, &format!("{ENTRY}{LAST_LINE}")));
}
