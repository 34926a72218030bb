import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/** Whatever is no address is counted together. */
const UNKNOWN = 'unknown';
/** As some proxies write it, each with the port: `198.51.100.1:443`, `[2001:db8::1]:443`. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * What a request is counted under: where it comes from, as far as the proxies in front are believed (each adds the
 * address that called it). An IPv4 address by itself, also if it is mapped into IPv6; of an IPv6 address the first 64
 * bits, because whoever has one has all the rest. Ports do not count.
 */
export function addressOf({ socket, headers }: IncomingMessage, trustedProxies: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const hops = [socket.remoteAddress ?? '', ...forwarded.map((address) => address.trim()).reverse()].filter(Boolean);
  return keyOf(hops[Math.min(trustedProxies, hops.length - 1)] ?? '');
}

function keyOf(hop: string): string {
  const [, v6, v4] = WITH_PORT.exec(hop) ?? [];
  const address = v6 ?? v4 ?? hop;
  if (isIPv4(address)) return address;
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return UNKNOWN;
  // As a URL writes it: in lower case, in the shortest form, without dots.
  const shortest = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(shortest) ?? [];
  if (high !== undefined && low !== undefined) return dotted(high, low);
  const [head = '', tail = ''] = shortest.split('::');
  const first = partsOf(head);
  const zeros = Array<string>(8 - first.length - partsOf(tail).length).fill('0');
  return `${[...first, ...zeros, ...partsOf(tail)].slice(0, 4).join(':')}::/64`;
}

function partsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** 198.51.100.1 of c633 and 6401. */
function dotted(high: string, low: string): string {
  return [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255]).join('.');
}
