import { z } from 'zod';
import { longestRule, ruleOf } from '../rule-language.ts';
import { ruleVariables, timeVariable } from '../rule-variables.ts';
import { shared } from './common.ts';

const example = 'plan.step != "major" || time.getDayOfWeek("Europe/Copenhagen") != 5';

const variableWords = Object.entries(ruleVariables)
  .map(([name, members]) => {
    const told = Object.entries(members).map(([member, { says }]) => `${name}.${member} (${says})`);
    return told.join(', ');
  })
  .join('; ');

const expressionSchema = z
  .string()
  .min(1)
  .max(longestRule)
  .superRefine((expression, context) => {
    const rule = ruleOf(expression);
    if (rule.kind === 'rule') return;
    context.addIssue({
      code: 'custom',
      message: `${placeIn(expression, rule.at)}: ${rule.because}; example: expression: '${example}'`,
    });
  })
  .describe(
    `What must be true, in the Common Expression Language (CEL). It speaks of ${variableWords}, and ${timeVariable} (now; ${timeVariable}.getHours("Europe/Copenhagen")). Besides the operators of CEL there are has, size, startsWith, endsWith, contains, lowerAscii, upperAscii, trim, all, exists, exists_one, filter, map, re(text, "pattern" in RE2 syntax) and glob(text, "release-*"). What cannot be evaluated is refused`,
  )
  .meta({ examples: [example] });

/** Where in the expression, as an editor counts; its own first line is where `expression` stands. */
function placeIn(expression: string, offset: number): string {
  const before = expression.slice(0, offset).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return before.length === 1 ? `column ${column}` : `line ${before.length}, column ${column}`;
}

export const ruleLine = z.strictObject({
  kind: z.literal('rule'),
  expression: expressionSchema,
  message: z
    .string()
    .min(1)
    .max(300)
    .describe('Told to people where it is not true')
    .meta({ examples: ['no major versions on a Friday'] }),
  ...shared,
});
export type RuleLine = z.infer<typeof ruleLine>;
