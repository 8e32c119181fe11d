use std::collections::HashMap;

use crate::field_type::{Field, FieldType, TableSchema};

use super::members::Members;
use super::misfit::{Misfit, Reason};

/// Columns found from the rows so far, in the order in which their names were first seen.
#[derive(Default)]
pub(crate) struct Inference {
    known: Vec<Field>,
    /// Types that columns must have at least, which a batch under way has asked for.
    at_least: HashMap<String, FieldType>,
}

impl Inference {
    /// Columns for the next batch; those it finds beyond are added.
    pub(super) fn members(&self, capacity: usize) -> Members {
        Members::open(&self.known, self.at_least.clone(), capacity)
    }

    /// Keeps the columns that a batch has found. One without a value but null is left out until it has one.
    pub(super) fn learn(&mut self, members: &Members) -> TableSchema {
        self.known = members.found_fields();
        TableSchema::new(self.known.iter().cloned())
    }

    /// Widens a column for a value that does not fit. Types only widen, and in the end `json` holds anything, so
    /// packing a batch again comes to an end.
    pub(super) fn widen(&mut self, misfit: &Misfit) {
        let Reason::Type { widened, .. } = &misfit.reason else { return };
        let name = misfit.column();
        self.at_least.insert(name.to_owned(), widened.clone());
        for field in self.known.iter_mut().filter(|field| field.name == name) {
            field.field_type = widened.clone();
        }
    }
}
