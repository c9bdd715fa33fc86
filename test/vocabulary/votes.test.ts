import { describe, expect, test } from 'vitest';
import { lastVotes, withVote } from '../../src/vocabulary/votes.ts';
import { aPerson, at, aVote, bo, cy } from '../support/builders.ts';

describe('the votes on a release', () => {
  test('are all kept', () => {
    const votes = [aVote(bo), aVote(cy)];
    expect(withVote(votes, aVote(bo, { vote: 'take-back' }))).toHaveLength(3);
  });

  test('stay bounded where somebody clicks for ever, and nobody’s last word is lost', () => {
    const first = aVote(cy);
    const votes = Array.from({ length: 300 }, (_, number) =>
      aVote(bo, { vote: number % 2 === 0 ? 'approve' : 'take-back', at: at(number) }),
    ).reduce(withVote, [first]);
    expect(votes).toHaveLength(200);
    expect(lastVotes(votes)).toEqual([first, aVote(bo, { vote: 'take-back', at: at(299) })]);
  });

  test('of more people than that are kept as well', () => {
    const people = Array.from({ length: 250 }, (_, number) => aVote(aPerson(`p${number}`)));
    expect(people.reduce(withVote, [])).toEqual(people);
  });
});
