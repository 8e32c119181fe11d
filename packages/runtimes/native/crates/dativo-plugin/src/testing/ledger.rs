use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;

/// Counts everything that crosses between host and plugin, and everything that is given back.
#[derive(Debug, Default)]
pub struct Ledger {
    buffers: Count,
    schemas: Count,
    arrays: Count,
    strings: Count,
    instances: Count,
}

/// How many of something crossed, and how many were given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many crossed, in either direction.
    pub crossed: u64,
    /// How many their owner has freed.
    pub released: u64,
}

#[derive(Debug, Default)]
pub(super) struct Count {
    crossed: AtomicU64,
    released: AtomicU64,
}

impl Count {
    pub(super) fn cross(&self) {
        self.crossed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn release(&self) {
        self.released.fetch_add(1, Ordering::Relaxed);
    }

    fn tally(&self) -> Tally {
        Tally {
            crossed: self.crossed.load(Ordering::Relaxed),
            released: self.released.load(Ordering::Relaxed),
        }
    }
}

impl Ledger {
    /// Buffers of ABI 2 that the plugin filled.
    pub fn buffers(&self) -> Tally {
        self.buffers.tally()
    }

    /// Arrow schemas, of both sides.
    pub fn schemas(&self) -> Tally {
        self.schemas.tally()
    }

    /// Arrow arrays, of both sides.
    pub fn arrays(&self) -> Tally {
        self.arrays.tally()
    }

    /// Strings of ABI 1 that the plugin returned.
    pub fn strings(&self) -> Tally {
        self.strings.tally()
    }

    /// Readers and writers that were opened.
    pub fn instances(&self) -> Tally {
        self.instances.tally()
    }

    /// # Panics
    ///
    /// When something was not given back, or something given back more than once.
    #[track_caller]
    pub fn assert_balanced(&self) {
        let tallies = [self.buffers(), self.schemas(), self.arrays(), self.strings(), self.instances()];
        assert!(
            tallies.iter().all(|tally| tally.crossed == tally.released),
            "the books do not balance: {self}"
        );
    }

    pub(super) fn count_buffers(&self) -> &Count {
        &self.buffers
    }

    pub(super) fn count_strings(&self) -> &Count {
        &self.strings
    }

    pub(super) fn count_instances(&self) -> &Count {
        &self.instances
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("buffers", self.buffers()),
            ("schemas", self.schemas()),
            ("arrays", self.arrays()),
            ("strings", self.strings()),
            ("instances", self.instances()),
        ];
        for (at, (name, tally)) in rows.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {} crossed and {} released", tally.crossed, tally.released)?;
        }
        Ok(())
    }
}

/// What stands behind a structure whose release is counted.
struct Counted<S> {
    release: unsafe extern "C" fn(*mut S),
    private_data: *mut c_void,
    ledger: Arc<Ledger>,
}

macro_rules! counted {
    ($count:ident, $release:ident, $structure:ty, $field:ident, $what:literal) => {
        #[doc = concat!("Has the release of ", $what, " counted, whoever calls it.")]
        pub(super) fn $count(structure: &mut $structure, ledger: &Arc<Ledger>) {
            let Some(release) = structure.release() else { return };
            ledger.$field.cross();
            let counted = Counted { release, private_data: structure.private_data(), ledger: ledger.clone() };
            // SAFETY: the release set here puts back what the structure came with before it calls the one before.
            unsafe {
                structure.set_private_data(Box::into_raw(Box::new(counted)).cast());
                structure.set_release(Some($release));
            }
        }

        unsafe extern "C" fn $release(structure: *mut $structure) {
            // SAFETY: `$count` set this release together with its private data, and a release is called once.
            unsafe {
                let structure = &mut *structure;
                let counted = Box::from_raw(structure.private_data().cast::<Counted<$structure>>());
                structure.set_private_data(counted.private_data);
                structure.set_release(Some(counted.release));
                (counted.release)(structure);
                counted.ledger.$field.release();
            }
        }
    };
}

counted!(count_schema, release_schema, FFI_ArrowSchema, schemas, "a schema");
counted!(count_array, release_array, FFI_ArrowArray, arrays, "an array");
