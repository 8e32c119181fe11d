/** The clauses of the plugin contract that checks are bound to, as they stand there. */
export const CLAUSES = {
  "1": "Names, configuration and results keep their shapes; secrets never reach a log, an error, a report, a recording or a state.",
  "2.1": "check never reports success by default: not implemented is unknown, shown as such.",
  "2.2":
    "discover names every object that extract accepts, with columns and types where the source knows them.",
  "2.3":
    "extract yields batches. An empty batch is not the end; the end is the end of the stream. An error is never an end.",
  "2.4":
    "A position yielded after a batch promises that all records before it were yielded. Resuming from it yields every record after it, at least once.",
  "2.5": "Two full reads of an unchanged source give the same multiset of records per object.",
  "2.6": "Cancelling stops it within a second and releases what it holds.",
  "2.7": "extract respects objects; an unknown object is OBJECT_NOT_FOUND before any data.",
  "2.8":
    "Values arrive as the source has them: integers beyond 2^53, decimals, timestamps with zone, binary, null versus missing survive the trip.",
  "3.1": "write returns metadata for what it staged; record counts add up to what it was given.",
  "3.2": "Nothing is visible to a reader of the target before commit; after it, all of it is.",
  "3.3": "commit with the same token twice has the effect of once.",
  "3.4": "abort leaves no trace. A crash before commit leaves nothing that a later run mistakes for data.",
  "3.5": "File names are unique across runs; a re-run never overwrites another run's files.",
  "3.6": "A record that it cannot store is rejected by itself, with a reason; the batch goes on.",
  "4": "Strings of the native ABI v1 are NUL-terminated UTF-8 JSON, owned by the plugin and freed once; a null creator result is an error, and a missing symbol is named.",
  "5": "The native ABI v2 has one symbol, a negotiated version, status codes with an error object and batches that are released through Arrow's callbacks; panics are caught at the boundary and become an error.",
  "6": "Output of a plugin never carries the protocol: what it has to say goes to the log.",
  "7": "A plugin declares the contract version it was built for.",
} as const;

/** The number of a clause. */
export type ClauseId = keyof typeof CLAUSES;
