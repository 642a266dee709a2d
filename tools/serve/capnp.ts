import { relative } from 'node:path';

/** A value of Cap'n Proto's text format, in which workerd is configured. A field that is undefined is left out. */
export type Value =
  | string
  | number
  | boolean
  | { raw: string }
  | readonly Value[]
  | { [field: string]: Value | undefined };

/** A configuration file for workerd; `config` is its struct `Config`. */
export function configFile(config: Value): string {
  return `using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = ${text(config)};\n`;
}

/** The content of a file, for a configuration in `directory`: an absolute path would be looked up in workerd's schemas. */
export function embed(directory: string, file: string): Value {
  return { raw: `embed ${JSON.stringify(relative(directory, file))}` };
}

function text(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(text).join(', ')}]`;
  if (isRaw(value)) return value.raw;
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [`${name} = ${text(field)}`],
  );
  return `(${fields.join(', ')})`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isRaw(value: object): value is { raw: string } {
  return 'raw' in value;
}
