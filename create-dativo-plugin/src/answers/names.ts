/** Longest name of a project, of an object, and longest description: generated lines are laid out for them. */
const MAX_NAME_LENGTH = 40;
const MAX_OBJECT_LENGTH = 30;
export const MAX_DESCRIPTION_LENGTH = 80;

/** Words that one of the three languages, or SQL in `dativo query`, keeps for itself. */
const RESERVED = new Set(
  `abstract all and any as assert async await become box boolean break by case cast catch class const constructor continue crate
   debugger def default del delete do double dyn elif else end enum eval except exec export extends extern false final finally
   float fn for from function get global group having if impl implements import in instanceof int interface is join lambda let
   limit limits loop macro match mod module move mut namespace new none nonlocal not null number object of offset on or order
   override package pass print priv private protected public pub raise ref require return select self set static string struct
   super switch symbol table then this throw trait true try type typeof undefined union unsafe unsized use using var virtual
   void where while with yield`.split(/\s+/),
);

/** Names that Windows keeps for devices, with any extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** What is wrong with the name of a project, as the end of a sentence; undefined when nothing is. */
export function projectNameProblem(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return `is longer than ${MAX_NAME_LENGTH} characters`;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return "must start with a letter and hold lower-case letters, digits and single hyphens";
  if (WINDOWS_DEVICE.test(name)) return "is the name of a device on Windows";
  if (RESERVED.has(name) || TAKEN.has(name)) return "cannot be the name of a package in every language";
  return undefined;
}

/** Names that would collide with what a project depends on. */
const TAKEN = new Set([
  "dativo",
  "dativo-plugin",
  "dativo-ingest",
  "node-modules",
  "test",
  "core",
  "std",
  "alloc",
  "proc",
]);

/** What is wrong with the name of an object, as the end of a sentence; undefined when nothing is. */
export function objectNameProblem(name: string): string | undefined {
  if (name.length > MAX_OBJECT_LENGTH) return `is longer than ${MAX_OBJECT_LENGTH} characters`;
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))
    return "must start with a letter and hold lower-case letters, digits and single underscores";
  if (WINDOWS_DEVICE.test(name)) return "is the name of a device on Windows";
  if (RESERVED.has(name)) return "is a reserved word in TypeScript, Rust, Python or SQL";
  return undefined;
}

/** What is wrong with a description; undefined when nothing is. */
export function descriptionProblem(text: string): string | undefined {
  if (text.trim() === "" || text !== text.trim()) return "must be one sentence without blanks around it";
  if (text.length > MAX_DESCRIPTION_LENGTH) return `is longer than ${MAX_DESCRIPTION_LENGTH} characters`;
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) return "must be a single line";
  return undefined;
}

/** What is wrong with the folder to create, by the rules of a platform; undefined when nothing is. */
export function folderProblem(path: string, platform: NodeJS.Platform): string | undefined {
  if (path.trim() === "") return "is empty";
  if (path.includes("\0")) return "holds a NUL character";
  if (platform !== "win32") return undefined;
  const segments = path.replace(/^[a-z]:/i, "").split(/[\\/]+/);
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === "..") continue;
    if (/[<>:"|?*]/.test(segment) || /\p{Cc}/u.test(segment))
      return `holds a character that Windows does not allow in ${JSON.stringify(segment)}`;
    if (/[. ]$/.test(segment))
      return `has ${JSON.stringify(segment)}, whose last character Windows would drop`;
    if (WINDOWS_DEVICE.test(segment))
      return `has ${JSON.stringify(segment)}, the name of a device on Windows`;
  }
  return undefined;
}

/** A name for a project made from any text, or undefined when nothing of it can be used. */
export function projectNameFrom(text: string): string | undefined {
  const name = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "")
    .slice(0, MAX_NAME_LENGTH)
    .replace(/-+$/, "");
  return projectNameProblem(name) === undefined ? name : undefined;
}

/** A name for an object made from any text, to suggest. */
export function objectNameFrom(text: string): string | undefined {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "");
  if (name === "") return undefined;
  if (objectNameProblem(name) === undefined) return name;
  return objectNameProblem(`${name}_list`) === undefined ? `${name}_list` : undefined;
}

/** The name as people write it: `acme-reader` becomes `Acme`. */
export function titleOf(name: string): string {
  const words = name.replace(/-(reader|writer|plugin)$/, "").split("-");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
