// Run by exit.test.ts: a module that loads a library through koffi before anybody has set the sizes of its stacks.
import { DuckDb } from "@dativo/columnar";
import koffi from "koffi";

koffi.load(process.platform === "win32" ? "ucrtbase.dll" : null);
await DuckDb.open().then(
  () => console.log("opened"),
  (error) => console.log(error.code),
);
