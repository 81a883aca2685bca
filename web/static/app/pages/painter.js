// Redraws panels: once a frame at most, only those that are concerned, each no more often than it asks for.

/** @typedef {import('../types').Panel} Panel */

/** Frames stop in a hidden page; the rows must not pile up undrawn for ever. */
const HIDDEN_MS = 1_000;

export class Painter {
  /** @type {{ panel: Panel, dirty: Set<string>, drawnAt: number }[]} */
  #panels = [];
  #asked = false;
  /** @type {(() => void)[]} */
  #afterwards = [];

  /** @param {...Panel} panels */
  add(...panels) {
    for (const panel of panels) this.#panels.push({ panel, dirty: new Set(), drawnAt: -Infinity });
  }

  /** @param {...string} kinds */
  dirty(...kinds) {
    for (const { panel, dirty } of this.#panels) for (const kind of kinds) if (panel.kinds.includes(kind)) dirty.add(kind);
    this.#ask();
  }

  /** Once, after the next frame has been drawn. @param {() => void} run */
  after(run) {
    this.#afterwards.push(run);
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    if (document.hidden) setTimeout(() => this.#paint(), HIDDEN_MS);
    else requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#asked = false;
    const now = performance.now();
    let wait = Infinity;
    for (const slot of this.#panels) {
      if (!slot.dirty.size) continue;
      const due = slot.drawnAt + (slot.panel.every ?? 0) - now;
      // What a hand just did is shown at once.
      if (due > 0 && !slot.dirty.has('ui') && !slot.dirty.has('outbox')) {
        wait = Math.min(wait, due);
        continue;
      }
      const dirty = slot.dirty;
      slot.dirty = new Set();
      slot.drawnAt = now;
      keepingFocus(() => slot.panel.draw(dirty));
    }
    if (wait < Infinity) setTimeout(() => this.#ask(), wait);
    const afterwards = this.#afterwards;
    this.#afterwards = [];
    for (const run of afterwards) run();
  }
}

/** A row that moves in its list takes the focus with it. @param {() => void} draw */
function keepingFocus(draw) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const key = before?.dataset?.key;
  draw();
  if (key && document.activeElement !== before && before?.isConnected) before.focus({ preventScroll: true });
}
