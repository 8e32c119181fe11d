//! What the file writers of these examples share: files that are written where nobody looks, and then moved into place.
//!
//! ```text
//! <base>/<object>/part-<run>-<number>.<suffix>                    visible
//! <base>/.staging/<run>/<object>/part-<run>-<number>.<suffix>     staged, not committed
//! ```
#![forbid(unsafe_code)]

use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use dativo_plugin::prelude::*;

/// Where the files of one object and run are staged and published.
pub struct Staging {
    base: PathBuf,
    object: String,
    run: String,
    next: u64,
}

impl Staging {
    /// The place of a writer's files.
    pub fn new(target: &Target, ctx: &Context) -> Self {
        let run = safe_name(&ctx.run().id);
        Self { base: ctx.path(&target.output_base), object: safe_name(&target.object), run, next: 0 }
    }

    /// Creates the next file, whose name no other run and no other file of this one has.
    pub fn create(&mut self, file_counter: u64, suffix: &str) -> Result<(PathBuf, File)> {
        let folder = self.staged_folder(&self.run);
        fs::create_dir_all(&folder).code(code::TARGET_UNWRITABLE)?;
        self.next = self.next.max(file_counter);
        let path = folder.join(format!("part-{}-{:06}.{suffix}", self.run, self.next));
        self.next += 1;
        let file = File::create_new(&path).code(code::TARGET_UNWRITABLE)?;
        Ok((path, file))
    }

    /// Makes files visible, also when some of them are already.
    pub fn publish(&self, files: &[StagedFile]) -> Result<Committed> {
        let visible = self.base.join(&self.object);
        fs::create_dir_all(&visible).code(code::TARGET_UNWRITABLE)?;
        for file in files {
            let staged = Path::new(&file.path);
            let name = staged
                .file_name()
                .ok_or_else(|| Error::new(code::COMMIT_FAILED, "A staged file has no name."))?;
            let place = visible.join(name);
            match fs::rename(staged, &place) {
                // This token was committed before.
                Err(error) if error.kind() == ErrorKind::NotFound && place.exists() => {}
                moved => moved.while_doing(staged.display()).code(code::COMMIT_FAILED)?,
            }
        }
        sync_folder(&visible).code(code::COMMIT_FAILED)?;
        self.tidy(&self.run)?;
        Ok(Committed::all(files))
    }

    /// Removes staged files; what was committed stays.
    pub fn discard(&self, request: &AbortRequest) -> Result<()> {
        match request {
            AbortRequest::Files { files, .. } => {
                for file in files {
                    ignore_missing(fs::remove_file(&file.path))?;
                }
                self.tidy(&self.run)
            }
            AbortRequest::Run { run_id } => {
                let run = safe_name(run_id);
                ignore_missing(fs::remove_dir_all(self.staged_folder(&run)))?;
                self.tidy(&run)
            }
        }
    }

    fn staged_folder(&self, run: &str) -> PathBuf {
        self.base.join(".staging").join(run).join(&self.object)
    }

    /// Removes the folders that are empty now, from the inside out.
    fn tidy(&self, run: &str) -> Result<()> {
        for folder in self.staged_folder(run).ancestors().take(3) {
            match fs::remove_dir(folder) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
                removed => ignore_missing(removed)?,
            }
        }
        Ok(())
    }
}

fn ignore_missing(removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.code(code::TARGET_UNWRITABLE),
    }
}

/// Makes the names in a folder durable. Windows does so by itself, and does not open folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}

/// A name that is a file name everywhere, different for different names.
fn safe_name(name: &str) -> String {
    let mut safe = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            safe.push(byte as char);
        } else {
            write!(safe, "%{byte:02X}").expect("text takes what is written");
        }
    }
    safe
}
