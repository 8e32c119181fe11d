import type { TemplateFile } from "./template-bundle.js";

/** What `template.json` says of a template folder. */
export interface TemplateManifest {
  /** Texts of the project as it stands, and the Handlebars they stand for, in every file. */
  readonly replace: Readonly<Record<string, string>>;
  /** The same, in some files only, by path. */
  readonly replaceIn?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Files made once for every object. */
  readonly perObject?: readonly string[];
  /** Files made for the first object only. */
  readonly firstObject?: readonly string[];
  /** What stands for the object in those files, as whole words. */
  readonly object?: Readonly<Record<string, string>>;
}

/**
 * Turns a file of a running template project into Handlebars.
 *
 * Regions name their Handlebars in comments and hold, below it, what it comes to with the default answers, so that the
 * project runs as it stands:
 *
 *     //= {{#each objects}}
 *     //= {{name}},
 *     //= {{/each}}
 *     users,
 *     //=
 *
 * Everything else is literal text, in which the manifest's texts are replaced.
 */
export function compileTemplateFile(path: string, text: string, manifest: TemplateManifest): TemplateFile {
  const folder = /^variants\/([a-z]+)-([^/]+)\/(.+)$/.exec(path);
  const [, key = "", value = "", below = ""] = folder ?? [];
  const place = folder === null ? path : below;
  const when = {
    ...(folder === null ? {} : { [key]: value }),
    ...(place.startsWith(".github/") ? { ci: "true" } : {}),
  };
  const per = manifest.perObject?.includes(place)
    ? "object"
    : manifest.firstObject?.includes(place)
      ? "first-object"
      : undefined;
  const replaced = { ...manifest.replace, ...manifest.replaceIn?.[place] };
  const words = per === undefined ? {} : (manifest.object ?? {});
  const literal = (part: string) => literalSource(part, replaced, words);
  return {
    path: literalSource(place, manifest.replace, words),
    source: regionsOf(text)
      .map(({ handlebars, plain }) => handlebars ?? literal(plain ?? ""))
      .join(""),
    ...(Object.keys(when).length === 0 ? {} : { when }),
    ...(per === undefined ? {} : { per }),
  };
}

/** What a file of a template comes to with the default answers: its text without the comments of regions. */
export function withoutRegionComments(text: string): string {
  return regionsOf(text)
    .map(({ plain, standIn }) => plain ?? standIn ?? "")
    .join("");
}

interface Region {
  readonly plain?: string;
  readonly handlebars?: string;
  readonly standIn?: string;
}

const LINE_REGION =
  /^((?<indent>[ \t]*)(?<comment>\/\/|# ?)= .*\n(?:[ \t]*\k<comment>= .*\n)*)([\s\S]*?)^[ \t]*\k<comment>=\n/gm;
const MARKDOWN_REGION = /^<!--= ([\s\S]*?) ?-->\n([\s\S]*?)^<!--=-->\n/gm;

function regionsOf(text: string): Region[] {
  const found: { readonly start: number; readonly end: number; readonly region: Region }[] = [];
  for (const match of text.matchAll(LINE_REGION)) {
    const [whole, marked = "", indent = "", , standIn = ""] = match;
    const lines = marked
      .trimEnd()
      .split("\n")
      .map((line) => {
        const content = line.replace(/^[ \t]*(?:\/\/|# ?)= /, "");
        // A block helper alone on its line leaves no line behind.
        return /^\s*\{\{[#/][^}]*\}\}$/.test(content) || content === "{{else}}"
          ? `${content}\n`
          : `${indent}${content}\n`;
      });
    found.push({
      start: match.index,
      end: match.index + whole.length,
      region: { handlebars: lines.join(""), standIn },
    });
  }
  for (const match of text.matchAll(MARKDOWN_REGION)) {
    const [whole, content = "", standIn = ""] = match;
    found.push({
      start: match.index,
      end: match.index + whole.length,
      region: { handlebars: `${content}\n`, standIn },
    });
  }
  found.sort((a, b) => a.start - b.start);
  const regions: Region[] = [];
  let at = 0;
  for (const { start, end, region } of found) {
    regions.push({ plain: text.slice(at, start) }, region);
    at = end;
  }
  return [...regions, { plain: text.slice(at) }];
}

/** Literal text as Handlebars: what looks like Handlebars is escaped, then names become placeholders. */
function literalSource(
  text: string,
  replaced: Readonly<Record<string, string>>,
  words: Readonly<Record<string, string>>,
): string {
  const escaped = (pattern: string) => pattern.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const longestFirst = (left: string, right: string) => right.length - left.length;
  const alternatives = [
    ...Object.keys(replaced).sort(longestFirst).map(escaped),
    // A letter, digit or underscore before or after makes it another word; other names of the project are longer.
    ...Object.keys(words)
      .sort(longestFirst)
      .map((word) => `(?<![A-Za-z0-9_])${escaped(word)}(?![A-Za-z0-9_])`),
    "\\{\\{",
  ];
  const source = text.replace(new RegExp(alternatives.join("|"), "g"), (found) =>
    found === "{{" ? "\\{{" : (replaced[found] ?? words[found] ?? found),
  );
  // A brace before a placeholder, as in ${NAME}, would make it another kind of placeholder.
  return source.replace(/(?<![{\\])\{(?=\{\{\w)/g, "{{brace}}");
}
