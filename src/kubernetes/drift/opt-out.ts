import { keyOf } from '../objects.ts';
import { appliedBy } from './live-edits.ts';
import { about, type Candidate, type Rule } from './rule.ts';

/** Somebody told Flux by hand to leave an object alone. Where Git says so it is meant, and only what differs is told. */
export const optOut: Rule = {
  signal: 'opt-out',
  find: ({ subjects }) =>
    subjects.flatMap((subject) =>
      subject.units
        .flatMap(({ workloads }) => workloads)
        .flatMap((workload): Candidate[] => {
          const out = workload.optOut;
          if (out === null || out.by === null) return [];
          return [
            {
              ...about([subject]),
              object: keyOf(workload),
              field: out.field,
              live: out.value,
              wanted: '',
              manager: out.by.manager,
              since: out.by.at,
              ...appliedBy(workload),
            },
          ];
        }),
    ),
  end: ({ view }, { object }) => (view.workload(object) === undefined ? 'gone' : 'corrected'),
};
