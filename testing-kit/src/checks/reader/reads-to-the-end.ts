import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";

export const readsToTheEnd = readerCheck({
  id: "R3.reads",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  live: true,
  title: "A full read of a healthy source comes to its end with records",
  why: "Everything else is compared with this read; a reader that reads nothing passes most other checks.",
  how: "Reads all objects of the job from the mock API without any fault.",
  async run(lab) {
    const reading = await lab.plainReading();
    const { objects } = await lab.about();
    if (reading.error !== undefined)
      fail(`The read failed.\n${reading.error.code}: ${reading.error.message}`, {
        advice: reading.error.hint,
      });
    if (reading.records.length === 0)
      fail(
        `The read ended without a single record, of ${objects.length === 0 ? "no object" : objects.join(", ")}.`,
        {
          advice: "Let the mock API serve records of the objects that the job names.",
        },
      );
    const open = reading.objects.map(({ name }) => name).filter((name) => !reading.ended.includes(name));
    if (open.length > 0) fail(`${open.join(", ")} began and did not end.`);
    const unread = objects.filter((name) => !reading.objects.some((object) => object.name === name));
    if (unread.length > 0) fail(`The job asks for ${unread.join(", ")}, and the read never began it.`);
  },
});
