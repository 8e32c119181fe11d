export { restateCoordinator } from "@dativo/cloud";
