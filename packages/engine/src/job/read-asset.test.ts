import { describe, expect, it } from "vitest";
import { readJobFile } from "./read-job-file.js";
import { GOOD } from "./testing/bad-job.js";
import { project } from "./testing/project.js";

function read(job: string, files: Record<string, string>) {
  return readJobFile("job.yaml", { cwd: project({ "job.yaml": GOOD + job, ...files }), env: {} });
}

const FLAT = `$schema: schemas/odcs/dativo-odcs-3.0.2-extended.schema.json
apiVersion: v3.0.2
kind: DataContract
id: 550e8400-e29b-41d4-a716-446655440004
name: csv_employee
version: "1.0"
status: active
description:
  purpose: "Employees"
  limitations: null
tags: [employee, hr]
source_type: csv
object: Employee
target: { file_format: parquet, mode: strict }
schema:
  - name: employee_id
    type: integer
    required: true
    primary_key: true
  - { name: email, type: string, classification: PII, description: Work address }
  - { name: salary, type: double }
  - { name: bonus, type: "decimal(10,2)" }
  - { name: created_at, type: timestamp }
data_quality: { monitoring: { enabled: true, oncall_rotation: x } }
team: { owner: data@example.com, cost_center: F }
`;

const NESTED = `asset:
  name: csv_person
  source_type: csv
  object: Person
  version: 1.10
  schema:
    - { name: id, type: integer, required: true }
    - { name: name, type: string }
  governance:
    owner: data@example.com
    cost_center: F
    tags: [test]
    classification: [PII]
    retention_days: 365
`;

describe("an asset definition", () => {
  it("is read in its flat form", () => {
    const job = read("asset: csv_employee\nasset_path: a.yaml\n", { "a.yaml": FLAT });
    expect(job.asset).toEqual({
      name: "csv_employee",
      version: "1.0",
      sourceType: "csv",
      object: "Employee",
      description: "Employees",
      tags: ["employee", "hr"],
      schema: {
        fields: [
          { name: "employee_id", type: { kind: "integer" }, required: true },
          { name: "email", type: { kind: "string" }, classification: "PII", description: "Work address" },
          { name: "salary", type: { kind: "number" } },
          { name: "bonus", type: { kind: "decimal", precision: 10, scale: 2 } },
          { name: "created_at", type: { kind: "timestamp", zone: false } },
        ],
        key: ["employee_id"],
      },
      extra: {
        $schema: "schemas/odcs/dativo-odcs-3.0.2-extended.schema.json",
        apiVersion: "v3.0.2",
        kind: "DataContract",
        id: "550e8400-e29b-41d4-a716-446655440004",
        status: "active",
        description: { purpose: "Employees" },
        target: { file_format: "parquet", mode: "strict" },
        data_quality: { monitoring: { enabled: true, oncall_rotation: "x" } },
        team: { owner: "data@example.com", cost_center: "F" },
      },
    });
    expect(job.warnings).toEqual([]);
  });

  it("is read in its older nested form", () => {
    const { asset, warnings } = read("asset_path: a.yaml\n", { "a.yaml": NESTED });
    expect(asset).toMatchObject({
      name: "csv_person",
      version: "1.10",
      sourceType: "csv",
      object: "Person",
      tags: ["test"],
      extra: {
        team: { owner: "data@example.com", cost_center: "F" },
        compliance: { classification: ["PII"], retention_days: 365 },
      },
    });
    expect(asset?.schema?.fields.map((field) => field.name)).toEqual(["id", "name"]);
    expect(warnings).toEqual([]);
  });

  it("is found by name in the assets folder, by file name or by the name inside", () => {
    const files = {
      "assets/csv/v1.0/employee.yaml": FLAT,
      "assets/person.yml": NESTED,
      "assets/broken.yaml": "a: [",
    };
    expect(read("asset: csv_employee\n", files).asset?.object).toBe("Employee");
    expect(read("asset: csv_person\n", files).asset?.object).toBe("Person");
    expect(read("asset: employee\n", files).asset?.object).toBe("Employee");
  });

  it("may stand in the job itself", () => {
    const job = read("asset:\n  name: a\n  key: [id]\n  schema: [{ name: id, type: INT }]\n", {});
    expect(job.asset?.schema).toEqual({ fields: [{ name: "id", type: { kind: "integer" } }], key: ["id"] });
  });

  it("needs name and schema only; what the existing platform needs beyond is a warning, as are likely slips", () => {
    const { asset, warnings } = read("asset: other\nasset_path: a.yaml\n", {
      "a.yaml":
        "name: a\ndescripton: x\nschema:\n  - { name: id, type: string, requird: true }\n  - { name: ID, type: string }\n",
    });
    expect(asset).toMatchObject({ name: "a", version: "1.0" });
    expect(
      warnings.map(({ kind, key, file, line, column }) => `${kind} ${key} ${file}:${line}:${column}`),
    ).toEqual([
      "asset version a.yaml:1:1",
      "asset descripton a.yaml:2:1",
      "asset schema[1].name a.yaml:5:13",
      "asset schema[0].requird a.yaml:4:31",
      "asset asset job.yaml:5:8",
    ]);
    expect(warnings[0]?.message).toContain("no version, source_type, object, team.owner,");
  });
});
