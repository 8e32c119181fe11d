import { DativoError, Redactor } from "@dativo/protocol";
import { sampledCheckpoints } from "../checks/reader/resume.js";
import type { Exchange } from "../http/exchange.js";
import { ReaderLab } from "../plugin/reader-lab.js";
import type { ReaderSubject } from "../plugin/subject.js";
import { findCanary } from "../project/canaries.js";
import { kitVersion } from "../version.js";
import { CASSETTE_VERSION, type Cassette, type RecordedExchange } from "./cassette.js";

/** Headers of answers that mean something to a reader. */
const KEPT_HEADERS = [
  "content-type",
  "link",
  "retry-after",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-total-count",
];

/**
 * Records what passes between a reader and its live API: a check, discovery, a full read, and reads from positions on
 * the way.
 *
 * Secrets are removed by value; a recording that still shows one is refused.
 *
 * @throws DativoError what the read failed with; `SOURCE_UNREADABLE` when nothing was asked over HTTP
 */
export async function recordReader(subject: ReaderSubject, seed: number): Promise<Cassette> {
  const lab = new ReaderLab(subject, { seed, hosts: 1 });
  try {
    const { spec, objects } = await lab.about();
    const exchanges: Exchange[] = [];
    const keep = (more: readonly Exchange[]) => exchanges.push(...more);
    await lab.session({}, async (session) => {
      await session.check();
      await session.discover();
      await session.estimate();
      keep(session.exchanges);
    });
    const reading = await lab.session({}, async (session) => {
      const full = await session.read({ timeoutSeconds: 600 });
      keep(session.exchanges);
      return full;
    });
    if (reading.error !== undefined) throw reading.error;
    const states: Cassette["states"] = {};
    for (const { object, state } of reading.checkpoints) states[object] = state as Cassette["states"][string];
    for (const { object, state } of sampledCheckpoints(reading.checkpoints, seed))
      await lab.session({}, async (session) => {
        await session.read({ objects: [object], state: { [object]: state }, timeoutSeconds: 600 });
        keep(session.exchanges);
      });
    if (exchanges.length === 0)
      throw new DativoError({
        code: "SOURCE_UNREADABLE",
        message: "The plugin asked nothing over HTTP, so there is nothing to record.",
      });
    const { name, version } = spec;
    return scrubbed(subject, {
      cassette_version: CASSETTE_VERSION,
      recorded_at: new Date().toISOString(),
      kit: kitVersion(),
      plugin: { name, version, reference: subject.reference },
      source: (await subject.mock?.start())?.url ?? "",
      objects: [...objects],
      states,
      exchanges: distinct(exchanges),
    });
  } finally {
    await lab.close();
  }
}

/** Every answer once, in order; an answer that changed is kept beside the earlier one. */
function distinct(exchanges: readonly Exchange[]): RecordedExchange[] {
  const kept = new Map<string, RecordedExchange>();
  for (const { request, answer } of exchanges) {
    if (answer === undefined) continue;
    const headers = Object.fromEntries(
      KEPT_HEADERS.filter((name) => answer.headers[name] !== undefined).map((name) => [
        name,
        String(answer.headers[name]),
      ]),
    );
    const recorded: RecordedExchange = {
      request: { method: request.method, path: request.path, body: request.body },
      answer: { status: answer.status, headers, body: answer.body.toString("utf8") },
    };
    kept.set(JSON.stringify(recorded), recorded);
  }
  return [...kept.values()];
}

function scrubbed(subject: ReaderSubject, cassette: Cassette): Cassette {
  const redactor = new Redactor();
  for (const { value } of subject.canaries) redactor.add(value);
  redactor.add(subject.source.credentials);
  const clean = redactor.value(cassette);
  const left = findCanary(JSON.stringify(clean), subject.canaries);
  if (left === undefined) return clean;
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: `The recording still shows a part of ${left.canary.key}, and was not written.`,
    hint: "The API repeats the secret in a form that cannot be removed by value; use credentials made for recording.",
  });
}
