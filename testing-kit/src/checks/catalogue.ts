import type { Check } from "./check.js";
import { readerSurvivesKills, writerSurvivesKills } from "./engine-kills.js";
import { readerMemoryIsFlat, writerMemoryIsFlat } from "./memory.js";
import {
  readerAnswersVersions,
  readerHasItsSymbols,
  readerLedgerBalances,
  readerReleases,
  readerSurvivesHostileInput,
  writerAnswersVersions,
  writerHasItsSymbols,
  writerLedgerBalances,
  writerSurvivesHostileInput,
} from "./native-abi.js";
import {
  boundedRetries,
  clientError,
  cutConnection,
  cutJson,
  htmlInstead,
  missingRecords,
  serverError,
} from "./reader/broken-answers.js";
import { declaresItself, requiredConfiguration, secretsAreFlagged } from "./reader/configuration.js";
import { checkHealthy, checkRefused, checkUnreachable } from "./reader/connection-check.js";
import { deterministic } from "./reader/deterministic.js";
import { discovers, discoversColumns } from "./reader/discovery.js";
import { failedPage } from "./reader/failed-page.js";
import { keepsSecrets, timeZone, twoAtOnce } from "./reader/isolation.js";
import { abandons, cancels, closes, readsAgain, waitsForConsumer } from "./reader/lifecycle.js";
import { discoveredAreReadable, estimates, keepsItsSchema, readsWhatIsAsked } from "./reader/objects.js";
import {
  changesNothingGlobal,
  leavesNothingOpen,
  printsNothing,
  reachesDeclaredHosts,
} from "./reader/observed.js";
import { emptyPage, emptySource, keysAreUnique, repeatedPage, shortPage } from "./reader/pages.js";
import { longWait, rateLimitDate, rateLimited } from "./reader/rate-limit.js";
import { readsToTheEnd } from "./reader/reads-to-the-end.js";
import { forbidden, unauthorized } from "./reader/refused-credentials.js";
import { resume } from "./reader/resume.js";
import {
  everyCheckpoint,
  farFuture,
  foreignState,
  recordedStates,
  secondRun,
  unsortedPages,
} from "./reader/state.js";
import { late, ties } from "./reader/ties.js";
import { unknownObject } from "./reader/unknown-object.js";
import { integersSurvive, nullIsNotMissing, numbersSurvive, textSurvives } from "./reader/values.js";
import { yieldsWhatItRead } from "./reader/yields-what-it-read.js";
import {
  abortLeavesNothing,
  abortsRun,
  commitsAfterRestart,
  commitsOnce,
  commitsOnceAfterCrash,
  crashLeavesNoData,
  merges,
  replaces,
  runsDoNotOverwrite,
} from "./writer/commit.js";
import {
  badTargetCheck,
  countsAddUp,
  emptyBatches,
  invisibleBeforeCommit,
  targetCheck,
  visibleAfterCommit,
  writerDeclaresItself,
} from "./writer/staging.js";
import {
  writerCancels,
  writerFailsOnFailure,
  writerKeepsSecrets,
  writerLeavesNothingOpen,
  writerPrintsNothing,
  writerReachesDeclaredHosts,
} from "./writer/surroundings.js";
import {
  columnNamesAreSafe,
  newColumns,
  objectNamesAreSafe,
  objectsStayApart,
  valuesAreKept,
} from "./writer/values.js";

const READER_CHECKS: readonly Check[] = [
  declaresItself,
  requiredConfiguration,
  secretsAreFlagged,
  checkHealthy,
  checkRefused,
  checkUnreachable,
  discovers,
  discoversColumns,
  discoveredAreReadable,
  estimates,
  readsToTheEnd,
  yieldsWhatItRead,
  deterministic,
  keysAreUnique,
  readsWhatIsAsked,
  unknownObject,
  emptyPage,
  shortPage,
  emptySource,
  repeatedPage,
  resume,
  ties,
  late,
  secondRun,
  farFuture,
  foreignState,
  recordedStates,
  unsortedPages,
  everyCheckpoint,
  readerSurvivesKills,
  failedPage,
  serverError,
  clientError,
  unauthorized,
  forbidden,
  rateLimited,
  rateLimitDate,
  longWait,
  boundedRetries,
  cutConnection,
  cutJson,
  htmlInstead,
  missingRecords,
  keepsItsSchema,
  integersSurvive,
  numbersSurvive,
  textSurvives,
  nullIsNotMissing,
  cancels,
  abandons,
  waitsForConsumer,
  closes,
  readsAgain,
  leavesNothingOpen,
  twoAtOnce,
  timeZone,
  printsNothing,
  reachesDeclaredHosts,
  changesNothingGlobal,
  readerHasItsSymbols,
  readerAnswersVersions,
  readerSurvivesHostileInput,
  readerReleases,
  readerLedgerBalances,
  readerMemoryIsFlat,
  keepsSecrets,
];

const WRITER_CHECKS: readonly Check[] = [
  writerDeclaresItself,
  targetCheck,
  badTargetCheck,
  countsAddUp,
  emptyBatches,
  invisibleBeforeCommit,
  visibleAfterCommit,
  replaces,
  merges,
  commitsOnce,
  commitsOnceAfterCrash,
  commitsAfterRestart,
  abortLeavesNothing,
  abortsRun,
  crashLeavesNoData,
  runsDoNotOverwrite,
  writerSurvivesKills,
  valuesAreKept,
  columnNamesAreSafe,
  newColumns,
  writerFailsOnFailure,
  writerCancels,
  writerLeavesNothingOpen,
  objectsStayApart,
  objectNamesAreSafe,
  writerPrintsNothing,
  writerReachesDeclaredHosts,
  writerHasItsSymbols,
  writerAnswersVersions,
  writerSurvivesHostileInput,
  writerLedgerBalances,
  writerMemoryIsFlat,
  writerKeepsSecrets,
];

/** Every check, in the order of reports. */
export const CHECKS: readonly Check[] = [...READER_CHECKS, ...WRITER_CHECKS];

/** The check of an id. */
export function findCheck(id: string): Check | undefined {
  return CHECKS.find((check) => check.id === id);
}
