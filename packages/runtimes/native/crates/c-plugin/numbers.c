/* A reader that counts from 0 to `connection.rows`, and a writer that adds the first integer column up. */
#include <dativo_plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ROWS 1000

enum phase { IDLE, BEFORE, READING, AFTER_BATCH, ENDED };

struct instance {
  uint32_t kind;
  volatile int cancelled;
  /* Reader. */
  enum phase phase;
  int64_t rows;
  int64_t next;
  int schema_told;
  /* Writer. */
  int64_t sum;
};

/* ---- Buffers ---- */

static void give(DativoBuffer *out, const char *text) {
  size_t size = strlen(text);
  if (out == NULL) return;
  out->data = malloc(size == 0 ? 1 : size);
  if (out->data == NULL) abort();
  memcpy(out->data, text, size);
  out->size = size;
  out->capacity = size;
}

static int32_t fail(DativoBuffer *out, const char *code, const char *message) {
  char json[512];
  snprintf(json, sizeof json,
           "{\"error_type\":\"PluginError\",\"error_code\":\"%s\",\"message\":\"%s\",\"retryable\":false,\"details\":{}}",
           code, message);
  give(out, json);
  return DATIVO_ERROR;
}

static void free_buffer(DativoBuffer *buffer) {
  free(buffer->data);
  memset(buffer, 0, sizeof *buffer);
}

/* ---- Requests: enough JSON to find one number ---- */

/* The integer behind `"name":`, or `otherwise`. */
static int64_t number_in(const uint8_t *json, uint64_t size, const char *name, int64_t otherwise) {
  char key[64];
  char *copy = malloc(size + 1);
  char *found;
  int64_t value = otherwise;
  if (copy == NULL) abort();
  memcpy(copy, json, size);
  copy[size] = '\0';
  snprintf(key, sizeof key, "\"%s\":", name);
  found = strstr(copy, key);
  if (found != NULL) value = strtoll(found + strlen(key), NULL, 10);
  free(copy);
  return value;
}

static int is(const uint8_t *operation, uint64_t size, const char *name) {
  return size == strlen(name) && memcmp(operation, name, size) == 0;
}

/* ---- Arrow ---- */

/* Each child owns its buffers, because a host may move it out of its parent. */
struct column {
  const void *buffers[3];
  void *owned[2];
};

static void release_column(struct ArrowArray *array) {
  struct column *column = array->private_data;
  free(column->owned[0]);
  free(column->owned[1]);
  free(column);
  array->release = NULL;
}

struct record {
  const void *buffers[1];
  struct ArrowArray *pointers[2];
  struct ArrowArray children[2];
};

static void release_record(struct ArrowArray *array) {
  struct record *record = array->private_data;
  int64_t at;
  for (at = 0; at < array->n_children; at++)
    if (record->pointers[at]->release != NULL) record->pointers[at]->release(record->pointers[at]);
  free(record);
  array->release = NULL;
}

struct schema {
  struct ArrowSchema *pointers[2];
  struct ArrowSchema children[2];
};

static void release_field(struct ArrowSchema *schema) { schema->release = NULL; }

static void release_schema(struct ArrowSchema *schema) {
  struct schema *fields = schema->private_data;
  int64_t at;
  for (at = 0; at < schema->n_children; at++)
    if (fields->pointers[at]->release != NULL) fields->pointers[at]->release(fields->pointers[at]);
  free(fields);
  schema->release = NULL;
}

static void export_schema(struct ArrowSchema *out) {
  static const char *const NAMES[2] = {"n", "text"};
  static const char *const FORMATS[2] = {"l", "u"};
  struct schema *fields = calloc(1, sizeof *fields);
  int at;
  if (fields == NULL) abort();
  for (at = 0; at < 2; at++) {
    fields->children[at].format = FORMATS[at];
    fields->children[at].name = NAMES[at];
    fields->children[at].release = release_field;
    fields->pointers[at] = &fields->children[at];
  }
  out->format = "+s";
  out->name = "";
  out->n_children = 2;
  out->children = fields->pointers;
  out->release = release_schema;
  out->private_data = fields;
}

