import { pino } from 'pino';
import type { Clock } from './time.ts';

export interface Log {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** Shapes of secrets that may reach a message by way of somebody else's error text. */
const secretShapes: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}/g, 'xox*-***'],
  [/\b(https?:\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1***@'],
  [/\b(rediss?:\/\/)[^/\s@]*@/g, '$1***@'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 ***'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}/g, 'gh*_***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '*** private key ***'],
  [/https?:\/\/[^\s"]*\/(?:commands|actions|response)\/[A-Za-z0-9_./-]+/g, '*** response url ***'],
];

/** Hides what looks like a secret, and every secret that is known by value. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    // They are few, and may be read anew at any time.
    const known = secrets.filter((secret) => secret.length >= 6).toSorted((a, b) => b.length - a.length);
    let masked = text;
    for (const secret of known) masked = masked.replaceAll(secret, '***');
    for (const [shape, replacement] of secretShapes) masked = masked.replace(shape, replacement);
    return masked;
  };
}

/** JSON lines on standard output, secrets masked in the finished line, whatever field they came in by. */
export function createLog(options: {
  readonly level: string;
  readonly mask: (text: string) => string;
  readonly write?: (line: string) => void;
}): Log {
  const write = options.write ?? toStandardOutput();
  const destination = { write: (line: string) => write(options.mask(line)) };
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    debug: (fields, message) => logger.debug(withRelease(fields), message),
    info: (fields, message) => logger.info(withRelease(fields), message),
    warn: (fields, message) => logger.warn(withRelease(fields), message),
    error: (fields, message) => logger.error(withRelease(fields), message),
  };
}

/** What is kept of the log while nothing can be written; later lines are lost. */
const keptBytes = 1_000_000;

/** A disk that is full ends no service: the lines wait, and go out when there is room. */
function toStandardOutput(): (line: string) => void {
  const output = pino.destination({ fd: 1, sync: true, maxLength: keptBytes });
  output.on('error', (error: Error) => {
    // Whoever started this process has left it.
    if ('code' in error && error.code === 'EPIPE') throw error;
  });
  return (line) => void output.write(line);
}

/** Work on a release and messages about it go by the name `release/ID`; lines about them are found by `release` as all others are. */
function withRelease(fields: object): object {
  const named = ['subject', 'work'].map((field): unknown => Reflect.get(fields, field));
  const release = named
    .map((name) => /^release\/([0-9A-Z]{26})$/.exec(String(name))?.[1])
    .find((id) => id !== undefined);
  return release === undefined || 'release' in fields ? fields : { release, ...fields };
}

/** What /healthz asks: every loop says when it last went round, and how long it may take. */
export interface Pulse {
  readonly beat: (loop: string, withinMs: number) => void;
  /** Names of the loops that have not gone round in time; empty when all is well. */
  readonly late: () => readonly string[];
  /** How long ago each loop went round last. */
  readonly ages: () => readonly { readonly loop: string; readonly seconds: number }[];
  readonly stop: (loop: string) => void;
}

export function createPulse(clock: Clock): Pulse {
  const loops = new Map<string, { readonly beatMs: number; readonly dueMs: number }>();
  return {
    beat: (loop, withinMs) => {
      const beatMs = clock.now();
      loops.set(loop, { beatMs, dueMs: beatMs + withinMs });
    },
    late: () => [...loops].filter(([, { dueMs }]) => dueMs < clock.now()).map(([loop]) => loop),
    ages: () => [...loops].map(([loop, { beatMs }]) => ({ loop, seconds: Math.max(0, clock.now() - beatMs) / 1_000 })),
    stop: (loop) => void loops.delete(loop),
  };
}
