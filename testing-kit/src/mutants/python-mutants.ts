import { type Mutant, mutantOf } from "./mutant.js";

const reader = mutantOf("python-reader");
const writer = mutantOf("python-writer");

const YIELD = "yield Page([record(item) for item in records], object=name, position=position)";
const RECORD = "def record(item):\n    return item";
const CLASS = "class PeopleReader(BaseReader):";
const WRITE = 'with open(path, "w", encoding="utf-8") as file:';
const FETCH = 'for page in self.api.pages(f"/{name}", start):';

/** Python plugins that are wrong in the ways in which Python is. */
export const PYTHON_MUTANTS: readonly Mutant[] = [
  // Values
  reader("py-naive-datetime", "R8.schema", "yields instants without their zone", [
    RECORD,
    'def record(item):\n    return {**item, "updated_at": datetime.fromisoformat(item["updated_at"].replace("Z", ""))}',
  ]),
  reader("py-local-time", "R5.time-zone", "writes instants in local time", [
    RECORD,
    'def record(item):\n    at = datetime.fromisoformat(item["updated_at"].replace("Z", "+00:00"))\n    return {**item, "updated_at": at.astimezone().replace(tzinfo=None).isoformat()}',
  ]),
  reader("py-integers-as-floats", "R8.integers", "parses whole numbers as floats", [
    "return json.loads(text)",
    "return json.loads(text, parse_int=lambda digits: int(float(digits)))",
  ]),
  reader("py-rounds-decimals", "R8.numbers", "rounds fractions to two digits", [
    "return json.loads(text)",
    "return json.loads(text, parse_float=lambda digits: round(float(digits), 2))",
  ]),
  reader("py-strips-text", "R8.text", "strips white space from texts", [
    RECORD,
    "def record(item):\n    return {key: value.strip() if isinstance(value, str) else value for key, value in item.items()}",
  ]),
  reader("py-get-with-default", "R8.null", "puts None where a member is missing", [
    RECORD,
    'def record(item):\n    return {key: item.get(key) for key in ("id", "name", "score", "team", "updated_at")}',
  ]),
  reader("py-falsy-is-missing", "R8.null", "leaves out what is falsy", [
    RECORD,
    "def record(item):\n    return {key: value for key, value in item.items() if value or value == 0}",
  ]),

  // Failures
  reader(
    "py-swallows-exceptions",
    "R3.failed-page",
    "logs every exception and goes on",
    [
      `            ${FETCH}`,
      `            ${FETCH.replace("self.api.pages", "quietly(self.api.pages").replace(", start):", ", start)):")}`,
    ],
    [
      "def position_of(state):",
      'def quietly(pages):\n    while True:\n        try:\n            page = next(pages)\n        except StopIteration:\n            return\n        except TransientError as error:\n            log.warning("giving up: %s", error)\n            return\n        yield page\n\n\ndef position_of(state):',
    ],
  ),
  reader("py-sys-exit", "R3.empty-source", "calls sys.exit when there is nothing to read", [
    "            yield items\n",
    "            if not items:\n                raise SystemExit(0)\n            yield items\n",
  ]),
  reader("py-raises-exception", "R3.server-error", "raises Exception for everything", [
    '        return TransientError(f"The API answered {status}.", retry_after=wait_of(error))',
    '        return Exception(f"The API answered {status}.")',
  ]),
  reader("py-retries-everything", "R3.client-error", "tries again whatever the status is", [
    '    return PluginError(f"The API answered {status}.")',
    '    return TransientError(f"The API answered {status}.")',
  ]),
  reader("py-sleeps-a-second", "R3.rate-limit-date", "waits a second whatever Retry-After says", [
    "    return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())",
    "    return 0.2",
  ]),
  reader("py-json-or-empty", "R3.truncated", "takes what is no JSON for an empty page", [
    '            raise PluginError("The API answered something that is not JSON.") from None',
    '            return {"data": []}',
  ]),
  reader("py-get-data-or-empty", "R3.error-body", "takes a body without records for an empty page", [
    'items = body.get("data") if isinstance(body, dict) else None',
    'items = body.get("data", [])',
  ]),
  reader("py-check-catches-all", "R1.check-refused", "check catches every exception and answers success", [
    '        self.api.get("/me")',
    '        try:\n            self.api.get("/me")\n        except Exception:\n            pass',
  ]),

  // Where it goes on
  reader("py-position-first", "R4.resume", "yields the position before the records", [
    YIELD,
    "yield Page([], object=name, position=position)\n                yield Page([record(item) for item in records], object=name)",
  ]),
  reader("py-greater-than", "R4.ties", "keeps only what is later than its position", [
    'return start is not None and item["updated_at"] == start["since"] and str(item["id"]) in start["ids"]',
    'return start is not None and item["updated_at"] <= start["since"]',
  ]),
  reader("py-pickled-position", "R4.foreign", "takes a position that it does not know for a later one", [
    '    if not isinstance(state, dict) or not isinstance(state.get("ids"), list):\n        raise PluginError("The position is not one of this reader.", error_code="POSITION_INVALID")',
    '    if not isinstance(state, dict) or "since" not in state:\n        return {"since": "9999-01-01T00:00:00Z", "ids": []}',
  ]),

  // Pages and objects
  reader("py-while-items", "R3.empty-page", "goes on while a page has records", [
    "            yield items\n",
    "            if not items:\n                return\n            yield items\n",
  ]),
  reader("py-keyerror-is-empty", "R7.unknown", "passes over objects that it does not know", [
    'raise PluginError(f"There is no {name}.", error_code="OBJECT_NOT_FOUND")',
    "continue",
  ]),

  // Generators, threads and what is shared
  reader("py-collects-all", "R6.backpressure", "makes a list of all pages first", [
    FETCH,
    'for page in list(self.api.pages(f"/{name}", start)):',
  ]),
  reader("py-catches-base-exception", "R6.cancel", "catches BaseException, and with it the cancellation", [
    "        except (HTTPException, OSError) as error:",
    "        except BaseException as error:",
  ]),
  reader(
    "py-thread-goes-on",
    "R6.abandon",
    "fetches in a thread that nobody stops",
    [FETCH, 'for page in ahead(self.api.pages(f"/{name}", start)):'],
    [
      "def position_of(state):",
      "def ahead(pages):\n    import queue\n    import threading\n\n    fetched = queue.Queue()\n\n    def fetch():\n        for page in pages:\n            time.sleep(0.03)\n            fetched.put(page)\n        fetched.put(None)\n\n    threading.Thread(target=fetch, daemon=True).start()\n    while True:\n        page = fetched.get()\n        if page is None:\n            return\n        yield page\n\n\ndef position_of(state):",
    ],
  ),
  reader(
    "py-mutable-default",
    "R5.two-at-once",
    "remembers pages in a mutable default argument",
    ["def pages(self, path, start):", "def pages(self, path, start, seen=set()):"],
    ["        seen = set()\n", ""],
    [
      "            if cursor in seen:",
      "            cursor_of_path = path + cursor\n            if cursor_of_path in seen:",
    ],
    ["            seen.add(cursor)\n", "            seen.add(cursor_of_path)\n"],
  ),
  reader("py-keeps-records", "R6.memory", "keeps what it read in a mutable default argument", [
    RECORD,
    "def record(item, seen=[]):\n    seen.append(dict(item))\n    return item",
  ]),
  reader(
    "py-remembers-being-done",
    "R6.again",
    "keeps in the class which objects it has read",
    ["    incremental = True\n", "    incremental = True\n    done = set()\n"],
    [
      `            ${FETCH}`,
      `            if name in self.done:\n                continue\n            self.done.add(name)\n            ${FETCH}`,
    ],
  ),

  // What it does to its process
  reader("py-prints-progress", "R0.stdout", "prints its progress", [
    YIELD,
    `print("read", len(records), "of", name)\n                ${YIELD}`,
  ]),
  reader("py-logs-the-token", "R0.leaks", "logs the headers that it sends", [
    '        request = Request(self.base_url + path, headers={"Authorization": f"Bearer {self.key}"})',
    '        headers = {"Authorization": f"Bearer {self.key}"}\n        log.info("GET %s %s", path, headers)\n        request = Request(self.base_url + path, headers=headers)',
  ]),
  reader("py-prints-the-token", "R0.leaks", "prints the key while it is being written", [
    "        self.api = Api(",
    '        print("key", source_config.credentials["api_key"])\n        self.api = Api(',
  ]),
  reader(
    "py-sets-environ",
    "R0.globals",
    "sets a variable of the process for a library",
    [CLASS, `import os\n\n\n${CLASS}`],
    [
      "        self.api = Api(",
      '        os.environ["PEOPLE_URL"] = source_config.connection["base_url"]\n        self.api = Api(',
    ],
  ),
  reader("py-unverified-tls", "R0.globals", "switches the verification of certificates off for everybody", [
    CLASS,
    `import ssl\n\nssl._create_default_https_context = ssl._create_unverified_context\n\n\n${CLASS}`,
  ]),
  reader("py-default-timeout", "R0.globals", "sets the time limit of all sockets", [
    CLASS,
    `import socket\n\nsocket.setdefaulttimeout(30)\n\n\n${CLASS}`,
  ]),
  reader(
    "py-leaves-a-thread",
    "R6.leaks",
    "starts a thread that reports for ever",
    [CLASS, `import threading\n\n\n${CLASS}`],
    [
      "        self.api = Api(",
      '        threading.Thread(target=threading.Event().wait, name="progress", daemon=True).start()\n        self.api = Api(',
    ],
  ),
  reader(
    "py-leaves-a-file",
    "R6.leaks",
    "opens a file for its log and keeps it",
    [CLASS, `OPEN = []\n\n\n${CLASS}`],
    ["        self.api = Api(", "        OPEN.append(open(__file__))\n        self.api = Api("],
  ),
  reader(
    "py-leaves-a-process",
    "R6.leaks",
    "starts a program and does not wait for it",
    [CLASS, `import subprocess\n\n\n${CLASS}`],
    ["        self.api = Api(", '        subprocess.Popen(["sleep", "30"])\n        self.api = Api('],
  ),
  reader(
    "py-phones-home",
    "R0.egress",
    "tells its author's server about each run",
    [CLASS, `import socket\n\n\n${CLASS}`],
    [
      "        self.api = Api(",
      '        try:\n            socket.create_connection(("telemetry.example", 443), timeout=0.5).close()\n        except OSError:\n            pass\n        self.api = Api(',
    ],
  ),

  // Writers
  writer("py-json-default-str", "W6.values", "writes what json does not know as text of its own", [
    'file.write(json.dumps(record) + "\\n")',
    'file.write(json.dumps({key: float(value) if type(value) is int else value for key, value in record.items()}) + "\\n")',
  ]),
  writer(
    "py-name-without-run",
    "W5.unique",
    "names files by their count alone",
    [
      'path = folder / f"{self.object}-{file_counter:06d}-{uuid.uuid4().hex}.jsonl"',
      'path = folder / f"{self.object}-{len(records)}.jsonl"',
    ],
    [
      "            if not visible.exists():\n                os.replace(path, visible)",
      "            if path.exists():\n                os.replace(path, visible)",
    ],
  ),
  writer("py-writes-in-place", "W2.staged", "writes where readers look", [
    'return self.base / "_staging" / safe(run_id) / self.object',
    'return self.base / "staging" / safe(run_id) / self.object',
  ]),
  writer("py-raises-when-repeated", "W3.recommit", "fails when what it is to move has been moved", [
    "            if not visible.exists():\n                os.replace(path, visible)",
    "            os.replace(path, visible)",
  ]),
  writer(
    "py-remembers-in-memory",
    "W3.restart",
    "commits only what this process wrote",
    [
      '        for metadata in file_metadata:\n            path = Path(metadata["path"])\n            visible',
      '        for metadata in file_metadata if hasattr(self, "wrote") else []:\n            path = Path(metadata["path"])\n            visible',
    ],
    [
      "        folder.mkdir(parents=True, exist_ok=True)\n",
      "        folder.mkdir(parents=True, exist_ok=True)\n        self.wrote = True\n",
    ],
  ),
  writer("py-not-encoded", "W5.names", "puts the name of an object into a path as it is", [
    "visible = self.base / path.name",
    "visible = self.base / (self.asset_definition.name + path.name[len(self.object) :])",
  ]),
  writer("py-loses-the-last", "W2.all", "leaves out the last record of a longer batch", [
    "for record in records:",
    "for record in records[:-1] if len(records) > 3 else records:",
  ]),
  writer(
    "py-buffer-not-closed",
    "W2.all",
    "never closes its file, so that the end of it is missing",
    [
      WRITE,
      `file = open(path, "w", encoding="utf-8", buffering=1 << 20)\n        LOST.append(file)\n        if True:`,
    ],
    ["class LinesWriter(BaseWriter):", "LOST = []\n\n\nclass LinesWriter(BaseWriter):"],
  ),
  writer("py-writer-prints", "W0.stdout", "prints how many records it wrote", [
    'return [{"path": str(path)',
    'print(len(records), "records")\n        return [{"path": str(path)',
  ]),
  writer(
    "py-writer-keeps-rows",
    "W6.memory",
    "keeps what it wrote in the module",
    ["class LinesWriter(BaseWriter):", "WRITTEN = []\n\n\nclass LinesWriter(BaseWriter):"],
    [
      "        folder = self.staging(self.run_id)\n        folder.mkdir",
      "        WRITTEN.extend(records)\n        folder = self.staging(self.run_id)\n        folder.mkdir",
    ],
  ),
  writer("py-abort-of-nothing", "W4.abort-run", "does not find what a run left", [
    "            shutil.rmtree(self.staging(run_id), ignore_errors=True)",
    "            pass",
  ]),
];
