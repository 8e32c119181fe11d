//! One Arrow array with two owners.

use std::ffi::c_void;
use std::sync::Arc;

use arrow_data::ffi::FFI_ArrowArray;

/// An `ArrowArray` that owns its part of another.
#[repr(C)]
struct Handle {
    /// From `length` to `dictionary`, as they are in the array that is shared.
    members: [*mut c_void; 8],
    release: Option<unsafe extern "C" fn(*mut Handle)>,
    private_data: *mut c_void,
}

/// Makes two of an array.
///
/// # Safety
///
/// `array` leads to an array that was not released, `other` to memory that may be written.
pub(super) unsafe extern "C" fn share_array(array: *mut FFI_ArrowArray, other: *mut FFI_ArrowArray) {
    // SAFETY: as the caller promises; the structure is the one of the C Data Interface, whose members are all words.
    unsafe {
        let members = array.cast::<[*mut c_void; 8]>().read();
        let shared = Arc::new(FFI_ArrowArray::from_raw(array));
        other.cast::<Handle>().write(Handle::new(members, shared.clone()));
        array.cast::<Handle>().write(Handle::new(members, shared));
    }
}

impl Handle {
    fn new(members: [*mut c_void; 8], shared: Arc<FFI_ArrowArray>) -> Self {
        Self { members, release: Some(release), private_data: Arc::into_raw(shared).cast_mut().cast() }
    }
}

/// Gives one part back; with the last the array itself is released.
unsafe extern "C" fn release(handle: *mut Handle) {
    // SAFETY: whoever releases a structure owns it, and does so once.
    unsafe {
        (*handle).release = None;
        drop(Arc::from_raw((*handle).private_data.cast::<FFI_ArrowArray>()));
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;
    use std::ptr::NonNull;

    use arrow_buffer::Buffer;
    use arrow_data::ArrayData;
    use arrow_data::ffi::FFI_ArrowArray;
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn memory_is_given_back_with_the_last_of_two() {
        assert_eq!(size_of::<Handle>(), size_of::<FFI_ArrowArray>());
        for kept_first in [false, true] {
            let values = Arc::new(vec![7i64, 8, 9]);
            let pointer = NonNull::new(values.as_ptr().cast_mut().cast()).unwrap();
            // SAFETY: the values live as long as the buffer owns them.
            let buffer = unsafe { Buffer::from_custom_allocation(pointer, 24, values.clone()) };
            let data = ArrayData::builder(DataType::Int64).len(3).add_buffer(buffer).build().unwrap();
            let mut kept = FFI_ArrowArray::new(&data);
            drop(data);
            let mut handed_on = FFI_ArrowArray::empty();
            // SAFETY: an array that was just made, and a place for the other.
            unsafe { share_array(&mut kept, &mut handed_on) };
            assert_eq!((kept.len(), handed_on.len()), (3, 3));
            assert_eq!(kept.buffer(1), handed_on.buffer(1));
            let (first, last) = if kept_first { (kept, handed_on) } else { (handed_on, kept) };
            drop(first);
            assert_eq!(Arc::strong_count(&values), 2);
            std::thread::spawn(move || drop(last)).join().unwrap();
            assert_eq!(Arc::strong_count(&values), 1);
        }
    }
}
