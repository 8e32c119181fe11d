import type { HttpInit, HttpResponse } from "./http.js";

/** One page as it was received. */
export interface ReceivedPage {
  /** The parsed body. */
  readonly body: unknown;
  readonly response: HttpResponse;
  readonly records: readonly unknown[];
  /** Address that was requested. */
  readonly url: string;
}

/** Where in a page something is: a path such as `meta.next`, or a function. */
export type FromPage<T> = string | ((page: ReceivedPage) => T | null | undefined);

/**
 * How the next page is asked for.
 *
 * - `link`: at an address that the page gives: in its `Link` header (rel="next"), or at `from`.
 * - `cursor`: with a value that the page gives at `from`, sent as `param` in the query or in the JSON body.
 * - `page`: with a number that goes up by one; ends at a page without records, or after `last` pages.
 * - `offset`: with the number of records received so far; ends at a page without records, or at `total` records.
 *
 * With `link` and `cursor` a page without records is not the end; the end is a page without a next one.
 */
export type NextPage =
  | { readonly style: "link"; readonly from?: FromPage<string | URL> | undefined }
  | {
      readonly style: "cursor";
      readonly from: FromPage<string | number | bigint>;
      readonly param: string;
      /** Whether `param` is a query parameter or a member of the JSON body. @default "query" */
      readonly in?: "query" | "body" | undefined;
    }
  | {
      readonly style: "page";
      readonly param: string;
      /** @default 1 */
      readonly first?: number | undefined;
      /** Where a page says how many pages there are. */
      readonly last?: FromPage<number> | undefined;
      /** Pages under way at a time. @default 1 */
      readonly concurrency?: number | undefined;
    }
  | {
      readonly style: "offset";
      readonly param: string;
      /** Records asked for at a time. */
      readonly limit: number;
      /** Query parameter for `limit`; not sent when absent. */
      readonly limitParam?: string | undefined;
      /** Where a page says how many records there are in all. */
      readonly total?: FromPage<number> | undefined;
      /** Pages under way at a time; after a page with fewer records than `limit`, one. @default 1 */
      readonly concurrency?: number | undefined;
    };

/** What `http.pages` is told beside what a single request is. */
export interface PageRequest<T = Record<string, unknown>> extends Omit<HttpInit, "stream"> {
  /** Where the records of a page are. @default the body, when it is a list, or else its only member that is one */
  readonly records?: FromPage<readonly T[]> | undefined;
  /** How the next page is asked for. @default { style: "link" } */
  readonly next?: NextPage | undefined;
  /** Pages after which reading fails with `PAGE_LIMIT_REACHED`. @default engine.options.max_pages of the job, or 100 000 */
  readonly maxPages?: number | undefined;
  /** Pages with the same records, byte for byte and one after the other, that fail with `PAGE_REPEATED`. @default 2 */
  readonly repeatLimit?: number | undefined;
}
