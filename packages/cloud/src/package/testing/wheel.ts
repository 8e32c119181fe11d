import { zipSync } from "fflate";

/** A wheel of a distribution with one module, as pip installs it. */
export function wheel(
  name: string,
  version: string,
  tag = "py3-none-any",
): Readonly<Record<string, Uint8Array>> {
  const info = `${name}-${version}.dist-info`;
  const encode = (text: string) => new TextEncoder().encode(text);
  const files = {
    [`${name}/__init__.py`]: `VERSION = "${version}"\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    [`${info}/RECORD`]: "",
  };
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encode(text)])));
  return { [`${name}-${version}-${tag}.whl`]: zip };
}