static struct column *column_of(struct ArrowArray *out, int64_t rows, int64_t buffers) {
  struct column *column = calloc(1, sizeof *column);
  if (column == NULL) abort();
  out->length = rows;
  out->n_buffers = buffers;
  out->buffers = column->buffers;
  out->release = release_column;
  out->private_data = column;
  return column;
}

static void export_rows(struct ArrowArray *out, int64_t start, int64_t rows) {
  struct record *record = calloc(1, sizeof *record);
  int64_t *numbers = malloc((size_t)rows * sizeof *numbers);
  int32_t *offsets = malloc((size_t)(rows + 1) * sizeof *offsets);
  char *texts = malloc((size_t)rows * 24);
  struct column *column;
  int64_t at;
  if (record == NULL || numbers == NULL || offsets == NULL || texts == NULL) abort();
  offsets[0] = 0;
  for (at = 0; at < rows; at++) {
    numbers[at] = start + at;
    offsets[at + 1] = offsets[at] + sprintf(texts + offsets[at], "row %lld", (long long)(start + at));
  }
  column = column_of(&record->children[0], rows, 2);
  column->buffers[1] = column->owned[0] = numbers;
  column = column_of(&record->children[1], rows, 3);
  column->buffers[1] = column->owned[0] = offsets;
  column->buffers[2] = column->owned[1] = texts;
  record->pointers[0] = &record->children[0];
  record->pointers[1] = &record->children[1];
  out->length = rows;
  out->n_buffers = 1;
  out->buffers = record->buffers;
  out->n_children = 2;
  out->children = record->pointers;
  out->release = release_record;
  out->private_data = record;
}

/* ---- The table ---- */

static int32_t spec(uint32_t kind, DativoBuffer *out) {
  if (kind == DATIVO_READER)
    give(out, "{\"name\":\"numbers\",\"kind\":\"reader\",\"version\":\"1.0.0\",\"api\":1,"
              "\"objects\":[{\"name\":\"numbers\",\"incremental\":true}]}");
  else
    give(out, "{\"name\":\"numbers\",\"kind\":\"writer\",\"version\":\"1.0.0\",\"api\":1,\"accepts\":[\"arrow\"]}");
  return DATIVO_OK;
}

static int32_t open_instance(uint32_t kind, const uint8_t *request, uint64_t size, void **instance, DativoBuffer *out) {
  struct instance *opened = calloc(1, sizeof *opened);
  if (opened == NULL) abort();
  opened->kind = kind;
  opened->rows = number_in(request, size, "rows", 0);
  if (opened->rows < 0) {
    free(opened);
    return fail(out, "CONFIGURATION_ERROR", "source.connection.rows: must be at least 0.");
  }
  *instance = opened;
  return DATIVO_OK;
}

static int32_t call(void *handle, const uint8_t *operation, uint64_t operation_size, const uint8_t *request,
                    uint64_t size, DativoBuffer *out) {
  struct instance *instance = handle;
  if (is(operation, operation_size, "check")) {
    give(out, "{\"success\":true,\"message\":\"Numbers can always be counted.\"}");
  } else if (instance->kind == DATIVO_READER && is(operation, operation_size, "discover")) {
    give(out, "{\"objects\":[{\"name\":\"numbers\",\"type\":\"sequence\"}],\"metadata\":{}}");
  } else if (instance->kind == DATIVO_READER && is(operation, operation_size, "estimate")) {
    char json[32];
    snprintf(json, sizeof json, "%lld", (long long)instance->rows);
    give(out, json);
  } else if (instance->kind == DATIVO_READER && is(operation, operation_size, "extract")) {
    /* The position of the object, under `state`. */
    instance->next = number_in(request, size, "numbers", 0);
    instance->schema_told = 0;
    instance->phase = BEFORE;
    give(out, "null");
  } else if (instance->kind == DATIVO_WRITER && is(operation, operation_size, "flush")) {
    give(out, "{\"files\":[]}");
  } else if (instance->kind == DATIVO_WRITER && is(operation, operation_size, "commit")) {
    give(out, "{\"status\":\"success\",\"files_added\":1}");
  } else if (instance->kind == DATIVO_WRITER && is(operation, operation_size, "abort")) {
    give(out, "null");
  } else {
    return fail(out, "ABI_VIOLATION", "There is no such operation.");
  }
  return DATIVO_OK;
}

