export { contractReportJsonSchema, contractReportSchema } from "./run/report.js";
