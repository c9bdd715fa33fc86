import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import { type Severity, severitySchema } from '../../vocabulary/artifact.ts';

export type Counts = Readonly<Record<Severity, number>>;

/** The JSON report of Trivy: `Results[].Vulnerabilities[].Severity`, in capitals. */
const trivySchema = z.object({
  Results: z.array(z.object({ Vulnerabilities: z.array(z.object({ Severity: z.string() })).nullish() })),
});
/** The JSON report of Grype: `matches[].vulnerability.severity`. */
const grypeSchema = z.object({
  matches: z.array(z.object({ vulnerability: z.object({ severity: z.string() }) })),
});

/** How many vulnerabilities of each severity a report of Trivy or Grype (`--format json`, `-o json`) lists; those below low are not counted. */
export function countScan(text: string, file: string): Counts {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${file} is not JSON; expected the JSON report of Trivy or Grype.`, { cause: error });
  }
  const trivy = trivySchema.safeParse(report);
  const grype = grypeSchema.safeParse(report);
  if (!trivy.success && !grype.success)
    throw new Refusal(
      `${file} is no report of Trivy or Grype: it has neither "Results" nor "matches" as they write them.`,
    );
  const severities = trivy.success
    ? trivy.data.Results.flatMap(({ Vulnerabilities }) => (Vulnerabilities ?? []).map(({ Severity }) => Severity))
    : (grype.data?.matches ?? []).map(({ vulnerability }) => vulnerability.severity);
  const count = (severity: Severity) => severities.filter((each) => each.toLowerCase() === severity).length;
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') };
}

/** Reads `critical=0,high=1,medium=3,low=9`; all four are said, as a severity that was not looked for is not 0. */
export function readCounts(text: string): Counts {
  const said = new Map(
    text.split(',').map((part): [string, string] => {
      const [name = '', value = ''] = part.trim().split('=', 2);
      return [name, value];
    }),
  );
  const names: readonly string[] = severitySchema.options;
  const wrong = [...said].some(([name, value]) => !names.includes(name) || !/^\d{1,6}$/.test(value));
  if (wrong || said.size !== names.length)
    throw new Refusal(`--vulnerabilities takes all four counts: critical=0,high=1,medium=3,low=9; found "${text}".`);
  const count = (severity: Severity) => Number(said.get(severity));
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') };
}
