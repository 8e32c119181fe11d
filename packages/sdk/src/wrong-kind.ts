import { DativoError } from "@dativo/protocol";

/** The error of a reader that is used as a writer, or the other way round. */
export function wrongKind(name: string, kind: "reader" | "writer"): DativoError {
  const [key, other] =
    kind === "reader" ? ["source.custom_reader", "writer"] : ["target.custom_writer", "reader"];
  return new DativoError({
    code: "PLUGIN_INVALID",
    message: `${name} is a ${kind}, and is used as a ${other}.`,
    hint: `Name it in ${key} of the job file.`,
  });
}
