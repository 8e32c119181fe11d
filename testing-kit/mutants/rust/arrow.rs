//! The Arrow C Data Interface, as far as the plugins need it.

use std::ffi::{CString, c_char, c_void};
use std::ptr::{null, null_mut};

use crate::people::Person;

#[repr(C)]
pub struct Schema {
    pub format: *const c_char,
    pub name: *const c_char,
    pub metadata: *const c_char,
    pub flags: i64,
    pub n_children: i64,
    pub children: *mut *mut Schema,
    pub dictionary: *mut Schema,
    pub release: Option<unsafe extern "C" fn(*mut Schema)>,
    pub private_data: *mut c_void,
}

#[repr(C)]
pub struct Array {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *mut *const c_void,
    pub children: *mut *mut Array,
    pub dictionary: *mut Array,
    pub release: Option<unsafe extern "C" fn(*mut Array)>,
    pub private_data: *mut c_void,
}

struct SchemaOwner {
    format: CString,
    name: CString,
    children: Vec<*mut Schema>,
}

/// What each column is called, and its format; only `team` may be null.
const COLUMNS: [(&str, &str); 5] =
    [("id", "l"), ("name", "u"), ("score", "g"), ("team", "u"), ("updated_at", "tsu:UTC")];

pub fn people_schema() -> Schema {
    let children = COLUMNS.map(|(name, format)| schema(name, format, if name == "team" { 2 } else { 0 }, Vec::new()));
    schema("", "+s", 0, children.into())
}

fn schema(name: &str, format: &str, flags: i64, children: Vec<Schema>) -> Schema {
    let children = children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect();
    let (format, name) = (CString::new(format).unwrap(), CString::new(name).unwrap());
    let owner = Box::leak(Box::new(SchemaOwner { format, name, children }));
    Schema {
        format: owner.format.as_ptr(),
        name: owner.name.as_ptr(),
        metadata: null(),
        flags,
        n_children: owner.children.len() as i64,
        children: owner.children.as_mut_ptr(),
        dictionary: null_mut(),
        release: Some(release_schema),
        private_data: (owner as *mut SchemaOwner).cast(),
    }
}

unsafe extern "C" fn release_schema(schema: *mut Schema) {
    unsafe {
        let owner = Box::from_raw((*schema).private_data.cast::<SchemaOwner>());
        for child in owner.children {
            let mut child = Box::from_raw(child);
            if let Some(release) = child.release {
                release(&mut *child);
            }
        }
        (*schema).release = None;
    }
}

struct ArrayOwner {
    /// Keeps what `buffers` points to.
    _bytes: Vec<Option<Vec<u8>>>,
    buffers: Vec<*const c_void>,
    children: Vec<*mut Array>,
}

type Release = unsafe extern "C" fn(*mut Array);

/// Records as a struct array that is released as the mutant does it.
pub fn people_array(people: &[Person], mutant: &str) -> Array {
    let fixed = |values: &mut dyn Iterator<Item = [u8; 8]>| Some(values.flatten().collect::<Vec<u8>>());
    let count = people.len();
    let ids = array(count, 0, vec![None, fixed(&mut people.iter().map(|p| p.id.to_le_bytes()))], Vec::new());
    let scores = array(count, 0, vec![None, fixed(&mut people.iter().map(|p| p.score.to_le_bytes()))], Vec::new());
    let instants =
        array(count, 0, vec![None, fixed(&mut people.iter().map(|p| p.updated_at.to_le_bytes()))], Vec::new());
    let names = text_array(people.iter().map(|person| Some(person.name.as_str())));
    let teams = text_array(people.iter().map(|person| person.team));
    let mut whole = array(count, 0, vec![None], vec![ids, names, scores, teams, instants]);
    whole.release = Some(match mutant {
        "v2-release-frees-nothing" => release_nothing,
        "v2-release-not-marked" => release_unmarked,
        _ => release_array as Release,
    });
    whole
}

fn text_array<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Array {
    let (mut offsets, mut bytes, mut validity, mut count, mut nulls) = (vec![0i32], Vec::new(), Vec::new(), 0, 0);
    for text in texts {
        if count % 8 == 0 {
            validity.push(0u8);
        }
        match text {
            Some(text) => {
                validity[count / 8] |= 1 << (count % 8);
                bytes.extend_from_slice(text.as_bytes());
            }
            None => nulls += 1,
        }
        offsets.push(bytes.len() as i32);
        count += 1;
    }
    let offsets = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    array(count, nulls, vec![Some(validity), Some(offsets), Some(bytes)], Vec::new())
}

fn array(length: usize, null_count: i64, bytes: Vec<Option<Vec<u8>>>, children: Vec<Array>) -> Array {
    let buffers = bytes.iter().map(|one| one.as_ref().map_or(null(), |bytes| bytes.as_ptr().cast())).collect();
    let children = children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect();
    let owner = Box::leak(Box::new(ArrayOwner { _bytes: bytes, buffers, children }));
    Array {
        length: length as i64,
        null_count,
        offset: 0,
        n_buffers: owner.buffers.len() as i64,
        n_children: owner.children.len() as i64,
        buffers: owner.buffers.as_mut_ptr(),
        children: owner.children.as_mut_ptr(),
        dictionary: null_mut(),
        release: Some(release_array),
        private_data: (owner as *mut ArrayOwner).cast(),
    }
}

unsafe extern "C" fn release_array(array: *mut Array) {
    unsafe {
        release_unmarked(array);
        (*array).release = None;
    }
}

unsafe extern "C" fn release_unmarked(array: *mut Array) {
    unsafe {
        let owner = Box::from_raw((*array).private_data.cast::<ArrayOwner>());
        for child in owner.children {
            let mut child = Box::from_raw(child);
            if let Some(release) = child.release {
                release(&mut *child);
            }
        }
    }
}

unsafe extern "C" fn release_nothing(array: *mut Array) {
    unsafe { (*array).release = None };
}
