import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Puts the files that a document names between its `example` markers, so that what is shown is what runs. */
export function embedExamples(text) {
  return text.replace(/<!-- example: (\S+) -->[\s\S]*?<!-- \/example -->/g, (_, path) => {
    const code = readFileSync(ROOT + path, "utf8").trimEnd();
    return `<!-- example: ${path} -->\n\`\`\`${extname(path).slice(1)}\n${code}\n\`\`\`\n<!-- /example -->`;
  });
}
