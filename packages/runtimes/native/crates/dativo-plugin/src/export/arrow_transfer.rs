//! Record batches in and out of Arrow's C Data Interface.

use arrow_array::ffi::from_ffi_and_data_type;
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Schema};

use crate::{Error, Result, ResultExt, code};

/// Hands the columns of a batch over, without copying them.
pub(crate) fn export_array(batch: RecordBatch) -> FFI_ArrowArray {
    FFI_ArrowArray::new(&StructArray::from(batch).into_data())
}

/// Hands a schema over.
pub(crate) fn export_schema(schema: &Schema) -> Result<FFI_ArrowSchema> {
    FFI_ArrowSchema::try_from(schema).code(code::TYPE_UNSUPPORTED)
}

/// Takes a batch over. The values are checked as far as safe code relies on them: lengths, offsets and UTF-8.
///
/// # Safety
///
/// Both must be as the C Data Interface asks for: the peer's pointers lead to memory of the sizes that follow from
/// the schema.
pub(crate) unsafe fn import_batch(schema: &FFI_ArrowSchema, array: FFI_ArrowArray) -> Result<RecordBatch> {
    if schema.release().is_none() || array.is_released() {
        return Err(Error::new(code::ABI_VIOLATION, "A batch came without its schema or its columns."));
    }
    let schema = Schema::try_from(schema).code(code::TYPE_UNSUPPORTED)?;
    let data_type = DataType::Struct(schema.fields().clone());
    // SAFETY: as the caller promises; `array` is released by what is made of it.
    let data = unsafe { from_ffi_and_data_type(array, data_type) }.code(code::ABI_VIOLATION)?;
    data.validate_full().code(code::ABI_VIOLATION).while_doing("A batch is not valid Arrow")?;
    if data.null_count() > 0 {
        return Err(Error::new(code::ABI_VIOLATION, "A batch has records that are null."));
    }
    let rows = StructArray::from(data);
    Ok(RecordBatch::from(rows).with_schema(schema.into())?)
}
