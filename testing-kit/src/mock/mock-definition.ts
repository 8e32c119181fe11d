import type { Row } from "@dativo/protocol";
import type { VirtualClock } from "./virtual-clock.js";

/** How a resource is divided into pages. */
export type MockPages =
  /** The address of the next page is in the Link header, as rel="next". */
  | { readonly style: "link"; readonly size?: number }
  /** An opaque token in the body, sent back as a query parameter. */
  | { readonly style: "cursor"; readonly size?: number; readonly param?: string; readonly member?: string }
  /** Pages are numbered; one without records is the end. */
  | { readonly style: "page"; readonly size?: number; readonly param?: string; readonly first?: number }
  /** The number of records to skip; a page without records is the end. */
  | { readonly style: "offset"; readonly size?: number; readonly param?: string };

/** One list of records that the API serves. */
export interface MockResource {
  /** The records, or what makes them at each start. */
  readonly rows: readonly Row[] | (() => readonly Row[]);
  /** @default { style: "cursor", size: 100 } */
  readonly pages?: MockPages;
  /** A query parameter that leaves out what is older, compared with a column. */
  readonly since?: {
    readonly column: string;
    /** @default "since" */
    readonly param?: string;
    /** Whether records of the very value are among those asked for. @default true */
    readonly inclusive?: boolean;
  };
  /** Column of an instant before which, by the mock's clock, a record is not there yet. */
  readonly appearsAt?: string;
  /** Member of the body that holds the records; null when the body is the list. @default "data" */
  readonly member?: string | null;
}

/** What every request must carry. */
export type MockAuth =
  | { readonly bearer: string | true }
  | { readonly apiKey: string | true; readonly header?: string; readonly query?: string }
  | { readonly basic: { readonly user: string; readonly password: string } };

/** A request as a route sees it. */
export interface MockRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The parsed JSON body, or the text when it is none. */
  readonly body: unknown;
  /** What the running mock remembers; anything a route puts there. */
  readonly memory: Map<string, unknown>;
  readonly clock: VirtualClock;
}

/** An answer of a route; anything else is answered as JSON with status 200. */
export interface MockAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An API, described instead of programmed. */
export interface MockApiDefinition {
  /** Resources by path, such as `/quakes`; a bare list of rows has pages of 100 with a cursor. */
  readonly resources?: Readonly<Record<string, MockResource | readonly Row[]>>;
  /** Other requests, by method and path, such as `GET /version`. A path may end in `/*`. */
  readonly routes?: Readonly<Record<string, (request: MockRequest) => unknown>>;
  /** `true` as the key means the key that the kit hands over, or any. @default no authentication */
  readonly auth?: MockAuth;
  /** Requests allowed within so many seconds of the mock's clock; more are answered with 429 and Retry-After. */
  readonly rateLimit?: { readonly requests: number; readonly perSeconds: number; readonly date?: boolean };
  /** Records that a reader of this system sees, for APIs that writers write to. */
  readonly records?: (object: string, memory: Map<string, unknown>) => readonly unknown[];
}
