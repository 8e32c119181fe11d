/**
 * Layout of the Arrow C Data Interface's structures, in 64-bit words.
 *
 * Every member of both structures is one word on the 64-bit platforms that are supported, so both are read and
 * written as arrays of 64-bit integers.
 */
export const ARROW_SCHEMA = {
  words: 9,
  format: 0,
  name: 1,
  metadata: 2,
  flags: 3,
  n_children: 4,
  children: 5,
  dictionary: 6,
  release: 7,
  private_data: 8,
} as const;

/** See `ARROW_SCHEMA`. */
export const ARROW_ARRAY = {
  words: 10,
  length: 0,
  null_count: 1,
  offset: 2,
  n_buffers: 3,
  n_children: 4,
  buffers: 5,
  children: 6,
  dictionary: 7,
  release: 8,
  private_data: 9,
} as const;

/** Flag of a schema whose values may be null. */
export const ARROW_FLAG_NULLABLE = 2n;