static int32_t next(void *handle, DativoEvent *event, DativoBuffer *error) {
  struct instance *instance = handle;
  char json[96];
  if (instance->cancelled) return fail(error, "INTERRUPTED", "The run was cancelled.");
  switch (instance->phase) {
    case IDLE:
      return fail(error, "ABI_VIOLATION", "next was called without an extraction under way.");
    case BEFORE:
      event->kind = DATIVO_EVENT_OBJECT;
      give(&event->header, "{\"object\":{\"name\":\"numbers\",\"incremental\":true}}");
      instance->phase = READING;
      return DATIVO_OK;
    case READING: {
      int64_t rows = instance->rows - instance->next;
      if (rows <= 0) {
        event->kind = DATIVO_EVENT_OBJECT_END;
        give(&event->header, "{\"object\":\"numbers\"}");
        instance->phase = ENDED;
        return DATIVO_OK;
      }
      if (rows > BATCH_ROWS) rows = BATCH_ROWS;
      event->kind = DATIVO_EVENT_BATCH;
      give(&event->header, "{\"object\":\"numbers\"}");
      if (!instance->schema_told) export_schema(&event->schema);
      instance->schema_told = 1;
      export_rows(&event->array, instance->next, rows);
      instance->next += rows;
      instance->phase = AFTER_BATCH;
      return DATIVO_OK;
    }
    case AFTER_BATCH:
      event->kind = DATIVO_EVENT_CHECKPOINT;
      snprintf(json, sizeof json, "{\"object\":\"numbers\",\"state\":%lld}", (long long)instance->next);
      give(&event->header, json);
      instance->phase = READING;
      return DATIVO_OK;
    case ENDED:
      event->kind = DATIVO_EVENT_END;
      instance->phase = IDLE;
      return DATIVO_OK;
  }
  return fail(error, "ABI_VIOLATION", "next was called at no time that there is.");
}

static int32_t write_batch_v2(void *handle, const uint8_t *request, uint64_t size, struct ArrowSchema *schema,
                              struct ArrowArray *array, DativoBuffer *out) {
  struct instance *instance = handle;
  char json[160];
  int64_t at, row, rows = array->length;
  (void)request;
  (void)size;
  for (at = 0; at < schema->n_children; at++) {
    struct ArrowArray *column = array->children[at];
    const int64_t *values;
    if (strcmp(schema->children[at]->format, "l") != 0 || column->null_count != 0) continue;
    values = (const int64_t *)column->buffers[1] + column->offset;
    for (row = 0; row < rows; row++) instance->sum += values[row];
    break;
  }
  array->release(array);
  schema->release(schema);
  snprintf(json, sizeof json, "{\"files\":[{\"path\":\"memory\",\"record_count\":%lld,\"sum\":%lld}]}", (long long)rows,
           (long long)instance->sum);
  give(out, json);
  return DATIVO_OK;
}

static void cancel(void *handle) { ((struct instance *)handle)->cancelled = 1; }

static void close_instance(void *handle) { free(handle); }

const DativoPluginV2 *dativo_plugin_v2(uint32_t host_abi) {
  static const DativoPluginV2 TABLE = {
      sizeof(DativoPluginV2),
      DATIVO_ABI_VERSION,
      DATIVO_READER | DATIVO_WRITER,
      spec,
      open_instance,
      call,
      next,
      write_batch_v2,
      cancel,
      NULL,
      close_instance,
      free_buffer,
      NULL,
  };
  return host_abi >= DATIVO_ABI_VERSION ? &TABLE : NULL;
}
