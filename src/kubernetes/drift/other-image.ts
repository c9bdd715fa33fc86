import { isImageOf, isVersion } from '../../vocabulary/image.ts';
import { keyOf } from '../objects.ts';
import { appliedBy, endOfEdit } from './live-edits.ts';
import { about, type Candidate, type Rule } from './rule.ts';

const settleMs = 30_000;

/** Flux has applied everything and nobody edited it, yet another image runs than Git says. */
export const otherImage: Rule = {
  signal: 'image',
  find: ({ subjects }) =>
    subjects
      .filter(({ told, releasing, otherImage: other }) => other && !told && !releasing)
      .flatMap((subject) =>
        subject.units
          .flatMap(({ workloads }) => workloads)
          .flatMap((workload) =>
            workload.fields.flatMap(({ path, live, editor }): Candidate[] => {
              const { expected } = subject;
              if (editor !== null || !path.endsWith('].image') || !isImageOf(live, expected.image)) return [];
              if (isVersion(live, expected)) return [];
              const { optOut } = workload;
              return [
                {
                  ...about([subject]),
                  object: keyOf(workload),
                  field: path,
                  live,
                  wanted: `${expected.image}:${expected.version}`,
                  manager: '',
                  ...appliedBy(workload),
                  ...(optOut === null ? {} : { signal: 'opt-out', note: `${optOut.field}: ${optOut.value}` }),
                  settleMs,
                },
              ];
            }),
          ),
      ),
  end: endOfEdit,
};
