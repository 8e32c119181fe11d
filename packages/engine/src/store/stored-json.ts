import type { Json } from "@dativo/protocol";
import { z } from "zod";

/** Any JSON of a file that was parsed, as it is: `z.json()` leaves out keys named `__proto__`. */
export const storedJson = z.custom<Json>((value) => value !== undefined);
