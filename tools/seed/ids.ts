import type { Random } from './random.ts';

/** A UUIDv7 (RFC 9562) of a moment, with the seed's randomness. */
export function seededUuid(milliseconds: number, random: Random): string {
  const time = hex(milliseconds, 12);
  const version = `7${hex(random.integer(0, 0xfff), 3)}`;
  const variant = hex(random.integer(0x8000, 0xbfff), 4);
  const rest = hex(random.integer(0, 0xffff), 4) + hex(random.integer(0, 0xffffffff), 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
