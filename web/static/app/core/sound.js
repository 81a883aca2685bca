// Tones made by oscillators: no files. A page is silent until it was touched once, and says so.

export class Sound {
  /** @type {AudioContext | null} */
  #audio = null;
  muted = false;
  #quietUntil = 0;

  /** Must be called from a touch or a key press. */
  unlock() {
    if (this.#audio || typeof AudioContext === 'undefined') return;
    this.#audio = new AudioContext();
    if (this.#audio.state === 'suspended') this.#audio.resume().catch(() => this.#drop());
  }
  #drop() {
    this.#audio = null;
  }

  get blocked() {
    return this.#audio?.state !== 'running';
  }

  /** @param {number} seconds */
  silence(seconds) {
    this.#quietUntil = performance.now() + seconds * 1000;
  }

  /** Lost link: falling. */
  lost() {
    this.#tone(330, 0, 0.5, 165);
  }
  /** A new incident: two even tones. */
  incident() {
    this.#tone(660, 0, 0.12);
    this.#tone(660, 0.2, 0.12);
  }
  /** An alarm that nobody owns: three pulses, two tones or one tick. @param {1 | 2 | 3} priority */
  alarm(priority) {
    if (priority === 1) for (let i = 0; i < 3; i++) this.#tone(880, i * 0.3, 0.22, 660);
    else if (priority === 2) for (const wait of [0, 0.2]) this.#tone(660, wait, 0.14);
    else this.#tone(440, 0, 0.06);
  }
  /** The server refused. */
  refused() {
    this.#tone(200, 0, 0.1);
  }

  /** @param {number} hertz @param {number} wait @param {number} length @param {number} [to] */
  #tone(hertz, wait, length, to) {
    const audio = this.#audio;
    if (!audio || this.muted || performance.now() < this.#quietUntil) return;
    const start = audio.currentTime + wait;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.2, start + 0.01);
    gain.gain.linearRampToValueAtTime(0, start + length);
    const oscillator = audio.createOscillator();
    oscillator.frequency.setValueAtTime(hertz, start);
    if (to) oscillator.frequency.linearRampToValueAtTime(to, start + length);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + length);
  }
}
