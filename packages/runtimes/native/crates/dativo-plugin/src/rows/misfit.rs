use std::fmt;

use crate::field_type::FieldType;
use crate::{Error, code};

/// Why a value does not go into a column.
#[derive(Debug)]
pub(super) struct Misfit {
    /// Names and positions that lead to it, innermost first.
    path: Vec<String>,
    pub(super) reason: Reason,
}

#[derive(Debug)]
pub(super) enum Reason {
    /// It is of another type; the column of the top level could be widened to this.
    Type { expected: FieldType, got: String, widened: FieldType },
    /// It breaks something that no other type would mend.
    Other(String),
}

impl Misfit {
    pub(super) fn other(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: Reason::Other(message.into()) }
    }

    pub(super) fn of_type(expected: &FieldType, got: impl Into<String>, widened: FieldType) -> Self {
        let reason = Reason::Type { expected: expected.clone(), got: got.into(), widened };
        Self { path: Vec::new(), reason }
    }

    /// The same misfit, seen from one level further out.
    pub(super) fn at(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }

    /// Whether widening a column would mend it.
    pub(super) fn widens(&self) -> bool {
        matches!(self.reason, Reason::Type { .. })
    }

    /// Name of the top-level column.
    pub(super) fn column(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    pub(super) fn into_error(self, row: usize) -> Error {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        let (code, what) = match self.reason {
            Reason::Type { expected, got, .. } => {
                (code::COERCION_LOSSY, format!("{got} does not fit the type {expected} without loss"))
            }
            Reason::Other(message) => (code::PLUGIN_WRONG_SHAPE, message),
        };
        let place = if path.is_empty() { String::new() } else { format!(", field {path}") };
        Error::new(code, format!("Record {row} of a batch{place}: {what}."))
            .detail("record", row)
            .detail("path", path)
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.reason, self.path)
    }
}

impl std::error::Error for Misfit {}

impl serde::ser::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::other(message.to_string())
    }
}
