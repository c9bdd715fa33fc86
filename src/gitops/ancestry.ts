import { Retryable } from '../doors/errors.ts';
import { type GitResult, spoken } from './git-process.ts';

interface Question {
  readonly ancestor: string;
  readonly resolve: (isSo: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const knownLimit = 50_000;
/** A command line has its limits; so has what one answer may hold up. */
const groupLimit = 500;
const commitId = /^[0-9a-f]{40}$/;

/**
 * How commits of one clone stand to each other. Whatever is asked at the same time about one descendant is one question
 * to git, and what follows from an answer is not asked at all: a watch over many clusters asks for all pairs of what Git
 * and they hold. Answers are kept; that a commit is not here is none. Rejects as Retryable where git cannot tell.
 */
export function createAncestry(name: string, git: (args: readonly string[]) => Promise<GitResult>) {
  const known = new Map<string, boolean>();
  const pair = (ancestor: string, descendant: string) => `${ancestor} ${descendant}`;
  const learn = (ancestor: string, descendant: string, isSo: boolean): boolean => {
    if (known.size > knownLimit) known.clear();
    known.set(pair(ancestor, descendant), isSo);
    // Of two commits at most one comes before the other.
    if (isSo) known.set(pair(descendant, ancestor), false);
    return isSo;
  };

  const askOne = async (ancestor: string, descendant: string): Promise<boolean> => {
    const { code, stderr } = await git(['merge-base', '--is-ancestor', ancestor, descendant]);
    // 128: one of them is not here yet, which another fetch may change.
    if (code === 128) return false;
    if (code > 1) throw new Retryable(`git merge-base in ${name} failed: ${spoken(stderr) || `exit ${code}`}`);
    return learn(ancestor, descendant, code === 0);
  };
  /** Everything that the candidates reach and the descendant does not; null where one of them is not here. */
  const outside = async (ancestors: readonly string[], descendant: string): Promise<ReadonlySet<string> | null> => {
    const { code, stdout } = await git(['rev-list', ...ancestors, '--not', descendant, '--']);
    return code === 0 ? new Set(stdout.toString().split('\n')) : null;
  };
  const askTogether = async (questions: readonly Question[], descendant: string): Promise<void> => {
    const ancestors = [...new Set(questions.map(({ ancestor }) => ancestor))];
    const beyond = ancestors.length > 1 ? await outside(ancestors, descendant) : null;
    if (beyond !== null) for (const ancestor of ancestors) learn(ancestor, descendant, !beyond.has(ancestor));
    for (const { ancestor, resolve } of questions)
      resolve(known.get(pair(ancestor, descendant)) ?? (await askOne(ancestor, descendant)));
  };

  /** By descendant, in the order in which they were asked. */
  const waiting = new Map<string, Question[]>();
  let isAnswering = false;
  const answerAll = async (): Promise<void> => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const [descendant, questions] = next;
      const left = questions.filter(({ ancestor, resolve }) => {
        const answer = known.get(pair(ancestor, descendant));
        if (answer !== undefined) resolve(answer);
        return answer === undefined;
      });
      const some = left.splice(0, groupLimit);
      if (left.length > 0) waiting.set(descendant, left);
      else waiting.delete(descendant);
      await askTogether(some, descendant).catch((error) => {
        for (const { reject } of some) reject(error);
      });
    }
    isAnswering = false;
  };

  return {
    isAncestor: (ancestor: string, descendant: string): Promise<boolean> => {
      if (ancestor === descendant) return Promise.resolve(true);
      if (!commitId.test(ancestor) || !commitId.test(descendant)) return Promise.resolve(false);
      const answer = known.get(pair(ancestor, descendant));
      if (answer !== undefined) return Promise.resolve(answer);
      return new Promise((resolve, reject) => {
        const question = { ancestor, resolve, reject };
        const others = waiting.get(descendant);
        if (others === undefined) waiting.set(descendant, [question]);
        else others.push(question);
        if (isAnswering) return;
        isAnswering = true;
        // Not before everybody who asks now has done so.
        setImmediate(() => void answerAll());
      });
    },
  };
}
