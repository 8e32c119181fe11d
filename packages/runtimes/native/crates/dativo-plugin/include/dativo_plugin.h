/* Generated from src/abi.rs by `DATIVO_GENERATE=1 cargo test --test generated_files`; edits here are lost. */

#ifndef DATIVO_PLUGIN_H
#define DATIVO_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */


/**
 * The version of this ABI.
 */
#define DATIVO_ABI_VERSION 2

/**
 * The call succeeded.
 */
#define DATIVO_OK 0

/**
 * The call failed: the buffer for its answer holds one JSON object
 * `{error_type, error_code, message, retryable, hint?, retry_after?, details}`.
 */
#define DATIVO_ERROR 1

/**
 * An object begins: the header is `{object: ObjectSpec}`.
 */
#define DATIVO_EVENT_OBJECT 1

/**
 * Records: the header is `{object, filtered?, deduplicated?, state?}`, `array` is set, and `schema` too when it is the
 * first batch of the object in this extraction or the schema changed. `state` is the position after the batch, as a
 * `DATIVO_EVENT_CHECKPOINT` of its own would say it; it may only be there when `extract` was called with
 * `batch_states: true`.
 */
#define DATIVO_EVENT_BATCH 2

/**
 * A position: the header is `{object, state}`. All records of the object before it were handed over.
 */
#define DATIVO_EVENT_CHECKPOINT 3

/**
 * The object was read to its end: the header is `{object}`.
 */
#define DATIVO_EVENT_OBJECT_END 4

/**
 * The stream is over; the header is empty, and `next` must not be called again before another `extract`.
 */
#define DATIVO_EVENT_END 5

/**
 * The plugin has a reader. A bit of `kinds`, and the kind to open.
 */
#define DATIVO_READER 1

/**
 * The plugin has a writer. A bit of `kinds`, and the kind to open.
 */
#define DATIVO_WRITER 2

/**
 * Bytes owned by the plugin. The host calls `free_buffer` exactly once for every buffer whose `data` is not NULL.
 */
typedef struct DativoBuffer {
  /**
   * The bytes, or NULL when there are none.
   */
  uint8_t *data;
  /**
   * Number of bytes.
   */
  uint64_t size;
  /**
   * For the plugin's own use; the host leaves it as it is.
   */
  uint64_t capacity;
} DativoBuffer;

/**
 * What `next` hands over. The host zeroes it before each call.
 */
typedef struct DativoEvent {
  /**
   * One of `DATIVO_EVENT_*`.
   */
  uint64_t kind;
  /**
   * JSON that says what the event is about.
   */
  struct DativoBuffer header;
  /**
   * Batch: set (`release` is not NULL) when it is the object's first or the schema changed. Moved to the host.
   */
  struct ArrowSchema schema;
  /**
   * Batch: a struct array with one child a column. Moved to the host, which releases it once.
   */
  struct ArrowArray array;
} DativoEvent;

/**
 * The functions of a plugin. The table is static: it stays where it is as long as the library is loaded.
 */
typedef struct DativoPluginV2 {
  /**
   * `sizeof(DativoPluginV2)` as the plugin was built: the host reads no member beyond it.
   */
  uint64_t size;
  /**
   * 2.
   */
  uint32_t abi_version;
  /**
   * Bit set of `DATIVO_READER` and `DATIVO_WRITER`.
   */
  uint32_t kinds;
  /**
   * Describes the reader or writer: `PluginSpec` as JSON.
   */
  int32_t (*spec)(uint32_t kind, struct DativoBuffer *out);
  /**
   * Opens a reader with `{config, run: {id, job}, project_root, default_object}`, or a writer with
   * `{config, asset, object, mode, output_base, run, project_root}`. `instance` is set only on success.
   */
  int32_t (*open)(uint32_t kind,
                  const uint8_t *request,
                  uint64_t size,
                  void **instance,
                  struct DativoBuffer *out);
  /**
   * Carries out `check`, `discover`, `estimate`, `partitions` (asked only where the spec says `partitions`), `extract`,
   * `flush`, `commit` or `abort`, and answers in JSON. After `extract`, `next` is called until `DATIVO_EVENT_END`.
   */
  int32_t (*call)(void *instance,
                  const uint8_t *operation,
                  uint64_t operation_size,
                  const uint8_t *request,
                  uint64_t size,
                  struct DativoBuffer *out);
  /**
   * Reader: hands over the next event of the extraction. May be NULL in a plugin without a reader.
   */
  int32_t (*next)(void *instance, struct DativoEvent *event, struct DativoBuffer *error);
  /**
   * Writer: stages a batch; the request is `{schema, file_counter, token}`, the answer a `WriteResult`. Moves out
   * of `schema` and `array` and releases both, also when it fails; `array` may be kept beyond the call, as a whole:
   * its children are not moved out of it, and hold until it is released. May be NULL in a plugin without a writer.
   */
  int32_t (*write)(void *instance,
                   const uint8_t *request,
                   uint64_t size,
                   struct ArrowSchema *schema,
                   struct ArrowArray *array,
                   struct DativoBuffer *out);
  /**
   * Asks whatever is running to stop within a second. Any thread, any time while the instance is open.
   */
  void (*cancel)(void *instance);
  /**
   * Log records since the last time, one JSON object `{level, message, fields?}` a line. Any thread, any time while
   * the instance is open. May be NULL.
   */
  int32_t (*take_logs)(void *instance, struct DativoBuffer *out);
  /**
   * Frees the instance; no other call is running, and none may follow.
   */
  void (*close)(void *instance);
  /**
   * Frees a buffer and sets its `data` to NULL.
   */
  void (*free_buffer)(struct DativoBuffer *buffer);
  /**
   * Makes two of an array, whoever made it: `array` and `other` describe the same memory afterwards, and it is given
   * back when both were released, on any thread. Lets a host hand a batch on and keep it too; may be NULL or beyond
   * `size`, and then the thread that releases a batch waits for the host.
   */
  void (*share_array)(struct ArrowArray *array, struct ArrowArray *other);
} DativoPluginV2;

#ifdef __cplusplus
extern "C" {
#endif

/* The one exported symbol. `host_abi` is the highest version that the host speaks; NULL says that the plugin cannot
   serve it. */
#if defined(_WIN32)
__declspec(dllexport)
#elif defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const DativoPluginV2 *dativo_plugin_v2(uint32_t host_abi);

#ifdef __cplusplus
}
#endif

#endif  /* DATIVO_PLUGIN_H */
