//! Keeps panics from crossing into the host.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::{Error, code};

thread_local! {
    static GUARDED: Cell<usize> = const { Cell::new(0) };
    static LAST_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught.
pub(crate) struct Panic {
    text: String,
    place: Option<String>,
}

/// Runs something, and catches its panic. Nothing is printed for it: its text is in what is returned.
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Panic> {
    install_hook();
    GUARDED.set(GUARDED.get() + 1);
    // Whoever calls makes sure that nothing uses what a panic has left half-done, other than to tidy it up.
    let result = catch_unwind(AssertUnwindSafe(run));
    GUARDED.set(GUARDED.get() - 1);
    result.map_err(|payload| {
        let text = text_of(payload.as_ref());
        drop_quietly(payload);
        Panic { text, place: LAST_PLACE.take() }
    })
}

impl Panic {
    pub(crate) fn into_error(self, call: &str) -> Error {
        let place = self.place.as_deref().unwrap_or("an unknown place");
        let message = format!("The plugin panicked in {call} at {place}: {}", self.text);
        let error =
            Error::new(code::PLUGIN_PANICKED, message).detail("panic", self.text).detail("call", call);
        match self.place {
            Some(place) => error.detail("place", place),
            None => error,
        }
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).into()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a value that is not text was thrown".into()
    }
}

/// Drops what was thrown. That runs code of the author's, which may panic too, and so on.
fn drop_quietly(mut payload: Box<dyn Any + Send>) {
    for _ in 0..8 {
        match catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            Ok(()) => return,
            Err(again) => payload = again,
        }
    }
    std::mem::forget(payload);
}

/// Remembers where a guarded thread panicked, which only the hook is told; others are left to the hook before.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if GUARDED.get() == 0 {
                return before(info);
            }
            let place = info.location().map(ToString::to_string);
            LAST_PLACE.with_borrow_mut(|last| *last = place);
        }));
    });
}
