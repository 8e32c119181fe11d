export { formatFieldType, parseFieldType, sameFieldType } from "@dativo/protocol";
