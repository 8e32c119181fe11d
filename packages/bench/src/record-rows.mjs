/** The eight fields that every row benchmark uses. */
export const ROW_SCHEMA = {
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "account_id", type: { kind: "integer" } },
    { name: "amount", type: { kind: "number" } },
    { name: "quantity", type: { kind: "integer" } },
    { name: "active", type: { kind: "boolean" } },
    { name: "created_at", type: { kind: "timestamp", zone: true } },
    { name: "name", type: { kind: "string" } },
    { name: "city", type: { kind: "string" } },
  ],
};

const CITIES = ["Berlin", "Ulm", "Köln", "Zürich", "Lyon", "Porto", "Gdańsk", "Oslo"];

/** Makes `count` rows from number `from` on; the same numbers give the same rows. */
export function makeRows(from, count) {
  const rows = new Array(count);
  for (let i = 0; i < count; i += 1) {
    const id = from + i;
    rows[i] = {
      id,
      account_id: 9_000_000_000 + ((id * 7919) % 1_000_003),
      amount: ((id * 31) % 100_000) / 100,
      quantity: id % 97,
      active: id % 3 === 0,
      created_at: new Date(1_700_000_000_000 + id * 1000).toISOString(),
      name: `customer ${id % 50_021}`,
      city: CITIES[id % 7 === 0 ? id % 8 : id % 2],
    };
  }
  return rows;
}

/** Makes `total` rows as batches of 10 000. */
export function makeBatches(total, size = 10_000) {
  const batches = [];
  for (let from = 0; from < total; from += size) batches.push(makeRows(from, Math.min(size, total - from)));
  return batches;
}
