import { createHash } from "node:crypto";
import { DativoError, type Redactor } from "@dativo/protocol";
import { redactUrl } from "./redact-url.js";

/** What a `PageGuard` may be asked to bear. */
interface GuardSettings {
  readonly maxPages: number;
  readonly repeatLimit: number;
  readonly redactor: Redactor;
}

/** Recognises pagination that would never end. */
export class PageGuard {
  private readonly requests = new Set<string>();
  private pages = 0;
  private lastContent = "";
  private repeats = 0;

  constructor(private readonly settings: GuardSettings) {}

  /**
   * Takes note of a request that is about to be sent.
   *
   * @throws DativoError `PAGE_REPEATED` when it was sent before, `PAGE_LIMIT_REACHED`
   */
  beforeRequest(url: string, body: string): void {
    const { maxPages, redactor } = this.settings;
    if (this.pages >= maxPages)
      throw new DativoError({
        code: "PAGE_LIMIT_REACHED",
        message: `${redactUrl(url, redactor)} would be page ${this.pages + 1}, and at most ${maxPages} may be read.`,
        details: { pages: this.pages, max_pages: maxPages },
      });
    const request = digest(`${url}\n${body}`);
    if (this.requests.has(request))
      throw new DativoError({
        code: "PAGE_REPEATED",
        message: `The source asks for ${redactUrl(url, redactor)} a second time, after ${this.pages} ${this.pages === 1 ? "page" : "pages"}.`,
        details: { pages: this.pages },
      });
    this.requests.add(request);
    this.pages += 1;
  }

  /** Forgets a request whose page is not used, so that it may be sent again. */
  forget(url: string, body: string): void {
    if (this.requests.delete(digest(`${url}\n${body}`))) this.pages -= 1;
  }

  /**
   * Takes note of a page with records.
   *
   * @throws DativoError `PAGE_REPEATED` when it has the same content as the pages before it
   */
  afterPage(url: string, content: string): void {
    const { repeatLimit, redactor } = this.settings;
    const hash = digest(content);
    this.repeats = hash === this.lastContent ? this.repeats + 1 : 1;
    this.lastContent = hash;
    if (this.repeats >= repeatLimit)
      throw new DativoError({
        code: "PAGE_REPEATED",
        message: `${redactUrl(url, redactor)} has the same content as the page before it, byte for byte.`,
        details: { pages: this.pages, repeats: this.repeats },
      });
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
