import { DativoError } from "./error.js";

/** The version of the plugin contract this package describes. */
export const CONTRACT_VERSION = 1;

/** The oldest contract version that this host still accepts: its own and the previous one. */
export const OLDEST_CONTRACT_VERSION = Math.max(1, CONTRACT_VERSION - 1);

/**
 * Refuses a peer that speaks a contract version this side does not, and says who must upgrade.
 *
 * @throws DativoError `PLUGIN_VERSION_INCOMPATIBLE`
 */
export function assertContractVersion(peer: { readonly name: string; readonly api: unknown }): void {
  const { name, api } = peer;
  if (typeof api !== "number" || !Number.isInteger(api))
    throw new DativoError({
      code: "PLUGIN_VERSION_INCOMPATIBLE",
      message: `${name} declares the contract version ${JSON.stringify(api) ?? "undefined"}, which is not a whole number.`,
      hint: `Declare "dativo": { "api": ${CONTRACT_VERSION} } in its package.json, or build it with the current SDK.`,
    });
  if (api > CONTRACT_VERSION)
    throw new DativoError({
      code: "PLUGIN_VERSION_INCOMPATIBLE",
      message: `${name} was built for contract version ${api}; this Dativo speaks ${OLDEST_CONTRACT_VERSION} to ${CONTRACT_VERSION}.`,
      hint: "Upgrade Dativo: npm install dativo@latest",
    });
  if (api < OLDEST_CONTRACT_VERSION)
    throw new DativoError({
      code: "PLUGIN_VERSION_INCOMPATIBLE",
      message: `${name} was built for contract version ${api}; this Dativo speaks ${OLDEST_CONTRACT_VERSION} to ${CONTRACT_VERSION}.`,
      hint: "Upgrade the plugin: npm install @dativo/sdk@latest in its project, and build it again.",
    });
}
