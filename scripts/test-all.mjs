// npm run test:all: as npm test, with every variant instead of a sample.
process.env.DATIVO_TESTS = "all";
await import("./test.mjs");
