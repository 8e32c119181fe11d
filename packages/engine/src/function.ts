export { carryOut, type TransferParts } from "./transfer/carry-out.js";
export { decodeTask, type TransferTask } from "./transfer/transfer-task.js";
