import { isSeq, parseDocument } from "yaml";

/**
 * Adds an object to `source.objects` of a job file; comments and layout stay.
 *
 * @returns the text, unchanged when the object is there already, or undefined when the job has no such list
 */
export function addToJob(text: string, object: string): string | undefined {
  const document = parseDocument(text, { keepSourceTokens: true });
  const list = document.getIn(["source", "objects"]);
  if (document.errors.length > 0 || !isSeq(list)) return undefined;
  if (list.items.some((item) => String(item) === object)) return text;
  list.add(object);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
