// @ts-check
import { html } from 'htm/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { stories } from './stories.js';

/** Between two steps that go by themselves, long enough to read what has come. */
const readingMs = 2_500;
const lookMs = 150;
/** What a step waits for comes within a minute, unless something stands in its way, such as a lock that was left behind. */
const patienceMs = 90_000;

/**
 * The bar of a story: where it stands, and its buttons. The last step that was done is told until the next one.
 * @param {{ story: import('./stories.js').Story, player: ReturnType<typeof import('./play.js').createPlayer>, onClose: () => void }} props
 */
export function StoryBar({ story, player, onClose }) {
  const { steps } = story;
  /** How many steps were begun. */
  const [at, setAt] = useState(0);
  const [auto, setAuto] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const run = useRef(0);
  const next = async () => {
    const step = steps[at];
    if (step === undefined || busy) return;
    const mine = ++run.current;
    setBusy(true);
    setProblem(null);
    setAt(at + 1);
    const { problem: wrong, hasEnded } = await player
      .play(step)
      .catch(() => ({ problem: 'The playground does not answer.', hasEnded: () => true }));
    const begun = performance.now();
    const isLate = () => performance.now() - begun > patienceMs;
    while (wrong === null && mine === run.current && !hasEnded() && !isLate())
      await new Promise((wake) => setTimeout(wake, lookMs));
    if (mine !== run.current) return;
    const trouble = wrong ?? (hasEnded() ? null : 'What this step waits for has not come: the last messages say why.');
    setProblem(trouble);
    setBusy(false);
    if (trouble !== null) setAuto(false);
  };
  const again = () => {
    run.current += 1;
    setBusy(false);
    setProblem(null);
    setAuto(false);
    setAt(0);
  };
  useEffect(() => {
    if (!auto || busy || at >= steps.length) return;
    const timer = setTimeout(next, at === 0 ? 0 : readingMs);
    return () => clearTimeout(timer);
  }, [auto, busy, at]);
  // A step that is under way when the bar is closed is not waited for.
  useEffect(
    () => () => {
      run.current += 1;
    },
    [],
  );
  const done = at >= steps.length && !busy;
  const told =
    at === 0
      ? `${steps.length} steps, played on what runs here. First: ${steps[0]?.tell ?? ''}`
      : (steps[at - 1]?.tell ?? '');
  return html`<section class="story" aria-label=${`Story: ${story.title}`}>
    <div class="story-words">
      <b>${story.title}</b> <span class="muted">${at} of ${steps.length}</span>
      <p aria-live="polite">${problem ?? told}${busy ? html`<span class="spinner"></span>` : null}</p>
    </div>
    <div class="story-buttons">
      ${
        done
          ? null
          : html`<button type="button" class="button primary" disabled=${busy || auto} onClick=${next}>${at === 0 ? 'Begin' : 'Next'}</button>
            <button type="button" class="button" aria-pressed=${auto} onClick=${() => setAuto(!auto)}>${auto ? 'Stop' : 'Auto'}</button>`
      }
      ${at > 0 ? html`<button type="button" class="button" onClick=${again}>Again</button>` : null}
      <button type="button" class="tool" aria-label="Close the story" onClick=${onClose}><${Icon} name="close" size=${14} /></button>
    </div>
  </section>`;
}

/** Links that begin a story, to be followed or passed on. */
export function StoryLinks() {
  return html`<div class="story-links">
    <span class="muted">Stories</span>
    ${stories.map(({ name, title }) => html`<a key=${name} href=${`/?story=${name}`}>${title}</a>`)}
  </div>`;
}
