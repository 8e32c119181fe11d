import type { Check } from "./check.js";
import { checkHealthy, checkRefused, checkUnreachable } from "./reader/connection-check.js";
import { deterministic } from "./reader/deterministic.js";
import { discovers, discoversColumns } from "./reader/discovery.js";
import { failedPage } from "./reader/failed-page.js";
import { longWait, rateLimitDate, rateLimited } from "./reader/rate-limit.js";
import { readsToTheEnd } from "./reader/reads-to-the-end.js";
import { forbidden, unauthorized } from "./reader/refused-credentials.js";
import { resume } from "./reader/resume.js";
import { unknownObject } from "./reader/unknown-object.js";

/** Every check, in the order of reports. */
export const CHECKS: readonly Check[] = [
  checkHealthy,
  checkRefused,
  checkUnreachable,
  discovers,
  discoversColumns,
  readsToTheEnd,
  deterministic,
  unknownObject,
  resume,
  failedPage,
  unauthorized,
  forbidden,
  rateLimited,
  rateLimitDate,
  longWait,
];

/** The check of an id. */
export function findCheck(id: string): Check | undefined {
  return CHECKS.find((check) => check.id === id);
}
