import {
  type AssetDefinition,
  formatFieldType,
  type SourceConfig,
  type TargetConfig,
} from "@dativo/protocol";

/** What `create_reader` is given: these keys and no others. */
export function readerInput(config: SourceConfig, objects: readonly string[]): Uint8Array {
  const { type, connection, credentials, files, incremental, engine } = config;
  return cText(JSON.stringify({ type, connection, credentials, objects, files, incremental, engine }));
}

/** What `create_writer` is given: these keys and no others. */
export function writerInput(config: TargetConfig, asset: AssetDefinition, outputBase: string): Uint8Array {
  return cText(
    JSON.stringify({
      asset_name: asset.name,
      schema: (asset.schema?.fields ?? []).map(({ type, ...field }) => ({
        ...field,
        type: formatFieldType(type),
      })),
      output_base: outputBase,
      target_type: config.type,
      connection: config.connection,
      file_format: config.fileFormat ?? null,
      engine: config.engine,
    }),
  );
}

/** UTF-8 with a terminating NUL. JSON spells the character U+0000 as an escape, so no other NUL is in it. */
function cText(json: string): Uint8Array {
  return Buffer.from(`${json}\0`);
}
