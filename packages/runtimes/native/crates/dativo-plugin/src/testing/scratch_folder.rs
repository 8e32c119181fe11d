use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Result, ResultExt};

/// A new folder for the files of a test, which is removed with this value.
///
/// ```
/// use dativo_plugin::testing::ScratchFolder;
///
/// let folder = ScratchFolder::new()?;
/// std::fs::write(folder.path().join("a.csv"), "id\n1\n")?;
/// # Ok::<(), dativo_plugin::Error>(())
/// ```
#[derive(Debug)]
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// Creates one among the system's temporary files.
    pub fn new() -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("dativo-test-{}-{since}-{count}", std::process::id()));
        std::fs::create_dir(&path).while_doing(path.display())?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which forgets temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
