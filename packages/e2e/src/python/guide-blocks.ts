import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const GUIDE = fileURLToPath(
  new URL("../../../runtimes/python/tests/guide/plugin-development-guide.md", import.meta.url),
);

/** Every Python block of the plugin development guide, as it stands there. */
export const PYTHON_BLOCKS: readonly string[] = [
  ...readFileSync(GUIDE, "utf8").matchAll(/^```python\n(.*?)^```/gms),
].map(([, block]) => block as string);

/** The one block that holds a text. */
export function guideBlock(part: string): string {
  const found = PYTHON_BLOCKS.filter((block) => block.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} blocks of the guide have ${part}.`);
  return found[0] as string;
}

/** The client that the guide leaves to its reader, for the API of the examples. */
const CLIENT = `import json
import urllib.request
from types import SimpleNamespace
from urllib.parse import quote


class AuthenticationError(Exception):
    pass


class MyAPIClient:
    def __init__(self, base_url, api_key):
        self.base_url, self.api_key = base_url, api_key

    def ping(self):
        return SimpleNamespace(version=self.get("/ping").get("version", "1"))

    def list_objects(self):
        return [SimpleNamespace(**found) for found in self.get("/objects")]

    def get_page(self, object_name, page):
        return self.get(f"/{quote(object_name)}?page={page}")

    def get_count(self):
        return self.get("/count")

    def get(self, path):
        request = urllib.request.Request(self.base_url + path, headers={"authorization": f"Bearer {self.api_key}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
`;

/** The guide's plugins, unmodified; only the name of the client that they leave open is given below them. */
export const GUIDE_PLUGINS: Readonly<Record<string, string>> = {
  "my_api_client.py": CLIENT,
  "plugins/my_reader.py": `${guideBlock("class MyCustomReader(BaseReader)")}\nfrom my_api_client import MyAPIClient\n`,
  "plugins/my_writer.py": guideBlock("class MyCustomWriter(BaseWriter)"),
};

/**
 * Readers that are the guide's best practices: each fragment as a method of a class, unmodified, with what it leaves
 * open around it. What stands before a fragment's function stays outside of the class.
 */
export function bestPracticeReader(part: string, around: string): string {
  const fragment = guideBlock(part);
  const start = fragment.indexOf("def ");
  const indented = (text: string) => text.replace(/^(?=.)/gm, "    ");
  return `from dativo_ingest.plugins import BaseReader, ConnectionTestResult
from my_api_client import AuthenticationError, MyAPIClient
${fragment.slice(0, start)}
class Reader(BaseReader):
${indented(fragment.slice(start))}
${indented(around)}
records = [{"id": 1}, {"id": 2}, {"id": 3}]
`;
}
