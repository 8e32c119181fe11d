//! Files that are written where nobody looks, and then moved into place.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub struct Staging {
    pub base: PathBuf,
    object: String,
    run: String,
    files: u64,
}

impl Staging {
    pub fn new(base: &str, object: &str, run: &str) -> Self {
        Self { base: base.into(), object: safe(object), run: safe(run), files: 0 }
    }

    /// The path of the next file; no other run and no other file of this one has its name.
    pub fn next(&mut self, file_counter: u64) -> Result<PathBuf, String> {
        let folder = self.folder(&self.run);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        self.files += 1;
        Ok(folder.join(format!("{}-{}-{file_counter}-{}.jsonl", self.object, self.run, self.files)))
    }

    /// Makes a staged file visible, unless it is already.
    pub fn publish(&self, path: &str) -> Result<(), String> {
        let staged = Path::new(path);
        let visible = self.base.join(staged.file_name().unwrap_or_default());
        match fs::rename(staged, &visible) {
            Err(error) if error.kind() == ErrorKind::NotFound && visible.exists() => Ok(()),
            moved => moved.map_err(|error| format!("{path}: {error}")),
        }
    }

    pub fn discard(&self, path: &str) {
        let _ = fs::remove_file(path);
    }

    /// Removes what a run has staged of this object.
    pub fn discard_run(&self, run: &str) {
        let _ = fs::remove_dir_all(self.folder(&safe(run)));
    }

    /// Removes the folders that are empty now, from the inside out.
    pub fn tidy(&self) {
        for folder in self.folder(&self.run).ancestors().take(3) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }

    fn folder(&self, run: &str) -> PathBuf {
        self.base.join(".staging").join(run).join(&self.object)
    }
}

/// A name that is a file name everywhere, different for different names.
fn safe(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => (byte as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
