declare const __VERSION__: string;

/** Version of create-dativo-plugin; the bundle has it written in. */
export const VERSION: string = __VERSION__;
