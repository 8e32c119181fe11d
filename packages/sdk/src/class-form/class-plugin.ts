import {
  CONTRACT_VERSION,
  type PLUGIN,
  type PluginExport,
  type ReaderOpen,
  type WriterOpen,
} from "@dativo/protocol";
import { constructWithin } from "../host/current-host.js";
import { pluginServices } from "../host/plugin-services.js";
import { Lifetime } from "../lifetime/lifetime.js";
import { batchBytesOf } from "../reader/batch-buffer.js";
import { wrongKind } from "../wrong-kind.js";
import type { BaseReader, ReaderClass } from "./base-reader.js";
import type { BaseWriter, WriterClass } from "./base-writer.js";
import { ClassReader } from "./class-reader.js";
import { ClassWriter } from "./class-writer.js";

/** The plugin that a class extending `BaseReader` is. */
export function readerClassPlugin(type: ReaderClass): PluginExport[typeof PLUGIN] {
  return {
    spec: {
      name: type.name,
      kind: "reader",
      version: type.version,
      api: CONTRACT_VERSION,
      ...(type.partitioned ? { partitions: true } : {}),
    },
    openReader: async (open) => openReader(type, open),
    openWriter: () => Promise.reject(wrongKind(type.name, "reader")),
  };
}

/** The plugin that a class extending `BaseWriter` is. */
export function writerClassPlugin(type: WriterClass): PluginExport[typeof PLUGIN] {
  return {
    spec: {
      name: type.name,
      kind: "writer",
      version: type.version,
      api: CONTRACT_VERSION,
      accepts: ["rows"],
      idempotentCommit: type.idempotentCommit,
      modes: type.modes,
    },
    openReader: () => Promise.reject(wrongKind(type.name, "writer")),
    openWriter: async (open) => openWriter(type, open),
  };
}

function openReader(type: ReaderClass, open: ReaderOpen): ClassReader {
  const { config, host, defaultObject } = open;
  const lifetime = new Lifetime<BaseReader>(host.signal, (signal) => {
    const services = pluginServices(type.name, host, {
      engine: config.engine,
      rateLimits: config.rateLimits,
      signal,
    });
    return constructWithin({ ...services, host, signal }, () => new type(config));
  });
  return new ClassReader(lifetime, {
    name: type.name,
    incremental: type.incremental,
    partitioned: type.partitioned,
    defaultObject,
    batchBytes: batchBytesOf(config.engine),
  });
}

function openWriter(type: WriterClass, open: WriterOpen): ClassWriter {
  const { config, host, asset, outputBase } = open;
  const lifetime = new Lifetime<BaseWriter>(host.signal, (signal) => {
    const services = pluginServices(type.name, host, { engine: config.engine, signal });
    return constructWithin({ ...services, host, signal }, () => new type(asset, config, outputBase));
  });
  return new ClassWriter(lifetime, type.name);
}
