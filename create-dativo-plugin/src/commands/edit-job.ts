import { isMap, isSeq, parseDocument } from "yaml";
import type { Kind } from "../answers/choices.js";

/**
 * Adds an object to a job file: to `source.objects` of a reader, or the fixture that holds it to `source.files` of a
 * writer. Comments and layout stay.
 *
 * @returns the text, unchanged when the object is there already, or undefined when the job has no such list
 */
export function addToJob(text: string, object: string, kind: Kind): string | undefined {
  const document = parseDocument(text);
  const list = document.getIn(["source", kind === "reader" ? "objects" : "files"]);
  if (document.errors.length > 0 || !isSeq(list)) return undefined;
  const names = list.items.map((item) => String(isMap(item) ? item.get("object") : item));
  if (names.includes(object)) return text;
  list.add(
    kind === "reader" ? object : document.createNode({ path: `mock/fixtures/${object}.json`, object }),
  );
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
