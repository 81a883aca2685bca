// One table of keys: it is the handler, the help overlay and what the tests go through. Single letters work only
// outside of inputs and can be switched off (WCAG 2.1.4).

/**
 * @typedef {{ keys: string, does: string, run: () => void, always?: boolean }} Binding
 * keys: as pressed, e.g. `/`, `Ctrl+Z`, `g i` (one after the other) · does: a catalogue key · always: in inputs as well
 */

export const SEQUENCE_MS = 1_000;

export class Keys {
  /** @type {Binding[]} */
  bindings = [];
  letters = true;
  #first = '';
  #firstAt = 0;

  /** @param {() => number} [monotonic] */
  constructor(monotonic = () => performance.now()) {
    this.monotonic = monotonic;
  }

  /** @param {Binding[]} more */
  add(...more) {
    for (const binding of more) {
      if (this.bindings.some((b) => b.keys === binding.keys)) throw new Error(`key taken twice: ${binding.keys}`);
      this.bindings.push(binding);
    }
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether a binding ran */
  handle(event) {
    if (event.isComposing || event.defaultPrevented || event.altKey || event.metaKey) return false;
    const name = keyName(event);
    const typing = isTyping(event.target);
    const now = this.monotonic();
    const pair = this.#first && now - this.#firstAt < SEQUENCE_MS ? `${this.#first} ${name}` : '';
    this.#first = '';
    const binding = this.bindings.find((b) => b.keys === pair) ?? this.bindings.find((b) => b.keys === name);
    const plain = name.length === 1 || name.startsWith('Shift+');
    if (typing && !binding?.always) return false;
    if (plain && !this.letters && name !== '?' && name !== '/') return false;
    if (!binding) {
      if (!typing && this.bindings.some((b) => b.keys.startsWith(`${name} `))) {
        this.#first = name;
        this.#firstAt = now;
      }
      return false;
    }
    event.preventDefault();
    binding.run();
    return true;
  }
}

/** @param {KeyboardEvent} event */
export function keyName(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = /^[a-z]$/.test(key);
  return (event.ctrlKey ? 'Ctrl+' : '') + (event.shiftKey && (letter || key.length > 1) ? 'Shift+' : '') + key;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !/^(checkbox|radio|button)$/.test(/** @type {any} */ (target).type);
}
